"""What is held of the acts of one place: last numbers, those issued, and the crossings they may be about."""

from __future__ import annotations

from msgspec import Struct, field

from beket.words.acts import ActKind
from beket.words.excess import Excess
from beket.words.ids import CrossingId, Sha256


class HeldAct(Struct, kw_only=True):
    """An act that was issued; `replaced_by` is the number of the one that took its place."""

    sort: ActKind
    crossing: CrossingId
    sha256: Sha256
    by: str
    signed: bool = False
    replaced_by: str | None = None


class Acts(Struct, kw_only=True):
    """The acts slice of one place; `last` has the last number of each year, `standing` what counts of each sort.

    `above` has what is found of each crossing to be above a limit of mass, by rule and subject.
    """

    last: dict[str, int] = field(default_factory=dict)
    acts: dict[str, HeldAct] = field(default_factory=dict)
    standing: dict[str, str] = field(default_factory=dict)
    crossings: dict[CrossingId, None] = field(default_factory=dict)
    above: dict[CrossingId, dict[str, Excess]] = field(default_factory=dict)


def finding_key(rule: str, subject: str) -> str:
    """Name what a rule found of a crossing."""
    return f"{rule} {subject}"


def standing_key(crossing: CrossingId, sort: ActKind) -> str:
    """Name what there can be one act of."""
    return f"{crossing} {sort}"
