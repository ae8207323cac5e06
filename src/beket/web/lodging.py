"""Papers that come in through the desk's door: made durable in the inbox, and looked after for a moment.

Nothing is read here: who reads papers is another process. What became of one stands in the inbox.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from typing import Final

from django.db import connection

from beket.log.connect import open_connection, troubled
from beket.log.inbox import Brought, Paper, bring_all, found_all
from beket.web.access import dsn, lodging_at, log_connection
from beket.web.eyes import Eyes

SETTLED_S_MAX: Final = 3.0
"""Longest wait for what becomes of papers: a typical one is read within tenths of a second."""

LOOK_EVERY_S: Final = 0.05


def lodge(eyes: Eyes, papers: Sequence[Paper]) -> list[int]:
    """Make papers of one place durable, all or none, and give their numbers.

    Raises Http404, TooLarge, OtherPaper, InboxFull, Trouble.
    """
    for place, crossing in {(paper.place, paper.crossing) for paper in papers}:
        lodging_at(eyes, place, crossing)
    with troubled():
        own = open_connection(dsn())  # on it commit means durable, whatever the desk's connections are set to
    with closing(own):
        return bring_all(own, papers)


def settled(numbers: Sequence[int]) -> list[Brought]:
    """Give papers as they stand once all are settled, or after a moment; no connection is held in between."""
    until = time.monotonic() + SETTLED_S_MAX
    while True:
        found = found_all(log_connection(), numbers)
        if time.monotonic() >= until or all(paper.state != "waiting" for paper in found.values()):
            return [found[number] for number in numbers if number in found]
        connection.close()
        time.sleep(LOOK_EVERY_S)


def shown_at(numbers: Sequence[int]) -> str:
    """Give the address that shows what became of papers, once all are settled or after a moment."""
    settled(numbers)
    return f"/documents/inbox/{numbers[0]}" if len(numbers) == 1 else "/documents/inbox"
