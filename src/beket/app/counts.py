"""How many there are of something, in what is told to who operates a checkpoint."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """Say a number with the word that fits it; `many` is given where it is not the word for one with an s."""
    return f"{number} {one if number == 1 else many or one + 's'}"
