"""Which posts a node serves, and as they are laid out now: the site file names them, the log says how they stand.

A site file that has changed puts its layouts in force at the start. From then on two persons at the desk may put
another in force, or lay out a checkpoint that no file names; that stands in the log and outlives the next start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg import sql

from beket.board.panels.layouts import LayoutSeen, in_force
from beket.board.schema import SCHEMA
from beket.words.ids import EntryRef, PlaceId
from beket.words.site import Post

logger = logging.getLogger(__name__)

LOOK_S: Final = 2.0
"""How often it is looked whether another layout is in force somewhere."""

_AHEAD: Final = """
SELECT c.place FROM beket.cursor c LEFT JOIN position p USING (place)
WHERE c.reader LIKE 'layout:%' AND c.seq > coalesce(p.seq, 0)
"""
"""Places whose site file has changed since the board was folded: its word is in the log and not concluded yet."""


_AT_DESK: Final = "SELECT id FROM place p JOIN layout l ON (l.place, l.of) = (p.id, p.layout) WHERE l.by_whom <> ''"

Version = tuple[PlaceId, EntryRef]
"""A place and the entry that brought its layout: the same entry, the same layout."""


class InForce:
    """The layouts in force, asked over one connection that is made anew when it broke. Raises psycopg.Error."""

    def __init__(self, dsn: str) -> None:
        """Name the engine; nothing is asked yet."""
        self._dsn = dsn
        self._line: psycopg.Connection[Any] | None = None

    def close(self) -> None:
        """Let the connection go."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def versions(self) -> frozenset[Version]:
        """Name the layouts that are in force and concluded."""
        with self._cursor() as cursor:
            ahead = _ahead(cursor)
            cursor.execute("SELECT id, layout FROM place WHERE layout IS NOT NULL")
            return frozenset((place, of) for place, of in cursor.fetchall() if place not in ahead)

    def layouts(self) -> dict[PlaceId, LayoutSeen]:
        """Read the layouts that are in force and concluded."""
        with self._cursor() as cursor:
            ahead = _ahead(cursor)
            return {seen.place: seen for seen in in_force(cursor) if seen.place not in ahead}

    def laid_out_at_the_desk(self) -> tuple[PlaceId, ...]:
        """Name the places whose layout in force was proposed by a person."""
        with self._cursor() as cursor:
            cursor.execute(
                "SELECT id FROM place p JOIN layout l ON (l.place, l.of) = (p.id, p.layout) WHERE by_whom <> ''"
            )
            return tuple(PlaceId(row[0]) for row in cursor.fetchall())

    @contextmanager
    def _cursor(self) -> Iterator[psycopg.Cursor[Any]]:
        try:
            if self._line is None:
                self._line = psycopg.connect(self._dsn, autocommit=True)
                self._line.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(SCHEMA)))
            with self._line.cursor() as cursor:
                yield cursor
        except psycopg.Error:
            self.close()
            raise


def _ahead(cursor: psycopg.Cursor[Any]) -> frozenset[str]:
    cursor.execute(_AHEAD)
    return frozenset(row[0] for row in cursor.fetchall())


def served(named: Sequence[Post], held: Mapping[PlaceId, LayoutSeen]) -> tuple[Post, ...]:
    """Give the posts that the site file names as they are laid out now, and those that people laid out at the desk."""
    known = {post.id for post in named}
    posts = [held[post.id].post if post.id in held else post for post in named]
    return (*posts, *(seen.post for seen in held.values() if seen.by_whom and seen.place not in known))


class Layouts:
    """The posts to be served, and whether they are laid out otherwise by now."""

    def __init__(self, in_force: InForce, named: Sequence[Post]) -> None:
        """Take the way to ask, and what the site file names."""
        self._in_force = in_force
        self._named = named
        self._versions: frozenset[Version] = frozenset()
        self._posts: tuple[Post, ...] = ()

    async def posts(self, stop: asyncio.Event) -> tuple[Post, ...]:
        """Give the posts as they are laid out now, once the engine can say; none where it was told to stop first."""
        while not stop.is_set():
            try:
                await asyncio.to_thread(self._read)
            except psycopg.Error as error:
                logger.warning("how the posts are laid out cannot be read now: %s", error)
                await _rest(stop, LOOK_S)
                continue
            return self._posts
        return ()

    async def changed(self) -> None:
        """Wait until a post is laid out otherwise."""
        while True:
            await asyncio.sleep(LOOK_S)
            with suppress(psycopg.Error):  # whoever keeps readings says it for all
                if await asyncio.to_thread(self._is_other):
                    return

    def _read(self) -> None:
        self._versions = self._in_force.versions()
        self._posts = served(self._named, self._in_force.layouts())

    def _is_other(self) -> bool:
        """Compare what is served, too: what the site file said last is in force before it is concluded."""
        if self._in_force.versions() == self._versions:
            return False
        before = self._posts
        self._read()
        return self._posts != before


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
