"""What holds for all tests: the order in which they may share a process, and that no test is a stopwatch."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")
"""No example is timed: a machine that is busy is no fault of the code."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let journeys through a browser come last: Playwright keeps an event loop running in this thread until the end."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
