"""How the tests are shared among workers: a room at a time, so that what a room sets up is set up once."""

from __future__ import annotations

from typing import Final

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

HOUSES: Final = "houses"
"""What starts whole houses of many processes, or plays a country over sockets by the clock: one worker takes all of it,
so that never two stand at once, and first, since nothing else takes as long."""

IN_HOUSES: Final = ("tests/house/", "tests/journeys/", "tests/sim/test_rehearsal.py")
"""Where the tests of that share lie."""


def room(nodeid: str) -> str:
    """Name the share that a test is of: the folder that it lies in, or the houses."""
    return HOUSES if nodeid.startswith(IN_HOUSES) else nodeid.split("/")[1]


def turn(nodeid: str) -> tuple[bool, str]:
    """When a share's tests have their turn: the houses first, and of them each folder by itself."""
    return room(nodeid) != HOUSES, nodeid.split("/")[1]


class RoomByRoom(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker the whole next room when it is done with one."""

    def _split_scope(self, nodeid: str) -> str:
        return room(nodeid)
