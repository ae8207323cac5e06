"""Child processes of one node: started together, started again when they die, stopped together."""

from __future__ import annotations

import ctypes
import logging
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

logger = logging.getLogger(__name__)

BACK_OFF_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Waits before a part that died is started again; the last one repeats."""

STEADY_S: Final = 60.0
"""A part that lived this long is steady: its next death starts the waits anew."""

STOP_S: Final = 10.0
"""A part that has not stopped after this is killed; nothing acknowledged is lost by that."""

CANNOT_SERVE: Final = 2
"""Exit status of a part that cannot serve and has said why, e.g. because its port is taken."""

PARENT: Final = "BEKET_PARENT"
"""The environment's name for the process that started a part."""

PLACES: Final = "BEKET_PLACES"
"""The environment's name for the posts of this run, comma separated: parts need not lay out the country again."""

_PR_SET_PDEATHSIG: Final = 1


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent is gone, so that kill -9 of a node leaves nothing behind.

    At once and not politely: the engine is going too, and whatever was acknowledged is durable already.
    The parent may have gone while Python was still starting here: then nobody would send that signal any more.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        logger.warning("cannot follow the parent's death: %s", os.strerror(ctypes.get_errno()))
    parent = os.environ.get(PARENT)
    if parent is not None and os.getppid() != int(parent):
        sys.exit(0)


def take_open_files() -> None:
    """Use as many open files as the system allows: each device and each screen is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def pass_gate() -> None:
    """Wait, in a part, until the parent opens the next gate; a part that was not started early meets open ones."""
    sys.stdin.buffer.readline()


class Child:
    """One part of the node in a process of its own."""

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        """Name the part; it is not started yet."""
        self.name = name
        self.restarts = 0
        self._environment = {**os.environ, **environment, PARENT: str(os.getpid())}
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._due = 0.0
        self._deaths = 0

    @property
    def pid(self) -> int | None:
        """The process id, None while it is not running."""
        return self._process.pid if self._process is not None else None

    @property
    def cannot_serve(self) -> bool:
        """Whether the part ended because it cannot serve, and has said why."""
        return self._process is not None and self._process.poll() == CANNOT_SERVE

    def start(self, *, gated: bool = False) -> None:
        """Start the part now; a gated one gets ready and waits at each gate until `open_gate` lets it on."""
        command = [sys.executable, "-m", "beket", "part", self.name]
        self._process = subprocess.Popen(  # noqa: S603
            command,
            env=self._environment,
            stdin=subprocess.PIPE if gated else subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the parent only, which then stops the parts in order
        )
        self._started = time.monotonic()

    def open_gate(self) -> None:
        """Let a gated part on by one gate; one that died meanwhile finds no gates when it is started again."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.write(b"\n")
                self._process.stdin.flush()

    def watch(self) -> None:
        """Start the part again if it died and its wait is over."""
        now = time.monotonic()
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            self._deaths = 0 if now - self._started > STEADY_S else self._deaths
            wait = BACK_OFF_S[min(self._deaths, len(BACK_OFF_S) - 1)]
            logger.error("part %s ended with %s; starting it again in %.1f s", self.name, _said(code), wait)
            self._process, self._due = None, now + wait
            self._deaths += 1
        if now >= self._due:
            self.restarts += 1
            self.start()

    def ask_to_stop(self) -> None:
        """Send the part its signal to stop."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def kill(self) -> None:
        """End the part at once; nothing acknowledged is lost by that."""
        if self._process is not None:
            self._process.kill()

    def stop(self, patience_s: float = STOP_S) -> None:
        """Stop the part and wait for its end; one that takes longer than `patience_s` is killed."""
        if self._process is None:
            return
        self.ask_to_stop()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            logger.warning("part %s did not stop within %.0f s and is killed", self.name, patience_s)
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process = None


def _said(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
