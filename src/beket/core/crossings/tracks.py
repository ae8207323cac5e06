"""Keep passages and sightings of each gate in the order in which they happened, however they arrived."""

from __future__ import annotations

from bisect import insort_right
from collections.abc import Iterator
from typing import Final

from beket.core.crossings.habits import Job, observe, observe_step
from beket.core.crossings.layout import Station, gate_of
from beket.core.crossings.limits import (
    PASSAGES_MAX,
    READ_TOGETHER_MAX,
    SIGHTS_MAX,
)
from beket.core.crossings.state import Beside, Crossing, Crossings, Passage, Sight, Track, after
from beket.words.facts import EvidenceAttached, EvidenceMoved
from beket.words.ids import CrossingId, DeviceId

_READ_TOGETHER: Final = frozenset({"document", "code"})
"""Kinds of evidence of which a conveyance gives several at one window, one after another."""


def station_name(device: str, evidence: str) -> str:
    """Name what serves a passage once; a camera that also reads container numbers does two jobs."""
    return f"{device}#{evidence}" if evidence == "container_read" else device


def track_of(held: Crossings, gate: str) -> Track:
    """Give the track of a gate; an empty one when nothing passed there yet."""
    return held.tracks.get(gate) or Track()


def attach(held: Crossings, fact: EvidenceAttached) -> None:
    """Put an attached entry where it happened: its passage, and its turn at its station."""
    crossing = held.crossings.get(fact.crossing)
    station = held.stations.get(fact.device)
    if crossing is None:
        return
    crossing.vehicle_type = crossing.vehicle_type or fact.vehicle_type
    if fact.movement == "against":
        crossing.against = crossing.against or fact.by == "opening"
        return
    gate = gate_of(fact.lane, fact.zone)
    if station is None or _passed_elsewhere(crossing, gate):
        return
    track = held.tracks.get(gate)
    if track is None:
        track = held.tracks[gate] = Track()
    if gate not in crossing.gates:
        crossing.gates.append(gate)
    name = station_name(fact.device, fact.evidence)
    first = _read_with(track.sights.get(name, []), fact)
    if first is None:
        _take(held, track, Job(name, station), _place(track, crossing.id, station, fact), fact)
    else:
        one = Beside(at=fact.at, ref=fact.of, evidence=fact.evidence)
        first.beside = tuple(sorted((*first.beside, one), key=lambda beside: beside.at))


def _take(held: Crossings, track: Track, job: Job, passage: Passage, fact: EvidenceAttached) -> None:
    """Count a sighting of a passage, and learn from it when the station usually meets a conveyance."""
    name, station = job
    passage.served[name] = passage.served.get(name, 0) + 1
    if passage.anchored and not station.anchors and passage.served[name] == 1:
        observe(held, track, job, fact.at - passage.at, fact.by)
    if station.zone == "control":
        observe_step(held, track, job, fact.at)
    sights = track.sights.setdefault(name, [])
    sights.insert(after(sights, fact.at), _sight(fact))
    if len(sights) > SIGHTS_MAX:
        del sights[0]
    if len(track.order) > PASSAGES_MAX:
        _drop(track, track.order[0])


def _read_with(sights: list[Sight], fact: EvidenceAttached) -> Sight | None:
    """Find the sighting that a companion rests on, if it is of those that papers are read together with."""
    if fact.by != "companion" or fact.evidence not in _READ_TOGETHER or len(fact.because) < 2:
        return None
    here = after(sights, fact.at)
    for sight in sights[max(here - 1, 0) : here + 1]:
        if sight.ref == fact.because[1] and len(sight.beside) < READ_TOGETHER_MAX:
            return sight
    return None


def _passed_elsewhere(crossing: Crossing, gate: str) -> bool:
    """A conveyance passes one gate of each kind: what a neighbouring lane saw of it makes no passage there."""
    if not crossing.gates or crossing.gates == [gate]:
        return False
    end = gate.rpartition("|")[2]
    return any(other != gate and other.endswith(end) for other in crossing.gates)


def _sight(fact: EvidenceAttached) -> Sight:
    return Sight(
        at=fact.at,
        ref=fact.of,
        crossing=fact.crossing,
        pinned=fact.by in ("plate", "companion"),
        sign=fact.sign,
        event_id=fact.event_id,
        evidence=fact.evidence,
        gross_kg=fact.gross_kg,
        gamma_alarm=fact.gamma_alarm,
        neutron_alarm=fact.neutron_alarm,
    )


def _place(track: Track, crossing: CrossingId, station: Station, fact: EvidenceAttached) -> Passage:
    """Find or begin the crossing's passage, and bound its instant by what this entry says of it."""
    anchor = station.anchors and fact.evidence == "plate_read"
    earliest = fact.at if anchor else fact.at - station.most_ms
    latest = fact.at if anchor else fact.at - station.least_ms
    passage = track.passages.get(crossing)
    if passage is None:
        passage = Passage(crossing=crossing, earliest=earliest, at=latest, anchored=anchor)
        track.passages[crossing] = passage
        _insert(track, passage)
    elif anchor and (not passage.anchored or fact.at < passage.at):
        _replace(track, passage, fact.at, fact.at)
        passage.anchored = True
    elif not passage.anchored:
        _replace(track, passage, max(passage.earliest, earliest), min(passage.at, latest))
    return passage


def _insert(track: Track, passage: Passage) -> None:
    if not track.order or track.passages[track.order[-1]].at <= passage.at:
        track.order.append(passage.crossing)
    else:
        insort_right(track.order, passage.crossing, key=lambda crossing: track.passages[crossing].at)


def _replace(track: Track, passage: Passage, earliest: int, at: int) -> None:
    """Narrow a passage's bounds, keeping the order; bounds that exclude each other stay as they were."""
    if earliest > at:
        return
    passage.earliest = earliest
    if passage.at != at:
        del track.order[track.place_of(passage.crossing)]
        passage.at = at
        _insert(track, passage)


def _drop(track: Track, crossing: CrossingId) -> None:
    del track.order[track.place_of(crossing)]
    del track.passages[crossing]


def move(held: Crossings, fact: EvidenceMoved, left: Crossing) -> None:
    """Give a sighting to the crossing it belongs to after all."""
    for track in _tracks(held, left):
        for name, sights in track.sights.items():
            sight = _find(sights, fact)
            if sight is not None:
                sight.crossing = fact.crossing
                _serve(track, fact.out_of, name, -1)
                _serve(track, fact.crossing, name, 1)
                _bound_again(held, track, fact.out_of)
                return


def _bound_again(held: Crossings, track: Track, crossing: CrossingId) -> None:
    """Bound the instant of a passage that no front camera saw by what is left of it."""
    passage = track.passages.get(crossing)
    if passage is None or passage.anchored:
        return
    left = list(_sights_of(held, track, passage))
    if left:
        earliest = max(sight.at - station.most_ms for sight, station in left)
        _replace(track, passage, earliest, min(sight.at - station.least_ms for sight, station in left))


def _sights_of(held: Crossings, track: Track, passage: Passage) -> Iterator[tuple[Sight, Station]]:
    for name, count in passage.served.items():
        station = held.stations.get(DeviceId(name.partition("#")[0]))
        if count > 0 and station is not None:
            yield from ((sight, station) for sight in track.sights.get(name, ()) if sight.crossing == passage.crossing)


def _tracks(held: Crossings, crossing: Crossing) -> Iterator[Track]:
    for gate in crossing.gates:
        if gate in held.tracks:
            yield held.tracks[gate]


def _find(sights: list[Sight], fact: EvidenceMoved) -> Sight | None:
    for index in range(after(sights, fact.at) - 1, -1, -1):
        if sights[index].at != fact.at:
            return None
        if sights[index].ref == fact.of:
            return sights[index]
    return None


def _serve(track: Track, crossing: CrossingId, name: str, by: int) -> None:
    passage = track.passages.get(crossing)
    if passage is not None:
        passage.served[name] = passage.served.get(name, 0) + by


def join(held: Crossings, gone: Crossing, kept: Crossing) -> None:
    """Give everything one crossing had at the gates to the crossing it turned out to be."""
    for gate in gone.gates:
        track = held.tracks.get(gate)
        passage = None if track is None else track.passages.get(gone.id)
        if track is None or passage is None:
            continue
        _drop(track, gone.id)
        for name in passage.served:
            for sight in track.sights.get(name, []):
                if sight.crossing == gone.id:
                    sight.crossing = kept.id
        if not _passed_elsewhere(kept, gate):
            _merge(track, passage, kept)
            if gate not in kept.gates:
                kept.gates.append(gate)


def _merge(track: Track, gone: Passage, kept: Crossing) -> None:
    passage = track.passages.get(kept.id)
    if passage is None:
        gone.crossing = kept.id
        track.passages[kept.id] = gone
        _insert(track, gone)
        return
    for name, count in gone.served.items():
        passage.served[name] = passage.served.get(name, 0) + count
    if gone.anchored and (not passage.anchored or gone.at < passage.at):
        _replace(track, passage, gone.at, gone.at)
        passage.anchored = True


def forget(held: Crossings, crossing: Crossing) -> None:
    """Let a crossing's passages go; its sightings age out of their stations by themselves."""
    for track in _tracks(held, crossing):
        if crossing.id in track.passages:
            _drop(track, crossing.id)
