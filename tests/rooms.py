"""How the tests are shared among workers: a room at a time, so that what a room sets up is set up once."""

from __future__ import annotations

from typing import Final

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

HOUSES: Final = ("house", "journeys")
"""Rooms that start whole houses of many processes: one worker takes both, so that never two stand at once, and first,
since nothing else takes as long."""


def room(nodeid: str) -> str:
    """Name the folder of the tests that a test lies in."""
    return nodeid.split("/")[1]


def turn(nodeid: str) -> tuple[bool, str]:
    """When a room's tests have their turn."""
    return room(nodeid) not in HOUSES, room(nodeid)


class RoomByRoom(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker the whole next room when it is done with one."""

    def _split_scope(self, nodeid: str) -> str:
        return "houses" if room(nodeid) in HOUSES else room(nodeid)
