"""Builds the board from nothing but the log: beside the one in use, then switched; nobody waits but for the switch."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from psycopg import Connection, sql

from beket.board.projector import BoardProjection
from beket.board.schema import CHANNEL, SCHEMA, create, ensure, exists
from beket.log.book import Broken, Frame, Seq, Trouble
from beket.log.connect import Engine, open_connection, troubled
from beket.log.writing import read_frames
from beket.words.facts import Concluded, Fact
from beket.words.ids import EntryRef, PlaceId, entry_ref

logger: Final = logging.getLogger(__name__)

FRAMES_MAX: Final = 50
"""Frames folded in one transaction of a rebuild: bounds memory, and what is done again after a crash."""


class Rebuilt(Struct, kw_only=True):
    """What a rebuild folded; `faults` are frames that could not be shown and were passed over."""

    places: int = 0
    frames: int = 0
    entries: int = 0
    facts: int = 0
    faults: int = 0


class Numbered(Struct, frozen=True):
    """A fact with the reference it has in its place's chain."""

    ref: EntryRef
    fact: Fact


def prepare(dsn: str) -> Rebuilt | None:
    """Make sure the board of this version is there: filled from the log when it had to be made. Run before the loop."""
    with troubled(), open_connection(dsn) as connection:
        if exists(connection):
            return None
        if connection.execute("SELECT 1 FROM beket.place_head WHERE seq > 0 LIMIT 1").fetchone() is None:
            ensure(connection)
            return None
    return rebuild(dsn)


def rebuild(dsn: str, schema: str = SCHEMA) -> Rebuilt:
    """Fold the whole log into a new board beside `schema`, then put it in its place; the loop may run meanwhile."""
    beside = f"{schema}_new"
    done = Rebuilt()
    with troubled(), open_connection(dsn) as connection:
        create(connection, beside)
        fold_log(connection, beside, done)
        with connection.transaction():
            if exists(connection, schema):
                # The loop's fold begins by locking its row here: none is under way after this, none begins.
                connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(_position(schema)))
            fold_log(connection, beside, done)
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
            connection.execute(
                sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(beside), sql.Identifier(schema))
            )
            connection.execute("SELECT pg_notify(%s, '')", (CHANNEL,))
        connection.execute("ANALYZE")
    return done


def fold_log(connection: Engine, schema: str, done: Rebuilt) -> None:
    """Fold every place's chain into a board, from where that board stands to the head."""
    projection = BoardProjection(schema, notify=False)
    places = [PlaceId(row[0]) for row in connection.execute("SELECT place FROM beket.place_head ORDER BY place")]
    for place in places:
        after = _stands(connection, schema, place)
        while frames := read_frames(connection, place, after, FRAMES_MAX):
            _fold(connection, projection, place, frames, done)
            after = frames[-1].seq
    done.places = len(places)


def _fold(
    connection: Engine, projection: BoardProjection, place: PlaceId, frames: Sequence[Frame], done: Rebuilt
) -> None:
    """Fold frames together; where that fails, one by one, so that a bad one is alone in being passed over."""
    try:
        with connection.transaction():
            projection.fold(connection, place, frames, facts_of(frames))
    except (Trouble, Broken):
        raise
    except Exception:
        if len(frames) > 1:
            for frame in frames:
                _fold(connection, projection, place, [frame], done)
            return
        logger.exception("%s:%d cannot be shown and is passed over", place, frames[0].seq)
        done.faults += 1
    done.frames += len(frames)
    done.entries += sum(len(frame.entries) for frame in frames)
    done.facts += len(facts_of(frames))


def facts_of(frames: Sequence[Frame]) -> list[Numbered]:
    """The facts that frames of the log hold, each with its reference."""
    return [
        Numbered(entry_ref(frame.seq, index), entry.body)
        for frame in frames
        for index, entry in enumerate(frame.entries)
        if isinstance(entry.body, Concluded)
    ]


def _stands(connection: Connection[tuple[int]], schema: str, place: PlaceId) -> Seq:
    statement = sql.SQL("SELECT seq FROM {} WHERE place = %s").format(_position(schema))
    row = connection.execute(statement, (place,)).fetchone()
    return Seq(row[0] if row else 0)


def _position(schema: str) -> sql.Identifier:
    return sql.Identifier(schema, "position")
