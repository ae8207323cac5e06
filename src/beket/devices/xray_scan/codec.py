"""Scan requests and results of X-ray complexes, both ways: JSON, or multipart with the images beside it.

The schema is the house's own (README): what the WCO's Unified File Format will carry is around the image, and its text
is not public (reference 03 §4). The original image is kept untouched.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec
from msgspec import Struct

from beket.devices.kit.dates import live
from beket.devices.kit.driver import (
    NOBODY,
    UNNAMED,
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
    Told,
)
from beket.devices.kit.explain import json_marks, lists_whole, named_paths, tidy
from beket.devices.kit.framing import Whole
from beket.devices.kit.multipart import Part, boundary_of, split
from beket.devices.kit.ports import Picture
from beket.words.ids import Instant, sha256
from beket.words.plates import canonical
from beket.words.readings import Image, Reading, ScanRequest, ScanResult

SCHEMA: Final = "beket.scan/1"
MESSAGE_MAX: Final = 8 * 1024 * 1024
IMAGES_MAX: Final = 8
"""Most images of one result: two views, three energies, a thumbnail, some to spare."""

TEXT_MAX: Final = 2000
CONTAINERS_MAX: Final = 8
MARKED_MAX: Final = 64

Box = tuple[int, int, int, int]


class Said(Struct, kw_only=True, tag_field="kind"):
    """What every message carries; `time` is ISO 8601 with an offset."""

    schema: Literal["beket.scan/1"]
    scanner: str
    time: str | None = None


class Request(Said, kw_only=True, tag="request"):
    """Someone asks for a scan."""

    request_id: str
    plate: str | None = None
    containers: list[str] = []
    reason: str | None = None
    declaration: str | None = None


class Result(Said, kw_only=True, tag="result"):
    """A scan and its analyst's verdict; boxes are left, top, width, height in per-mille of the first image."""

    scan_id: str
    request_id: str | None = None
    verdict: Literal["clear", "suspect", "rescan", "refused"] | None = None
    plate: str | None = None
    containers: list[str] = []
    analyst: str | None = None
    remark: str | None = None
    dose_usv: float | None = None
    marked: list[Box] = []


class Alive(Said, kw_only=True, tag="alive"):
    """The complex lives, and perhaps says what is wrong with it."""

    fault: str | None = None


_DECODER: Final = msgspec.json.Decoder(Request | Result | Alive)
_USED: Final = frozenset(
    {"schema", "kind"} | {name for one in (Request, Result, Alive) for name in one.__struct_fields__}
)


class Complex(Quiet):
    """Reads one complex's messages."""

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one post says."""
        if frame.broken is not None:
            return _refused(frame.broken, "the message is too long", frame.blob)
        body = frame.blob
        boundary = boundary_of(frame.content_type, body)
        parts = split(body, boundary) if boundary is not None else (Part(start=0, end=len(body)),)
        text = next((part for part in parts if body[part.start : part.end].lstrip().startswith(b"{")), None)
        if text is None:
            return _refused("content", "no JSON object", body)
        try:
            said = _DECODER.decode(body[text.start : text.end])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
            kind: ProblemKind = "field" if isinstance(wrong, msgspec.ValidationError) else "json"
            return _refused(kind, str(wrong)[:200], body)
        if isinstance(said, Alive):
            return Out(alive=True, fault=(said.fault or "")[:64] or None, identities=(said.scanner[:64],))
        shown = [_show(body, part) for part in parts if part is not text and part.end > part.start][:IMAGES_MAX]
        return _told(said, shown, body, received)


def _told(said: Request | Result, shown: list[tuple[Image, Picture, Cut]], body: bytes, received: Instant) -> Out:
    time = _time(said.time)
    if said.time is not None and time is None:
        return _refused("field", "time: ISO 8601 with an offset is expected", body)
    message = Message(blob=body, cuts=tuple(cut for _, _, cut in shown))
    reading, key = _reading(said, time, received, tuple(image for image, _, _ in shown))
    told = Told(reading=reading, key=key.encode("utf-8", "replace"), message=message)
    pictures = tuple(picture for _, picture, _ in shown)
    return Out(
        told=(told,), pictures=pictures, alive=True, clock=live(time, received), identities=(said.scanner[:64],)
    )  # fmt: skip


def _reading(
    said: Request | Result, time: Instant | None, received: Instant, images: tuple[Image, ...]
) -> tuple[Reading, str]:
    plate = canonical(said.plate) or None if said.plate else None
    containers = tuple(canonical(one) for one in said.containers[:CONTAINERS_MAX])
    if isinstance(said, Request):
        request = ScanRequest(
            device_id=NOBODY, time=time, received=received, reading_id=UNNAMED, plate=plate, containers=containers,
            reason=_short(said.reason), declaration=_short(said.declaration), request_id=said.request_id[:64],
        )  # fmt: skip
        return request, said.request_id
    result = ScanResult(
        device_id=NOBODY, time=time, received=received, reading_id=UNNAMED, scan_id=said.scan_id[:64],
        verdict=said.verdict, plate=plate, containers=containers, analyst=_short(said.analyst), images=images,
        request_id=_short(said.request_id), scanner=said.scanner[:64], remark=_short(said.remark),
        dose_usv=said.dose_usv, marked=tuple(said.marked[:MARKED_MAX]),
    )  # fmt: skip
    # A verdict that comes after the scan is another statement about it.
    return result, f"{said.scan_id}|{said.verdict}|{said.analyst}"


def _show(body: bytes, part: Part) -> tuple[Image, Picture, Cut]:
    content = body[part.start : part.end]
    named = sha256(content)
    media_type = part.content_type if part.content_type.startswith("image/") else "application/octet-stream"
    image = Image(
        role="scene" if part.name in ("scan", "image") else "other",
        sha256=named,
        size=len(content),
        media_type=media_type,
    )
    return image, Picture(sha256=named, media_type=media_type, blob=content), Cut(part.start, part.end, named)


def _short(text: str | None) -> str | None:
    return text[:TEXT_MAX] if text else None


def _time(text: str | None) -> Instant | None:
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
        return Instant(round(read.timestamp() * 1000)) if read.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _refused(kind: ProblemKind, detail: str, blob: bytes) -> Out:
    return Out(problems=(Problem(kind=kind, detail=detail, raw=blob),))


def encode(said: Request | Result | Alive) -> bytes:
    """Write a message without images."""
    return msgspec.json.encode(said)


def encode_multipart(said: Request | Result, images: Sequence[tuple[str, str, bytes]], boundary: str = "scan") -> bytes:
    """Write a message with images: name, media type and bytes of each."""
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="scan.json"\r\nContent-Type: application/json\r\n\r\n'
    body = head.encode() + encode(said)
    for name, media_type, content in images:
        body += (
            f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: {media_type}\r\n\r\n'
        ).encode() + content
    return body + f"\r\n--{boundary}--\r\n".encode()


def iso(at: Instant) -> str:
    """Write an instant as the schema has it."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")


def framer(_options: Options, content_type: str = "") -> Framer:
    """Make the framer of one message."""
    return Whole(MESSAGE_MAX, content_type)


def decoder(_options: Options) -> Decoder:
    """Make the decoder of one complex."""
    return Complex()


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Name the members that are used, the images, and what holds a multipart message together."""
    body = frame.blob
    boundary = boundary_of(frame.content_type, body) if frame.broken is None else None
    parts = split(body, boundary) if boundary is not None else (Part(start=0, end=len(body)),)
    marks: list[Mark] = []
    at = 0
    for part in parts:
        if part.start > at:
            marks.append(Mark(start=at, end=part.start, name="boundary and headers", value=part.name))
        content = body[part.start : part.end]
        if content.lstrip().startswith(b"{"):
            marks += _members(body, part)
        elif content:
            marks.append(Mark(start=part.start, end=part.end, name=part.name or "image", value=f"{len(content)} bytes"))
        at = part.end
    if boundary is not None and at < len(body):
        marks.append(Mark(start=at, end=len(body), name="boundary", value="end"))
    return tidy(marks)


def _members(body: bytes, part: Part) -> list[Mark]:
    try:
        tree = msgspec.json.decode(body[part.start : part.end])
    except (ValueError, RecursionError):
        return []
    lead = len(body[part.start : part.end]) - len(body[part.start : part.end].lstrip())
    return json_marks(body, lists_whole(named_paths(tree, _USED)), part.start + lead)
