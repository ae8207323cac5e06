"""An entry of the log as an engineer reads it: decoded beside the bytes that came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from beket.board.panels.entry import EntrySeen
from beket.log.heads import RawMessage
from beket.web.phrases import KINDS, word

DUMP_BYTES_MAX: Final = 4096
"""Bytes shown on a page; a picture has hundreds of thousands and nobody reads them."""

_LINE: Final = 16


class ShownRaw(Struct, frozen=True):
    """Raw bytes as hexadecimal and text."""

    size: int
    dump: str
    cut: bool
    sha256: str
    proven: bool
    missing: tuple[str, ...]


class ShownEntry(Struct, frozen=True, kw_only=True):
    """One entry, ready to be drawn."""

    place: str
    ref: str
    seq: int
    at: int
    hash: str
    prev: str
    kind_word: str
    json: str
    raw: ShownRaw | None
    hidden: bool
    because: tuple[str, ...]
    crossing: str | None
    before: str | None
    after: str


def show_entry(seen: EntrySeen, raw: RawMessage | None) -> ShownEntry:
    """Put an entry beside its bytes; `hidden` when there are bytes that these eyes may not see."""
    crossing = seen.fields.get("crossing")
    return ShownEntry(
        place=seen.place,
        ref=seen.ref,
        seq=seen.seq,
        at=seen.appended_at,
        hash=seen.frame_hash,
        prev=seen.frame_prev,
        kind_word=word(KINDS, seen.kind),
        json=pretty(seen.fields),
        raw=_show_raw(seen.raw.sha256, raw) if seen.raw is not None and raw is not None else None,
        hidden=seen.raw is not None and raw is None,
        because=tuple(seen.because),
        crossing=crossing if isinstance(crossing, str) else None,
        before=f"{seen.seq - 1}.0" if seen.seq > 1 else None,
        after=f"{seen.seq + 1}.0",
    )


def pretty(fields: dict[str, Any]) -> str:
    """JSON as people read it, letters of all scripts as they are."""
    return json.dumps(fields, ensure_ascii=False, indent=2, default=str)


def _show_raw(sha256: str, raw: RawMessage) -> ShownRaw:
    shown = raw.blob[:DUMP_BYTES_MAX]
    return ShownRaw(len(raw.blob), dump(shown), len(raw.blob) > len(shown), sha256, raw.proven, tuple(raw.missing))


def dump(blob: bytes) -> str:
    """Write bytes sixteen to a line: offset, hexadecimal, and what can be read of them."""
    return "\n".join(_lines(blob))


def _lines(blob: bytes) -> Iterator[str]:
    for offset in range(0, len(blob), _LINE):
        part = blob[offset : offset + _LINE]
        text = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in part)
        yield f"{offset:06x}  {part.hex(' '):<47}  {text}"
