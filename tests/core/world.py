"""A small world with a truth: vehicles pass the stations of their lane in order; each reading knows whose it is."""

from __future__ import annotations

from random import Random

from msgspec import Struct, structs

from beket.core.state import State, apply, empty
from beket.core.step import step
from beket.words.decisions import DescribePost
from beket.words.facts import CrossingsJoined, EvidenceAttached, EvidenceMoved, Fact
from beket.words.ids import CrossingId, DeviceId, EntryRef, Instant, ReadingId, entry_ref
from beket.words.plates import FORMATS, fill
from beket.words.readings import DocumentRead, PlateRead, Reading, RpmOccupancy, Weighing
from beket.words.site import Post
from tests.core.tape import BEGIN, PLACE, post

_FORMATS = [row for row in FORMATS if row.country in ("KG", "KZ", "UZ", "TJ", "RU", "CN")]


class Spoken(Struct, frozen=True, kw_only=True):
    """One reading with the vehicle it is truly of."""

    vehicle: int
    said: Reading


class Traffic(Struct, frozen=True, kw_only=True):
    """How dense and how readable the traffic is; a vehicle is never unread on both sides, for nobody could know it."""

    vehicles: int = 30
    headway_ms: tuple[int, int] = (4000, 6000)
    rear_ms: tuple[int, int] = (3000, 6000)
    inside_ms: tuple[int, int] = (200_000, 900_000)
    unread: float = 0.0
    lane: str = "1"
    papers: int = 0


def chance_of(seed: int) -> Random:
    """Seed a chance: the world is the same for the same seed."""
    return Random(seed)


def drive(chance: Random, traffic: Traffic) -> list[Spoken]:
    """Let vehicles pass; within a lane nobody overtakes."""
    spoken: list[Spoken] = []
    last = dict.fromkeys(("front", "rear", "scale", "exit", "exitrear"), BEGIN)
    for vehicle in range(traffic.vehicles):
        at = last["front"] = last["front"] + chance.randint(*traffic.headway_ms)
        rear_at = last["rear"] = max(at + chance.randint(*traffic.rear_ms), last["rear"] + 500)
        scale_at = last["scale"] = max(at + chance.randint(30_000, 60_000), last["scale"] + 3000)
        exit_at = last["exit"] = max(at + chance.randint(*traffic.inside_ms), last["exit"] + 4000)
        exit_rear_at = last["exitrear"] = max(exit_at + chance.randint(*traffic.rear_ms), last["exitrear"] + 500)
        front = fill(chance.choice(_FORMATS), chance.choice)
        rear = front if chance.random() < 0.4 else fill(chance.choice(_FORMATS), chance.choice)
        blind = chance.choice(("front", "rear")) if chance.random() < traffic.unread else None
        for name, then, plate in (
            ("front", at, front), ("rear", rear_at, rear), ("exit", exit_at, front), ("exitrear", exit_rear_at, rear),
        ):  # fmt: skip
            spoken.append(
                Spoken(vehicle=vehicle, said=_plate(name, traffic.lane, then, None if name == blind else plate))
            )
        if chance.random() < 0.7:
            second = at + chance.randint(0, 900)
            spoken.append(Spoken(vehicle=vehicle, said=_plate("front2", traffic.lane, second, front)))
        spoken.append(Spoken(vehicle=vehicle, said=_portal(traffic.lane, at + chance.randint(500, 2500))))
        spoken.append(Spoken(vehicle=vehicle, said=_scale(traffic.lane, scale_at, 10_000 + 100 * vehicle)))
        shown_at = range(scale_at + 4000, scale_at + 4000 * (traffic.papers + 1), 4000)
        spoken.extend(Spoken(vehicle=vehicle, said=_paper(traffic.lane, at)) for at in shown_at)
    return sorted(spoken, key=lambda one: one.said.received)


def _plate(name: str, lane: str, at: int, plate: str | None) -> PlateRead:
    return PlateRead(
        device_id=DeviceId(f"{name}@{lane}"), time=Instant(at), received=Instant(at + 150), drift_ms=0,
        reading_id=ReadingId(f"{name}{at}"), plate=plate, unread_reason=None if plate else "no_plate", confidence=0.95,
    )  # fmt: skip


def _portal(lane: str, at: int) -> RpmOccupancy:
    return RpmOccupancy(
        device_id=DeviceId(f"portal@{lane}"), received=Instant(at + 3000), reading_id=ReadingId(f"p{at}"), counter=None,
        gamma_alarm=False, neutron_alarm=False, max_gamma_1s=1, max_neutron=0,
        started=Instant(at), ended=Instant(at + 3000),
    )  # fmt: skip


def _scale(lane: str, at: int, kg: float) -> Weighing:
    return Weighing(
        device_id=DeviceId(f"scale@{lane}"), received=Instant(at + 2000), reading_id=ReadingId(f"s{at}"),
        gross_kg=kg, min_kg=kg, max_kg=kg, n=5, started=Instant(at), ended=Instant(at + 2000),
    )  # fmt: skip


def _paper(lane: str, at: int) -> DocumentRead:
    return DocumentRead(
        device_id=DeviceId(f"papers@{lane}"), time=Instant(at), received=Instant(at + 200), drift_ms=0,
        reading_id=ReadingId(f"d{at}"), number=f"P{at}",
    )  # fmt: skip


def delay(spoken: list[Spoken], chance: Random, share: float, most_ms: int) -> list[Spoken]:
    """Let some messages come late: the device's times stay, only their receipt changes."""
    late = [
        structs.replace(one, said=structs.replace(one.said, received=_later(one.said, chance, most_ms)))
        if chance.random() < share
        else one
        for one in spoken
    ]
    return sorted(late, key=lambda one: one.said.received)


def _later(said: Reading, chance: Random, most_ms: int) -> Instant:
    return Instant(said.received + chance.randint(0, most_ms))


class Thought(Struct, kw_only=True):
    """What the core made of a stream: whose each entry is at the end."""

    state: State
    facts: list[Fact]
    owner: dict[EntryRef, CrossingId]
    vehicle: dict[EntryRef, int]


def described(layout: Post) -> DescribePost:
    """Order a layout."""
    return DescribePost(decision_id="d", by="t", role="administrator", at=Instant(BEGIN), post=layout)


def think(spoken: list[Spoken]) -> Thought:
    """Play a stream to the core and follow whose each entry is."""
    state = empty(PLACE)
    thought = Thought(state=state, facts=[], owner={}, vehicle={})
    _say(thought, 1, described(post()))
    for seq, one in enumerate(spoken, start=2):
        thought.vehicle[entry_ref(seq, 0)] = one.vehicle
        _say(thought, seq, one.said)
    return thought


def _say(thought: Thought, seq: int, body: Reading | DescribePost) -> None:
    for index, fact in enumerate(step(thought.state, entry_ref(seq, 0), body), start=1):
        apply(thought.state, entry_ref(seq, index), fact)
        thought.facts.append(fact)
        follow(thought.owner, fact)


def follow(owner: dict[EntryRef, CrossingId], fact: Fact) -> None:
    """Keep whose each entry is, from facts alone."""
    if isinstance(fact, EvidenceAttached):
        assert fact.of not in owner, f"{fact.of} is attached twice"
        owner[fact.of] = fact.crossing
    elif isinstance(fact, EvidenceMoved):
        assert owner[fact.of] == fact.out_of, f"{fact.of} moves out of a crossing it is not in"
        owner[fact.of] = fact.crossing
    elif isinstance(fact, CrossingsJoined):
        for ref, crossing in owner.items():
            if crossing == fact.crossing:
                owner[ref] = fact.into


def mistakes(thought: Thought) -> tuple[int, int]:
    """Count vehicles in more than one crossing, and crossings with more than one vehicle."""
    of_vehicle: dict[int, set[CrossingId]] = {}
    of_crossing: dict[CrossingId, set[int]] = {}
    for ref, crossing in thought.owner.items():
        of_vehicle.setdefault(thought.vehicle[ref], set()).add(crossing)
        of_crossing.setdefault(crossing, set()).add(thought.vehicle[ref])
    return sum(len(c) > 1 for c in of_vehicle.values()), sum(len(v) > 1 for v in of_crossing.values())
