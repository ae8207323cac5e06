"""Hikvision plate cameras over ISAPI: posts and alertStream parts to readings (reference 03 §1.1).

Every variant seen in the field is taken: XML or JSON, any namespace, pictures as JPEG or octet-stream parts, names
with and without quotes, all fields in the query string. Nothing a camera says is signed; who may say it is the
listener's business.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from beket.devices.hikvision_isapi.speak import (
    Shot,
    Sighting,
    encode_heartbeat,
    encode_push,
    encode_stream,
    encode_stream_text,
    encode_xml,
)
from beket.devices.hikvision_isapi.tell import Given, pictures_awaited, tell
from beket.devices.hikvision_isapi.told_where import where
from beket.devices.hikvision_isapi.tree import Tree, from_json, from_query, from_xml
from beket.devices.kit.driver import Cut, Decoder, Frame, Framer, Mark, Message, Options, Out, Problem
from beket.devices.kit.multipart import Part, Parts, boundary_of, part_of, split
from beket.devices.kit.ports import Picture
from beket.words.ids import Instant, sha256
from beket.words.readings import Image, ImageRole

__all__ = [
    "Camera",
    "Shot",
    "Sighting",
    "decoder",
    "encode_heartbeat",
    "encode_push",
    "encode_stream",
    "encode_stream_text",
    "encode_xml",
    "explain",
    "framer",
]

PICTURES_MAX: Final = 8
"""Most pictures of one message; cameras send up to six."""

PICTURE_WAIT_MS: Final = 1500
"""Longest wait on alertStream for pictures that were announced and do not come."""

_JPEG: Final = b"\xff\xd8"
_PNG: Final = b"\x89PNG"
_ROLES: Final[dict[str, ImageRole]] = {
    "detectionpicture": "scene",
    "licenseplatepicture": "plate",
    "vehiclepicture": "vehicle",
}

Shown = tuple[tuple[Image, Picture, Cut], ...]
"""Pictures of one message: as the reading names them, as the store keeps them, and where they lay in the bytes."""


class Pending(Struct):
    """An event of alertStream whose pictures are still to come."""

    tree: Tree
    blob: bytes
    since: Instant
    awaited: int
    shown: Shown = ()


class Camera:
    """Reads one camera's messages; on alertStream it joins the pictures to the event before them."""

    def __init__(self, options: Options) -> None:
        self._utc_offset_min = int(options.get("utc_offset_min", 0))
        self._pending: Pending | None = None

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one post, or one part of a stream, says."""
        if frame.broken is not None:
            return _refused(Problem(kind=frame.broken, detail="the part is too long", raw=frame.blob))
        return self._part(frame, received) if frame.part else self._post(frame, received)

    def ask(self, _now: Instant) -> bytes:
        """It talks unasked."""
        return b""

    def waited(self, received: Instant) -> Out:
        """Pictures that did not come will not come: say the event without them."""
        pending = self._pending
        return self._flush() if pending is not None and received - pending.since >= PICTURE_WAIT_MS else Out()

    def lost(self, _received: Instant) -> Out:
        """The stream ended: say the event that was open."""
        return self._flush()

    def _post(self, frame: Frame, received: Instant) -> Out:
        body = frame.blob
        boundary = boundary_of(frame.content_type, body)
        whole = (Part(start=0, end=len(body), content_type=frame.content_type.partition(";")[0].strip().lower()),)
        parts = whole if boundary is None else split(body, boundary)
        texts = [read for part in parts if (read := _read_text(body, part)) is not None]
        if texts:
            return self._said(texts, body, _shown(body, parts), received)
        asked = from_query(frame.query) if frame.query else None
        if asked is None:
            return _refused(_no_event(body, parts))
        head = b"?" + frame.query.encode("utf-8", "replace") + b"\r\n\r\n"
        return self._said([asked], head + body, _shown(body, parts, len(head)), received)

    def _said(self, texts: list[Tree | Problem], blob: bytes, shown: Shown, received: Instant) -> Out:
        outs: list[Out] = []
        for read in texts:
            if isinstance(read, Problem):
                outs.append(_refused(read))
            else:
                # Pictures of a post belong to its first event; nothing was seen to send two.
                outs.append(self._tell(read, blob, shown if not outs else (), received))
        return _merged(outs)

    def _part(self, frame: Frame, received: Instant) -> Out:
        part = part_of(frame.blob)
        if part is None:
            return _refused(Problem(kind="shape", detail="a part without headers", raw=frame.blob))
        if _is_picture(frame.blob, part):
            return self._picture(frame, part)
        before = self._flush()
        read = _read_text(frame.blob, part)
        if read is None:
            refused = Problem(kind="content", detail=f"{part.content_type or 'no type'}: no event", raw=frame.blob)
            return _merged([before, _refused(refused)])
        if isinstance(read, Problem):
            return _merged([before, _refused(read)])
        self._pending = Pending(tree=read, blob=frame.blob, since=received, awaited=pictures_awaited(read))
        return _merged([before, self._flush()]) if self._pending.awaited == 0 else before

    def _picture(self, frame: Frame, part: Part) -> Out:
        pending = self._pending
        if pending is None:
            detail = f"picture {part.name[:64]!r} without an event before it"
            return Out(alive=True, problems=(Problem(kind="orphan_pictures", detail=detail, fatal=False),))
        pending.shown += _shown(frame.blob, (part,), len(pending.blob))
        pending.blob += frame.blob
        done = len(pending.shown) >= min(pending.awaited, PICTURES_MAX)
        return self._flush() if done else Out(alive=True)

    def _flush(self) -> Out:
        pending, self._pending = self._pending, None
        if pending is None:
            return Out()
        return self._tell(pending.tree, pending.blob, pending.shown, pending.since)

    def _tell(self, tree: Tree, blob: bytes, shown: Shown, received: Instant) -> Out:
        given = Given(
            received=received,
            images=tuple(image for image, _, _ in shown),
            message=Message(blob=blob, cuts=tuple(cut for _, _, cut in shown)),
            utc_offset_min=self._utc_offset_min,
        )
        out = tell(tree, given)
        if out.told:
            out.pictures = tuple(picture for _, picture, _ in shown)
        return out


def _read_text(blob: bytes, part: Part) -> Tree | Problem | None:
    content = blob[part.start : part.end] if not _is_picture(blob, part) else b""
    content = content.removeprefix(b"\xef\xbb\xbf").strip()
    if content.startswith(b"<") or (content and part.content_type.endswith("/xml")):
        return from_xml(content)
    if content.startswith((b"{", b"[")) or (content and part.content_type.endswith("/json")):
        return from_json(content)
    if part.content_type == "application/x-www-form-urlencoded":
        return from_query(content.decode("utf-8", "replace"))
    return None


def _is_picture(blob: bytes, part: Part) -> bool:
    if part.content_type.startswith("image/"):
        return True
    return blob.startswith((_JPEG, _PNG), part.start, part.end)


def _shown(blob: bytes, parts: tuple[Part, ...], shift: int = 0) -> Shown:
    return tuple(_show(blob, part, shift) for part in parts if part.end > part.start and _is_picture(blob, part))[
        :PICTURES_MAX
    ]


def _show(blob: bytes, part: Part, shift: int) -> tuple[Image, Picture, Cut]:
    content = blob[part.start : part.end]
    named = sha256(content)
    media_type = "image/png" if content.startswith(_PNG) else "image/jpeg"
    stem = part.name.rpartition("/")[2].partition(".")[0].lower()
    image = Image(role=_ROLES.get(stem, "other"), sha256=named, size=len(content), media_type=media_type)
    picture = Picture(sha256=named, media_type=media_type, blob=content)
    return image, picture, Cut(part.start + shift, part.end + shift, named)


def _no_event(body: bytes, parts: tuple[Part, ...]) -> Problem:
    if any(_is_picture(body, part) for part in parts):
        return Problem(kind="orphan_pictures", detail="pictures and no event with them", raw=body)
    return Problem(kind="content", detail="no XML, no JSON, no event in the query", raw=body)


def _refused(problem: Problem) -> Out:
    return Out(problems=(problem,))


def _merged(outs: list[Out]) -> Out:
    clocks = [out.clock for out in outs if out.clock is not None]
    return Out(
        told=tuple(told for out in outs for told in out.told),
        pictures=tuple(picture for out in outs for picture in out.pictures),
        identities=tuple(dict.fromkeys(name for out in outs for name in out.identities)),
        problems=tuple(problem for out in outs for problem in out.problems),
        alive=any(out.alive for out in outs),
        fault=next((out.fault for out in outs if out.fault), None),
        clock=clocks[-1] if clocks else None,
    )


def framer(_options: Options, content_type: str = "") -> Framer:
    """Make the framer of one alertStream."""
    return Parts(content_type)


def decoder(options: Options) -> Decoder:
    """Make the decoder of one camera."""
    return Camera(options)


def explain(frame: Frame, options: Options) -> tuple[Mark, ...]:
    """Say what each run of a message means; what came in the query is not in its bytes."""
    out = decoder(options).read(frame, Instant(0))
    if not out.told and any(problem.fatal for problem in out.problems):
        return ()
    body = frame.blob
    if frame.part:
        one = part_of(body)
        parts: tuple[Part, ...] = () if one is None else (one,)
    else:
        boundary = boundary_of(frame.content_type, body)
        kind = frame.content_type.partition(";")[0].strip().lower()
        parts = (Part(start=0, end=len(body), content_type=kind),) if boundary is None else split(body, boundary)
    return where(body, parts, [part for part in parts if part.end > part.start and _is_picture(body, part)])
