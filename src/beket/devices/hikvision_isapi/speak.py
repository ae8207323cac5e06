"""How a Hikvision camera speaks: posts, heartbeats and stream parts, written as the camera writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Literal
from xml.sax.saxutils import escape

from msgspec import Struct

from beket.devices.kit.countries import INDEX_OF
from beket.words.ids import Instant
from beket.words.readings import Movement

BOUNDARY: Final = "boundary"
"""What installed cameras were seen to use (reference 03 §1.1)."""

NAMESPACE: Final = "http://www.isapi.org/ver20/XMLSchema"

PictureName = Literal["detectionPicture.jpg", "licensePlatePicture.jpg", "vehiclePicture.jpg"]

_SAID: Final[dict[Movement, str]] = {"approaching": "forward", "receding": "reverse", "unknown": "unknown"}


class Sighting(Struct, frozen=True, kw_only=True):
    """One vehicle as a camera reports it; `plate` is "noPlate" or "unknown" where it could not be read.

    `confidence` is 0..1; `containers` are (number, ISO type, confidence); `more` says that pictures follow in a
    second post with the same `uuid`; `history` that the event is sent late; `offset_min` is the camera's zone.
    """

    at: Instant
    plate: str
    uuid: str
    ip: str = "192.0.2.41"
    mac: str = "02:00:5e:10:00:29"
    channel: int = 1
    country: str | None = None
    confidence: float = 0.96
    lane: int = 1
    direction: Movement = "approaching"
    plate_original: str | None = None
    plate_color: str = "white"
    vehicle_type: str = "truck"
    vehicle_color: str = "white"
    speed_kmh: int | None = None
    length_m: float | None = None
    plate_box: tuple[int, int, int, int] | None = (430, 675, 106, 35)
    containers: tuple[tuple[str, str, float], ...] = ()
    adr: str | None = None
    history: bool = False
    retransmitted: bool = False
    more: bool = False
    offset_min: int = 360


class Shot(Struct, frozen=True, kw_only=True):
    """A picture that goes with a sighting."""

    name: PictureName
    jpeg: bytes


def encode_push(seen: Sighting, shots: tuple[Shot, ...] = ()) -> tuple[str, bytes]:
    """Write the body a camera posts: its content type and the bytes."""
    text = encode_xml(seen, shots)
    parts = [_part('form-data; name="anpr.xml"; filename="anpr.xml"', "application/xml", text)]
    parts += [_picture(shot) for shot in shots]
    body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    return f"multipart/form-data; boundary={BOUNDARY}", body


def encode_stream(seen: Sighting, shots: tuple[Shot, ...] = ()) -> bytes:
    """Write what a camera sends on alertStream: the XML part, then the pictures, no closing boundary."""
    return encode_stream_text(encode_xml(seen, shots)) + b"".join(_picture(shot) for shot in shots)


def encode_stream_text(text: bytes) -> bytes:
    """Write one XML part of alertStream (an event or a heartbeat)."""
    return _part(None, 'application/xml; charset="UTF-8"', text)


def encode_heartbeat(
    at: Instant, *, ip: str = "192.0.2.41", mac: str = "", offset_min: int = 360, fault: bool = False
) -> tuple[str, bytes]:
    """Write the post a living camera sends every ten seconds: video loss that is not (or, with `fault`, is)."""
    state = "active" if fault else "inactive"
    mac_element = _element("macAddress", mac) if mac else ""
    text = (
        f'<EventNotificationAlert version="2.0" xmlns="{NAMESPACE}">{_element("ipAddress", ip)}{mac_element}'
        f"{_element('channelID', 1)}{_element('dateTime', said_time(at, offset_min))}"
        f"<activePostCount>{int(fault)}</activePostCount><eventType>videoloss</eventType>"
        f"<eventState>{state}</eventState><eventDescription>videoloss alarm</eventDescription></EventNotificationAlert>"
    )
    return "application/xml", text.encode()


def encode_xml(seen: Sighting, shots: tuple[Shot, ...] = ()) -> bytes:
    """Write the XML of one sighting, with the pictures it announces."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<EventNotificationAlert version="2.0" xmlns="{NAMESPACE}">'
        f"{_element('ipAddress', seen.ip)}{_element('macAddress', seen.mac)}{_element('channelID', seen.channel)}"
        f"{_element('dateTime', said_time(seen.at, seen.offset_min))}<activePostCount>1</activePostCount>"
        "<eventType>ANPR</eventType><eventState>active</eventState><eventDescription>ANPR</eventDescription>"
        f"<ANPR>{_vehicle(seen)}{_announced(seen, shots)}{_flags(seen)}</ANPR>"
        f"{_element('UUID', seen.uuid)}{_element('picNum', len(shots))}"
        f"{_element('isDataRetransmission', 'true') if seen.retransmitted else ''}"
        "</EventNotificationAlert>\n"
    ).encode()


def said_time(at: Instant, offset_min: int) -> str:
    """Write an instant as the camera does: local time, milliseconds, offset."""
    zone = timezone(timedelta(minutes=offset_min))
    return (
        (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at))
        .astimezone(zone)
        .isoformat(timespec="milliseconds")
    )


def _element(name: str, value: object) -> str:
    return f"<{name}>{escape(str(value))}</{name}>"


def _vehicle(seen: Sighting) -> str:
    index = INDEX_OF.get(seen.country or "", 0)
    fields = [
        _element("country", min(index, 253)),
        _element("CRIndex", index) if index else "",
        _element("licensePlate", seen.plate),
        _element("line", seen.lane),
        _element("direction", _SAID[seen.direction]),
        _element("confidenceLevel", f"{seen.confidence * 100:g}"),
        _element("plateColor", seen.plate_color),
        _element("vehicleType", seen.vehicle_type),
        _element("alarmDataType", int(seen.history)),
        f"<vehicleInfo>{_body(seen)}</vehicleInfo>",
    ]
    return "".join(fields)


def _body(seen: Sighting) -> str:
    speed = _element("speed", seen.speed_kmh) if seen.speed_kmh is not None else ""
    containers = "".join(
        "<container>"
        + _element("containerMainNum", main)
        + _element("containerISONum", iso)
        + _element("confidence", round(confidence * 100))
        + "</container>"
        for main, iso, confidence in seen.containers
    )
    listed = f"<containerInfo><containerList>{containers}</containerList></containerInfo>" if containers else ""
    length = round((seen.length_m or 0) * 10)
    return f"{_element('color', seen.vehicle_color)}{speed}{_element('length', length)}{listed}"


def _announced(seen: Sighting, shots: tuple[Shot, ...]) -> str:
    pictures = []
    for shot in shots:
        kind = shot.name.removesuffix(".jpg")
        box = _box(seen) if kind == "detectionPicture" else ""
        fields = _element("fileName", shot.name) + _element("type", kind) + _element("dataType", 0)
        pictures.append(f"<pictureInfo>{fields}{box}</pictureInfo>")
    return f"<pictureInfoList>{''.join(pictures)}</pictureInfoList>" if pictures else ""


def _box(seen: Sighting) -> str:
    if seen.plate_box is None:
        return ""
    x, y, width, height = seen.plate_box
    inner = _element("X", x) + _element("Y", y) + _element("width", width) + _element("height", height)
    return f"<plateRect>{inner}</plateRect>"


def _flags(seen: Sighting) -> str:
    original = seen.plate_original if seen.plate_original is not None else seen.plate
    more = _element("hasMoreData", "true") if seen.more else ""
    adr = _element("ADRNo", seen.adr) if seen.adr else ""
    return f"{more}{_element('originalLicensePlate', original)}{adr}"


def _picture(shot: Shot) -> bytes:
    return _part(f'form-data; name="{shot.name}"; filename="{shot.name}"', "image/jpeg", shot.jpeg)


def _part(disposition: str | None, content_type: str, content: bytes) -> bytes:
    named = f"Content-Disposition: {disposition}\r\n" if disposition else ""
    head = f"--{BOUNDARY}\r\n{named}Content-Type: {content_type}\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content + b"\r\n"
