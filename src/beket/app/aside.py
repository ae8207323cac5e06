"""A program of ours that works for a page in a process of its own: one piece of work at a time, and not for ever."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import Final, Literal

import msgspec
from msgspec import Struct

ENVIRONMENT: Final = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL", "TZ")
"""What such a process is told of this one: nothing of the database."""

Why = Literal["busy", "late", "ended"]
"""Others have their turn for too long; it took too long itself; it could not be run, or ended."""


class NotDone(Exception):
    """The work was not done."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


class Aside:
    """One such program, and whose turn it is."""

    def __init__(self, module: str, *, work_s_max: float, turn_s_max: float) -> None:
        """Name the module that is run, how long it may work, and how long somebody waits for their turn."""
        self.module, self.work_s_max, self.turn_s_max = module, work_s_max, turn_s_max
        self.turn = threading.Lock()

    def answer(self, asked: Struct) -> bytes:
        """Have one piece of work done; raises NotDone."""
        if not self.turn.acquire(timeout=self.turn_s_max):
            raise NotDone("busy")
        try:
            return self._run(msgspec.msgpack.encode(asked))
        except subprocess.TimeoutExpired as late:
            raise NotDone("late") from late
        except (OSError, subprocess.SubprocessError) as failed:
            raise NotDone("ended") from failed
        finally:
            self.turn.release()

    def _run(self, asked: bytes) -> bytes:
        done = subprocess.run(  # noqa: S603 - a module of our own
            [sys.executable, "-m", self.module],
            input=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            timeout=self.work_s_max,
            check=True,
        )
        return done.stdout
