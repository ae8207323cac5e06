"""Acts of the house: those about a crossing, one by its number, and whose the bytes of a paper are."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from beket.board.panels.asking import Cursor, Scope, all_of, places_named, scoped
from beket.words.acts import Act
from beket.words.ids import CrossingId, EntryRef, Instant, PlaceId, Sha256

ACTS_MAX: Final = 50
"""Most acts of one dossier that are listed; one of each sort stands, the others were replaced."""


class ActSeen(Struct, frozen=True, kw_only=True):
    """An act; what is None in the second half is not known while the paper is not signed."""

    act: Act
    place: PlaceId
    ref: EntryRef
    crossing: CrossingId
    sha256: Sha256
    at: Instant
    replaced_by: str | None
    signed: EntryRef | None
    signed_fact: EntryRef | None
    signed_at: Instant | None
    pdf: Sha256 | None
    size: int | None
    signer: str | None
    certificate: Sha256 | None
    demo: bool | None


class _Row(Struct, frozen=True, kw_only=True):
    act: str
    place: PlaceId
    ref: EntryRef
    crossing: CrossingId
    sha256: Sha256
    at: Instant
    replaced_by: str | None
    signed: EntryRef | None
    signed_fact: EntryRef | None
    signed_at: Instant | None
    pdf: Sha256 | None
    size: int | None
    signer: str | None
    certificate: Sha256 | None
    demo: bool | None


_COLUMNS: Final = (
    "c.act, c.place, c.seq || '.' || c.idx AS ref, c.crossing, c.sha256, c.at, c.replaced_by, c.signed, c.signed_fact,"
    " c.signed_at, c.pdf, c.size, c.signer, c.certificate, c.demo"
)
_ACTS: Final = f"SELECT {_COLUMNS} FROM act c WHERE MATCH AND SCOPE ORDER BY c.at, c.number LIMIT %(limit)s"  # noqa: S608
_ACT: Final = msgspec.json.Decoder(Act)


def acts_of(cursor: Cursor, crossings: tuple[CrossingId, ...]) -> tuple[ActSeen, ...]:
    """Read the acts about a crossing, also by the names that it had before, oldest first."""
    return _read(cursor, "c.crossing = ANY(%(crossings)s)", {"crossings": list(crossings)})


def act(cursor: Cursor, number: str, places: Scope = None) -> ActSeen | None:
    """Read one act; None where there is none or its place is out of scope."""
    return next(iter(_read(cursor, "c.number = %(number)s", {"number": number}, places)), None)


def act_of_decision(cursor: Cursor, place: PlaceId, decision: str) -> ActSeen | None:
    """Read the act that a decision brought; None where it brought none (yet)."""
    named: dict[str, object] = {"decision": decision, "place": place}
    return next(iter(_read(cursor, "c.decision = %(decision)s AND c.place = %(place)s", named)), None)


def act_of_pdf(cursor: Cursor, pdf: Sha256) -> ActSeen | None:
    """Read the act whose signed paper has these bytes."""
    return next(iter(_read(cursor, "c.pdf = %(pdf)s", {"pdf": pdf})), None)


def _read(cursor: Cursor, match: str, named: dict[str, object], places: Scope = None) -> tuple[ActSeen, ...]:
    statement = scoped(_ACTS, places).replace("MATCH", match)
    rows = all_of(cursor, _Row, statement, {"limit": ACTS_MAX, **named, **places_named(places)})
    return tuple(ActSeen(**{**msgspec.structs.asdict(row), "act": _ACT.decode(row.act)}) for row in rows)
