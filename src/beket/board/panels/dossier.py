"""The dossier: who it is and where each sign was seen, what every device said, and why each conclusion was drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from beket.board.panels import crossings
from beket.board.panels.asking import Cursor, Scope, all_of, places_named, scoped
from beket.words.facts import CrossingIdentified, Fact
from beket.words.ids import CrossingId, DeviceId, EntryRef, Instant, LaneId, split_ref

ROWS_MAX: Final = 500
"""Most pieces of evidence, and most conclusions, of one dossier on a screen; a real one has tens."""


class Sign(Struct, frozen=True, kw_only=True):
    """One sign of the identity cluster as it was concluded: what, by which device, where along the lane, and why."""

    role: str
    value: str
    country: str | None
    confidence: float | None
    corrects: str | None
    at: Instant
    because: tuple[EntryRef, ...]
    fact: EntryRef
    device: DeviceId | None
    zone: str | None


class Picture(Struct, frozen=True, kw_only=True):
    """A picture that came with a reading; `sha256` names it in the evidence store."""

    role: str
    sha256: str
    size: int
    media_type: str


class Evidence(Struct, frozen=True, kw_only=True):
    """What one device said of this conveyance; `value` is what it read, of a document's number only the end."""

    ref: EntryRef
    kind: str
    device: DeviceId
    lane: LaneId
    zone: str
    at: Instant
    received: Instant | None
    value: str | None
    country: str | None
    confidence: float | None
    vehicle_type: str | None
    sort: str | None
    gross_kg: float | None
    gamma_alarm: bool | None
    neutron_alarm: bool | None
    because: tuple[EntryRef, ...]
    fact: EntryRef
    pictures: tuple[Picture, ...] = ()


class Conclusion(Struct, frozen=True, kw_only=True):
    """One fact about this crossing and the entries it rests on."""

    ref: EntryRef
    kind: str
    at: Instant
    because: tuple[EntryRef, ...]
    fact: Fact


class Dossier(Struct, frozen=True, kw_only=True):
    """All that is held on one crossing; `joined` are the dossiers that turned out to be this one."""

    crossing: crossings.Row
    signs: tuple[Sign, ...]
    evidence: tuple[Evidence, ...]
    conclusions: tuple[Conclusion, ...]
    joined: tuple[CrossingId, ...]

    @property
    def timeline(self) -> tuple[Evidence | Conclusion, ...]:
        """Evidence and conclusions together, in the order in which things happened."""
        return tuple(sorted((*self.evidence, *self.conclusions), key=lambda moment: moment.at))


class _Picture(Struct, frozen=True, kw_only=True):
    ref: EntryRef
    role: str
    sha256: str
    size: int
    media_type: str


class _Written(Struct, frozen=True, kw_only=True):
    ref: EntryRef
    fact: str


class _Id(Struct, frozen=True):
    id: CrossingId


_CROSSING: Final = f"SELECT {crossings.COLUMNS} FROM crossing c WHERE c.id = %(id)s AND SCOPE"  # noqa: S608

_EVIDENCE: Final = """
SELECT e.seq::text || '.' || e.idx::text AS ref, e.kind, e.device, e.lane, e.zone, e.at, g.received, g.value, g.country,
  g.confidence, g.vehicle_type, g.sort, e.gross_kg, e.gamma_alarm, e.neutron_alarm,
  string_to_array(e.because, ' ') AS because,
  e.fact_seq::text || '.' || e.fact_idx::text AS fact
FROM evidence e LEFT JOIN sighting g ON g.place = e.place AND g.seq = e.seq AND g.idx = e.idx
WHERE e.crossing = %(id)s ORDER BY e.at, e.seq, e.idx LIMIT %(most)s
"""

_PICTURES: Final = """
SELECT p.seq::text || '.' || p.idx::text AS ref, p.role, p.sha256, p.size, p.media_type
FROM evidence e JOIN picture p ON p.place = e.place AND p.seq = e.seq AND p.idx = e.idx
WHERE e.crossing = %(id)s ORDER BY p.seq, p.idx, p.ordinal LIMIT %(most)s
"""

_JOINED: Final = """
WITH RECURSIVE gone (id) AS (
  SELECT id FROM crossing WHERE joined_into = %(id)s
  UNION SELECT c.id FROM crossing c JOIN gone ON c.joined_into = gone.id
) SELECT id FROM gone ORDER BY id
"""

_CONCLUSIONS: Final = """
SELECT c.seq::text || '.' || c.idx::text AS ref, c.fact FROM conclusion c
WHERE c.crossing = %(id)s OR c.crossing = ANY(%(joined)s) ORDER BY c.seq, c.idx LIMIT %(most)s
"""

_FACT: Final = msgspec.json.Decoder(Fact)


def dossier(cursor: Cursor, crossing: CrossingId, places: Scope = None) -> Dossier | None:
    """Read one dossier; None where there is none or its place is out of scope."""
    named: dict[str, object] = {"id": crossing, "most": ROWS_MAX}
    found = all_of(cursor, crossings.Row, scoped(_CROSSING, places), {"id": crossing, **places_named(places)})
    if not found:
        return None
    joined = tuple(row.id for row in all_of(cursor, _Id, _JOINED, named))
    conclusions = _conclusions(cursor, {**named, "joined": list(joined)})
    evidence = _evidence(cursor, named)
    return Dossier(
        crossing=found[0],
        signs=_signs(conclusions, evidence) if found[0].joined_into is None else (),
        evidence=evidence,
        conclusions=conclusions,
        joined=joined,
    )


def _signs(conclusions: Sequence[Conclusion], evidence: Sequence[Evidence]) -> tuple[Sign, ...]:
    """The signs among the conclusions, each with the device that said it: of those it rests on, who read it."""
    read = [piece for piece in evidence if piece.received is not None]
    signs = []
    for conclusion in conclusions:
        fact = conclusion.fact
        if isinstance(fact, CrossingIdentified):
            said = [piece for piece in read if piece.ref in fact.because]
            by = max(said, key=lambda piece: (piece.value == fact.value, split_ref(piece.ref)), default=None)
            signs.append(
                Sign(
                    role=fact.role, value=fact.value, country=fact.country, confidence=fact.confidence,
                    corrects=fact.corrects, at=fact.at, because=fact.because, fact=conclusion.ref,
                    device=None if by is None else by.device, zone=None if by is None else by.zone,
                )
            )  # fmt: skip
    return tuple(signs)


def _evidence(cursor: Cursor, named: dict[str, object]) -> tuple[Evidence, ...]:
    pictures: dict[EntryRef, list[Picture]] = {}
    for row in all_of(cursor, _Picture, _PICTURES, named):
        shown = Picture(role=row.role, sha256=row.sha256, size=row.size, media_type=row.media_type)
        pictures.setdefault(row.ref, []).append(shown)
    rows = all_of(cursor, Evidence, _EVIDENCE, named)
    return tuple(msgspec.structs.replace(row, pictures=tuple(pictures.get(row.ref, ()))) for row in rows)


def _conclusions(cursor: Cursor, named: dict[str, object]) -> tuple[Conclusion, ...]:
    return tuple(_whole(row.ref, _FACT.decode(row.fact)) for row in all_of(cursor, _Written, _CONCLUSIONS, named))


def _whole(ref: EntryRef, fact: Fact) -> Conclusion:
    return Conclusion(ref=ref, kind=str(type(fact).__struct_config__.tag), at=fact.at, because=fact.because, fact=fact)
