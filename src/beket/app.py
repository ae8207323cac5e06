"""Wiring: builds nodes out of rooms, without logic of its own."""
