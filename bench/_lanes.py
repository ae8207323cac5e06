"""What the devices of busy lanes say, for measurements: a lorry every 20 seconds in each of two lanes of eight places.

Per lorry: a plate from the front, one from behind, a portal's occupancy, a weighing, a plate at the exit; the rear
camera sends one in 25 twice. Between lorries the portal says its background, a line for gamma and one for neutrons
every five seconds (as the simulated ones do), every device says that it is well every five minutes, and the clock ticks
every fifteen seconds: 12 readings a lorry, of which five are about it, and nearly as many facts. Twenty seconds is a
full lane: with less traffic the share of readings that conclude nothing only grows. `dense` leaves them out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from beket.loop.clock import TICK_S, tick
from beket.words.decisions import DescribePost
from beket.words.ids import DeviceId, Instant, LaneId, PlaceId, Sha256, reading_id
from beket.words.readings import Health, PlateRead, RpmBackground, RpmOccupancy, Weighing
from beket.words.site import Device, Lane, Name, Post, View, Zone
from beket.words.wire import Entry

PLACES: Final = 8
NOON: Final = 1_795_000_000_000
GAP_MS: Final = 20_000
LANES: Final = ("in-1", "in-2")
BACKGROUND_MS: Final = 5_000
HEALTH_MS: Final = 300_000
REPEATED: Final = 25
STATIONS: Final[tuple[tuple[str, Zone, View, tuple[int, int]], ...]] = (
    ("front", "arrival", "front", (0, 5)),
    ("rear", "arrival", "rear", (1, 12)),
    ("portal", "arrival", "none", (1, 14)),
    ("scale", "control", "none", (5, 15)),
    ("exit", "departure", "front", (0, 5)),
)


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
    lane = LANES[number % 2]
    at = NOON + (number // 2 + 1) * GAP_MS
    plate = f"{number % 9 + 1:02}KG{number % 1000:03}A{chr(65 + number // 26_000 % 26)}{chr(65 + number // 1000 % 26)}"
    portal, scale = f"{place}/{lane}/portal", f"{place}/{lane}/scale"
    passed = RpmOccupancy(
        **_said(portal, "rpm_occupancy", at + 5000, number), counter=number, gamma_alarm=False, neutron_alarm=False,
        max_gamma_1s=40, max_neutron=1, started=Instant(at + 3000), ended=Instant(at + 5000),
    )  # fmt: skip
    weighed = Weighing(
        **_said(scale, "weighing", at + 9000, number), gross_kg=24_400.0, min_kg=24_380.0, max_kg=24_400.0, n=9,
        started=Instant(at + 7000), ended=Instant(at + 9000),
    )  # fmt: skip
    return [
        _read(f"{place}/{lane}/front", plate, at, number),
        _read(f"{place}/{lane}/rear", plate, at + 3000, number),
        *([_read(f"{place}/{lane}/rear", plate, at + 3400, number)] if number % REPEATED == 0 else ()),
        Entry(body=passed),
        Entry(body=weighed),
        _read(f"{place}/{lane}/exit", plate, at + 15_000, number),
    ]


def _said(device: str, kind: str, at: int, number: int) -> dict[str, Any]:
    said = reading_id(device, kind, at, str(number).encode())
    name = Sha256(f"{number:064x}")
    return {"device_id": device, "time": at, "received": at + 180, "reading_id": said, "raw_sha256": name}


def _read(device: str, plate: str, at: int, number: int) -> Entry:
    body = PlateRead(
        **_said(device, "plate_read", at, number), plate=plate, country="KG", confidence=97.0, lane=1,
        direction="approaching", plate_color="white", vehicle_type="truck", speed_kmh=11.0,
        event_id=f"{device}{number}",
    )  # fmt: skip
    return Entry(body=body)


def quiet(place: PlaceId, begin: int, end: int) -> Iterator[Entry]:
    """What is said at a place from one instant to another, whoever passes."""
    for at in range(begin, end, round(TICK_S * 1000)):
        yield Entry(body=tick(place, Instant(at)))
    for lane in LANES:
        for at in range(begin, end, BACKGROUND_MS):
            if (at - begin) % GAP_MS != BACKGROUND_MS:  # the portal is occupied then
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


def _background(portal: str, at: int) -> Iterator[Entry]:
    gamma, neutron = (_said(portal, f"rpm_background {channel}", at, 0) for channel in ("gamma", "neutron"))
    yield Entry(body=RpmBackground(**gamma, channel="gamma", counts=(251, 262, 248, 255)))
    yield Entry(body=RpmBackground(**neutron, channel="neutron", counts=(1, 0, 1, 0)))


def by_lane(entries: list[Entry]) -> list[list[Entry]]:
    """Part what is said at a place as it is sent: each lane's devices by themselves, the clock with the first."""
    parts: dict[str, list[Entry]] = {lane: [] for lane in LANES}
    for entry in entries:
        _, _, rest = entry.body.device_id.partition("/")  # type: ignore[union-attr]
        parts[rest.partition("/")[0] or LANES[0]].append(entry)
    return list(parts.values())


def traffic(first: int, vehicles: int, *, dense: bool = False) -> dict[PlaceId, list[Entry]]:
    """What every checkpoint's devices say while its share of the vehicles passes, in the order of time."""
    told: dict[PlaceId, list[Entry]] = {}
    last = first + vehicles // PLACES
    for place in (PlaceId(f"KG-{number:03}") for number in range(PLACES)):
        entries = [entry for number in range(first, last) for entry in vehicle(place, number)]
        if not dense:
            begin, end = (NOON + (number // len(LANES) + 1) * GAP_MS for number in (first, last))
            entries += quiet(place, begin, end)
        told[place] = sorted(entries, key=lambda entry: entry.body.received)  # type: ignore[union-attr]
    return told
