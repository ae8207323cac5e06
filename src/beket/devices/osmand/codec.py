"""Places that phones post: a query, a form or JSON; each request stands alone and is answered 200.

Reference 03 §5.2: `id`, `lat`, `lon`, `timestamp`, `speed` in knots, `bearing`, `batt`. JSON comes in two shapes: the
same names in one object, or the nested one of phones' background location services (coordinates under
`location.coords`, speed in metres per second, -1 for what is not known), of which one was captured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import msgspec

from beket.devices.kit.dates import live
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
    ProblemKind,
    Quiet,
    Told,
)
from beket.devices.kit.framing import Whole
from beket.words.ids import Instant
from beket.words.readings import Cell, Position, Scalar

BODY_MAX: Final = 256 * 1024
"""Most bytes of one request: hundreds of places that waited while the phone had no network."""

FIELDS_MAX: Final = 64
"""Most fields of one query or form; phones send about ten."""

LOCATIONS_MAX: Final = 1000
"""Most places of one request."""

TEXT_MAX: Final = 200
"""Most characters of a value that is kept and not understood."""

KMH_PER_KNOT: Final = 1.852
KMH_PER_MPS: Final = 3.6
UNITS: Final = {"kn": KMH_PER_KNOT, "mps": KMH_PER_MPS, "kmh": 1.0}
"""Units in which apps write the speed of a query, by the name that the option has for them."""

_SECONDS_MAX: Final = 2**31
"""A timestamp from here on counts milliseconds."""

_PLAIN: Final = frozenset({
    "id", "deviceid", "device_id", "timestamp", "valid", "lat", "lon", "location", "speed", "bearing", "heading",
    "altitude", "hdop", "batt", "cell", "alarm", "ignition", "odometer", "is_moving", "driverUniqueId", "wifi", "sat",
})  # fmt: skip
"""Names with a meaning of their own; others are kept under the name they came by."""

_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PAIR: Final = re.compile(rb"[^&]*&|[^&]+")
_JSON_PAIR: Final = re.compile(
    rb'"((?:[^"\\]|\\.)*)"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d[-+.0-9eE]*|true|false|null)?', re.DOTALL
)

Fields = Mapping[str, Any]


class Phone(Quiet):
    """Reads requests; holds nothing between them but the unit of speed of this phone's app."""

    def __init__(self, options: Options) -> None:
        self._kmh = UNITS.get(str(options.get("speed_unit", "kn")), KMH_PER_KNOT)

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one request says."""
        if frame.broken is not None or len(frame.blob) > BODY_MAX:
            return _refused("size", "longer than any request of a phone", frame.blob)
        asked = _fields(frame)
        if isinstance(asked, Problem):
            return Out(problems=(asked,))
        name = _name(asked)
        if not name:
            return _refused("field", "no id of a device", frame.blob or frame.query.encode("utf-8", "replace"))
        message = Message(blob=frame.blob or frame.query.encode("utf-8", "replace"))
        positions = _positions(asked, received, self._kmh)
        told = tuple(Told(reading=said, key=_key(said, message.blob), message=message) for said in positions)
        fresh = positions[-1] if positions else None
        problems = tuple(_off_the_globe(asked, message.blob))
        clock = live(fresh.time, received) if fresh is not None and fresh.valid else None
        return Out(told=told, problems=problems, identities=(name,), alive=True, clock=clock)


def _refused(kind: ProblemKind, detail: str, blob: bytes) -> Out:
    return Out(problems=(Problem(kind=kind, detail=detail, raw=blob),))


def _key(said: Position, blob: bytes) -> bytes:
    """A place with its own time is known by itself; one without it by when it came as well."""
    if said.time is None:
        return b"%d:%s" % (said.received, blob)
    return f"{said.latitude},{said.longitude},{said.speed_kmh},{said.alarms},{sorted(said.params.items())}".encode(
        "utf-8", "replace"
    )


def _fields(frame: Frame) -> Fields | Problem:
    """Everything a request says under names: its query and its body together."""
    fields: dict[str, Any] = {}
    body = frame.blob.lstrip()
    try:
        fields.update(parse_qsl(frame.query, max_num_fields=FIELDS_MAX))
        if body[:1] in (b"{", b"["):
            said = msgspec.json.decode(body)
            fields.update(said if isinstance(said, dict) else {"location": said})
        elif body:
            fields.update(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=FIELDS_MAX))
    except msgspec.DecodeError as wrong:
        return Problem(kind="json", detail=str(wrong), raw=frame.blob)
    except (ValueError, RecursionError) as wrong:
        return Problem(kind="shape", detail=str(wrong), raw=frame.blob)
    return fields


def _name(fields: Fields) -> str:
    for key in ("id", "deviceid", "device_id"):
        name = fields.get(key)
        if isinstance(name, str | int) and not isinstance(name, bool) and str(name).strip():
            return clean(str(name).strip())
    return ""


def _positions(fields: Fields, received: Instant, unit_kmh: float) -> list[Position]:
    """Each place of a request, in order."""
    location = fields.get("location")
    if not isinstance(location, dict | list):
        one = _flat(fields, received, unit_kmh)
        return [] if one is None else [one]
    several = location if isinstance(location, list) else [location]
    return [_nested(one, received) for one in several[:LOCATIONS_MAX] if isinstance(one, dict)]


def _flat(fields: Fields, received: Instant, unit_kmh: float) -> Position | None:
    latitude, longitude = _place(fields)
    said = {name: value for name, value in fields.items() if name not in _PLAIN}
    placed = latitude is not None and longitude is not None
    if not placed and not said and not {"batt", "alarm", "ignition"} & fields.keys():
        return None
    speed = number(fields.get("speed"))
    percent = number(fields.get("batt"))
    return Position(
        device_id=NOBODY,
        received=received,
        reading_id=UNNAMED,
        time=instant(fields.get("timestamp")),
        valid=placed and truth(fields.get("valid")) is not False,
        latitude=latitude,
        longitude=longitude,
        altitude_m=number(fields.get("altitude")),
        speed_kmh=None if speed is None or speed < 0 else speed * unit_kmh,
        course_deg=_course(fields),
        satellites=_whole(number(fields.get("sat"))),
        hdop=number(fields.get("hdop")),
        odometer_m=number(fields.get("odometer")),
        ignition=truth(fields.get("ignition")),
        moving=truth(fields.get("is_moving")),
        battery_percent=None if percent is None or percent < 0 else round(percent),
        ibutton=_text(fields.get("driverUniqueId")),
        alarms=_alarms(fields.get("alarm")),
        cell=_cell(fields.get("cell")),
        params={clean(name): value for name, one in said.items() if (value := scalar(one)) is not None},
    )


def _place(fields: Fields) -> tuple[float | None, float | None]:
    latitude, longitude = fields.get("lat"), fields.get("lon")
    location = fields.get("location")
    if isinstance(location, str) and "," in location:
        latitude, _, longitude = location.partition(",")
    return on_globe(number(latitude), number(longitude))


def _course(fields: Fields) -> float | None:
    course = number(fields.get("bearing", fields.get("heading")))
    return None if course is None or course < 0 else course


def _nested(said: Mapping[str, Any], received: Instant) -> Position:
    """The shape of background location services: what is -1 is not known."""
    coords, battery = _object(said.get("coords")), _object(said.get("battery"))
    latitude, longitude = on_globe(number(coords.get("latitude")), number(coords.get("longitude")))
    speed, level = _known(coords.get("speed")), _known(battery.get("level"))
    named = {
        "event": said.get("event"),
        "activity": _object(said.get("activity")).get("type"),
        "accuracy": _known(coords.get("accuracy")),
        "charging": battery.get("is_charging"),
    }
    return Position(
        device_id=NOBODY,
        received=received,
        reading_id=UNNAMED,
        time=instant(said.get("timestamp")),
        valid=latitude is not None,
        latitude=latitude,
        longitude=longitude,
        altitude_m=number(coords.get("altitude")),
        speed_kmh=None if speed is None else speed * KMH_PER_MPS,
        course_deg=_known(coords.get("heading")),
        odometer_m=_known(said.get("odometer")),
        moving=truth(said.get("is_moving")),
        battery_percent=None if level is None else round(level * 100),
        alarms=("mock_location",) if truth(said.get("mock")) else (),
        params={name: value for name, one in named.items() if (value := scalar(one)) is not None},
    )


def _object(said: object) -> Mapping[str, Any]:
    return said if isinstance(said, dict) else {}


def _known(said: object) -> float | None:
    value = number(said)
    return None if value is None or value < 0 else value


def on_globe(latitude: float | None, longitude: float | None) -> tuple[float | None, float | None]:
    """A place, or none: both numbers must be there and on the globe."""
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None, None
    return latitude, longitude


def _off_the_globe(fields: Fields, blob: bytes) -> Iterator[Problem]:
    latitude, longitude = number(fields.get("lat")), number(fields.get("lon"))
    if latitude is not None and longitude is not None and on_globe(latitude, longitude) == (None, None):
        yield Problem(kind="field", detail=f"no such place: {latitude}, {longitude}", raw=blob, fatal=False)


def number(said: object) -> float | None:
    """Read a number however it was written; None where there is none."""
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        return None
    try:
        value = float(said)
    except (ValueError, OverflowError):
        return None
    return value if isfinite(value) else None


def truth(said: object) -> bool | None:
    """Read a yes or no however it was written; None where it is neither."""
    if isinstance(said, bool):
        return said
    return {"true": True, "1": True, "false": False, "0": False}.get(str(said).lower())


def scalar(said: object) -> Scalar | None:
    """Keep a value that is not understood, as a number if it is one."""
    if isinstance(said, bool):
        return int(said)
    value = number(said)
    if value is not None:
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return _text(said)


def _text(said: object) -> str | None:
    return (clean(said) or None) if isinstance(said, str) else None


def clean(text: str) -> str:
    """Take out what no text of a phone has and no table bears, and what is too long."""
    return "".join(letter for letter in text[:TEXT_MAX] if letter.isprintable())


def _whole(value: float | None) -> int | None:
    return None if value is None or value < 0 else int(value)


def _alarms(said: object) -> tuple[str, ...]:
    """Alarm words come in camel case (`powerCut`); ours have underscores."""
    words = said.split(",") if isinstance(said, str) else []
    return tuple(_CAMEL.sub("_", clean(word.strip())).lower() for word in words[:FIELDS_MAX] if clean(word.strip()))


def _cell(said: object) -> Cell | None:
    """`mcc,mnc,lac,cid` with perhaps a signal strength."""
    parts = said.split(",") if isinstance(said, str) else []
    values = [_whole_signed(part) for part in parts[2:5]]
    if len(values) < 2:
        return None
    return Cell(lac=values[0], cid=values[1], rssi=values[2] if len(values) > 2 else None)


def _whole_signed(text: str) -> int | None:
    value = number(text)
    return None if value is None else int(value)


def instant(said: object) -> Instant | None:
    """Read a timestamp: seconds, milliseconds, or ISO 8601 (UTC where it names no zone)."""
    value = number(said)
    if value is not None:
        at = value if value >= _SECONDS_MAX else value * 1000
        return Instant(round(at)) if 0 < at < 2**47 else None
    if not isinstance(said, str):
        return None
    try:
        at_time = datetime.fromisoformat(said.strip())
    except ValueError:
        return None
    at_time = at_time if at_time.tzinfo is not None else at_time.replace(tzinfo=UTC)
    return Instant(round(at_time.timestamp() * 1000))


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Name each pair of a form's or an object's bytes; a query is not among them."""
    if frame.broken is not None or isinstance(_fields(frame), Problem):
        return ()
    pairs = _JSON_PAIR if frame.blob.lstrip()[:1] in (b"{", b"[") else _PAIR
    return tuple(_mark(found) for found in pairs.finditer(frame.blob))


def _mark(found: re.Match[bytes]) -> Mark:
    if found.re is _PAIR:
        name, _, value = found[0].rstrip(b"&").partition(b"=")
    else:
        name, value = found[1], found[2] or b"{"
    shown = value.strip(b'"').decode("utf-8", "replace")
    return Mark(start=found.start(), end=found.end(), name=name.decode("utf-8", "replace") or "?", value=shown)


def encode_query(said: Position, name: str, **more: Scalar) -> str:
    """Write a place as a query or a form, as OsmAnd and older Traccar Clients do."""
    speed = None if said.speed_kmh is None else said.speed_kmh / KMH_PER_KNOT
    fields: dict[str, Scalar | None] = {
        "id": name,
        "timestamp": None if said.time is None else said.time // 1000,
        "lat": said.latitude,
        "lon": said.longitude,
        "speed": speed,
        "bearing": said.course_deg,
        "altitude": said.altitude_m,
        "hdop": said.hdop,
        "batt": said.battery_percent,
        "alarm": ",".join(said.alarms) or None,
    }
    return urlencode({key: value for key, value in (fields | more).items() if value is not None})


def encode_json(said: Position, name: str) -> bytes:
    """Write a place in the nested shape that phones' background services post."""
    coords = {
        "latitude": said.latitude,
        "longitude": said.longitude,
        "altitude": said.altitude_m,
        "speed": -1 if said.speed_kmh is None else said.speed_kmh / KMH_PER_MPS,
        "heading": -1 if said.course_deg is None else said.course_deg,
    }
    level = -1 if said.battery_percent is None else said.battery_percent / 100
    at = datetime.fromtimestamp((said.time or 0) / 1000, UTC).isoformat(timespec="milliseconds")
    location = {"coords": coords, "battery": {"level": level}, "timestamp": at, "is_moving": said.moving}
    return msgspec.json.encode({"location": location, "device_id": name})


def framer(_options: Options, content_type: str = "") -> Framer:
    """Make the framer of one body: posts are whole, so this is for captures only."""
    return Whole(BODY_MAX, content_type)


def decoder(options: Options) -> Decoder:
    """Make the decoder of one phone, or of all that have the same options."""
    return Phone(options)
