"""Container numbers: ISO 6346, four letters, six digits and one digit that checks them."""

from __future__ import annotations

import re
from typing import Final

_SHAPE: Final = re.compile(r"[A-Z]{3}[UJZR]\d{7}")
_LETTERS: Final = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True))
"""Letter values 10 to 38 without the multiples of 11 (ISO 6346; reference 06 §6)."""


def check_digit(first_ten: str) -> int:
    """Give the digit that belongs behind an owner code, a category and a serial number, e.g. ``CSQU305438``."""
    total: int = sum(
        _LETTERS[sign] * 2**n if sign in _LETTERS else int(sign) * 2**n for n, sign in enumerate(first_ten)
    )
    return total % 11 % 10


def digit_wanted(number: str) -> int | None:
    """Give the digit that a container number should end with where it ends with another; None where nothing is odd.

    A number that is not written as ISO 6346 has it may be that of a trailer or of a swap body, which has no such digit.
    """
    if _SHAPE.fullmatch(number) is None or is_container(number):
        return None
    return check_digit(number[:10])


def is_container(number: str) -> bool:
    """Say whether this is a container number whose check digit is right."""
    return _SHAPE.fullmatch(number) is not None and check_digit(number[:10]) == int(number[10])
