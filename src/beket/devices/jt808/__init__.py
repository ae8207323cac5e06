"""JT/T 808 terminals: vehicle trackers and electronic locks that keep to the Chinese transport standard."""
