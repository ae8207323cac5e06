"""How far apart two readings of a plate are, weighing what cameras confuse (reference 06 §4 rule 4)."""

from __future__ import annotations

import math
from typing import Final

from beket.core.crossings.limits import LIKE_MAX

FAR: Final = math.inf
"""Further apart than matters."""

_CONFUSED: Final = (
    (0.3, "0ODQ"), (0.3, "8B"), (0.35, "1IL"), (0.35, "2Z"), (0.35, "5S"), (0.4, "6G"), (0.5, "CGO0"), (0.5, "EF"),
    (0.6, "MHNW"), (0.6, "UVY"), (0.6, "4A"), (0.6, "7TY"), (0.6, "38"), (0.6, "PR"), (0.6, "KX"),
)  # fmt: skip
_END: Final = 0.5
_INSIDE: Final = 0.8


def _costs() -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    for cost, signs in _CONFUSED:
        for one in signs:
            row = table.setdefault(one, {})
            for other in signs:
                row[other] = 0.0 if one == other else min(cost, row.get(other, cost))
    return table


_COST: Final = _costs()
_NONE: Final[dict[str, float]] = {}


def likeness(one: str, other: str) -> float:
    """Give the weighted edit distance when it is at most 1.0, else FAR: all that matching asks for.

    Up to 1.0 few edits are possible, so closed forms do instead of a whole table: substitutions only; one sign more
    at one place; or one sign lost at each end.
    """
    if one == other:
        return 0.0
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    if not shorter:
        return FAR
    gap = len(longer) - len(shorter)
    if gap == 0:
        cost = _substituted(longer, shorter)
        if cost > LIKE_MAX and (longer[1:] == shorter[:-1] or longer[:-1] == shorter[1:]):
            cost = 2 * _END
    elif gap == 1:
        cost = _one_more(longer, shorter)
    else:
        cost = 2 * _END if gap == 2 and longer[1:-1] == shorter else FAR
    return round(cost, 2) if cost <= LIKE_MAX + 1e-9 else FAR


def _substituted(one: str, other: str) -> float:
    cost = 0.0
    for left, right in zip(one, other, strict=True):
        if left != right:
            cost += _COST.get(left, _NONE).get(right, 1.0)
            if cost > LIKE_MAX + 1e-9:
                return FAR
    return cost


def _one_more(longer: str, shorter: str) -> float:
    """Try the extra sign at every place; the signs before it and after it may be confused for others."""
    least = FAR
    before = 0.0
    for at in range(len(longer)):
        extra = _END if at in (0, len(shorter)) else _INSIDE
        if before + extra <= LIKE_MAX:
            least = min(least, before + extra + _substituted(longer[at + 1 :], shorter[at:]))
        if at < len(shorter) and longer[at] != shorter[at]:
            before += _COST.get(longer[at], _NONE).get(shorter[at], 1.0)
            if before > _END:
                break
    return least
