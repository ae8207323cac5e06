"""All that is held on one crossing, as one read-only picture: what rules and people look at."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from beket.core.crossings.state import Crossing, Crossings
from beket.words.facts import CloseReason, IdentityRole, Unexplained
from beket.words.ids import CrossingId, EntryRef, Instant, LaneId
from beket.words.site import Direction


class Sign(Struct, frozen=True, kw_only=True):
    """A plate or number the conveyance is known by, with the entry that said so."""

    role: IdentityRole
    value: str
    country: str | None
    said_by: EntryRef


class Evidence(Struct, frozen=True, kw_only=True):
    """One entry that belongs to the crossing; attached by what it read, or by its turn."""

    ref: EntryRef
    at: Instant
    kind: str
    station: str
    by_sign: bool
    gross_kg: float | None = None
    gamma_alarm: bool | None = None
    neutron_alarm: bool | None = None


class Dossier(Struct, frozen=True, kw_only=True):
    """One crossing of one conveyance at one checkpoint in one direction."""

    id: CrossingId
    lane: LaneId
    direction: Direction
    opened_at: Instant
    opened_by: EntryRef
    signs: tuple[Sign, ...]
    evidence: tuple[Evidence, ...]
    weighed_kg: float | None
    unexplained: Unexplained | None
    departed_at: Instant | None
    closed: CloseReason | None


def dossier(held: Crossings, crossing: CrossingId) -> Dossier | None:
    """Draw the picture of one crossing; None when it is not held (any more)."""
    known = held.crossings.get(crossing)
    if known is None:
        return None
    evidence = tuple(sorted(_evidence(held, known), key=lambda one: (one.at, one.ref)))
    weighings = [one.gross_kg for one in evidence if one.gross_kg is not None]
    return Dossier(
        id=known.id,
        lane=known.lane,
        direction=known.direction,
        opened_at=known.opened_at,
        opened_by=known.opened_by,
        signs=tuple(
            Sign(role=role, value=sign.value, country=sign.country, said_by=sign.ref)
            for role, sign in sorted(known.signs.items())
        ),
        evidence=evidence,
        weighed_kg=weighings[-1] if weighings else None,
        unexplained=known.unexplained,
        departed_at=known.departed_at,
        closed=known.closed,
    )


def _evidence(held: Crossings, crossing: Crossing) -> Iterator[Evidence]:
    for gate in crossing.gates:
        track = held.tracks.get(gate)
        passage = None if track is None else track.passages.get(crossing.id)
        if track is None or passage is None:
            continue
        for name in passage.served:
            for sight in track.sights.get(name, []):
                if sight.crossing == crossing.id:
                    yield Evidence(
                        ref=sight.ref,
                        at=sight.at,
                        kind=sight.evidence,
                        station=name,
                        by_sign=sight.pinned,
                        gross_kg=sight.gross_kg,
                        gamma_alarm=sight.gamma_alarm,
                        neutron_alarm=sight.neutron_alarm,
                    )
                    for one in sight.beside:
                        yield Evidence(ref=one.ref, at=one.at, kind=one.evidence, station=name, by_sign=False)
