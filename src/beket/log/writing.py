"""One transaction on the log: entries, cursors, snapshots and faults that become durable together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from psycopg import Cursor

from beket.log.book import Appended, Frame, Head, Seq
from beket.log.connect import Engine
from beket.log.draft import NewFrame, Request, empty_head, link, request
from beket.log.frames import COLUMNS, NONE_KNOWN, frame_of, linked, pack
from beket.words.ids import EntryRef, Instant, PlaceId, ReadingId, entry_ref
from beket.words.wire import Entry

CHANNEL: Final = "beket_log"
"""The NOTIFY channel that wakes those who follow the log; the payload names places, one a line."""

NOTICE_BYTES_MAX: Final = 7000
"""PostgreSQL takes notices below 8000 bytes; a longer list of places is sent as an empty notice: look at all."""

SNAPSHOTS_KEPT: Final = 2
"""Snapshots kept per place and rules: the newest, and the one before it in case the newest cannot be read."""

ERROR_CHARS_MAX: Final = 4000
"""Most characters of an error kept with a frame that was set aside."""


class Mark(Struct, frozen=True):
    """A frame this transaction wrote, by which a doubtful commit can be looked up."""

    place: PlaceId
    seq: Seq
    hash: bytes


class Writing:
    """The log inside one open transaction; `connection` is for tables that must move with it."""

    def __init__(self, connection: Engine, now: Callable[[], Instant]) -> None:
        self.connection = connection
        self.marks: list[Mark] = []
        self.clock_behind_ms = 0
        self._now = now

    def append(self, place: PlaceId, entries: Sequence[Entry]) -> Appended:
        """Append entries of one place; they are durable when the transaction is committed."""
        return self.append_all([request(place, entries)])[0]

    def append_all(self, requests: Sequence[Request]) -> list[Appended]:
        """Append requests of any places together, one chain after the other in place order."""
        by_place: dict[PlaceId, list[int]] = {}
        for position, wanted in enumerate(requests):
            by_place.setdefault(wanted.place, []).append(position)
        heads = self.lock(sorted(by_place))
        known = self._known(requests)
        frames: list[NewFrame] = []
        new_heads: list[Head] = []
        answers: dict[int, Appended] = {}
        now = self._now()
        for head in heads:
            positions = by_place[head.place]
            self.clock_behind_ms = max(self.clock_behind_ms, head.at - now)
            new, given, new_head = link(head, [requests[p] for p in positions], known.get(head.place, {}), now)
            frames += new
            answers.update(zip(positions, given, strict=True))
            if new:
                new_heads.append(new_head)
        self._store(frames, new_heads)
        return [answers[position] for position in range(len(requests))]

    def lock(self, places: Sequence[PlaceId]) -> list[Head]:
        """Hold the heads of places, in order, until the transaction ends; begins chains that are new."""
        heads = self._locked(places)
        if len(heads) < len(places):
            missing = set(places) - {head.place for head in heads}
            new = [empty_head(place) for place in sorted(missing)]
            rows = [(head.place, head.seq, head.hash, head.at, head.entries) for head in new]
            with self.connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO beket.place_head VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING", rows
                )
            heads = self._locked(places)
        return heads

    def holds(self, mark: Mark) -> bool:
        """Tell whether a frame is in the log exactly as it was going to be written."""
        query = "SELECT 1 FROM beket.frame WHERE place = %s AND seq = %s AND hash = %s"
        return self.connection.execute(query, (mark.place, mark.seq, mark.hash)).fetchone() is not None

    def read(
        self, place: PlaceId, after: Seq, frames_max: int = 100, known: Mapping[Seq, bytes] = NONE_KNOWN
    ) -> Sequence[Frame]:
        """Frames of one place that follow `after`, in order, no holes; as `Book.read`, in this transaction.

        Frames whose hashes the reader knows, for it wrote them itself, are left out; they hold the chain together.
        """
        return read_frames(self.connection, place, after, frames_max, known)

    def cursor(self, reader: str, place: PlaceId) -> Seq:
        """How far a reader has come, held until the transaction ends; 0 before its first frame."""
        query = "SELECT seq FROM beket.cursor WHERE reader = %s AND place = %s FOR UPDATE"
        row = self.connection.execute(query, (reader, place)).fetchone()
        return Seq(row[0] if row else 0)

    def move(self, reader: str, place: PlaceId, seq: Seq) -> None:
        """Set how far a reader has come."""
        self.connection.execute(
            "INSERT INTO beket.cursor (reader, place, seq) VALUES (%s, %s, %s)"
            " ON CONFLICT (reader, place) DO UPDATE SET seq = EXCLUDED.seq",
            (reader, place, seq),
        )

    def save_snapshot(self, place: PlaceId, rules: str, seq: Seq, body: bytes) -> None:
        """Keep what is held after `seq` under these rules; older snapshots beyond `SNAPSHOTS_KEPT` go."""
        self.connection.execute(
            "INSERT INTO beket.snapshot (place, rules, seq, body) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (place, rules, seq) DO UPDATE SET body = EXCLUDED.body",
            (place, rules, seq, body),
        )
        self.connection.execute(
            "DELETE FROM beket.snapshot WHERE place = %s AND rules = %s AND seq < (SELECT min(seq) FROM (SELECT seq"
            " FROM beket.snapshot WHERE place = %s AND rules = %s ORDER BY seq DESC LIMIT %s) AS newest)",
            (place, rules, place, rules, SNAPSHOTS_KEPT),
        )

    def snapshot(self, place: PlaceId, rules: str) -> tuple[Seq, bytes] | None:
        """The newest snapshot of a place under these rules."""
        query = "SELECT seq, body FROM beket.snapshot WHERE place = %s AND rules = %s ORDER BY seq DESC LIMIT 1"
        row = self.connection.execute(query, (place, rules)).fetchone()
        return (Seq(row[0]), bytes(row[1])) if row else None

    def set_aside_fault(self, reader: str, place: PlaceId, seq: Seq, error: str) -> None:
        """Write down that a reader could not take a frame, so that it can step over it and people can see it."""
        self.connection.execute(
            "INSERT INTO beket.fault (reader, place, seq, error, at) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (reader, place, seq) DO UPDATE SET error = EXCLUDED.error, at = EXCLUDED.at,"
            " times = fault.times + 1",
            (reader, place, seq, error[:ERROR_CHARS_MAX], self._now()),
        )

    def notify(self) -> None:
        """Wake those who follow, once, if anything was written."""
        if self.marks:
            payload = "\n".join(sorted({mark.place for mark in self.marks}))
            fits = len(payload.encode()) <= NOTICE_BYTES_MAX
            self.connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload if fits else ""))

    def _locked(self, places: Sequence[PlaceId]) -> list[Head]:
        query = (
            "SELECT place, seq, hash, at, entries FROM beket.place_head WHERE place = ANY(%s) ORDER BY place FOR UPDATE"
        )
        return [head_of(row) for row in self.connection.execute(query, (list(places),))]

    def _known(self, requests: Sequence[Request]) -> dict[PlaceId, dict[ReadingId, EntryRef]]:
        """Find which of these readings were said before, in one round trip."""
        ids: dict[PlaceId, list[ReadingId]] = {}
        for wanted in requests:
            ids.setdefault(wanted.place, []).extend(filter(None, wanted.ids))
        if not any(ids.values()):
            return {}
        query = (
            "SELECT replace(reading_id::text, '-', ''), seq, idx FROM beket.said"
            " WHERE place = %s AND reading_id = ANY(%s::text::uuid[])"
        )
        with self.connection.pipeline():
            asked = {
                place: self.connection.execute(query, (place, _array(wanted_ids)))
                for place, wanted_ids in ids.items()
                if wanted_ids
            }
        return {
            place: {ReadingId(row[0]): entry_ref(row[1], row[2]) for row in cursor} for place, cursor in asked.items()
        }

    def _store(self, frames: Sequence[NewFrame], heads: Sequence[Head]) -> None:
        """Write frames, what they say and mention, and the heads, in one round trip."""
        if not frames:
            return
        with self.connection.pipeline(), self.connection.cursor() as cursor:
            for frame in frames:
                packed, body = pack(frame.body, len(frame.ids))
                cursor.execute(
                    f"INSERT INTO beket.frame ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",  # noqa: S608
                    (frame.place, frame.seq, len(frame.ids), frame.at, frame.prev, frame.hash, packed, body),
                )
                _store_said(cursor, frame)
                _store_mentions(cursor, frame)
            for head in heads:
                cursor.execute(
                    "UPDATE beket.place_head SET seq = %s, hash = %s, at = %s, entries = %s WHERE place = %s",
                    (head.seq, head.hash, head.at, head.entries, head.place),
                )
        self.marks += [Mark(frame.place, frame.seq, frame.hash) for frame in frames]


def head_of(row: Sequence[Any]) -> Head:
    """Read one row of heads: place, seq, hash, at, entries."""
    return Head(place=row[0], seq=row[1], hash=bytes(row[2]), at=row[3], entries=row[4])


def read_frames(
    connection: Engine, place: PlaceId, after: Seq, frames_max: int, known: Mapping[Seq, bytes] = NONE_KNOWN
) -> Sequence[Frame]:
    """Frames of one place that follow `after`, but those whose hashes are known; Broken when one does not fit."""
    query = (
        f"SELECT {COLUMNS} FROM beket.frame WHERE place = %s AND seq > %s"  # noqa: S608
        " AND seq <> ALL(%s::text::bigint[]) ORDER BY seq LIMIT %s"
    )
    rows = connection.execute(query, (place, after, _array(list(known)), frames_max), binary=True).fetchall()
    return linked([frame_of(row) for row in rows], after, known)


def _array(items: Sequence[object]) -> str:
    """Write ids or numbers as one array literal: far cheaper for the driver than a list of values."""
    return "{" + ",".join(map(str, items)) + "}"


def _store_said(cursor: Cursor[Any], frame: NewFrame) -> None:
    said = [index for index, identity in enumerate(frame.ids) if identity is not None]
    if said:
        cursor.execute(
            "INSERT INTO beket.said (place, reading_id, seq, idx) SELECT %s, said.id, %s, said.idx"
            " FROM unnest(%s::text::uuid[], %s::text::integer[]) AS said (id, idx)",
            (frame.place, frame.seq, _array([i for i in frame.ids if i is not None]), _array(said)),
        )


def _store_mentions(cursor: Cursor[Any], frame: NewFrame) -> None:
    for index, mentions in frame.mentions.items():
        for mention in mentions:
            cursor.execute(
                "INSERT INTO beket.evidence (sha256, place, seq, idx, size, media_type)"
                " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (sha256, place) DO NOTHING",
                (bytes.fromhex(mention.sha256), frame.place, frame.seq, index, mention.size, mention.media_type),
            )
