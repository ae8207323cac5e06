"""One transaction on the log: entries, cursors, snapshots and faults that become durable together or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from psycopg import Cursor
from psycopg.errors import UniqueViolation

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

RESENDS_S: Final = 10.0
"""How long readings are looked up before they are written, after one came that was in the log already.

Resends come in swarms (a camera whose line was down); between them the table's own key says that nothing is known."""


class Resends(Struct):
    """Whether resends are about: kept from one transaction to the next by whoever opens them."""

    until: float = 0.0

    @property
    def about(self) -> bool:
        """Tell whether one came a short while ago."""
        return time.monotonic() < self.until

    def came(self) -> None:
        """Note that one came now."""
        self.until = time.monotonic() + RESENDS_S


_HEADS: Final = "SELECT place, seq, hash, at, entries FROM beket.place_head"

_READ_WANTED: Final = f"""
SELECT {COLUMNS} FROM unnest(%s::text[], %s::text::bigint[], %s::text[], %s::text::bigint[], %s::text::bigint[])
  WITH ORDINALITY AS w (of, after, known, frames_max, entries_max, number)
CROSS JOIN LATERAL (
  SELECT next.*, sum(n) OVER (ORDER BY seq) AS total FROM (
    SELECT {COLUMNS} FROM beket.frame WHERE place = w.of AND seq > w.after AND seq <> ALL(w.known::bigint[])
    ORDER BY seq LIMIT w.frames_max
  ) AS next
) AS f
WHERE f.total <= w.entries_max OR f.total = f.n
ORDER BY w.number, f.seq
"""  # noqa: S608 - names of our own columns
"""Bodies lie apart: of a frame that is counted and not wanted, only the head is touched."""

_STORE_FRAMES: Final = f"""
INSERT INTO beket.frame ({COLUMNS})
SELECT * FROM unnest(%s::text[], %s::text::bigint[], %s::text::integer[], %s::text::bigint[], %s::bytea[],
  %s::bytea[], %s::text::boolean[], %s::bytea[])
"""  # noqa: S608 - names of our own columns

_STORE_SAID: Final = """
INSERT INTO beket.said (place, reading_id, seq, idx)
SELECT (%s::text[])[s.frame], s.id, (%s::text::bigint[])[s.frame], s.idx
FROM unnest(%s::text::uuid[], %s::text::integer[], %s::text::integer[]) AS s (id, frame, idx)
"""

_STORE_MENTIONS: Final = """
INSERT INTO beket.evidence (place, seq, media_type, sha256, idx, size)
SELECT (%s::text[])[m.frame], (%s::text::bigint[])[m.frame], (%s::text[])[m.media], decode(m.sha256, 'hex'), m.idx,
  m.size
FROM unnest(%s::text::text[], %s::text::integer[], %s::text::integer[], %s::text::bigint[], %s::text::integer[])
  AS m (sha256, frame, idx, size, media)
ON CONFLICT (sha256, place) DO NOTHING
"""

_STORE_HEADS: Final = """
UPDATE beket.place_head AS h SET seq = n.seq, hash = n.hash, at = n.at, entries = n.entries
FROM unnest(%s::text[], %s::text::bigint[], %s::bytea[], %s::text::bigint[], %s::text::bigint[])
  AS n (place, seq, hash, at, entries)
WHERE h.place = n.place
"""


class _Laid(Struct, frozen=True):
    """Requests laid into frames, ready to be stored."""

    frames: list[NewFrame]
    heads: list[Head]
    answers: list[Appended]


class Mark(Struct, frozen=True):
    """A frame this transaction wrote, by which a doubtful commit can be looked up."""

    place: PlaceId
    seq: Seq
    hash: bytes


class Writing:
    """The log inside one open transaction; `connection` is for tables that must move with it."""

    def __init__(self, connection: Engine, now: Callable[[], Instant], resends: Resends | None = None) -> None:
        self.connection = connection
        self.marks: list[Mark] = []
        self.clock_behind_ms = 0
        self._now = now
        self._resends = resends if resends is not None else Resends()

    def append(self, place: PlaceId, entries: Sequence[Entry]) -> Appended:
        """Append entries of one place; they are durable when the transaction is committed."""
        return self.append_all([request(place, entries)])[0]

    def append_all(self, requests: Sequence[Request]) -> list[Appended]:
        """Append requests of any places together, one chain after the other in place order."""
        return self.append_after(self.lock(sorted({wanted.place for wanted in requests})), requests)

    def append_after(self, heads: Sequence[Head], requests: Sequence[Request]) -> list[Appended]:
        """Append requests behind heads that are locked already, one of each place.

        As a rule nothing was said before, and the key of `said` sees to it; only where it objects, or did lately,
        readings are looked up.
        """
        if not self._resends.about:
            laid = self._lay(heads, requests, {})
            if self._stored(laid):
                return laid.answers
            self._resends.came()
        laid = self._lay(heads, requests, self._known(requests))
        self._store(laid)
        return laid.answers

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

    def lock_free(self, places: Sequence[PlaceId]) -> list[Head]:
        """Hold those heads that nobody else holds now, in order; a chain that is new is not among them."""
        query = f"{_HEADS} WHERE place = ANY(%s) ORDER BY place FOR UPDATE SKIP LOCKED"
        return [head_of(row) for row in self.connection.execute(query, (list(places),))]

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

    def read_all(self, wanted: Sequence[Wanted]) -> dict[PlaceId, Sequence[Frame]]:
        """Read the next frames of several places, as `read`, in one round trip."""
        return read_wanted(self.connection, wanted)

    def cursor(self, reader: str, place: PlaceId) -> Seq:
        """How far a reader has come, held until the transaction ends; 0 before its first frame."""
        return self.cursors(reader, [place])[place]

    def cursors(self, reader: str, places: Sequence[PlaceId]) -> dict[PlaceId, Seq]:
        """How far a reader has come in each place, as `cursor`."""
        query = "SELECT place, seq FROM beket.cursor WHERE reader = %s AND place = ANY(%s) ORDER BY place FOR UPDATE"
        stands = {PlaceId(row[0]): Seq(row[1]) for row in self.connection.execute(query, (reader, list(places)))}
        return {place: stands.get(place, Seq(0)) for place in places}

    def move(self, reader: str, place: PlaceId, seq: Seq) -> None:
        """Set how far a reader has come."""
        self.move_all(reader, {place: seq})

    def move_all(self, reader: str, reached: Mapping[PlaceId, Seq]) -> None:
        """Set how far a reader has come in each place."""
        self.connection.execute(
            "INSERT INTO beket.cursor (reader, place, seq)"
            " SELECT %s, e.place, e.seq FROM unnest(%s::text[], %s::text::bigint[]) AS e (place, seq) ORDER BY 2"
            " ON CONFLICT (reader, place) DO UPDATE SET seq = EXCLUDED.seq",
            (reader, list(reached), _array(list(reached.values()))),
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

    def has_faults(self, reader: str, place: PlaceId) -> bool:
        """Tell whether it is written down that a reader cannot take something of a place."""
        query = "SELECT 1 FROM beket.fault WHERE reader = %s AND place = %s LIMIT 1"
        return self.connection.execute(query, (reader, place)).fetchone() is not None

    def forget_faults(self, reader: str, place: PlaceId) -> None:
        """Strike out what a reader could not take of a place: it is well again."""
        self.connection.execute("DELETE FROM beket.fault WHERE reader = %s AND place = %s", (reader, place))

    def notify(self) -> None:
        """Wake those who follow, once, if anything was written."""
        if self.marks:
            payload = "\n".join(sorted({mark.place for mark in self.marks}))
            fits = len(payload.encode()) <= NOTICE_BYTES_MAX
            self.connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload if fits else ""))

    def _locked(self, places: Sequence[PlaceId]) -> list[Head]:
        query = f"{_HEADS} WHERE place = ANY(%s) ORDER BY place FOR UPDATE"
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

    def _lay(
        self, heads: Sequence[Head], requests: Sequence[Request], known: Mapping[PlaceId, Mapping[ReadingId, EntryRef]]
    ) -> _Laid:
        by_place: dict[PlaceId, list[int]] = {}
        for position, wanted in enumerate(requests):
            by_place.setdefault(wanted.place, []).append(position)
        laid = _Laid([], [], [])
        answers: dict[int, Appended] = {}
        now = self._now()
        for head in heads:
            positions = by_place[head.place]
            self.clock_behind_ms = max(self.clock_behind_ms, head.at - now)
            new, given, new_head = link(head, [requests[p] for p in positions], known.get(head.place, {}), now)
            answers.update(zip(positions, given, strict=True))
            laid.frames.extend(new)
            if new:
                laid.heads.append(new_head)
        laid.answers.extend(answers[position] for position in range(len(requests)))
        return laid

    def _stored(self, laid: _Laid) -> bool:
        """Store, unless a reading is in the log already: then nothing was written, and False."""
        if not any(map(_readings_of, laid.frames)):
            self._store(laid)
            return True
        try:
            self._store(laid, savepoint=True)
        except UniqueViolation as error:
            if error.diag.table_name != "said":
                raise
            self.connection.execute("ROLLBACK TO SAVEPOINT said")
            return False
        return True

    def _store(self, laid: _Laid, *, savepoint: bool = False) -> None:
        """Write frames, what they say and mention, and the heads, in one round trip."""
        if not laid.frames:
            return
        with self.connection.pipeline(), self.connection.cursor() as cursor:
            if savepoint:
                cursor.execute("SAVEPOINT said")
            _store_frames(cursor, laid.frames)
            _store_said(cursor, laid.frames)
            _store_mentions(cursor, laid.frames)
            _store_heads(cursor, laid.heads)
        self.marks += [Mark(frame.place, frame.seq, frame.hash) for frame in laid.frames]


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


class Wanted(Struct, frozen=True):
    """The frames of a place that a reader wants next: as `read_frames`, and only so many entries, but one frame."""

    place: PlaceId
    after: Seq
    frames_max: int
    entries_max: int
    known: Mapping[Seq, bytes] = NONE_KNOWN


def read_wanted(connection: Engine, wanted: Sequence[Wanted]) -> dict[PlaceId, Sequence[Frame]]:
    """Frames of several places; those beyond what is wanted are neither sent nor looked into."""
    rows: dict[PlaceId, list[Frame]] = {one.place: [] for one in wanted}
    asked = (
        [one.place for one in wanted], _array([one.after for one in wanted]),
        [_array(list(one.known)) for one in wanted], _array([one.frames_max for one in wanted]),
        _array([one.entries_max for one in wanted]),
    )  # fmt: skip
    for row in connection.execute(_READ_WANTED, asked, binary=True).fetchall():
        rows[row[0]].append(frame_of(row))
    return {one.place: linked(rows[one.place], one.after, one.known) for one in wanted}


def _array(items: Sequence[object]) -> str:
    """Write ids or numbers as one array literal: far cheaper for the driver than a list of values."""
    return "{" + ",".join(map(str, items)) + "}"


def _readings_of(frame: NewFrame) -> bool:
    return any(identity is not None for identity in frame.ids)


def _store_frames(cursor: Cursor[Any], frames: Sequence[NewFrame]) -> None:
    packed = [pack(frame.body, len(frame.ids)) for frame in frames]
    cursor.execute(
        _STORE_FRAMES,
        (
            [frame.place for frame in frames], _array([frame.seq for frame in frames]),
            _array([len(frame.ids) for frame in frames]), _array([frame.at for frame in frames]),
            [frame.prev for frame in frames], [frame.hash for frame in frames],
            _array([small for small, _ in packed]), [body for _, body in packed],
        ),
    )  # fmt: skip


def _store_said(cursor: Cursor[Any], frames: Sequence[NewFrame]) -> None:
    ids: list[ReadingId] = []
    numbers: list[int] = []
    indices: list[int] = []
    for number, frame in enumerate(frames, 1):
        said = [index for index, identity in enumerate(frame.ids) if identity is not None]
        ids += [identity for identity in frame.ids if identity is not None]
        numbers += [number] * len(said)
        indices += said
    if ids:
        places, seqs = [frame.place for frame in frames], _array([frame.seq for frame in frames])
        cursor.execute(_STORE_SAID, (places, seqs, _array(ids), _array(numbers), _array(indices)))


def _store_heads(cursor: Cursor[Any], heads: Sequence[Head]) -> None:
    cursor.execute(
        _STORE_HEADS,
        (
            [head.place for head in heads], _array([head.seq for head in heads]),
            [head.hash for head in heads], _array([head.at for head in heads]),
            _array([head.entries for head in heads]),
        ),
    )  # fmt: skip


def _store_mentions(cursor: Cursor[Any], frames: Sequence[NewFrame]) -> None:
    mentioned = [
        (number, index, mention)
        for number, frame in enumerate(frames, 1)
        for index, mentions in frame.mentions.items()
        for mention in mentions
    ]
    if mentioned:
        types = {media: number for number, media in enumerate(dict.fromkeys(m.media_type for _, _, m in mentioned), 1)}
        cursor.execute(
            _STORE_MENTIONS,
            (
                [frame.place for frame in frames], _array([frame.seq for frame in frames]), list(types),
                _array([mention.sha256 for _, _, mention in mentioned]), _array([number for number, _, _ in mentioned]),
                _array([index for _, index, _ in mentioned]),
                _array(["NULL" if mention.size is None else mention.size for _, _, mention in mentioned]),
                _array([types[mention.media_type] for _, _, mention in mentioned]),
            ),
        )  # fmt: skip
