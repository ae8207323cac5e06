"""What a text must be to stand in a table that spreadsheets open: told as UTF-8, and never run as a formula."""

from __future__ import annotations

from typing import Final

MARK: Final = "\ufeff"
"""Tells spreadsheets that a text file is UTF-8."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take text for a formula (ASVS 5.0 V1.2.10)."""

_GUARD: Final = "'"


def guarded(text: str) -> str:
    """Write a text so that no spreadsheet runs it: one that looks like a formula begins with an apostrophe."""
    return _GUARD + text if text.startswith(FORMULA) else text


def unguarded(text: str) -> str:
    """Give a text without the guard against formulas, which is no part of it."""
    return text[1:] if text.startswith(_GUARD) and text[1:].startswith(FORMULA) else text
