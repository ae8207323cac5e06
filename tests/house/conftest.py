"""What the tests of the whole house share: a folder short enough for a socket, gone at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.log.engines import short_dir


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name leaves room for the engine's socket."""
    with short_dir() as made:
        yield made
