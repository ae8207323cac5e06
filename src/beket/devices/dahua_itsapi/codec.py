"""Dahua plate cameras: ITSAPI posts and parts of the event stream to readings, both ways (reference 03 §1.2).

Every post is answered with `{"Result": true}` once it is durable: without that the camera sends it for ever.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from beket.devices.dahua_itsapi.tell import Given, from_push, from_stream
from beket.devices.kit.cutting import apart, base64_cut
from beket.devices.kit.driver import (
    Cut,
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
)
from beket.devices.kit.explain import json_marks, lists_whole, named_paths, tidy
from beket.devices.kit.multipart import Parts, part_of
from beket.devices.kit.ports import Picture
from beket.words.ids import Instant, sha256
from beket.words.readings import Image, ImageRole

PICTURES_MAX: Final = 4
"""Most pictures of one post: the scene, the plate, the vehicle, one more."""

PICTURE_CHARS_MAX: Final = 8 * 1024 * 1024
"""Longest base64 text of one picture; a post may not be longer anyway."""

_ROLES: Final[dict[str, ImageRole]] = {
    "NormalPic": "scene",
    "CutoutPic": "plate",
    "VehiclePic": "vehicle",
    "CombinedPic": "other",
}
_TAKEN: Final = b'{"Result":true}'
_NOT_TAKEN: Final = b'{"Result":false}'
_JSON: Final = "application/json"
_EVENT: Final = re.compile(rb"Code=([A-Za-z0-9]{1,40});action=([A-Za-z]{1,16});index=(\d{1,4})(?:;data=)?")
_USED: Final = frozenset(
    {
        "PlateNumber", "PlateColor", "PlateType", "Confidence", "IsExist", "BoundingBox", "VehicleType", "VehicleColor",
        "VehicleSign", "DeviceID", "LanNo", "Lane", "Direction", "AccurateTime", "SnapTime", "TimeZone", "PicName",
        "Content", "Speed", "RealUTC", "UTC", "UTCMS", "LocaleTime", "Text", "Category", "EventID", "Active",
    }
)  # fmt: skip
"""Every member that is read, wherever it stands."""


class Shown(NamedTuple):
    """One picture: as the reading names it, as the store keeps it, and where its text stood, if that is known."""

    image: Image
    picture: Picture
    cut: Cut | None


class Camera(Quiet):
    """Reads one camera's messages."""

    def __init__(self, options: Options) -> None:
        self._utc_offset_min = int(options.get("utc_offset_min", 0))

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one post, or one part of the stream, says."""
        if frame.broken is not None:
            return _refused(frame.broken, "the part is too long", frame.blob)
        return self._part(frame.blob, received) if frame.part else self._post(frame.blob, received)

    def _post(self, body: bytes, received: Instant) -> Out:
        tree = _object(body)
        if tree is None:
            return _refused("json", "no JSON object", body)
        picture = tree.get("Picture")
        if not isinstance(picture, dict):
            return self._kept_alive(tree, body)
        snap = picture.get("SnapInfo")
        identity = snap.get("DeviceID") if isinstance(snap, dict) else None
        shown, problems = _pictures(picture, body)
        told = from_push(picture, self._given(body, received, shown))
        return Out(
            told=(told,), pictures=tuple(one.picture for one in shown), problems=problems, replies=(_TAKEN,),
            refusals=(_NOT_TAKEN,), reply_type=_JSON, identities=_names(identity), alive=True, clock=told.reading.time,
        )  # fmt: skip

    def _kept_alive(self, tree: dict[str, Any], body: bytes) -> Out:
        if not ("Active" in tree or "DeviceID" in tree):
            return _refused("content", "neither a picture nor a keep-alive", body)
        names = _names(tree.get("DeviceID"))
        return Out(alive=True, identities=names, replies=(_TAKEN,), refusals=(_NOT_TAKEN,), reply_type=_JSON)

    def _part(self, blob: bytes, received: Instant) -> Out:
        part = part_of(blob)
        content = b"" if part is None else blob[part.start : part.end]
        if content.strip().lower() == b"heartbeat":
            return Out(alive=True)
        event = _EVENT.match(content.lstrip())
        if event is None:
            return _refused("content", "neither an event nor a heartbeat", blob)
        tree = _object(content.lstrip()[event.end() :])
        if event[1] != b"TrafficJunction":
            return Out(alive=True)
        if tree is None:
            return _refused("json", "the event's data is no JSON object", blob)
        told = from_stream(tree, self._given(blob, received, ()))
        return Out(told=(told,), alive=True, clock=told.reading.time)

    def _given(self, blob: bytes, received: Instant, shown: Sequence[Shown]) -> Given:
        images = tuple(one.image for one in shown)
        message = Message(blob=blob, cuts=apart(one.cut for one in shown))
        return Given(received=received, images=images, message=message, utc_offset_min=self._utc_offset_min)


def _pictures(tree: dict[str, Any], body: bytes) -> tuple[tuple[Shown, ...], tuple[Problem, ...]]:
    """Take the pictures out of their base64; one that cannot be read is said, and the plate stands without it."""
    shown: list[Shown] = []
    problems: list[Problem] = []
    for name, role in _ROLES.items():
        held = tree.get(name)
        text = held.get("Content") if isinstance(held, dict) else None
        if not isinstance(text, str) or not text or len(shown) >= PICTURES_MAX:
            continue
        try:
            content = base64.b64decode(text[:PICTURE_CHARS_MAX], validate=True)
        except (binascii.Error, ValueError):
            problems.append(Problem(kind="content", detail=f"{name}: not base64", fatal=False))
            continue
        named = sha256(content)
        image = Image(role=role, sha256=named, size=len(content))
        picture = Picture(sha256=named, media_type="image/jpeg", blob=content)
        shown.append(Shown(image, picture, base64_cut(body, content, named)))
    return tuple(shown), tuple(problems)


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        read = msgspec.json.decode(text)
    except (ValueError, RecursionError):  # msgspec.DecodeError is one, and so are bytes that are no UTF-8
        return None
    return read if isinstance(read, dict) else None


def _names(identity: object) -> tuple[str, ...]:
    return (identity[:64],) if isinstance(identity, str) and identity else ()


def _refused(kind: ProblemKind, detail: str, blob: bytes) -> Out:
    problem = Problem(kind=kind, detail=detail, raw=blob)
    return Out(problems=(problem,), replies=(_NOT_TAKEN,), refusals=(_NOT_TAKEN,), reply_type=_JSON)


def encode_push(picture: dict[str, Any], images: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """Write a TollgateInfo post: ITSAPI's `Picture` members and pictures by name (NormalPic, CutoutPic, VehiclePic)."""
    shown = {
        name: {"PicName": f"{name}.jpg", "Content": base64.b64encode(content).decode()} for name, content in images
    }
    return msgspec.json.encode({"Picture": {**picture, **shown}})


def encode_keep_alive(device: str) -> bytes:
    """Write a keep-alive post."""
    return msgspec.json.encode({"DeviceID": device, "Active": "keepAlive"})


def encode_event(data: dict[str, Any], boundary: bytes = b"myboundary", *, code: str = "TrafficJunction") -> bytes:
    """Write one part of the event stream."""
    content = f"Code={code};action=Pulse;index=0;data=".encode() + msgspec.json.encode(data)
    return _part(content, boundary)


def encode_heartbeat(boundary: bytes = b"myboundary") -> bytes:
    """Write the stream's heartbeat."""
    return _part(b"Heartbeat", boundary)


def _part(content: bytes, boundary: bytes) -> bytes:
    head = b"--%s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % (boundary, len(content))
    return head + content + b"\r\n"


def framer(_options: Options, content_type: str = "") -> Framer:
    """Make the framer of one event stream."""
    return Parts(content_type)


def decoder(options: Options) -> Decoder:
    """Make the decoder of one camera."""
    return Camera(options)


def explain(frame: Frame, options: Options) -> tuple[Mark, ...]:
    """Say what each run of a message means: the members that are used, and on the stream the event's head."""
    out = decoder(options).read(frame, Instant(0))
    if any(problem.fatal for problem in out.problems):
        return ()
    if not frame.part:
        return tidy(_members(frame.blob, 0))
    part = part_of(frame.blob)
    if part is None:
        return ()
    content = frame.blob[part.start : part.end]
    begin = part.start + len(content) - len(content.lstrip())
    event = _EVENT.match(frame.blob, begin)
    if event is None:
        return (Mark(start=begin, end=part.end, name="heartbeat", value=content.strip().decode("latin-1")),)
    head = [Mark(start=event.start(1), end=event.end(1), name="code", value=event[1].decode())]
    headers = Mark(start=0, end=part.start, name="headers", value="part")
    frame_of = Mark(start=event.end(1), end=event.end(), name="event", value=event[2].decode())
    return tidy([headers, *head, frame_of, *_members(frame.blob, event.end())])


def _members(blob: bytes, start: int) -> list[Mark]:
    tree = _object(blob[start:])
    return [] if tree is None else json_marks(blob, lists_whole(named_paths(tree, _USED)), start)
