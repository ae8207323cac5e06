"""One entry of the log: decoded beside the raw bytes it came from, with the links that prove its place."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

from beket.board.panels.asking import Cursor, Scope
from beket.log.book import Seq
from beket.log.frames import COLUMNS, frame_of
from beket.words.facts import Concluded
from beket.words.ids import EntryRef, Instant, PlaceId, split_ref
from beket.words.readings import Said
from beket.words.wire import Body, Entry, Raw

_FRAME: Final = f"SELECT {COLUMNS} FROM beket.frame WHERE place = %(place)s AND seq = %(seq)s"  # noqa: S608


class EntrySeen(Struct, frozen=True, kw_only=True):
    """An entry with its frame; `said` is what it is: reading, decision or fact."""

    place: PlaceId
    ref: EntryRef
    seq: Seq
    index: int
    appended_at: Instant
    said: str
    kind: str
    body: Body
    fields: dict[str, Any]
    raw: Raw | None
    because: tuple[EntryRef, ...]
    frame_entries: int
    frame_hash: str
    frame_prev: str


def entry(cursor: Cursor, place: PlaceId, ref: EntryRef, places: Scope = None) -> EntrySeen | None:
    """Read one entry; None where there is none or its place is out of scope; Broken when its frame is damaged."""
    if places is not None and place not in places:
        return None
    seq, index = split_ref(ref)
    cursor.execute(_FRAME, {"place": place, "seq": seq})
    rows = cursor.fetchall()
    if not rows:
        return None
    frame = frame_of([bytes(column) if isinstance(column, memoryview) else column for column in rows[0]])
    if index >= len(frame.entries):
        return None
    body = frame.entries[index].body
    return EntrySeen(
        place=place,
        ref=ref,
        seq=frame.seq,
        index=index,
        appended_at=frame.at,
        said=_what(body),
        kind=str(type(body).__struct_config__.tag),
        body=body,
        fields=msgspec.to_builtins(body),
        raw=_raw(frame.entries, index),
        because=body.because if isinstance(body, Concluded) else (),
        frame_entries=len(frame.entries),
        frame_hash=frame.hash.hex(),
        frame_prev=frame.prev.hex(),
    )


def _what(body: Body) -> str:
    if isinstance(body, Said):
        return "reading"
    return "fact" if isinstance(body, Concluded) else "decision"


def _raw(entries: tuple[Entry, ...], index: int) -> Raw | None:
    """The bytes an entry came from: its own, or those of the first reading of the same message before it."""
    body = entries[index].body
    if entries[index].raw is not None or not isinstance(body, Said) or body.raw_sha256 is None:
        return entries[index].raw
    for before in reversed(entries[:index]):
        if before.raw is not None and before.raw.sha256 == body.raw_sha256:
            return before.raw
    return None
