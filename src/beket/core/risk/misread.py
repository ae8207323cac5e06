"""Whether a plate that somebody wrote is one that cameras read, as far as cameras are believed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from beket.core.crossings.likeness import likeness

MISREAD_MAX: Final = 0.6
"""How far a plate that was seen may be from the one in the paper and still be it: one sign that cameras confuse with
another, such as 6 and G (reference 06 §4 rule 4). It is the camera that is in doubt then, not the paper."""


def is_among(declared: str, known: Iterable[str]) -> bool:
    """Say whether a plate of a paper is one of those that were seen, as far as cameras are believed."""
    return any(likeness(declared, seen) <= MISREAD_MAX for seen in known)
