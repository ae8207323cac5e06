"""What the devices of busy lanes say, for measurements: a lorry every 20 seconds in each of two lanes of eight places.

Every entry is what the field writes for it: messages are written by the drivers' encoders and read by their codecs, the
first reading of a message carries its bytes, pictures are named in it (their bytes are measured in `cameras.py`), and
a portal's background is kept once a minute, as its manifest says.

Per lorry: a plate from the front, one from behind, a portal's occupancy, a weighing, a plate at the exit; the rear
camera sends one in 25 twice. Between lorries the portal says its background, every device says that it is well every
five minutes, and the clock ticks every fifteen seconds: nearly seven entries a lorry, of which five are about it, and
more facts than entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from beket.devices.hikvision_isapi import codec as camera
from beket.devices.hikvision_isapi.speak import Shot, Sighting, encode_push
from beket.devices.kit.driver import Codec, Frame
from beket.devices.rapiscan_tsa import codec as portal
from beket.devices.yaohua_a9 import codec as scale
from beket.loop.clock import TICK_S, tick
from beket.words.decisions import DescribePost
from beket.words.ids import DeviceId, Instant, LaneId, PlaceId, reading_id
from beket.words.readings import Health
from beket.words.site import Device, Lane, Name, Post, View, Zone
from beket.words.wire import Entry

PLACES: Final = 8
NOON: Final = 1_795_000_000_000
GAP_MS: Final = 20_000
LANES: Final = ("in-1", "in-2")
BACKGROUND_MS: Final = 60_000
HEALTH_MS: Final = 300_000
REPEATED: Final = 25
GROSS_KG: Final = 24_400
STATIONS: Final[tuple[tuple[str, Zone, View, tuple[int, int]], ...]] = (
    ("front", "arrival", "front", (0, 5)),
    ("rear", "arrival", "rear", (1, 12)),
    ("portal", "arrival", "none", (1, 14)),
    ("scale", "control", "none", (5, 15)),
    ("exit", "departure", "front", (0, 5)),
)

_LOADS: Final = (0.17, 0.46, 0.83, 0.97, *(1.0,) * 12, 0.55, 0.12, *(0.0,) * 4)
"""What part of a lorry is on the scale, ten times a second."""

Form = Literal["written", "bare", "dense"]
"""As the field writes it; without the bytes of the messages; or as written, and only what is about a lorry."""

_Frames = Sequence[tuple[Frame, Instant]]


def post(place: PlaceId) -> Post:
    """A checkpoint with two lanes of five stations each."""
    devices = tuple(
        Device(
            id=DeviceId(f"{place}/{lane}/{name}"), driver="made_up", lane=LaneId(lane), zone=zone, view=view,
            after_s=after,
        )
        for lane in LANES
        for name, zone, view, after in STATIONS
    )  # fmt: skip
    return Post(
        id=place, name=Name(ky=place, ru=place, en=place), latitude=41.0, longitude=74.0,
        lanes=tuple(Lane(id=LaneId(lane), direction="in") for lane in LANES), devices=devices,
    )  # fmt: skip


def describe(place: PlaceId) -> Entry:
    """The decision that lays a checkpoint out."""
    body = DescribePost(decision_id=place, by="bench", role="device_engineer", at=Instant(NOON), post=post(place))
    return Entry(body=body)


def vehicle(place: PlaceId, number: int) -> list[Entry]:
    """What five devices say of one lorry."""
    lane = f"{place}/{LANES[number % 2]}"
    at = NOON + (number // 2 + 1) * GAP_MS
    plate = f"{number % 9 + 1:02}KG{number % 1000:03}A{chr(65 + number // 26_000 % 26)}{chr(65 + number // 1000 % 26)}"
    rears = (at + 3000, at + 3400) if number % REPEATED == 0 else (at + 3000,)
    return [
        *_read(f"{lane}/front", plate, number, at),
        *(entry for seen_at in rears for entry in _read(f"{lane}/rear", plate, number, seen_at)),
        *_written(portal, f"{lane}/portal", _passing(number, at + 3000), "rpm_occupancy"),
        *_written(scale, f"{lane}/scale", _weighing(at + 7000), "weighing"),
        *_read(f"{lane}/exit", plate, number, at + 15_000),
    ]


def _read(device: str, plate: str, number: int, at: int) -> Iterator[Entry]:
    """What a camera posts of one plate, with two pictures."""
    seen = Sighting(at=Instant(at), plate=plate, uuid=f"{device}{number}", country="KG", confidence=0.97, speed_kmh=11)
    name = f"{device}{number}{at}".encode()
    shots = (
        Shot(name="detectionPicture.jpg", jpeg=b"\xff\xd8" + name),
        Shot(name="licensePlatePicture.jpg", jpeg=name),
    )
    content_type, blob = encode_push(seen, shots)
    yield from _written(
        camera, device, [(Frame(blob=blob, content_type=content_type), Instant(at + 180))], "plate_read"
    )


def _passing(number: int, at: int) -> _Frames:
    """The lines of a portal while a lorry is inside: ten intervals, its speed, and the end."""
    counts = [(208 + number % 40, 210, 205 + n, 212) for n in range(10)]
    lines = [portal.encode_sample("gamma", interval) for interval in counts]
    lines[5:5] = [portal.encode_speed(11.0)]
    lines[:0] = [portal.encode_sample("neutron", (0, 0, 0, 0))]
    lines.append(portal.encode_end(number, 1.2))
    return [(Frame(blob=line), Instant(at + 170 * n)) for n, line in enumerate(lines)]


def _weighing(at: int) -> _Frames:
    """The frames of a scale while a lorry drives on, stands, and drives off."""
    return [
        (Frame(blob=scale.encode_weight(round(GROSS_KG * load))), Instant(at + 100 * n))
        for n, load in enumerate(_LOADS)
    ]


def _written(codec: Codec, device: str, frames: _Frames, kind: str) -> Iterator[Entry]:
    """What the field writes of a device's frames: readings of the kind that is kept, with the bytes they rest on."""
    decoder = codec.decoder({})
    for frame, received in frames:
        for told in decoder.read(frame, received).told:
            if told.reading.__struct_config__.tag == kind:
                raw = told.message.raw()
                yield Entry(body=told.stamped(DeviceId(device), 12, raw.sha256, drift_sure=True), raw=raw)


def quiet(place: PlaceId, begin: int, end: int) -> Iterator[Entry]:
    """What is said at a place from one instant to another, whoever passes."""
    for at in range(begin, end, round(TICK_S * 1000)):
        yield Entry(body=tick(place, Instant(at)))
    for lane in LANES:
        for at in range(begin + BACKGROUND_MS // 2, end, BACKGROUND_MS):
            yield from _background(f"{place}/{lane}/portal", at)
        for name, *_ in STATIONS:
            for at in range(begin, end, HEALTH_MS):
                device = f"{place}/{lane}/{name}"
                yield Entry(
                    body=Health(
                        device_id=DeviceId(device), received=Instant(at), alive=True,
                        reading_id=reading_id(device, "health", at, b""), messages=60, drift_ms=12,
                    )
                )  # fmt: skip


def _background(device: str, at: int) -> Iterator[Entry]:
    gamma = Frame(blob=portal.encode_background("gamma", (251, 262, 248, 255)))
    neutron = Frame(blob=portal.encode_background("neutron", (1, 0, 1, 0)))
    return _written(portal, device, [(gamma, Instant(at)), (neutron, Instant(at))], "rpm_background")


def by_lane(entries: list[Entry]) -> list[list[Entry]]:
    """Part what is said at a place as it is sent: each lane's devices by themselves, the clock with the first."""
    parts: dict[str, list[Entry]] = {lane: [] for lane in LANES}
    for entry in entries:
        _, _, rest = entry.body.device_id.partition("/")  # type: ignore[union-attr]
        parts[rest.partition("/")[0] or LANES[0]].append(entry)
    return list(parts.values())


def traffic(first: int, vehicles: int, form: Form = "written") -> dict[PlaceId, list[Entry]]:
    """What every checkpoint's devices say while its share of the vehicles passes, in the order of time."""
    told: dict[PlaceId, list[Entry]] = {}
    last = first + vehicles // PLACES
    for place in (PlaceId(f"KG-{number:03}") for number in range(PLACES)):
        entries = [entry for number in range(first, last) for entry in vehicle(place, number)]
        if form != "dense":
            begin, end = (NOON + (number // len(LANES) + 1) * GAP_MS for number in (first, last))
            entries += quiet(place, begin, end)
        if form == "bare":
            entries = [Entry(body=entry.body) for entry in entries]
        told[place] = sorted(entries, key=lambda entry: entry.body.received)  # type: ignore[union-attr]
    return told
