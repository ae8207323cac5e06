"""A made-up day at a checkpoint for the board's tests: readings, and a light core that draws every kind of fact."""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec
from msgspec import Struct, field

from beket.loop.thinking import Thinking
from beket.words import decisions, facts, readings
from beket.words.decisions import DescribePost
from beket.words.ids import (
    CrossingId,
    DeviceId,
    EntryRef,
    Instant,
    LaneId,
    PlaceId,
    Sha256,
    entry_ref,
    reading_id,
    sha256,
)
from beket.words.site import Device, Lane, Name, Post
from beket.words.wire import Entry, Piece, Raw

PLACE = PlaceId("KG-BDB-A")
NOON = Instant(1_795_000_000_000)
CAMERA = DeviceId("KG-BDB-A/in-1/camera")
SCALE = DeviceId("KG-BDB-A/in-1/scale")
PORTAL = DeviceId("KG-BDB-A/in-1/portal")
LANE = LaneId("in-1")


class Drawn(Struct, kw_only=True):
    """What the light core holds: the crossings of a place by plate, newest last."""

    place: PlaceId
    open: dict[str, CrossingId] = field(default_factory=dict)
    newest: list[CrossingId] = field(default_factory=list)
    steps: int = 0


def think(state: Drawn, ref: EntryRef, body: readings.Reading | decisions.Decision) -> tuple[facts.Fact, ...]:
    """Draw facts by simple rules that bring in every kind there is."""
    match body:
        case DescribePost():
            return (facts.PostDescribed(at=body.at, because=(ref,), post=body.post),)
        case readings.PlateRead(plate=str(plate)):
            return _on_plate(state, ref, body, plate)
        case readings.Weighing() if state.newest:
            return (_evidence(state.newest[-1], ref, body, "control", gross_kg=body.gross_kg),)
        case readings.RpmOccupancy() if state.newest:
            attached = _evidence(state.newest[0], ref, body, "arrival", gamma=body.gamma_alarm)
            if len(state.newest) < 2:
                return (attached,)
            moved = facts.EvidenceMoved(
                at=body.received, because=(ref,), of=ref, evidence="rpm_occupancy", out_of=state.newest[0],
                crossing=state.newest[-1], gamma_alarm=body.gamma_alarm,
            )  # fmt: skip
            return (attached, moved)
        case readings.ContainerRead() if len(state.newest) > 2:
            joined = facts.CrossingsJoined(
                at=body.received, because=(ref,), crossing=state.newest[-1], into=state.newest[-2]
            )
            return (joined,)
        case readings.Health(alive=alive):
            return _on_health(ref, body, alive=alive)
        case _:
            return ()


def _on_plate(state: Drawn, ref: EntryRef, body: readings.PlateRead, plate: str) -> tuple[facts.Fact, ...]:
    known = state.open.get(plate)
    if known is not None:
        departed = facts.CrossingDeparted(at=body.received, because=(ref,), crossing=known, lane=LANE)
        closed = facts.CrossingClosed(at=body.received, because=(ref,), crossing=known, reason="departed")
        return (_evidence(known, ref, body, "departure"), departed, closed)
    crossing = CrossingId(f"{state.place}:{ref}")
    unexplained = facts.CrossingUnexplained(at=body.received, because=(ref,), crossing=crossing, why="no_plate")
    explained = facts.CrossingExplained(at=body.received, because=(ref,), crossing=crossing)
    return (
        facts.CrossingOpened(
            at=body.received, because=(ref,), crossing=crossing, lane=LANE, direction="in", zone="arrival",
            opened_by="plate_read",
        ),
        _evidence(crossing, ref, body, "arrival"),
        facts.CrossingIdentified(
            at=body.received, because=(ref,), crossing=crossing, role="front", value=plate, country="KG",
            confidence=body.confidence,
        ),
        *((unexplained,) if state.steps % 3 else (unexplained, explained)),
    )  # fmt: skip


def _on_health(ref: EntryRef, body: readings.Health, *, alive: bool) -> tuple[facts.Fact, ...]:
    if not alive:
        failed = facts.DeviceFailed(at=body.received, because=(ref,), device=body.device_id, reason="silent")
        wrong = facts.ClockFoundWrong(at=body.received, because=(ref,), device=body.device_id, drift_ms=60_000)
        return (failed, wrong)
    return (facts.DeviceRecovered(at=body.received, because=(ref,), device=body.device_id),)


def _evidence(
    crossing: CrossingId,
    ref: EntryRef,
    body: readings.Said,
    zone: str,
    gross_kg: float | None = None,
    gamma: bool | None = None,
) -> facts.EvidenceAttached:
    return facts.EvidenceAttached(
        at=body.received, because=(ref,), crossing=crossing, of=ref, evidence=str(type(body).__struct_config__.tag),
        device=body.device_id, lane=LANE, zone=zone, gross_kg=gross_kg, gamma_alarm=gamma,  # type: ignore[arg-type]
    )  # fmt: skip


def keep(state: Drawn, ref: EntryRef, fact: facts.Fact) -> Drawn:
    """Fold a fact in."""
    state.steps += 1
    match fact:
        case facts.CrossingOpened():
            state.newest = [*state.newest[-4:], fact.crossing]
        case facts.CrossingIdentified():
            state.open[fact.value] = fact.crossing
        case facts.CrossingClosed():
            state.open = {plate: crossing for plate, crossing in state.open.items() if crossing != fact.crossing}
            state.newest = [crossing for crossing in state.newest if crossing != fact.crossing]
        case facts.CrossingsJoined():
            state.newest = [crossing for crossing in state.newest if crossing != fact.crossing]
            state.open = {plate: crossing for plate, crossing in state.open.items() if crossing != fact.crossing}
        case _:
            pass
    return state


LIGHT = Thinking(
    rules="light",
    empty=lambda place: Drawn(place=place),
    step=think,
    apply=keep,
    encode=msgspec.json.encode,
    decode=msgspec.json.Decoder(Drawn).decode,
)


def post(place: PlaceId = PLACE) -> Post:
    """A checkpoint with one lane and three devices."""
    return Post(
        id=place,
        name=Name(ky="Бор-Дөбө", ru="Бор-Добо", en="Bor-Dobo"),
        latitude=39.51,
        longitude=73.27,
        neighbour="TJ",
        lanes=(Lane(id=LANE, direction="in"),),
        devices=(
            Device(id=CAMERA, driver="hikvision_isapi", lane=LANE, view="front"),
            Device(id=SCALE, driver="yaohua_a9", lane=LANE, zone="control"),
            Device(id=PORTAL, driver="rapiscan_tsa", lane=LANE),
        ),
    )


def described(place: PlaceId = PLACE) -> Entry:
    """The decision that puts the checkpoint's layout in force."""
    return Entry(
        body=DescribePost(decision_id="layout-1", by="engineer", role="device_engineer", at=NOON, post=post(place))
    )


def plate(text: str | None, at: int, *, pictures: bool = True, device: DeviceId = CAMERA) -> Entry:
    """A camera reads a plate."""
    said = str(text).encode() + str(at).encode()
    images = (
        readings.Image(role="scene", sha256=sha256(said + b"scene"), size=1000),
        readings.Image(role="plate", sha256=sha256(said + b"plate"), size=100),
    )
    raw = Raw(sha256=sha256(said), pieces=(Piece(inline=said),))
    body = readings.PlateRead(
        device_id=device, time=Instant(at), received=Instant(at), reading_id=reading_id(device, "plate_read", at, said),
        raw_sha256=raw.sha256, plate=text, confidence=97.0, vehicle_type="truck", images=images if pictures else (),
    )  # fmt: skip
    return Entry(body=body, raw=raw)


def weighed(kg: float, at: int) -> Entry:
    """A scale weighs a conveyance."""
    return Entry(
        body=readings.Weighing(
            device_id=SCALE, received=Instant(at), reading_id=reading_id(SCALE, "weighing", at, b"w"), gross_kg=kg,
            min_kg=kg, max_kg=kg, n=5, started=Instant(at - 1000), ended=Instant(at), drift_ms=40,
        )
    )  # fmt: skip


def passed_portal(*, alarm: bool, at: int) -> Entry:
    """A radiation portal was passed."""
    return Entry(
        body=readings.RpmOccupancy(
            device_id=PORTAL, received=Instant(at), reading_id=reading_id(PORTAL, "rpm_occupancy", at, b"p"), counter=1,
            gamma_alarm=alarm, neutron_alarm=False, max_gamma_1s=9, max_neutron=0,
            started=Instant(at), ended=Instant(at),
        )
    )  # fmt: skip


def container(number: str, at: int) -> Entry:
    """A reader reads a container number."""
    said = reading_id(CAMERA, "container_read", at, number.encode())
    return Entry(body=readings.ContainerRead(device_id=CAMERA, received=Instant(at), reading_id=said, number=number))


def health(at: int, *, alive: bool, device: DeviceId = SCALE) -> Entry:
    """The kit says how a device is."""
    said = reading_id(device, "health", at, b"alive" if alive else b"silent")
    return Entry(body=readings.Health(device_id=device, received=Instant(at), reading_id=said, alive=alive))


def day(seed: int, entries: int) -> list[Entry]:
    """A day of readings of every kind, the same for the same seed."""
    chance = random.Random(seed)
    said: list[Entry] = [described()]
    at = int(NOON)
    for _ in range(entries):
        at += chance.randrange(500, 60_000)
        kind = chance.choice(("plate", "plate", "plate", "unread", "weight", "portal", "container", "health"))
        match kind:
            case "plate":
                said.append(plate(f"{chance.randrange(1, 10):02d}KG{chance.randrange(100, 140)}ABC", at))
            case "unread":
                said.append(plate(None, at, pictures=False))
            case "weight":
                said.append(weighed(float(chance.randrange(8000, 44_000, 20)), at))
            case "portal":
                said.append(passed_portal(alarm=chance.random() < 0.2, at=at))
            case "container":
                said.append(container("MSCU1234566", at))
            case _:
                said.append(health(at, alive=chance.random() < 0.5))
    return said


def in_frames(entries: Sequence[Entry], seed: int) -> list[list[Entry]]:
    """Cut entries into frames of uneven length."""
    chance = random.Random(seed)
    frames, rest = [], list(entries)
    while rest:
        size = chance.randrange(1, 12)
        frames.append(rest[:size])
        rest = rest[size:]
    return frames


__all__ = ["Sha256", "entry_ref"]
