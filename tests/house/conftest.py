"""What the tests of the whole house share: a folder short enough for a socket, gone at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.camera import site_file
from tests.house.house import House, running
from tests.log.engines import short_dir


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name leaves room for the engine's socket."""
    with short_dir() as made:
        yield made


@pytest.fixture(scope="package")
def standing() -> Iterator[House]:
    """One quiet post with one camera that stands for all tests that only look at it."""
    with short_dir() as made, running(made, "--site", site_file(made)) as house:
        yield house
