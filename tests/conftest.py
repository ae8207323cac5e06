"""What holds for all tests: a room's tests stay together in one process, and no test is a stopwatch."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.rooms import RoomByRoom, room

settings.register_profile("house", deadline=None)
settings.load_profile("house")
"""No example is timed: a machine that is busy is no fault of the code."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep each room together, whatever was asked for: what it set up is gone before the next."""
    items.sort(key=lambda item: room(item.nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> RoomByRoom:
    """Share the rooms among the workers that `-n` asks for."""
    return RoomByRoom(config, log)
