"""An engine nobody wants any more while it is on its way: the wait ends, and the next start finds nothing half made."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from beket.log.folder import GivenUp
from beket.log.server import Server
from tests.log.engines import short_dir

SOON_S = 0.1
"""In the middle of making the cluster, which takes several times as long."""


@pytest.mark.parametrize("after_s", [0.0, SOON_S])
def test_a_start_that_is_given_up_leaves_nothing_half_made(after_s: float) -> None:
    with short_dir() as folder:
        given_up = threading.Event()
        threading.Timer(after_s, given_up.set).start()
        with pytest.raises(GivenUp):
            Server(folder, given_up=given_up).start()
        _nothing_is_left(folder)
        with Server(folder) as server:
            assert server.pid is not None


def test_a_revival_that_is_given_up_leaves_an_engine_that_can_be_stopped() -> None:
    with short_dir() as folder:
        given_up = threading.Event()
        with Server(folder, given_up=given_up) as server:
            _kill(server)
            given_up.set()
            with pytest.raises(GivenUp):
                server.revive()
        assert not _runs(server)
        with Server(folder) as again:
            assert again.pid is not None


def _kill(server: Server) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while _runs(server):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _runs(server: Server) -> bool:
    return server.pid is not None


def _nothing_is_left(folder: Path) -> None:
    assert not (folder / "postgres").exists()
    assert not (folder / "postgres.new").exists()
