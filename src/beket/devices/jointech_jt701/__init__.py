"""Jointech locks with GPS."""
