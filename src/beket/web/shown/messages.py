"""A device's message beside what was made of it: bytes with their meaning, and today's reading beside that of then."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final

from msgspec import Struct

from beket.board.panels.spoken import Spoken
from beket.log.heads import RawMessage
from beket.web import moments
from beket.web.codecs import Marked, ReadAgain
from beket.web.phrases import KINDS, word
from beket.words.ids import EntryRef, Instant

MESSAGES_MAX: Final = 10
"""Messages listed of one device: enough to see a pattern, few enough to stand above the one that is open."""

GIST_LENGTH_MAX: Final = 160
"""Characters of a message's first reading in its line of the list."""

DUMP_BYTES_MAX: Final = 2048
"""Bytes of each that are shown: the whole text of a camera, not its pictures."""

VALUE_LENGTH_MAX: Final = 240
"""Characters of one value in a table."""

STAMPED: Final = frozenset(
    {"device_id", "received", "reading_id", "raw_sha256", "drift_ms", "drift_sure", "buffered", "valid"}
)
"""What the kit adds when a message comes: the driver alone cannot say it again."""

INSTANTS: Final = frozenset({"time", "started", "ended", "last_at"})
"""Fields that are instants."""

_LINE: Final = 16


class Run(Struct, frozen=True):
    """Bytes that belong together: those of one mark (counted from 1), or those that nothing explains (0)."""

    mark: int
    name: str
    hex: str
    text: str


class Line(Struct, frozen=True):
    """Sixteen bytes of a dump."""

    offset: str
    runs: tuple[Run, ...]
    gap: str


class Legend(Struct, frozen=True):
    """One explained byte range."""

    number: int
    bytes: str
    name: str
    value: str
    shown: bool


class Field(Struct, frozen=True):
    """One value of a reading, as it was read then and as it is read now."""

    name: str
    then: str
    now: str
    differs: bool


class Compared(Struct, frozen=True, kw_only=True):
    """One reading of then beside that of now; a kind is empty where there is none on that side."""

    then_word: str
    now_word: str
    fields: tuple[Field, ...]
    gathered: bool


class ShownLine(Struct, frozen=True, kw_only=True):
    """One message in a line of the list: what it says, and what today's driver makes of it."""

    ref: EntryRef
    at: Instant
    words: str
    gist: str
    size: int
    again: bool
    differs: bool
    gathered: int
    problems: tuple[str, ...]


class ShownMessage(ShownLine, frozen=True, kw_only=True):
    """One message whole, ready to be drawn."""

    place: str
    lines: tuple[Line, ...]
    cut: bool
    proven: bool
    legend: tuple[Legend, ...]
    compared: tuple[Compared, ...]
    alone: bool
    hidden: bool


def show_message(said: Spoken, raw: RawMessage | None, again: ReadAgain | None) -> ShownMessage:
    """Put one message beside its meaning; without bytes (or the right to see them) its readings stand alone."""
    blob = raw.blob[:DUMP_BYTES_MAX] if raw is not None else b""
    marks = again.marks if again is not None else ()
    compared = tuple(compare(said.readings, again.readings if again is not None else None))
    return ShownMessage(
        place=said.place,
        ref=said.ref,
        at=said.at,
        words=", ".join(dict.fromkeys(word(KINDS, str(one.get("kind"))) for one in said.readings)),
        gist=_gist(compared[0]) if compared else "",
        size=len(raw.blob) if raw is not None else 0,
        lines=tuple(dump(blob, marks)),
        cut=raw is not None and len(raw.blob) > len(blob),
        proven=raw is not None and raw.proven,
        legend=tuple(_legend(marks, len(blob))),
        compared=compared,
        problems=again.problems if again is not None else (),
        again=again is not None,
        differs=again is not None and any(map(_differs, compared)),
        gathered=len(again.readings) if again is not None and any(one.gathered for one in compared) else 0,
        alone=again is not None and not again.readings,
        hidden=raw is None,
    )


def line_of(message: ShownMessage) -> ShownLine:
    """The line of a message, without its bytes and their meaning."""
    return ShownLine(**{name: getattr(message, name) for name in ShownLine.__struct_fields__})


def _gist(one: Compared) -> str:
    quiet = {*INSTANTS, "images"}
    told = (f"{field.name} {field.then}" for field in one.fields if field.then and field.name not in quiet)
    return ", ".join(told)[:GIST_LENGTH_MAX]


def _differs(one: Compared) -> bool:
    if one.gathered:
        return False
    return not one.then_word or not one.now_word or any(field.differs for field in one.fields)


def dump(blob: bytes, marks: Sequence[Marked]) -> Iterator[Line]:
    """Write bytes sixteen to a line, cut where one mark ends and the next begins."""
    owner = [0] * len(blob)
    for number, mark in enumerate(marks, 1):
        for at in range(max(0, mark.start), min(mark.end, len(blob))):
            owner[at] = number
    for offset in range(0, len(blob), _LINE):
        end = min(offset + _LINE, len(blob))
        runs = tuple(_runs(blob, owner, marks, offset, end))
        yield Line(f"{offset:06x}", runs, "   " * (_LINE - (end - offset)))


def _runs(blob: bytes, owner: Sequence[int], marks: Sequence[Marked], start: int, end: int) -> Iterator[Run]:
    while start < end:
        stop = start
        while stop < end and owner[stop] == owner[start]:
            stop += 1
        part, number = blob[start:stop], owner[start]
        text = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in part)
        yield Run(number, marks[number - 1].name if number else "", part.hex(" "), text)
        start = stop


def _legend(marks: Sequence[Marked], shown: int) -> Iterator[Legend]:
    for number, mark in enumerate(marks, 1):
        last = mark.end - 1
        where = f"{mark.start}" if last <= mark.start else f"{mark.start}–{last}"
        yield Legend(number, where, mark.name, mark.value[:VALUE_LENGTH_MAX], mark.start < shown)


def compare(then: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]] | None) -> Iterator[Compared]:
    """Put readings side by side, those of one kind together; where the kinds are others, nothing is compared.

    Some devices say the same thing ten times a second and the kit gathers that into one reading: then the driver
    alone gives the single values, which differ from the gathered one without either being wrong.
    """
    if now is None:
        yield from (_compared(one, None) for one in then)
        return
    if now and {str(one.get("kind")) for one in then} != {str(one.get("kind")) for one in now}:
        yield from (_compared(one, None, gathered=True) for one in then)
        yield from (_compared(None, one, gathered=True) for one in now[:1])
        return
    for before, after in zip_longest(_by_kind(then), _by_kind(now)):
        yield _compared(before, after)


def _by_kind(readings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(readings, key=lambda one: str(one.get("kind")))


def _compared(then: dict[str, Any] | None, now: dict[str, Any] | None, *, gathered: bool = False) -> Compared:
    names = dict.fromkeys([*(then or {}), *(now or {})])
    both = then is not None and now is not None
    return Compared(
        then_word=word(KINDS, str(then["kind"])) if then else "",
        now_word=word(KINDS, str(now["kind"])) if now else "",
        fields=tuple(_field(name, then, now, both=both) for name in names if name not in STAMPED and name != "kind"),
        gathered=gathered,
    )


def _field(name: str, then: dict[str, Any] | None, now: dict[str, Any] | None, *, both: bool) -> Field:
    before, after = (then or {}).get(name), (now or {}).get(name)
    return Field(name, _value(name, before), _value(name, after), both and _alike(before) != _alike(after))


def _value(name: str, value: object) -> str:
    """Write a value as people read it: instants as times (UTC, as devices are told apart by them), pictures by size."""
    if value is None:
        return ""
    if name in INSTANTS and isinstance(value, int):
        return moments.local(value, "UTC").isoformat(sep=" ", timespec="milliseconds").replace("+00:00", " UTC")
    if name == "images" and isinstance(value, list | tuple):
        return "; ".join(f"{one.get('role')}, {one.get('size')} B, {str(one.get('sha256'))[:12]}…" for one in value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value if isinstance(value, str) else _plain(value)
    return text[:VALUE_LENGTH_MAX]


def _alike(value: object) -> object:
    """A value as the log gives it back: whether a list or a figure was written one way or another says nothing."""
    return json.loads(_plain(value))


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
