"""The codec of drivers that have a `map.toml` and no code: messages to readings as the map says.

Everything is bounded, nothing raises whatever the bytes, and `explain` follows from the paths of the map.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from msgspec import Struct, structs

from beket.devices.kit.cutting import apart, base64_cut
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
    Quiet,
    Told,
)
from beket.devices.kit.explain import part_marks, picture_mark, tidy
from beket.devices.kit.framing import Lines, Whole
from beket.devices.kit.mapped_form import Condition, Field, Map, MessageForm
from beket.devices.kit.mapped_tree import (
    DOCUMENT_MAX,
    ITEMS_MAX,
    NOTHING,
    Document,
    Here,
    Looking,
    form_in,
    read_document,
    read_form,
    word_of,
)
from beket.devices.kit.mapped_values import media_type_of, picture_bytes, taken_options
from beket.devices.kit.multipart import Part, boundary_of, split
from beket.devices.kit.ports import Picture
from beket.words.containers import is_container
from beket.words.ids import Instant, sha256
from beket.words.plates import PLATE_LENGTH_MAX
from beket.words.readings import ContainerRead, Image, PlateRead, Said

NAMES_MAX: Final = 8
NAME_MAX: Final = 64
"""Most names that a device gives itself in one message, and the longest of them."""

LINE_MAX: Final = 64 * 1024
"""Longest line where a map frames a stream by lines."""

COUNTERS_MAX: Final = 256
"""Most devices of one conversation whose counters are remembered."""

GAP_MAX: Final = 10_000
"""A counter that jumps further than this was set anew: nothing is missing."""


class Shown(Struct, frozen=True, kw_only=True):
    """A picture as the reading names it and as the store keeps it; a part of the message also has its place in it."""

    image: Image
    picture: Picture
    cut: Cut | None = None


class Opened(Struct, kw_only=True):
    """A frame taken apart: its documents, its parts, and how it is kept; `shift` bytes stand before it there."""

    documents: list[Document]
    blob: bytes
    shift: int = 0
    parts: Sequence[Part] = ()
    problems: tuple[Problem, ...] = ()


class MappedCodec:
    """What a driver without code has in the place of `codec.py`."""

    def __init__(self, by: Map) -> None:
        self.map = by

    def framer(self, _options: Options, content_type: str = "") -> Framer:
        """Make the framer of one stream: lines, or all there is."""
        return Lines(LINE_MAX) if self.map.framing == "lines" else Whole(DOCUMENT_MAX, content_type)

    def decoder(self, options: Options) -> Decoder:
        """Make the decoder of one conversation."""
        return MappedDecoder(self.map, options)

    def explain(self, frame: Frame, options: Options) -> tuple[Mark, ...]:
        """Say what each run of a frame's bytes means; empty for a frame that is refused whole."""
        opened = open_frame(self.map, frame)
        marks: list[Mark] = []
        looked: list[tuple[Document, Looking]] = []
        out = MappedDecoder(self.map, options).read_opened(opened, frame, Instant(0), looked)
        if not out.told and any(problem.fatal for problem in out.problems):
            return ()
        for document, looking in looked:
            marks += document.marks(frame.blob, looking.used)
        marks += part_marks(frame.blob, opened.parts)
        marks += [picture_mark(part) for part in opened.parts if _picture_in(frame.blob, part)]
        return tidy([mark for mark in marks if mark.end <= len(frame.blob)])


class MappedDecoder(Quiet):
    """Reads one conversation; remembers only each device's last counter, to notice what did not come."""

    def __init__(self, by: Map, options: Options) -> None:
        self._map = by
        self._utc_offset_min = taken_options(options)
        self._counted: dict[str, int] = {}

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one message says."""
        if frame.broken is not None:
            return Out(problems=(Problem(kind=frame.broken, detail="not a whole message", raw=frame.blob),))
        return self.read_opened(open_frame(self._map, frame), frame, received)

    def read_opened(
        self, opened: Opened, frame: Frame, received: Instant, looked: list[tuple[Document, Looking]] | None = None
    ) -> Out:
        """Say what an opened frame says; what was looked at goes to `looked` where that is asked."""
        if opened.problems:
            return Out(problems=opened.problems)
        topic = tuple(frame.topic.split("/"))
        outs: list[Out] = []
        for document in opened.documents:
            tops = document.tree if isinstance(document.tree, list) else None
            for at, top in enumerate([document.tree] if tops is None else tops[:ITEMS_MAX]):
                here = Here(() if tops is None else (at,), top)
                looking = Looking(here, topic, remember=looked is not None)
                outs.append(_Reading(self._map, opened, frame, received, self._utc_offset_min).out(looking))
                self._note_gap(outs[-1])
                if looked is not None:
                    looked.append((document, looking))
        return self._answered(outs)

    def _answered(self, outs: list[Out]) -> Out:
        reply = self._map.reply
        told = tuple(told for out in outs for told in out.told)[:ITEMS_MAX]
        problems = tuple(problem for out in outs for problem in out.problems)
        alive = any(out.alive for out in outs)
        return Out(
            told=told,
            pictures=tuple({picture.sha256: picture for out in outs for picture in out.pictures}.values()),
            identities=tuple(dict.fromkeys(name for out in outs for name in out.identities))[:NAMES_MAX],
            problems=problems,
            alive=alive,
            fault=next((out.fault for out in outs if out.fault), None),
            clock=next((out.clock for out in outs if out.clock is not None), None),
            replies=(reply.body.encode(),) if alive and reply.body else (),
            reply_type=reply.type,
            reply_status=reply.status,
        )

    def _note_gap(self, out: Out) -> None:
        """Notice messages that did not come, where the map says that the device counts them."""
        counter = next((told.reading.sequence for told in out.told if told.reading.sequence is not None), None)
        if not self._map.gaps or counter is None:
            return
        name = out.identities[0] if out.identities else ""
        last = self._counted.pop(name, None)
        if last is not None and 1 < counter - last <= GAP_MAX:
            detail = f"{counter - last - 1} messages between {last} and {counter} did not come"
            out.problems += (Problem(kind="order", detail=detail, fatal=False),)
        while len(self._counted) >= COUNTERS_MAX:
            self._counted.pop(next(iter(self._counted)))
        self._counted[name] = counter


class _Reading:
    """One message of a frame on its way to readings."""

    def __init__(self, by: Map, opened: Opened, frame: Frame, received: Instant, utc_offset_min: int) -> None:
        self._map = by
        self._opened = opened
        self._frame = frame
        self._received = received
        self._utc_offset_min = utc_offset_min
        self._notes: list[Problem] = []
        self._fatal: list[Problem] = []

    def out(self, looking: Looking) -> Out:
        """Say what the message says."""
        out = Out(identities=self._identities(looking))
        message = next((one for one in self._map.messages if _all_hold(one.conditions, looking)), None)
        if message is None:
            out.problems = (self._problem("no message of the map is like this one", "content"),)
            return out
        if message.kind is None:
            self._alive(message, looking, out)
        else:
            self._told(message, message.kind, looking, out)
        out.problems = (*self._fatal, *self._notes)
        out.alive = bool(out.told) or not self._fatal
        return out

    def _identities(self, looking: Looking) -> tuple[str, ...]:
        said = (word_of(looking.at(route, looking.top, "identity"))[:NAME_MAX] for route in self._map.identity)
        return tuple(dict.fromkeys(name for name in said if name))[:NAMES_MAX]

    def _alive(self, message: MessageForm, looking: Looking, out: Out) -> None:
        if message.ignored:
            return
        values = self._values(message.fields, looking, looking.top)
        out.fault = values.get("fault")
        out.clock = values.get("time") if message.clock else None

    def _told(self, message: MessageForm, kind: type[Said], looking: Looking, out: Out) -> None:
        said: list[tuple[Any, bytes]] = []
        shown: list[Shown] = []
        for at, item in enumerate(self._items(message, looking)):
            pictures = self._pictures(message, looking, item)
            values = self._values(message.fields, looking, item)
            missing = [field.name for field in message.fields if field.required and field.name not in values]
            if missing:
                self._fatal.append(self._problem(f"{', '.join(missing)}: not there, or not readable"))
                continue
            said.append((self._filled(kind, values, pictures), self._key(message, looking, item, at)))
            shown += pictures
        # Readings of one message share its bytes, so that they are kept once.
        whole = Message(blob=self._opened.blob, cuts=apart(picture.cut for picture in shown))
        out.told = tuple(Told(reading=reading, key=key, message=whole) for reading, key in said)
        out.pictures = tuple(picture.picture for picture in shown)
        live = next((reading for reading, _ in said if reading.time is not None), None)
        out.clock = live.time if live is not None and message.clock and not live.buffered else None

    def _filled(self, kind: type[Said], values: dict[str, Any], pictures: Sequence[Shown]) -> Said:
        given: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
        given |= {name: None for name in values if name not in given and kind is PlateRead and name == "plate"}
        given |= {name: None for name, value in values.items() if value is None and name == "value"}
        if kind is ContainerRead:
            given.setdefault("valid", is_container(given["number"]))
        if pictures:
            given["images"] = tuple(picture.image for picture in pictures)
        return kind(device_id=NOBODY, reading_id=UNNAMED, received=self._received, **given)

    def _items(self, message: MessageForm, looking: Looking) -> list[Here]:
        if message.each is None:
            return [looking.top]
        here = looking.go(message.each.steps, looking.top)
        if here is None:
            self._fatal.append(self._problem("there is no list where the map has one"))
            return []
        return looking.items(here)

    def _key(self, message: MessageForm, looking: Looking, item: Here, at: int) -> bytes:
        """What tells this reading from the device's others; without a key in the map, the message itself does."""
        said = [word_of(looking.at(route, item, "key")) for route in message.key]
        return "|".join(said).encode() if any(said) else self._opened.blob + repr((looking.top.path, at)).encode()

    def _values(self, fields: Sequence[Field], looking: Looking, item: Here) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for field in fields:
            value = self._value(field, looking, item)
            if value is NOTHING:
                continue
            if field.name == "plate":
                self._plate(field, looking, item, values)
            elif value is not None or field.nullable:
                values[field.name] = value
        return values

    def _value(self, field: Field, looking: Looking, item: Here) -> Any:  # noqa: ANN401  what the reading's field holds
        if field.constant is not None:
            return field.constant
        found = next(
            (value for route in field.routes if (value := looking.at(route, item, field.name)) is not NOTHING), NOTHING
        )
        if found is NOTHING:
            return NOTHING
        try:
            if field.row_kind is not None:
                return tuple(self._rows(field, field.row_kind, looking, item))
            assert field.transform is not None
            zoned = structs.replace(field.taken, utc_offset_min=self._utc_offset_min) if field.local else field.taken
            return field.transform(found, zoned)
        except (ValueError, TypeError, OverflowError, RecursionError) as wrong:
            self._notes.append(self._problem(f"{field.name}: {wrong}"[:200], fatal=False))
            return NOTHING if field.required and not field.nullable else None

    def _plate(self, field: Field, looking: Looking, item: Here, values: dict[str, Any]) -> None:
        """A plate comes with what the camera wrote, and with the reason where it could not be read."""
        raw = next(
            (value for route in field.routes if (value := looking.at(route, item, field.name)) is not NOTHING), None
        )
        word = word_of(raw)
        reason = field.unread.get(word.lower()) or (None if word else "unreadable")
        plate = None if reason or field.transform is None else field.transform(raw, field.taken)
        values["plate"] = plate
        values.setdefault("plate_raw", word[: 2 * PLATE_LENGTH_MAX] or None)
        if plate is None:
            values.setdefault("unread_reason", reason or "unreadable")

    def _rows(self, field: Field, kind: type[Struct], looking: Looking, item: Here) -> Iterator[Struct]:
        """Make structs of a list's items; a row in which something is missing is left out, and noted."""
        place = next(here for route in field.routes if (here := looking.go(route.steps, item)) is not None)
        for row in looking.items(place):
            values = self._values(field.row_fields, looking, row)
            missing = [one.name for one in field.row_fields if one.required and values.get(one.name) is None]
            if missing:
                self._notes.append(self._problem(f"{field.name}: a row without {', '.join(missing)}", fatal=False))
            else:
                yield kind(**{name: value for name, value in values.items() if value is not None})

    def _pictures(self, message: MessageForm, looking: Looking, item: Here) -> list[Shown]:
        found: list[Shown] = []
        taken: set[int] = set()
        for wanted in message.pictures:
            if not _all_hold(wanted.conditions, looking):
                continue
            if wanted.route is not None:
                found += self._written_picture(wanted.role, looking.at(wanted.route, item, f"picture {wanted.role}"))
                continue
            for at, part in enumerate(self._opened.parts):
                named = wanted.part in ("*", part.name)
                if named and at not in taken and _picture_in(self._frame.blob, part):
                    taken.add(at)
                    found.append(_part_shown(self._frame.blob, part, wanted.role, self._opened.shift))
        return sorted(found, key=lambda shown: shown.cut.start if shown.cut is not None else -1) if taken else found

    def _written_picture(self, role: Any, value: object) -> list[Shown]:  # noqa: ANN401  one of the image roles
        if value is NOTHING or not value:
            return []
        try:
            blob = picture_bytes(value)
        except ValueError as broken:
            self._notes.append(self._problem(f"picture: {broken}"[:200], fatal=False))
            return []
        media_type = media_type_of(blob) if blob else None
        if not blob or media_type is None:
            self._notes.append(self._problem("picture: neither JPEG nor PNG", fatal=False))
            return []
        shown = _shown(blob, role, media_type)
        cut = base64_cut(self._frame.blob, blob, shown.image.sha256, self._opened.shift)
        return [Shown(image=shown.image, picture=shown.picture, cut=cut)]

    def _problem(self, detail: str, kind: Any = "field", *, fatal: bool = True) -> Problem:  # noqa: ANN401
        return Problem(kind=kind, detail=detail, raw=self._frame.blob if fatal else b"", fatal=fatal)


def _sharing(told: list[Told]) -> tuple[Told, ...]:
    """Let readings of one message share its bytes, so that they are kept once."""
    shared: dict[tuple[Cut, ...], Message] = {}
    return tuple(
        Told(reading=one.reading, key=one.key, message=shared.setdefault(one.message.cuts, one.message)) for one in told
    )


def _all_hold(conditions: Sequence[Condition], looking: Looking) -> bool:
    for condition in conditions:
        value = looking.stands(condition.route, looking.top, condition.name.rpartition("/")[2] or condition.name)
        there = value is not NOTHING and value is not None
        if condition.words:
            there = there and word_of(value).lower() in condition.words
        if there is not condition.there:
            return False
    return True


def _part_shown(blob: bytes, part: Part, role: Any, shift: int) -> Shown:  # noqa: ANN401  one of the image roles
    content = blob[part.start : part.end]
    shown = _shown(content, role, media_type_of(content) or "image/jpeg")
    cut = Cut(part.start + shift, part.end + shift, shown.image.sha256)
    return Shown(image=shown.image, picture=shown.picture, cut=cut)


def _shown(blob: bytes, role: Any, media_type: str) -> Shown:  # noqa: ANN401  one of the image roles
    named = sha256(blob)
    return Shown(
        image=Image(role=role, sha256=named, size=len(blob), media_type=media_type),
        picture=Picture(sha256=named, media_type=media_type, blob=blob),
    )


def _picture_in(blob: bytes, part: Part) -> bool:
    if part.end <= part.start:
        return False
    return part.content_type.startswith("image/") or media_type_of(blob[part.start : part.start + 4]) is not None


def open_frame(by: Map, frame: Frame) -> Opened:
    """Take a frame apart: the documents that the map accepts, and the parts beside them. Never raises."""
    body, kind = frame.blob, frame.content_type.partition(";")[0].strip().lower()
    boundary = boundary_of(frame.content_type, body) if "multipart" in by.media else None
    parts = () if boundary is None else split(body, boundary)
    whole = (Part(start=0, end=len(body), content_type=kind),)
    opened = Opened(documents=[], blob=body, parts=parts)
    for part in parts or whole:
        if parts and (_picture_in(body, part) or by.document_part not in ("", part.name)):
            continue
        form = form_in(body[part.start : part.end], part.content_type)
        if form is None or form not in by.media:
            continue
        read = read_document(body, part.start, part.end, form)
        if isinstance(read, Problem):
            opened.problems += (read,)
        else:
            opened.documents.append(read)
    return _kept_with(by, frame, opened)


def _kept_with(by: Map, frame: Frame, opened: Opened) -> Opened:
    """What is not in the body but was used is kept before it: the query, the topic."""
    if not opened.documents and not opened.problems and frame.query and "form" in by.media:
        fields = read_form(frame.query[:LINE_MAX])
        opened.documents.append(Document(form="form", start=len(frame.blob), tree=fields))
        head = b"?" + frame.query.encode("utf-8", "replace") + b"\r\n\r\n"
    elif by.uses_topic and frame.topic:
        head = b"topic: " + frame.topic.encode("utf-8", "replace") + b"\r\n\r\n"
    else:
        head = b""
    if not opened.documents and not opened.problems:
        detail = f"no {' and no '.join(sorted(by.media - {'multipart'}))} in it"
        opened.problems = (Problem(kind="content", detail=detail, raw=frame.blob),)
    opened.blob, opened.shift = head + frame.blob, len(head)
    return opened
