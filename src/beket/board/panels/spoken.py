"""What the log holds of one device: its newest messages, the newest facts about it, and its row in the layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from beket.board.panels import layouts
from beket.board.panels.asking import Cursor
from beket.log.book import Frame, Seq
from beket.log.frames import COLUMNS, frame_of
from beket.words.facts import Concluded
from beket.words.ids import DeviceId, EntryRef, Instant, PlaceId, entry_ref, split_ref
from beket.words.readings import Said
from beket.words.site import Device
from beket.words.wire import Raw

LOOKED_THROUGH_MAX: Final = 5_000
"""Newest frames of a place that are looked through for one device: a quiet hour of a busy post."""

FRAMES_MAX: Final = 240
"""Most frames taken out and decoded for one question: the engine leaves out those that cannot speak of the device."""


class Spoken(Struct, frozen=True, kw_only=True):
    """One message of a device: the readings that were made of it then, and the bytes it came by."""

    place: PlaceId
    ref: EntryRef
    at: Instant
    readings: tuple[dict[str, Any], ...]
    raw: Raw | None


class Found(Struct, frozen=True, kw_only=True):
    """One fact about a device."""

    place: PlaceId
    ref: EntryRef
    at: Instant
    kind: str
    fields: dict[str, Any]
    because: tuple[EntryRef, ...]


_FRAMES: Final = f"""
SELECT {COLUMNS} FROM (
  SELECT {COLUMNS} FROM beket.frame WHERE place = %(place)s AND seq >= %(first)s AND seq < %(end)s
  ORDER BY seq DESC LIMIT {LOOKED_THROUGH_MAX}) AS newest
WHERE packed OR (position(convert_to(%(device)s, 'UTF8') IN body) > 0 AND SPEAKS)
ORDER BY seq DESC LIMIT {FRAMES_MAX}
"""  # noqa: S608  columns and numbers of our own

STATES: Final = (
    "aspect_found", "clock_found_right", "clock_found_wrong", "device_doubted", "device_failed", "device_recovered",
    "doubt_withdrawn", "maintenance_agreed", "maintenance_ended", "usual_found",
)  # fmt: skip
"""The facts that say how a device is; that it saw a conveyance says the conveyance's dossier."""

_OF_STATES: Final = " OR ".join(f"position('{kind}'::bytea IN body) > 0" for kind in STATES)

_NEWEST: Final = "SELECT coalesce(max(seq), 0) FROM beket.frame WHERE place = %(place)s"
_THESE: Final = f"SELECT {COLUMNS} FROM beket.frame WHERE place = %(place)s AND seq = ANY(%(seqs)s)"  # noqa: S608


def messages(cursor: Cursor, place: PlaceId, device: DeviceId, seqs: range, limit: int) -> tuple[Spoken, ...]:
    """Read the newest messages of a device among these frames, newest first."""
    found: list[Spoken] = []
    for frame in _frames(cursor, place, device, seqs, "true"):
        found.extend(reversed(list(_spoken(frame, device))))
        if len(found) >= limit:
            break
    return tuple(found[:limit])


def message(cursor: Cursor, place: PlaceId, device: DeviceId, ref: EntryRef) -> Spoken | None:
    """Read one message of a device, however old; None where it said none there."""
    cursor.execute(_THESE, {"place": place, "seqs": [split_ref(ref)[0]]})
    told = (one for row in cursor.fetchall() for one in _spoken(_frame(row), device))
    return next((one for one in told if one.ref == ref), None)


def facts_about(
    cursor: Cursor, place: PlaceId, device: DeviceId, limit: int, known: Sequence[EntryRef] = ()
) -> tuple[Found, ...]:
    """Read the newest facts about how a device is, newest first.

    `known` names facts that hold now: they are found however long ago they were concluded.
    """
    cursor.execute(_NEWEST, {"place": place})
    newest = cursor.fetchall()[0][0]
    found: dict[EntryRef, Found] = {}
    for frame in _frames(cursor, place, device, range(1, newest + 1), f"({_OF_STATES})"):
        found |= {one.ref: one for one in _facts(frame, device)}
        if len(found) >= limit:
            break
    older = sorted({split_ref(ref)[0] for ref in known if ref not in found})
    if older:
        cursor.execute(_THESE, {"place": place, "seqs": older})
        for row in cursor.fetchall():
            found |= {one.ref: one for one in _facts(_frame(row), device)}
    return tuple(sorted(found.values(), key=lambda one: split_ref(one.ref), reverse=True)[:limit])


def registered(cursor: Cursor, place: PlaceId, device: DeviceId) -> Device | None:
    """Read a device's row in the layout in force; None where it is not part of it."""
    (held,) = layouts.in_force(cursor, frozenset({place})) or (None,)
    return None if held is None else next((one for one in held.post.devices if one.id == device), None)


def _frames(cursor: Cursor, place: PlaceId, device: DeviceId, seqs: range, speaks: str) -> Iterator[Frame]:
    named = {"place": place, "device": device, "first": seqs.start, "end": seqs.stop}
    cursor.execute(_FRAMES.replace("SPEAKS", speaks), named)
    for row in cursor.fetchall():
        yield _frame(row)


def _frame(row: Sequence[Any]) -> Frame:
    return frame_of([bytes(column) if isinstance(column, memoryview) else column for column in row])


def _spoken(frame: Frame, device: DeviceId) -> Iterator[Spoken]:
    """Gather the entries of one frame that a device said, those of one message together."""
    known: dict[str, tuple[int, list[dict[str, Any]], Raw | None]] = {}
    for index, entry in enumerate(frame.entries):
        said = entry.body
        if not isinstance(said, Said) or said.device_id != device or said.raw_sha256 is None:
            continue
        _at, readings, _raw = known.setdefault(said.raw_sha256, (index, [], _carried(frame, said.raw_sha256)))
        readings.append(msgspec.to_builtins(said))
    for index, readings, raw in known.values():
        ref = entry_ref(Seq(frame.seq), index)
        yield Spoken(place=frame.place, ref=ref, at=frame.at, readings=tuple(readings), raw=raw)


def _carried(frame: Frame, sha256: str) -> Raw | None:
    raws = (entry.raw for entry in frame.entries if entry.raw is not None)
    return next((raw for raw in raws if raw.sha256 == sha256), None)


def _facts(frame: Frame, device: DeviceId) -> Iterator[Found]:
    for index, entry in enumerate(frame.entries):
        fact = entry.body
        kind = str(type(fact).__struct_config__.tag)
        if isinstance(fact, Concluded) and kind in STATES and getattr(fact, "device", None) == device:
            yield Found(
                place=frame.place,
                ref=entry_ref(Seq(frame.seq), index),
                at=fact.at,
                kind=kind,
                fields=msgspec.to_builtins(fact),
                because=fact.because,
            )
