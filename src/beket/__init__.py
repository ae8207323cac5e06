"""Beket: a customs situation centre where every state rests on proof."""

__version__ = "0.1.0"
