"""The memory: bytes, order and proof."""
