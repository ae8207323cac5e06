"""Folds the log into the read tables, inside the loop's own transaction: exactly once, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct
from psycopg import Connection, Cursor

from beket.board import sql
from beket.board.concluded import gather, gather_device
from beket.board.heard import Heard, hear
from beket.board.mending import describe, mend
from beket.board.rows import Batch, Face
from beket.board.schema import CHANNEL, SCHEMA
from beket.board.spread import array, columns
from beket.log.book import Frame
from beket.words.facts import (
    ClockFoundRight,
    ClockFoundWrong,
    CrossingsJoined,
    DeviceFailed,
    DeviceRecovered,
    EvidenceAttached,
    EvidenceMoved,
    Fact,
    PostDescribed,
)
from beket.words.ids import EntryRef, PlaceId, entry_ref, split_ref

_Placed = tuple[int, int, Fact]
"""A fact with its frame and its place in it."""


class Numbered(Protocol):
    """A fact with the reference it got in its place's chain."""

    @property
    def ref(self) -> EntryRef:
        """Where it stands in the log."""
        ...

    @property
    def fact(self) -> Fact:
        """What was concluded."""
        ...


class BoardProjection:
    """The board as the loop sees it: a place to fold frames and facts into.

    Readings are taken from the frames, facts from `concluded` only: a frame of facts that the loop reads again later
    brings nothing new. The board keeps its own position per place, so folding anything twice changes nothing.
    """

    def __init__(self, schema: str = SCHEMA, *, notify: bool = True) -> None:
        """Choose the schema to write; a board that is being rebuilt wakes nobody."""
        self._schema = schema
        self._notify = notify

    def fold(
        self, connection: Connection[Any], place: PlaceId, frames: Sequence[Frame], concluded: Sequence[Numbered]
    ) -> None:
        """Fold frames as they were read, and the facts just concluded from them, in the caller's transaction."""
        seq, fact_seq = self._run(connection, sql.POSITION, (place,)).fetchall()[0]
        fresh = [frame for frame in frames if frame.seq > seq]
        facts = [(*split_ref(one.ref), one.fact) for one in concluded]
        if facts and facts[0][0] <= fact_seq:
            facts = [one for one in facts if one[0] > fact_seq]
        if not fresh and not facts:
            return
        heard = hear(fresh)
        faces = self._faces(connection, place, heard, facts)
        with connection.pipeline():
            connection.execute(sql.PLAN)
            self._write_heard(connection, place, heard)
            self._fold_facts(connection, place, facts, faces)
            reached = (fresh[-1].seq if fresh else seq, facts[-1][0] if facts else fact_seq)
            self._run(connection, sql.MOVE, (*reached, place))
            if self._notify and (facts or heard.devices):
                connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, place))

    def _faces(
        self, connection: Connection[Any], place: PlaceId, heard: Heard, facts: Sequence[_Placed]
    ) -> dict[tuple[int, int], Face]:
        """What evidence looks like: as just heard, or as the tables have it where it was heard before this batch."""
        named = [fact.of for _, _, fact in facts if isinstance(fact, EvidenceAttached)]
        older = [ref for ref in map(split_ref, named) if ref[0] not in heard.seqs]
        if not older:
            return heard.faces
        connection.execute(sql.PLAN)
        given = (array([seq for seq, _ in older]), array([idx for _, idx in older]), place)
        rows = self._run(connection, sql.FACES, given).fetchall()
        return heard.faces | {(seq, idx): Face(*face) for seq, idx, *face in rows}

    def _fold_facts(
        self,
        connection: Connection[Any],
        place: PlaceId,
        facts: Sequence[_Placed],
        faces: Mapping[tuple[int, int], Face],
    ) -> None:
        batch = Batch(faces=faces)
        for seq, idx, fact in facts:
            if type(fact) is EvidenceAttached:
                gather(batch, place, seq, idx, fact)
                continue
            match fact:
                case EvidenceMoved() | CrossingsJoined():
                    self._write(connection, batch)
                    batch = Batch(faces=faces)
                    batch.conclusions = mend(connection, self._schema, (seq, idx), fact)
                case PostDescribed():
                    self._write(connection, batch)
                    batch = Batch(faces=faces)
                    describe(connection, self._schema, place, fact)
                case DeviceFailed() | DeviceRecovered() | ClockFoundWrong() | ClockFoundRight():
                    gather_device(batch, place, entry_ref(seq, idx), fact)
                case _ as simple:
                    gather(batch, place, seq, idx, simple)
        self._write(connection, batch)

    def _write_heard(self, connection: Connection[Any], place: PlaceId, heard: Heard) -> None:
        self._put(connection, sql.DEVICES_ALIVE, list(heard.alive.values()))
        if not heard.devices:
            return
        named = {"p": place, "at": heard.newest_at, "seq": heard.newest_seq}
        self._run(connection, sql.PLACE_HEARD, named)
        self._put(connection, sql.DEVICES_HEARD, list(heard.devices.values()))
        self._put(connection, sql.SIGHTINGS, heard.sightings)
        self._put(connection, sql.PICTURES, heard.pictures)

    def _write(self, connection: Connection[Any], batch: Batch) -> None:
        """Write a batch: crossings before what points to them."""
        changes = batch.crossings.values()
        self._put(connection, sql.CROSSINGS_OPENED, [change for change in changes if change.opened_at is not None])
        self._put(connection, sql.CROSSINGS_CHANGED, [change for change in changes if change.opened_at is None])
        self._put(connection, sql.EVIDENCE, batch.evidence)
        self._put(connection, sql.CONCLUSIONS, batch.conclusions)
        keys = list(batch.keys)
        self._put(connection, sql.KEYS, keys)
        self._put(connection, sql.KEY_PARTS, keys)
        self._put(connection, sql.HOURS, batch.hours)
        self._put(connection, sql.DEVICES_CHANGED, list(batch.devices.values()))

    def _put(self, connection: Connection[Any], statement: str, rows: Sequence[Struct]) -> None:
        if rows:
            connection.execute(sql.for_schema(statement, self._schema, type(rows[0])), columns(rows))

    def _run(
        self, connection: Connection[Any], statement: str, given: Sequence[object] | Mapping[str, object]
    ) -> Cursor[Any]:
        return connection.execute(sql.for_schema(statement, self._schema), given)
