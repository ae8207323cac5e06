"""Container number readers: ISO 6346."""
