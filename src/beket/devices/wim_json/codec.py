"""Weigh-in-motion stations that post each vehicle as JSON, in the two shapes that are known (reference 03 §2.2).

One is flat: `gross_weight_kg`, `speed_kmph`, `axles: [{axle_number, weight_kg, axle_distance_cm}]`; one vehicle or a
list of them. The other is a row of upper-case names around `WIM_INFO`, whose members are those of an XML element:
`weight_total`, `AXLES: {AXLE: [{order, dist, weight, leftside_load, rightside_load}]}`. There is no standard; units
that a name does not say come from the station's row in the site file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import msgspec
from msgspec import Struct

from beket.devices.kit.dates import LIVE_MS_MAX, live
from beket.devices.kit.driver import (
    NOBODY,
    UNNAMED,
    Decoder,
    Frame,
    Framer,
    Mark,
    Message,
    Options,
    Out,
    Problem,
    Quiet,
    Told,
)
from beket.devices.kit.explain import json_marks, named_paths, tidy
from beket.devices.kit.framing import Whole
from beket.devices.kit.weighing import AXLES_MAX, kilograms, number
from beket.words.ids import Instant
from beket.words.readings import Axle, WimPass

POST_MAX: Final = 1024 * 1024
"""Longest post: a list of vehicles without pictures is some tens of kilobytes."""

VEHICLES_MAX: Final = 256
"""Most vehicles of one post: a station that was cut off sends what it kept in several."""

WRONGS_MAX: Final = 4
"""Most vehicles of a post that are named when they cannot be read."""

LOAD_KG_MAX: Final = 500_000.0
"""Heaviest vehicle that is believed to be one."""

NUMBER_MAX: Final = 1e12
"""What is greater is no number of a vehicle."""

METRES: Final[Mapping[str, float]] = {"m": 1.0, "dm": 0.1, "cm": 0.01, "mm": 0.001}

Names = tuple[str, ...]
Row = Mapping[str, Any]

VEHICLE: Final[Mapping[str, Names]] = {
    "inside": ("WIM_INFO", "VEHICLE", "wim_info", "vehicle"),
    "time": ("timestamp", "time", "TIME", "@time"),
    "event_id": ("vehicle_id", "event_id", "id", "ID", "@id"),
    "station": ("device_id", "station_id", "DEVICE_ID", "STATION"),
    "lane": ("lane", "LANE", "@lane"),
    "class": ("vehicle_class", "class", "CLASS", "@class"),
    "gross_kg": ("gross_weight_kg", "gross_kg", "gvw_kg"),
    "gross": ("weight_total", "@weight_total", "WEIGHT_TOTAL"),
    "speed": ("speed_kmph", "speed_kmh", "speed", "@speed", "SPEED"),
    "length_m": ("length_m",),
    "length": ("length", "@length", "LENGTH"),
    "plate": ("plate", "LP_FRONT", "lp_front", "@lp_front"),
    "plate_rear": ("LP_BACK", "lp_back", "@lp_back"),
    "validity": ("validity", "validity_code", "credibility", "@credibility", "CREDIBILITY"),
    "confidence": ("confidence",),
    "overloaded": ("overloaded", "overloaded_total", "@overloaded_total", "OVERWEIGHTS"),
    "temperature": ("temperature_c", "temperature"),
    "axles": ("axles", "AXLES"),
    "axle": ("AXLE", "axle"),
}
"""What is read of a vehicle, under which names: the first that is there counts."""

AXLE: Final[Mapping[str, Names]] = {
    "number": ("axle_number", "order", "@order", "number"),
    "load_kg": ("weight_kg", "load_kg"),
    "load": ("weight", "@weight"),
    "distance_cm": ("axle_distance_cm",),
    "distance_m": ("spacing_m",),
    "distance": ("dist", "@dist"),
    "left": ("left_kg", "leftside_load", "@leftside_load"),
    "right": ("right_kg", "rightside_load", "@rightside_load"),
    "group": ("group", "axle_group"),
}

_NAMES: Final = frozenset(name for names in (*VEHICLE.values(), *AXLE.values()) for name in names) - {
    name for part in ("inside", "axles", "axle") for name in VEHICLE[part]
}


class Units(Struct, frozen=True, kw_only=True):
    """What the station's row says about names that say no unit, and about times without an offset."""

    weight: str = "kg"
    distance: str = "cm"
    length: str = "cm"
    utc_offset_min: int = 0


class Wrong(Exception):
    """A vehicle of a post cannot be taken; the text says why."""


class Station(Quiet):
    """Reads one station's posts."""

    def __init__(self, options: Options) -> None:
        self._units = units_of(options)

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say the vehicles of one post; one that cannot be read does not cost the others."""
        rows = _rows(frame)
        if isinstance(rows, Problem):
            return Out(problems=(rows,))
        message = Message(blob=frame.blob)
        told: list[Told] = []
        wrongs: list[str] = []
        for at, row in enumerate(rows):
            try:
                said = _pass(row, self._units, received)
            except Wrong as wrong:
                wrongs.append(f"vehicle {at + 1}: {wrong}")
            else:
                told.append(Told(reading=said, key=_key(said, frame.blob, at), message=message))
        # The bytes of a vehicle that is refused stay with those of its post that are not.
        detail = "; ".join(wrongs[:WRONGS_MAX])
        problems = (Problem(kind="field", detail=detail, raw=frame.blob, fatal=not told),) if wrongs else ()
        stations = [text for row in rows if (text := _text(row, "station"))]
        times = [one.reading.time for one in told if one.reading.time is not None]
        return Out(
            told=tuple(told),
            problems=problems,
            identities=tuple(dict.fromkeys(stations)),
            alive=bool(told),
            clock=live(max(times), received) if times else None,
        )


def units_of(options: Options) -> Units:
    """Read a station's units from its options."""
    usual = Units()
    return Units(
        weight=str(options.get("weight_unit", usual.weight)),
        distance=str(options.get("distance_unit", usual.distance)),
        length=str(options.get("length_unit", usual.length)),
        utc_offset_min=int(options.get("utc_offset_min", usual.utc_offset_min)),
    )


def _rows(frame: Frame) -> list[Row] | Problem:
    if frame.broken is not None or len(frame.blob) > POST_MAX:
        return Problem(kind=frame.broken or "size", detail="longer than a post of vehicles", raw=frame.blob[:POST_MAX])
    try:
        read = msgspec.json.decode(frame.blob.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as wrong:
        return Problem(kind="json", detail=str(wrong)[:120], raw=frame.blob)
    rows = read if isinstance(read, list) else [read]
    if not rows or len(rows) > VEHICLES_MAX or not all(isinstance(row, dict) for row in rows):
        return Problem(kind="content", detail=f"neither a vehicle nor a list of up to {VEHICLES_MAX}", raw=frame.blob)
    return rows


def _pass(row: Row, units: Units, received: Instant) -> WimPass:
    inside = _value(row, "inside")
    given = row if not isinstance(inside, dict) else {**inside, **row}
    axles = tuple(_axles(given, units))
    if not axles:
        raise Wrong("no axles")
    gross_kg = _kg(given, VEHICLE, ("gross_kg", "gross"), units)
    time = _instant(_text(given, "time"), units.utc_offset_min)
    return WimPass(
        device_id=NOBODY,
        time=time,
        received=received,
        reading_id=UNNAMED,
        buffered=time is not None and received - time > LIVE_MS_MAX,
        axles=axles,
        gross_kg=round(sum(axle.load_kg for axle in axles), 3) if gross_kg is None else gross_kg,
        speed_kmh=_number(_value(given, "speed")),
        length_m=_metres(given, VEHICLE, {"length_m": "m", "length": units.length}),
        vehicle_class=_text(given, "class"),
        lane=_whole(_value(given, "lane")),
        plate=_text(given, "plate") or _text(given, "plate_rear"),
        validity=_text(given, "validity"),
        temperature_c=_number(_value(given, "temperature")),
        event_id=_text(given, "event_id"),
        confidence=_number(_value(given, "confidence")),
        overloaded=_flag(_value(given, "overloaded")),
    )


def _axles(given: Row, units: Units) -> Iterator[Axle]:
    """Read the axles from the front; the distance of the first is that to nothing."""
    rows = _value(given, "axles")
    if isinstance(rows, dict):
        rows = _value(rows, "axle")
        rows = [rows] if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or len(rows) > AXLES_MAX or not all(isinstance(row, dict) for row in rows):
        raise Wrong(f"no list of up to {AXLES_MAX} axles")
    places = [_whole(_value(row, "number", AXLE)) for row in rows]
    if None not in places:
        rows = [row for _, row in sorted(zip(places, rows, strict=True), key=_place)]
    for at, row in enumerate(rows):
        load_kg = _kg(row, AXLE, ("load_kg", "load"), units)
        if load_kg is None:
            raise Wrong(f"axle {at + 1} has no load")
        where = {"distance_cm": "cm", "distance_m": "m", "distance": units.distance}
        yield Axle(
            load_kg=load_kg,
            spacing_m=_metres(row, AXLE, where) if at else None,
            left_kg=_kg(row, AXLE, ("left",), units),
            right_kg=_kg(row, AXLE, ("right",), units),
            group=_whole(_value(row, "group", AXLE)),
        )


def _place(numbered: tuple[int | None, Row]) -> int:
    return numbered[0] or 0


def _value(row: Row, what: str, names: Mapping[str, Names] = VEHICLE) -> object:
    return next((row[name] for name in names[what] if row.get(name) is not None), None)


def _text(row: Row, what: str) -> str | None:
    value = _value(row, what)
    return str(value).strip()[:64] or None if isinstance(value, str | int | float) else None


def _number(value: object) -> float | None:
    if isinstance(value, str):
        return number(value.strip().encode("utf-8", "replace"))
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > NUMBER_MAX:
        return None
    return float(value)


def _whole(value: object) -> int | None:
    read = _number(value)
    return int(read) if read is not None and read == int(read) else None


def _flag(value: object) -> bool | None:
    """Read a yes or no; a list of excesses says yes when there is one in it."""
    if isinstance(value, bool | list | dict):
        return bool(value)
    read = _number(value)
    named = {"true": True, "yes": True, "false": False, "no": False}
    return named.get(str(value).strip().lower()) if read is None else read != 0


def _kg(row: Row, names: Mapping[str, Names], ways: Sequence[str], units: Units) -> float | None:
    """Read a load: names that end in `_kg` say kilograms, the others the station's unit."""
    for way in ways:
        for name in names[way]:
            read = _number(row.get(name))
            if read is None:
                continue
            kg = kilograms(read, "kg" if name.endswith("_kg") else units.weight)
            if kg is None or not 0 <= kg <= LOAD_KG_MAX:
                raise Wrong(f"{name} is no load of a vehicle")
            return kg
    return None


def _metres(row: Row, names: Mapping[str, Names], ways: Mapping[str, str]) -> float | None:
    for way, unit in ways.items():
        read = _number(_value(row, way, names))
        if read is not None:
            return round(read * METRES.get(unit, 1.0), 4)
    return None


def _instant(text: str | None, utc_offset_min: int) -> Instant | None:
    """Read ISO 8601, or seconds or milliseconds since 1970; a time without an offset is the station's own."""
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) in (10, 13):
        return Instant(int(text) * (1000 if len(text) == 10 else 1))
    try:
        read = datetime.fromisoformat(text)
        read = read if read.tzinfo else read.replace(tzinfo=timezone(timedelta(minutes=utc_offset_min)))
        return Instant((read - _EPOCH) // timedelta(milliseconds=1))
    except (ValueError, OverflowError):
        return None


_EPOCH: Final = datetime.fromtimestamp(0, UTC)


def _key(said: WimPass, blob: bytes, at: int) -> bytes:
    """A station's own name and time for a vehicle make a resend the same reading; without them its bytes must."""
    if said.event_id is not None and said.time is not None:
        return f"id:{said.event_id}".encode()
    return b"%d:%s" % (at, blob)


def encode_vehicle(said: WimPass, time: str | None = None, station: str | None = None) -> dict[str, Any]:
    """Write a vehicle in the flat shape."""
    axles = [
        {"axle_number": n, "weight_kg": axle.load_kg, "axle_distance_cm": round((axle.spacing_m or 0) * 100, 2)}
        | {name: kg for name, kg in (("left_kg", axle.left_kg), ("right_kg", axle.right_kg)) if kg is not None}
        for n, axle in enumerate(said.axles, start=1)
    ]
    whole = {
        "device_id": station,
        "timestamp": time,
        "vehicle_id": said.event_id,
        "lane": said.lane,
        "vehicle_class": said.vehicle_class,
        "axle_count": len(axles),
        "gross_weight_kg": said.gross_kg,
        "speed_kmph": said.speed_kmh,
        "length_m": said.length_m,
        "plate": said.plate,
        "confidence": said.confidence,
        "overloaded": said.overloaded,
    }
    return {name: value for name, value in whole.items() if value is not None} | {"axles": axles}


def encode_row(said: WimPass, time: str | None = None) -> dict[str, Any]:
    """Write a vehicle in the shape with upper-case names, in kilograms and centimetres."""
    axles = [
        {"order": str(n), "dist": f"{(axle.spacing_m or 0) * 100:g}", "weight": f"{axle.load_kg:.10g}"}
        | {
            name: f"{kg:.10g}"
            for name, kg in (("leftside_load", axle.left_kg), ("rightside_load", axle.right_kg))
            if kg
        }
        for n, axle in enumerate(said.axles, start=1)
    ]
    info = {
        "id": said.event_id,
        "speed": None if said.speed_kmh is None else f"{said.speed_kmh:g}",
        "length": None if said.length_m is None else f"{said.length_m * 100:g}",
        "weight_total": None if said.gross_kg is None else f"{said.gross_kg:.10g}",
        "credibility": said.validity,
    }
    told = {name: value for name, value in info.items() if value is not None}
    outer = {"CLASS": said.vehicle_class, "TIME": time, "LP_FRONT": said.plate, "OVERWEIGHTS": said.overloaded}
    held = {name: value for name, value in outer.items() if value is not None}
    return held | {"WIM_INFO": told | {"AXLES": {"count": str(len(axles)), "AXLE": axles}}}


def encode_post(vehicles: Sequence[dict[str, Any]]) -> bytes:
    """Write a post: one vehicle alone, several as a list."""
    return msgspec.json.encode(vehicles[0] if len(vehicles) == 1 else list(vehicles))


def framer(_options: Options, content_type: str = "") -> Framer:
    """Make the framer of a capture that holds one post."""
    return Whole(POST_MAX, content_type)


def decoder(options: Options) -> Decoder:
    """Make the decoder of one station."""
    return Station(options)


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Say where each value that is used stands; empty for a post that is refused whole."""
    if isinstance(_rows(frame), Problem):
        return ()
    blob = frame.blob.removeprefix(b"\xef\xbb\xbf")
    start = len(frame.blob) - len(blob)
    return tidy(json_marks(frame.blob, named_paths(msgspec.json.decode(blob), _NAMES), start))
