"""Folds the log into the read tables, inside the loop's own transaction: exactly once, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec
from psycopg import Connection, Cursor

from beket.board import sql
from beket.board.concluded import gather, gather_device
from beket.board.heard import Heard, hear
from beket.board.mending import describe, mend
from beket.board.rows import Batch
from beket.board.schema import CHANNEL, SCHEMA
from beket.log.book import Frame
from beket.words.facts import (
    ClockFoundRight,
    ClockFoundWrong,
    CrossingsJoined,
    DeviceFailed,
    DeviceRecovered,
    EvidenceMoved,
    Fact,
    PostDescribed,
)
from beket.words.ids import EntryRef, PlaceId, split_ref

_ENCODER: Final = msgspec.json.Encoder()


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
        facts = [(one.ref, one.fact) for one in concluded if split_ref(one.ref)[0] > fact_seq]
        if not fresh and not facts:
            return
        heard = hear(fresh)
        if heard.devices:
            self._write_heard(connection, place, heard)
        if fresh:
            seq = fresh[-1].seq
        if facts:
            self._fold_facts(connection, place, facts)
            fact_seq = split_ref(facts[-1][0])[0]
        self._run(connection, sql.MOVE, (seq, fact_seq, place))
        if self._notify and (facts or heard.devices):
            connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, place))

    def _fold_facts(self, connection: Connection[Any], place: PlaceId, facts: Sequence[tuple[EntryRef, Fact]]) -> None:
        batch = Batch()
        for ref, fact in facts:
            match fact:
                case EvidenceMoved() | CrossingsJoined():
                    self._write(connection, batch)
                    batch = mend(connection, self._schema, place, ref, fact)
                case PostDescribed():
                    self._write(connection, batch)
                    batch = Batch()
                    describe(connection, self._schema, place, fact)
                case DeviceFailed() | DeviceRecovered() | ClockFoundWrong() | ClockFoundRight():
                    gather_device(batch, place, ref, fact)
                case _ as simple:
                    gather(batch, place, ref, simple)
        self._write(connection, batch)

    def _write_heard(self, connection: Connection[Any], place: PlaceId, heard: Heard) -> None:
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
        evidence = list(batch.evidence.values())
        self._put(connection, sql.EVIDENCE, evidence)
        self._put(connection, sql.SEEN, evidence)
        self._put(connection, sql.SIGNS, batch.signs)
        self._put(connection, sql.CONCLUSIONS, batch.conclusions)
        keys = list(batch.keys)
        self._put(connection, sql.KEYS, keys)
        self._put(connection, sql.KEY_PARTS, keys)
        self._put(connection, sql.HOURS, batch.hours)
        self._put(connection, sql.DEVICES_CHANGED, list(batch.devices.values()))

    def _put(self, connection: Connection[Any], statement: str, rows: Sequence[object]) -> None:
        if rows:
            self._run(connection, statement, (_ENCODER.encode(rows).decode(),))

    def _run(
        self, connection: Connection[Any], statement: str, given: Sequence[object] | Mapping[str, object]
    ) -> Cursor[Any]:
        return connection.execute(sql.for_schema(statement, self._schema), given)
