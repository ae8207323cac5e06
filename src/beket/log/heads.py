"""What pages ask of the log: one entry with the bytes that came, and how much room everything takes."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from beket.log.book import Frame, Head, Seq
from beket.log.connect import Engine, troubled
from beket.log.evidence import Kept
from beket.log.frames import COLUMNS, frame_of
from beket.log.writing import head_of
from beket.words.ids import EntryRef, Instant, PlaceId, Sha256, split_ref
from beket.words.readings import Said
from beket.words.wire import Entry, Piece, Raw, unpacked

SIZES_OF: Final = ("frame", "said", "evidence", "quarantine", "snapshot")


class Located(Struct, frozen=True, kw_only=True):
    """An entry with the frame it stands in, and the raw message it came by."""

    place: PlaceId
    ref: EntryRef
    at: Instant
    frame_hash: bytes
    entry: Entry
    raw: Raw | None


class RawMessage(Struct, frozen=True, kw_only=True):
    """The bytes a device sent, put together again; `missing` names pictures that are not kept any more."""

    blob: bytes
    missing: tuple[Sha256, ...]
    proven: bool


class Fault(Struct, frozen=True, kw_only=True):
    """A frame a reader could not take."""

    reader: str
    place: PlaceId
    seq: Seq
    error: str
    at: Instant
    times: int


def heads(connection: Engine) -> list[Head]:
    """The head of every chain that has a frame, ordered by place."""
    query = "SELECT place, seq, hash, at, entries FROM beket.place_head WHERE seq > 0 ORDER BY place"
    with troubled():
        return [head_of(row) for row in connection.execute(query)]


def located(connection: Engine, place: PlaceId, ref: EntryRef) -> Located | None:
    """Find an entry by its reference, with its frame and raw message; Broken when the frame does not fit its hash."""
    seq, index = split_ref(ref)
    query = f"SELECT {COLUMNS} FROM beket.frame WHERE place = %s AND seq = %s"  # noqa: S608
    with troubled():
        row = connection.execute(query, (place, seq), binary=True).fetchone()
    if row is None:
        return None
    frame = frame_of(row)
    if index >= len(frame.entries):
        return None
    return Located(
        place=place,
        ref=ref,
        at=frame.at,
        frame_hash=frame.hash,
        entry=frame.entries[index],
        raw=_raw_of(frame, index),
    )


def raw_message(raw: Raw, shelf: Kept) -> RawMessage:
    """Put a message together from its pieces and kept pictures, and see that it is what came."""
    missing: list[Sha256] = []
    parts: list[bytes] = []
    for piece in raw.pieces:
        part = _inline(piece) if piece.kept is None else shelf.read(piece.kept)
        if part is None and piece.kept is not None:
            missing.append(piece.kept)
        parts.append(b64encode(part) if part and piece.base64 else part or b"")
    blob = b"".join(parts)
    return RawMessage(blob=blob, missing=tuple(missing), proven=hashlib.sha256(blob).hexdigest() == raw.sha256)


def _inline(piece: Piece) -> bytes | None:
    """Give the bytes that stand in the entry; none where they no longer unpack, which no hash will prove."""
    return unpacked(piece.inline) if piece.packed and piece.inline is not None else piece.inline


def faults(connection: Engine, rows_max: int = 200) -> list[Fault]:
    """Frames that were set aside, newest first."""
    query = "SELECT reader, place, seq, error, at, times FROM beket.fault ORDER BY at DESC LIMIT %s"
    with troubled():
        rows = connection.execute(query, (rows_max,)).fetchall()
    return [Fault(**dict(zip(Fault.__struct_fields__, row, strict=True))) for row in rows]


def table_bytes(connection: Engine) -> dict[str, int]:
    """Disk taken by each of the log's tables with its indexes, and by the whole database under `total`."""
    with troubled():
        rows = connection.execute(
            "SELECT name, pg_total_relation_size(('beket.' || name)::regclass) FROM unnest(%s::text[]) AS name"
            " UNION ALL SELECT 'total', pg_database_size(current_database())",
            (list(SIZES_OF),),
        ).fetchall()
    return {row[0]: int(row[1]) for row in rows}


class Room(Struct, frozen=True, kw_only=True):
    """How much disk everything takes: pictures that entries speak of, the frames, the whole database."""

    pictures: int
    picture_bytes: int
    frame_bytes: int
    database_bytes: int


def room(connection: Engine) -> Room:
    """Say how much disk the log and its evidence take; a picture that several places speak of is counted once."""
    query = (
        "SELECT count(*), coalesce(sum(size), 0)"
        " FROM (SELECT max(size) FROM beket.evidence GROUP BY sha256) AS picture(size)"
    )
    with troubled():
        row = connection.execute(query).fetchone()
    assert row is not None
    sizes = table_bytes(connection)
    return Room(
        pictures=int(row[0]), picture_bytes=int(row[1]), frame_bytes=sizes["frame"], database_bytes=sizes["total"]
    )


def _raw_of(frame: Frame, index: int) -> Raw | None:
    """The raw message an entry came by: its own, or that of the entry before it from the same message."""
    entry = frame.entries[index]
    if entry.raw is not None or not isinstance(entry.body, Said):
        return entry.raw
    return _carried(frame.entries[:index], entry.body.raw_sha256)


def _carried(before: Sequence[Entry], wanted: Sha256 | None) -> Raw | None:
    raws = (entry.raw for entry in reversed(before) if entry.raw is not None)
    return next((raw for raw in raws if raw.sha256 == wanted), None)
