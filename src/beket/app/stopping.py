"""The wish to stop a node: asked once it stops in order, asked again at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from beket.app.children import Child
from beket.log.engine import Engine


class Stopping:
    """Hears Ctrl-C and SIGTERM; whoever waits for something looks at `asked`, so that nobody waits for long."""

    def __init__(self) -> None:
        """Nobody wants to stop yet."""
        self.asked = threading.Event()
        self._ends: list[Callable[[], None]] = []

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Listen to the signals, from the main thread."""
        before = {number: signal.signal(number, self._hear) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def takes_along(self, children: list[Child], engine: Engine) -> None:
        """Name what runs: a part or an engine that does not stop when it is asked can then be ended all the same."""
        self._ends = [*(child.kill for child in children), lambda: _quit(engine)]

    def _hear(self, number: int, _frame: object) -> None:
        name = signal.Signals(number).name
        if not self.asked.is_set():
            sys.stderr.write(f"beket: {name}: stopping everything it started\n")
            self.asked.set()
            return
        sys.stderr.write(f"beket: {name} again: stopping at once, whatever still works; nothing acknowledged is lost\n")
        for end in self._ends:
            end()


def _quit(engine: Engine) -> None:
    """Tell our engine to leave everything as it stands; it recovers at its next start."""
    if engine.pid is not None:
        with suppress(ProcessLookupError):
            os.kill(engine.pid, signal.SIGQUIT)
