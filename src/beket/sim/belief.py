"""What the house believes, as the judge reads it: what devices said, and in which dossier each of it lies.

The judge takes the log's entries from whoever wires it, and the dossiers from the read tables: what an officer sees
is what is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import psycopg
from msgspec import Struct, field

from beket.sim.documents.belief import PaperBelief
from beket.sim.road.travellers import Word
from beket.words.facts import (
    CrossingClosed,
    CrossingDeparted,
    CrossingExplained,
    CrossingOpened,
    CrossingsJoined,
    CrossingUnexplained,
    DocumentAttached,
    DocumentDetached,
    DocumentFiled,
    DocumentOffered,
    EvidenceAttached,
    EvidenceMoved,
    FindingRaised,
    FindingWithdrawn,
)
from beket.words.ids import CrossingId, DeviceId, DocumentId, EntryRef, Instant, PlaceId
from beket.words.readings import (
    CodeRead,
    ContainerRead,
    DocumentLodged,
    DocumentRead,
    PlateRead,
    Position,
    RadMeasurement,
    RpmOccupancy,
    ScanResult,
    SealSignal,
    SealStatus,
    Weighing,
    WimPass,
)
from beket.words.site import Direction
from beket.words.wire import Body

Judged = (
    PlateRead
    | ContainerRead
    | Weighing
    | WimPass
    | RpmOccupancy
    | RadMeasurement
    | ScanResult
    | DocumentRead
    | CodeRead
)
"""The readings that tell of one conveyance; backgrounds, samples and single weights tell of none."""

Where = tuple[PlaceId, EntryRef]

Entries = Callable[[PlaceId], Iterable[tuple[EntryRef, Body]]]
"""Gives the entries of one place's chain from the rehearsal's beginning on, in order."""

JOINS_MAX: Final = 32
"""Longest chain of dossiers joined into one another that is followed; a longer one is a circle."""


class Said(Struct, frozen=True, kw_only=True):
    """One judged reading and where it lies in the log."""

    where: Where
    reading: Judged


class Dossier(Struct, kw_only=True):
    """One crossing as the house holds it."""

    id: CrossingId
    place: PlaceId
    direction: Direction
    opened_at: Instant
    departed: bool = False
    close_reason: str | None = None
    unexplained: str | None = None
    joined_into: CrossingId | None = None


class Belief(Struct, kw_only=True):
    """All that the house heard and holds since the rehearsal began; `readings` counts every reading that came."""

    said: list[Said] = field(default_factory=list)
    lies_in: dict[Where, CrossingId] = field(default_factory=dict)
    dossiers: dict[CrossingId, Dossier] = field(default_factory=dict)
    readings: int = 0
    road: list[Word] = field(default_factory=list)
    papers: PaperBelief = field(default_factory=PaperBelief)

    def home(self, where: Where) -> CrossingId | None:
        """Say in which dossier a reading lies."""
        return self.root(self.lies_in.get(where))

    def root(self, crossing: CrossingId | None) -> CrossingId | None:
        """Follow dossiers that were joined into others."""
        for _ in range(JOINS_MAX):
            held = self.dossiers.get(crossing) if crossing is not None else None
            if held is None or held.joined_into is None:
                return crossing
            crossing = held.joined_into
        return None


def heard(belief: Belief, place: PlaceId, entries: Iterable[tuple[EntryRef, Body]]) -> None:
    """Take in what the log says was said at a place; facts are folded too, as a belief without read tables."""
    for ref, body in entries:
        match body:
            case RadMeasurement(measurement="Background"):
                belief.readings += 1
            case (
                PlateRead()
                | ContainerRead()
                | Weighing()
                | WimPass()
                | RpmOccupancy()
                | RadMeasurement()
                | ScanResult()
                | DocumentRead()
                | CodeRead()
            ):
                belief.readings += 1
                belief.said.append(Said(where=(place, ref), reading=body))
            case Position() | SealStatus() | SealSignal():
                belief.readings += 1
                belief.road.append(body)
            case CrossingOpened():
                belief.dossiers[body.crossing] = Dossier(
                    id=body.crossing, place=place, direction=body.direction, opened_at=body.at
                )
            case EvidenceAttached() | EvidenceMoved():
                belief.lies_in[place, body.of] = body.crossing
            case (
                CrossingUnexplained() | CrossingExplained() | CrossingDeparted() | CrossingClosed() | CrossingsJoined()
            ):
                _mend(belief, body)
            case DocumentLodged():
                belief.readings += 1
                belief.papers.lodge(place, ref, body)
            case (
                DocumentFiled()
                | DocumentAttached()
                | DocumentDetached()
                | DocumentOffered()
                | FindingRaised()
                | FindingWithdrawn()
            ):
                belief.papers.fold(place, body)
            case _:
                belief.readings += hasattr(body, "reading_id")


Mending = CrossingUnexplained | CrossingExplained | CrossingDeparted | CrossingClosed | CrossingsJoined


def _mend(belief: Belief, fact: Mending) -> None:
    """Fold a fact about a dossier; one that was opened before the rehearsal is none of ours."""
    held = belief.dossiers.get(fact.crossing)
    if held is None:
        return
    match fact:
        case CrossingUnexplained():
            held.unexplained = fact.why
        case CrossingExplained():
            held.unexplained = None
        case CrossingDeparted():
            held.departed = True
        case CrossingClosed():
            held.close_reason = fact.reason
        case CrossingsJoined():
            held.joined_into = fact.into


def from_log(places: Sequence[PlaceId], entries: Entries) -> Belief:
    """Read the house's belief from its log alone."""
    belief = Belief()
    for place in places:
        heard(belief, place, entries(place))
    return belief


_EVIDENCE: Final = "SELECT place, seq, idx, crossing FROM {schema}.evidence WHERE place = ANY(%s)"
_CROSSINGS: Final = (
    "SELECT id, place, direction, opened_at, departed_at, close_reason, unexplained, joined_into"
    " FROM {schema}.crossing WHERE place = ANY(%s)"
)
_FITS: Final = "SELECT document, crossing FROM {schema}.document_crossing WHERE place = ANY(%s) AND gone IS NULL"
_FINDINGS: Final = "SELECT about, rule, subject, documents FROM {schema}.finding WHERE place = ANY(%s) AND active"


def from_tables(dsn: str, places: Sequence[PlaceId], entries: Entries, schema: str = "board_10") -> Belief:
    """Read what was said from the log, and the dossiers from the read tables that every screen shows."""
    belief = Belief()
    for place in places:
        heard(belief, place, entries(place))
    since = set(belief.dossiers)
    belief.lies_in.clear()
    belief.dossiers.clear()
    with psycopg.connect(dsn) as connection:
        for place, seq, idx, crossing in _rows(connection, _EVIDENCE, schema, places):
            belief.lies_in[PlaceId(place), EntryRef(f"{seq}.{idx}")] = CrossingId(crossing)
        for row in _rows(connection, _CROSSINGS, schema, places):
            if row[0] in since or row[7] in since:
                belief.dossiers[CrossingId(row[0])] = _dossier(row)
        _papers_shown(belief.papers, connection, schema, places)
    return belief


def _papers_shown(
    papers: PaperBelief, connection: psycopg.Connection[Any], schema: str, places: Sequence[PlaceId]
) -> None:
    """Read whose each paper is, and what does not agree, as it is shown; what came before the rehearsal is left out."""
    papers.fits.clear()
    for document, crossing in _rows(connection, _FITS, schema, places):
        if document in papers.bytes_of:
            papers.fits[DocumentId(document)].add(CrossingId(crossing))
    before = papers.findings.keys()
    shown = _rows(connection, _FINDINGS, schema, places)
    found = {(about, rule, subject): documents for about, rule, subject, documents in shown}
    papers.findings = {
        key: tuple(map(DocumentId, documents.split())) for key, documents in found.items() if key in before
    }


def _rows(connection: psycopg.Connection[Any], query: str, schema: str, places: Sequence[PlaceId]) -> list[Any]:
    named = psycopg.sql.SQL(query).format(schema=psycopg.sql.Identifier(schema))
    return connection.execute(named, [list(places)]).fetchall()


def _dossier(row: Sequence[Any]) -> Dossier:
    return Dossier(
        id=CrossingId(row[0]),
        place=PlaceId(row[1]),
        direction=row[2],
        opened_at=Instant(row[3]),
        departed=row[4] is not None,
        close_reason=row[5],
        unexplained=row[6],
        joined_into=CrossingId(row[7]) if row[7] is not None else None,
    )


def device_of(said: Said) -> DeviceId:
    """Say which device said it."""
    return said.reading.device_id
