"""Signatures over documents: checked by what the bytes say, never fetched for, never trusted without an anchor."""
