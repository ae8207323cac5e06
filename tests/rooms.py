"""How the tests are shared among workers: a room at a time, so that what a room sets up is set up once."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]


def room(nodeid: str) -> str:
    """Name the room of a test: the folder that it lies in."""
    return nodeid.split("/")[1]


class RoomByRoom(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker the whole next room when it is done with one."""

    def _split_scope(self, nodeid: str) -> str:
        return room(nodeid)
