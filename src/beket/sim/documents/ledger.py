"""What papers were sent, what was wrong with them, and how they were answered: the truth that the judge holds."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from msgspec import Struct

from beket.sim.faults import PaperFault
from beket.words.ids import Instant, PlaceId, Sha256

PAPERS_MAX: Final = 50_000
"""Papers remembered, without their bytes: a day of the demonstration; an endless one forgets its oldest."""

TAKEN: Final = frozenset({200, 201, 202})
"""Answers that promise that a paper is kept; 202 says that nobody has looked into it yet."""

REFUSED: Final = 422
"""The answer to a paper that cannot be read."""


class Paper(Struct, kw_only=True):
    """One message: whose it is by truth, what it says by which signs, and what became of it.

    `key` is the sender's name for this request; `resend` says that the same bytes went out before, `damaged` that the
    file broke off, `note` that it is a consignment note. The bytes are let go once they are answered.
    """

    crossing: str
    place: PlaceId
    file_name: str
    media_type: str
    blob: bytes
    digest: Sha256
    key: str
    send_ms: int
    signs: frozenset[str]
    damaged: bool = False
    note: bool = False
    resend: bool = False
    sent_at: Instant | None = None
    status: int | None = None
    lost: str | None = None


class Wrong(Struct, frozen=True, kw_only=True):
    """Something that is wrong with papers: whose they are, and the papers in which it stands."""

    fault: PaperFault
    crossings: tuple[str, ...]
    digests: tuple[Sha256, ...]


class Papers(Struct, frozen=True):
    """The papers of one lorry, and what is wrong with them."""

    sent: tuple[Paper, ...] = ()
    wrong: tuple[Wrong, ...] = ()


class PaperLedger:
    """Every paper that was sent, oldest first, within its bound; `dropped` counts those that never were."""

    def __init__(self) -> None:
        self._papers: OrderedDict[str, Paper] = OrderedDict()
        self._wrong: list[Wrong] = []
        self.dropped = 0
        self.forgotten = 0

    def write(self, paper: Paper) -> None:
        """Write a paper down as it goes out."""
        self._papers[paper.key] = paper
        if len(self._papers) > PAPERS_MAX:
            self._papers.popitem(last=False)
            self.forgotten += 1

    def blame(self, wrong: Wrong) -> None:
        """Write down what is wrong with papers that will be sent."""
        if len(self._wrong) < PAPERS_MAX:
            self._wrong.append(wrong)

    def papers(self) -> tuple[Paper, ...]:
        """Give all that are remembered."""
        return tuple(self._papers.values())

    def wrong(self) -> tuple[Wrong, ...]:
        """Give all that was ever made wrong."""
        return tuple(self._wrong)
