"""Passages as the inspector's desk asks for them: who stands at the checkpoint, and all that is known of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from beket.board.panels import crossings
from beket.board.panels.asking import INSIDE, Cursor, all_of
from beket.board.panels.papers import Finding, findings_about, gists_of
from beket.board.panels.procedures import CourseSeen, courses
from beket.words.facts import CrossingIdentified
from beket.words.gist import Gist
from beket.words.ids import CrossingId, DocumentId, EntryRef, Instant, PlaceId
from beket.words.passages import Note, Photo

PASSAGES_MAX: Final = 200
"""Most conveyances of one checkpoint that are listed, those that came first: more never stand inside one."""

FINDINGS_MAX: Final = 1000
EVIDENCE_MAX: Final = 4000
PAPERS_MAX: Final = 1000
"""Most of each for all passages of a list together: a lorry has a handful of findings and papers, tens of readings."""

CANDIDATES_MAX: Final = 5
"""Most conveyances that a record made without the house is offered for."""


class Heard(Struct, frozen=True, kw_only=True):
    """What one device said of a conveyance."""

    crossing: CrossingId
    ref: EntryRef
    kind: str
    device: str
    at: Instant
    value: str | None
    country: str | None
    gross_kg: float | None


class Recorded(Struct, frozen=True, kw_only=True):
    """What somebody signed of a passage; `ref` is the entry that says so."""

    ref: EntryRef
    by: str
    at: Instant
    signed_at: Instant
    offline: bool
    notes: tuple[Note, ...]
    photos: tuple[Photo, ...]


class Paper(Struct, frozen=True):
    """A document of a conveyance."""

    id: DocumentId
    gist: Gist


class Passage(Struct, frozen=True, kw_only=True):
    """A conveyance at the checkpoint; one that goes by no procedure has no course."""

    row: crossings.Row
    course: CourseSeen | None
    signs: tuple[CrossingIdentified, ...]
    heard: tuple[Heard, ...]
    papers: tuple[Paper, ...]
    findings: tuple[Finding, ...]
    records: tuple[Recorded, ...]
    taken_by: str | None


class _Conclusion(Struct, frozen=True, kw_only=True):
    crossing: CrossingId
    fact: str


class _Fit(Struct, frozen=True, kw_only=True):
    crossing: CrossingId
    document: DocumentId


class _Taken(Struct, frozen=True, kw_only=True):
    crossing: CrossingId
    by_whom: str


class _Signing(Struct, frozen=True, kw_only=True):
    crossing: CrossingId
    of: EntryRef
    by_whom: str
    at: Instant
    signed_at: Instant
    offline: bool
    notes: str
    photos: str


_Named = TypeVar("_Named", Heard, _Conclusion, _Fit, _Signing)

_SIGN: Final = msgspec.json.Decoder(CrossingIdentified)
_NOTES: Final = msgspec.json.Decoder(tuple[Note, ...])
_PHOTOS: Final = msgspec.json.Decoder(tuple[Photo, ...])

_INSIDE: Final = f"""
SELECT {crossings.COLUMNS} FROM crossing c WHERE c.place = %(place)s AND {INSIDE}
ORDER BY c.opened_at, c.id LIMIT %(most)s
"""  # noqa: S608 - our own words

_NAMED: Final = f"SELECT {crossings.COLUMNS} FROM crossing c WHERE c.place = %(place)s AND c.id = ANY(%(names)s)"  # noqa: S608

_HEARD: Final = """
SELECT e.crossing, e.seq::text || '.' || e.idx::text AS ref, e.kind, e.device, e.at, g.value, g.country, e.gross_kg
FROM evidence e LEFT JOIN sighting g ON g.place = e.place AND g.seq = e.seq AND g.idx = e.idx
WHERE e.crossing = ANY(%(names)s) ORDER BY e.at, e.seq, e.idx LIMIT %(most)s
"""

_SIGNS: Final = """
SELECT c.crossing, c.fact FROM conclusion c
WHERE c.crossing = ANY(%(names)s) AND c.fact LIKE '{"kind":"crossing_identified"%%' ORDER BY c.seq, c.idx
"""

_FITS: Final = """
SELECT f.crossing, f.document FROM document_crossing f
WHERE f.crossing = ANY(%(names)s) AND f.gone IS NULL ORDER BY f.at, f.document LIMIT %(most)s
"""

_TAKEN: Final = "SELECT p.crossing, p.by_whom FROM passage p WHERE p.crossing = ANY(%(names)s)"

_RECORDS: Final = """
SELECT r.crossing, r.of, r.by_whom, r.at, r.signed_at, r.offline, r.notes, r.photos
FROM passage_record r WHERE r.crossing = ANY(%(names)s)
ORDER BY split_part(r.of, '.', 1)::bigint, split_part(r.of, '.', 2)::integer
"""

_FITTING: Final = """
SELECT c.id FROM crossing c JOIN crossing_key k ON k.crossing = c.id
WHERE c.place = %(place)s AND k.key = %(key)s AND c.joined_into IS NULL AND c.opened_at BETWEEN %(since)s AND %(until)s
ORDER BY c.opened_at DESC LIMIT %(most)s
"""


_PLATELESS: Final = """
SELECT c.id FROM crossing c
WHERE c.place = %(place)s AND c.plate IS NULL AND c.joined_into IS NULL AND c.opened_at BETWEEN %(since)s AND %(until)s
ORDER BY c.opened_at DESC LIMIT %(most)s
"""


class _Id(Struct, frozen=True):
    id: CrossingId


def inside(cursor: Cursor, place: PlaceId, most: int = PASSAGES_MAX) -> tuple[Passage, ...]:
    """Read the conveyances that stand at a checkpoint, in the order in which they came."""
    return _whole(cursor, all_of(cursor, crossings.Row, _INSIDE, {"place": place, "most": most}))


def named(cursor: Cursor, place: PlaceId, names: Sequence[str]) -> tuple[Passage, ...]:
    """Read passages of a checkpoint by their names, those that are over as well."""
    return _whole(cursor, all_of(cursor, crossings.Row, _NAMED, {"place": place, "names": list(names)}))


def fitting(cursor: Cursor, place: PlaceId, key: str, since: Instant, until: Instant) -> tuple[CrossingId, ...]:
    """Name the conveyances that came with a plate within a time, the last first."""
    asked = {"place": place, "key": key, "since": since, "until": until, "most": CANDIDATES_MAX}
    return tuple(row.id for row in all_of(cursor, _Id, _FITTING, asked))


def plateless(cursor: Cursor, place: PlaceId, since: Instant, until: Instant) -> tuple[CrossingId, ...]:
    """Name the conveyances that came within a time and whose plate nobody read, the last first."""
    asked = {"place": place, "since": since, "until": until, "most": CANDIDATES_MAX}
    return tuple(row.id for row in all_of(cursor, _Id, _PLATELESS, asked))


def recorded(cursor: Cursor, place: PlaceId, record: str) -> bool:
    """Tell whether a record of this name was signed at a place and is concluded."""
    asked = {"place": place, "record": record}
    cursor.execute("SELECT 1 FROM passage_record WHERE place = %(place)s AND record = %(record)s", asked)
    return bool(cursor.fetchall())


def _whole(cursor: Cursor, rows: Sequence[crossings.Row]) -> tuple[Passage, ...]:
    names = [row.id for row in rows]
    if not names:
        return ()
    asked: dict[str, Any] = {"names": names}
    by = {one.crossing: one for one in courses(cursor, names)}
    heard = _grouped(all_of(cursor, Heard, _HEARD, {**asked, "most": EVIDENCE_MAX}))
    signs = _grouped(all_of(cursor, _Conclusion, _SIGNS, asked))
    fits = all_of(cursor, _Fit, _FITS, {**asked, "most": PAPERS_MAX})
    gists = gists_of(cursor, [one.document for one in fits])
    found: dict[str, list[Finding]] = {}
    for finding in findings_about(cursor, names, FINDINGS_MAX):
        if finding.active:
            found.setdefault(finding.about, []).append(finding)
    taken = {one.crossing: one.by_whom for one in all_of(cursor, _Taken, _TAKEN, asked)}
    records = _grouped(all_of(cursor, _Signing, _RECORDS, asked))
    belonging = _grouped(fits)
    return tuple(
        Passage(
            row=row,
            course=by.get(row.id),
            signs=tuple(_SIGN.decode(one.fact) for one in signs.get(row.id, ())),
            heard=tuple(heard.get(row.id, ())),
            papers=tuple(Paper(one.document, gists[one.document]) for one in belonging.get(row.id, ())),
            findings=tuple(found.get(row.id, ())),
            records=tuple(_record(one) for one in records.get(row.id, ())),
            taken_by=taken.get(row.id),
        )
        for row in rows
    )


def _grouped(rows: Sequence[_Named]) -> dict[CrossingId, list[_Named]]:
    found: dict[CrossingId, list[_Named]] = {}
    for row in rows:
        found.setdefault(row.crossing, []).append(row)
    return found


def _record(row: _Signing) -> Recorded:
    return Recorded(
        ref=row.of, by=row.by_whom, at=row.at, signed_at=row.signed_at, offline=row.offline,
        notes=_NOTES.decode(row.notes), photos=_PHOTOS.decode(row.photos),
    )  # fmt: skip
