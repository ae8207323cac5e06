"""The rehearsal's country: all checkpoints with lanes and devices of a plausible size, each device at its own address.

Places come from the house's list of checkpoints. Volumes, lanes and devices are our own plausible picture: about
2,000 vehicles a day over the country (reference 01 §9), shares by what is publicly reported of capacity.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from beket.devices.kit.classes import class_of
from beket.devices.kit.driver import Transport
from beket.devices.kit.registry import find
from beket.devices.n42.document import Form
from beket.sim import barrier, indicator
from beket.sim.makes import MAKES
from beket.sim.pace import REAL, Pace
from beket.sim.voices import CODES, CONTAINERS, DOCUMENTS, PORTALS, READERS, VOICES
from beket.words.ids import DeviceId, LaneId, PlaceId
from beket.words.site import MEASURING, Device, Direction, Lane, Name, Post, View, Zone

DAY_VEHICLES: Final = 2000
"""Vehicles a day over the country at rate 1 (479,000 in eight months of 2025: reference 01 §9)."""

DEVICE_PORT: Final = 4001
"""Where serial-to-TCP converters listen unless told otherwise (reference 03 §2.1)."""

FIRST_NETWORK: Final = 10
"""Post n has the addresses 127.(10+n).lane.device: loopback answers to all of them, so allow lists are real."""

LANES_MAX: Final = 60
"""Most lanes one way at one post: the third byte of the address holds both ways and some to spare."""

CAMERAS: Final = tuple(MAKES)
"""Makes of camera that the rehearsal speaks; containers are read by Hikvision, at the rears."""

YANTAR_EVERY: Final = 4
"""At one post in so many the radiation portals are Aspect's, which are asked; elsewhere they talk unasked."""

EXITS: Final = ("axis_lpv", "hikvision_isapi", "platerecognizer_stream", "axis_lpv", "onvif", "rekor_scout")
"""Makes of the cameras at the exits, over the posts in turn.

Nobody backs out there: Plate Recognizer, ONVIF and Rekor do not say which way a conveyance moves in its lane.
"""

DAHUA_EVERY: Final = 2
"""At one big post in so many the second camera at each gate is a Dahua.

ITSAPI does not say that a picture comes late, so a whole shift handed over by one of these may open dossiers anew.
"""

XRAY: Final = "xray_scan"
"""The driver of X-ray complexes; there is one, behind the scale of the lane that has a barrier too, and a window."""

WIM: Final = "wim_json"
"""The driver of scales in the road."""

WIM_AT: Final = "KG-TOR-A/in-1"
"""The one lane that has them, behind its portal."""

SPECTRA: Final = "n42"
"""The driver of spectroscopic portals."""

SPECTRA_AT: Final[Mapping[str, Form]] = {"KG-IRK-A/in-1": "2011", "KG-TOR-A/out-1": "2006"}
"""The lanes that have one, behind the other portal, each with the form of documents that it writes."""

STATIONS: Final = (XRAY, WIM, SPECTRA)
"""Drivers whose devices post one message about each conveyance."""

BARRIER_AT: Final = ("KG-AKJ-A", "in-1")
"""The one lane whose exit has a barrier that the desk may open: one is enough to show how it is done."""

Traffic = Literal["goods", "passenger", "mixed"]

_SHARES: Final[dict[str, float]] = {
    "KG-TOR-A": 150, "KG-IRK-A": 150, "KG-BED-A": 4, "KG-KSI-A": 150, "KG-DOS-A": 200, "KG-AKJ-A": 260,
    "KG-AKT-A": 220, "KG-AKT-SP": 120, "KG-CHA-A": 130, "KG-CHA-SP": 60, "KG-KBU-A": 90, "KG-CKA-A": 80,
    "KG-KBL-A": 50, "KG-KUL-A": 40, "KG-BDB-A": 40, "KG-KRM-A": 30, "KG-KAY-A": 30, "KG-KRK-A": 12,
    "KG-FRU-F": 60, "KG-OSS-F": 24, "KG-IKU-F": 6,
}  # fmt: skip
"""Vehicles a day where something is known of the size; the others get `_SHARE_ELSE`; all is scaled to the sum."""

_SHARE_ELSE: Final = 14.0
_BIG: Final = 100.0
_MIDDLE: Final = 35.0
_LANE_SECONDS: Final = 6.0
"""A lane takes one conveyance in six seconds with room to spare: the shortest headway is four."""


class Checkpoint(Struct, frozen=True, kw_only=True):
    """What the list of checkpoints says of one place, and the share of the day's vehicles it gets here."""

    id: PlaceId
    kind: str
    name: Name
    neighbour: str | None
    mode: Literal["road", "rail", "air"]
    border: Literal["external", "internal"]
    latitude: float
    longitude: float
    share: float


@cache
def checkpoints() -> tuple[Checkpoint, ...]:
    """Read the house's own list of checkpoints."""
    text = (files("beket.words") / "checkpoints.json").read_text(encoding="utf-8")
    return tuple(_checkpoint(row) for row in json.loads(text)["checkpoints"])


def _checkpoint(row: dict[str, Any]) -> Checkpoint:
    return Checkpoint(
        id=PlaceId(row["id"]),
        kind=row["kind"],
        name=Name(**row["name"]),
        neighbour=row.get("neighbour"),
        mode=row["mode"],
        border=row["eaeu_border"],
        latitude=row["lat"],
        longitude=row["lon"],
        share=_SHARES.get(row["id"], _SHARE_ELSE),
    )


def daily(posts: Sequence[Post], *, even: bool = False) -> dict[PlaceId, float]:
    """Say how many vehicles a day each post sees at rate 1; together they make the country's, or their part of it."""
    share = {place.id: place.share for place in checkpoints()}
    whole = sum(share.values())
    known = {post.id: share.get(post.id, _SHARE_ELSE) * DAY_VEHICLES / whole for post in posts}
    if even:
        return dict.fromkeys(known, sum(known.values()) / len(known))
    return known


def demo_posts(  # noqa: PLR0913 - each is a setting of the demonstration, given by name
    posts: int | None = None,
    *,
    rate: float = 1.0,
    even: bool = False,
    port: int = DEVICE_PORT,
    pace: Pace = REAL,
    first_network: int = FIRST_NETWORK,
) -> tuple[Post, ...]:
    """Lay out the first `posts` checkpoints (all when None) with as many lanes as `rate` needs."""
    chosen = checkpoints()[:posts]
    bare = tuple(Post(id=c.id, name=c.name, latitude=c.latitude, longitude=c.longitude) for c in chosen)
    volumes = daily(bare, even=even)
    return tuple(
        _post(place, _Ground(network=first_network + n, port=port, pace=pace, scale=_scale(n)), volumes[place.id], rate)
        for n, place in enumerate(chosen)
    )


_SCALES: Final = ("yaohua_a9", "toledo_continuous", indicator.DRIVER, "cas", "mt_sics", "rice_lake", "a_and_d")
"""Makes of scales over the posts, in turn: a post has one."""


def _scale(post: int) -> str:
    return _SCALES[post % len(_SCALES)]


class _Ground(Struct, frozen=True, kw_only=True):
    """Where devices are reached, how fast conveyances move there, the make of the scales, and whether it is big."""

    network: int
    port: int
    pace: Pace
    scale: str
    lane: int = 0
    big: bool = False


def _post(place: Checkpoint, ground: _Ground, volume: float, rate: float) -> Post:
    lanes: list[Lane] = []
    devices: list[Device] = []
    for way in ("in", "out"):
        for traffic in _lanes(place, volume, rate):
            number = sum(lane.direction == way for lane in lanes) + 1
            lane = Lane(id=LaneId(f"{way}-{number}"), direction=way, name=_lane_name(place, way, traffic, number))
            lanes.append(lane)
            there = replace(ground, lane=len(lanes), big=volume >= _BIG)
            devices.extend(_devices(place, lane, traffic, there))
    return Post(
        id=place.id,
        name=place.name,
        latitude=place.latitude,
        longitude=place.longitude,
        neighbour=place.neighbour,
        mode=place.mode,
        border=place.border,
        kind=place.kind,
        lanes=tuple(lanes),
        devices=tuple(devices),
    )


def _lanes(place: Checkpoint, volume: float, rate: float) -> list[Traffic]:
    """Say what each lane of one direction carries: by the size of the post, and more of them at a high rate."""
    if place.mode != "road":
        kinds: list[Traffic] = ["mixed"]
    elif place.kind == "consolidated_post" or place.neighbour == "CN":
        kinds = ["goods", "goods"] if volume >= _BIG else ["mixed"]
    elif volume >= _BIG:
        kinds = ["goods", "goods", "passenger"]
    elif volume >= _MIDDLE:
        kinds = ["goods", "passenger"]
    else:
        kinds = ["mixed"]
    needed = math.ceil(volume * rate / 2 / 86400 * _LANE_SECONDS)
    return [kinds[n % len(kinds)] for n in range(min(max(needed, len(kinds)), LANES_MAX))]


_WAY: Final = {"in": Name(ky="Кирүү", ru="Въезд", en="Entry"), "out": Name(ky="Чыгуу", ru="Выезд", en="Exit")}
_CARRIES: Final[dict[str, Name]] = {
    "goods": Name(ky="жүк", ru="грузовая", en="goods"),
    "passenger": Name(ky="жүргүнчү", ru="пассажирская", en="passenger"),
    "mixed": Name(ky="жалпы", ru="общая", en="all vehicles"),
    "rail": Name(ky="жүк короосунун дарбазасы", ru="ворота грузового двора", en="goods yard gate"),
    "air": Name(ky="жүк терминалынын дарбазасы", ru="ворота грузового терминала", en="cargo terminal gate"),
}


def _lane_name(place: Checkpoint, way: str, traffic: Traffic, number: int) -> Name:
    """Name a lane; wagons and aircraft are not modelled, so those places show the gate that lorries use."""
    what = _CARRIES[traffic if place.mode == "road" else place.mode]
    said = _WAY[way]
    return Name(
        ky=f"{said.ky} {number}, {what.ky}", ru=f"{said.ru} {number}, {what.ru}", en=f"{said.en} {number}, {what.en}"
    )


class _Row(Struct, frozen=True, kw_only=True):
    """One device of a lane before it has an address."""

    name: str
    driver: str
    zone: Zone
    view: View = "none"
    after_s: tuple[int, int]


def _devices(place: Checkpoint, lane: Lane, traffic: Traffic, ground: _Ground) -> Iterator[Device]:
    rows = [*_rows(place, traffic, ground)]
    lane_name = f"{place.id}/{lane.id}"
    if (place.id, lane.id) == BARRIER_AT:  # last, so that every other device keeps its address
        earliest, latest = ground.pace.scale_window_s
        rows.append(_Row(name="xray", driver=XRAY, zone="control", after_s=(earliest, latest + 2)))
        rows.append(_Row(name="barrier", driver=barrier.DRIVER, zone="departure", after_s=(0, 3)))
        rows.extend(
            _Row(name=name, driver=name, zone="control", after_s=ground.pace.papers_window_s) for name in READERS
        )
    if lane_name == WIM_AT:
        rows.append(_Row(name="wim", driver=WIM, zone="arrival", after_s=ground.pace.portal_window_s))
    if lane_name in SPECTRA_AT:
        rows.append(_Row(name="spectra", driver=SPECTRA, zone="arrival", after_s=ground.pace.portal_window_s))
    for at, row in enumerate(rows, start=1):
        yield _device(place, lane, row, f"127.{ground.network}.{ground.lane}.{at}", ground.port)


def _rows(place: Checkpoint, traffic: Traffic, ground: _Ground) -> Iterator[_Row]:
    """Equip a lane: portals stand at the external border only, scales where goods go, second cameras at big posts."""
    pace, big = ground.pace, ground.big
    yield _Row(name="camera-front", driver="hikvision_isapi", zone="arrival", view="front", after_s=(0, 3))
    if big:
        second = "dahua_itsapi" if ground.network % DAHUA_EVERY == 1 else "hikvision_isapi"
        yield _Row(name="camera-front-2", driver=second, zone="arrival", view="front", after_s=(0, 3))
    yield _Row(name="camera-rear", driver="hikvision_isapi", zone="arrival", view="rear", after_s=pace.rear_window_s)
    if place.border == "external" and place.mode != "rail":
        portal = "aspect_modbus" if ground.network % YANTAR_EVERY == 1 else "rapiscan_tsa"
        yield _Row(name="portal", driver=portal, zone="arrival", after_s=pace.portal_window_s)
    if traffic != "passenger":
        yield _Row(name="scale", driver=ground.scale, zone="control", after_s=pace.scale_window_s)
    yield _Row(
        name="camera-exit", driver=EXITS[ground.network % len(EXITS)], zone="departure", view="front", after_s=(0, 3)
    )
    if big:
        yield _Row(
            name="camera-exit-rear", driver="hikvision_isapi", zone="departure", view="rear", after_s=pace.rear_window_s
        )


_MODELS: Final = {
    "hikvision_isapi": "DS-2CD7A26G0/P-IZS",
    "axis_lpv": "AXIS P1465-LE-3",
    "dahua_itsapi": "ITC413-PW4D-IZ1",
    "platerecognizer_stream": "Stream 1.55",
    "rekor_scout": "Scout agent",
    "onvif": "any of Profile M",
    "yaohua_a9": "XK3190-A9+",
    "toledo_continuous": "IND331",
    "cas": "CI-600D",
    "mt_sics": "IND570",
    "rice_lake": "480 Plus",
    "a_and_d": "AD-4406A",
    indicator.DRIVER: "indicator with registers",
    "rapiscan_tsa": "TSA VM-250",
    "aspect_modbus": "Yantar-2L",
    XRAY: "drive-through complex",
    WIM: "strips in the road",
    SPECTRA: "spectroscopic portal",
    barrier.DRIVER: "eight inputs, eight coils",
    DOCUMENTS: "page reader",
    CODES: "hand-held 2D reader",
    CONTAINERS: "container gate",
}
_PERIODS_S: Final = (
    {name: make.period_s for name, make in MAKES.items()}
    | dict.fromkeys(PORTALS, 10)
    | dict.fromkeys(VOICES, 5)
    | dict.fromkeys(READERS, 86_400)
    | {barrier.DRIVER: 60, XRAY: 120, WIM: 86_400, SPECTRA: 86_400}
)
"""Heartbeat of a camera, idle frames of a scale, background lines of a portal (reference 03 §8); readers are silent.

Scales in the road and spectroscopic portals say nothing while nobody comes, and at night nobody does for hours; one
that lies dead in a busy lane is found by meeting nobody.
"""

_PLAIN_NAMES: Final = ("axis_lpv", "platerecognizer_stream", "rekor_scout")

_OPTIONS: Final[dict[str, dict[str, str | float | bool]]] = {
    "mt_sics": {"command": "SIR"},
    indicator.DRIVER: {**indicator.OPTIONS},
    barrier.DRIVER: {**barrier.OPTIONS},
    CODES: {"ends": True},
}


def _device(place: Checkpoint, lane: Lane, row: _Row, address: str, port: int) -> Device:
    transport = _transport(row.driver)
    listens = transport != "http-push"
    driver = find(row.driver)
    assert driver is not None, f"there is no driver {row.driver}"
    klass = class_of(driver.manifest)
    verified_on, verified_until = _verification(address) if klass in MEASURING else (None, None)
    return Device(
        id=DeviceId(f"{place.id}/{lane.id}/{row.name}"),
        driver=row.driver,
        lane=lane.id,
        zone=row.zone,
        view=row.view,
        forward="against" if row.view == "rear" else "along",
        after_s=row.after_s,
        declared_id=None if listens else _name_of(row.driver, address),
        transport=transport,
        host=address if listens else None,
        port=port if listens else None,
        allow=(address,),
        expected_period_s=_PERIODS_S[row.driver],
        scale_error_kg=20.0 if row.driver in VOICES else None,
        klass=klass,
        installed_on=f"2025-{1 + int(address.split('.')[1]) % 12:02d}-15",
        verified_on=verified_on,
        verified_until=verified_until,
        model=_MODELS[row.driver],
        serial=_serial(address),
        options=_OPTIONS.get(row.driver, {}),
    )


def _transport(driver: str) -> Transport:
    """Say how a device of a make is heard: cameras as their make has it, the others are dialled."""
    if driver in MAKES:
        return MAKES[driver].transport
    return "http-push" if driver in STATIONS else "tcp-client"


def _verification(address: str) -> tuple[str, str]:
    """Give the days of a measuring device's verification: a year long, and at some posts run out, as in life."""
    _, network, lane, at = map(int, address.split("."))
    month = 1 + (network + lane + at) % 12
    year = 2025 if (network + at) % 9 == 0 else 2026
    return f"{year}-{month:02d}-01", f"{year + 1}-{month:02d}-01"


def mac_of(address: str) -> str:
    """Give the hardware address that the device at this address says it has (locally administered)."""
    return ":".join(("02", "00", *(f"{int(part):02x}" for part in address.split("."))))


def _name_of(driver: str, address: str) -> str:
    """Give what a camera calls itself: its hardware address, which some write without colons."""
    mac = mac_of(address)
    return mac.replace(":", "").upper() if driver in _PLAIN_NAMES else mac


def _serial(address: str) -> str:
    return "S" + "".join(f"{int(part):03d}" for part in address.split(".")[1:])


def way_of(post: Post, lane: LaneId) -> Direction:
    """Say which way a lane leads."""
    return next(row.direction for row in post.lanes if row.id == lane)
