"""The loop's part: one process that thinks, or several that share the country's places."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Final

from beket.app.children import Child
from beket.board.projector import BoardProjection
from beket.log.postgres import PostgresBook
from beket.loop.clock import Clock
from beket.loop.runner import Runner, Share
from beket.settings import Settings

NUMBER: Final = "BEKET_LOOP_NUMBER"
"""The environment's name for which of several loops a process is; the first one starts and watches the others."""

WATCH_S: Final = 0.5
"""How often the first loop looks after the others."""


def run_loop(settings: Settings, dsn: str) -> int:
    """Loop until told to stop; the first of several ticks the clock and keeps the others running."""
    stop = threading.Event()
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda *_: stop.set())
    number = int(os.environ.get(NUMBER, "0"))
    with closing(PostgresBook(dsn)) as book:
        runner = Runner(book, BoardProjection(), share=Share(number, settings.loops))
        if number:
            runner.run(stop)
            return 0
        with _ticking(dsn, stop), _others(settings, stop):
            runner.run(stop)
    return 0


@contextmanager
def _ticking(dsn: str, stop: threading.Event) -> Iterator[None]:
    with closing(PostgresBook(dsn)) as book, _beside(stop, Clock(book).run, "clock"):
        yield


@contextmanager
def _others(settings: Settings, stop: threading.Event) -> Iterator[None]:
    """Have the other loops run; one that dies is started again, and until then the rest look after its places."""
    others = [Child("loop", {NUMBER: str(number)}) for number in range(1, settings.loops)]

    def watch(stop: threading.Event) -> None:
        # Children end with the thread that started them: this one starts, watches and stops them.
        for child in others:
            child.start()
        while not stop.wait(WATCH_S):
            for child in others:
                child.watch()
        for child in others:
            child.ask_to_stop()
        for child in others:
            child.stop()

    with _beside(stop, watch, "loops"):
        yield


@contextmanager
def _beside(stop: threading.Event, work: Callable[[threading.Event], None], name: str) -> Iterator[None]:
    thread = threading.Thread(target=work, args=(stop,), name=name)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
