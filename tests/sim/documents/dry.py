"""A rehearsal with papers in no time: what is sent is read by the real formats and thought about by the real core."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from beket.exchange.reading import read_documents
from beket.sim.belief import Belief
from beket.sim.documents.ledger import REFUSED, Paper
from beket.sim.documents.portfolio import Portfolio, Season
from beket.sim.faults import PaperFault
from beket.sim.happenings import Journey
from beket.sim.rehearsal import Script, unverified
from beket.sim.truth import Truth
from beket.words.documents import Document
from beket.words.ids import INTAKE, Instant, reading_id, sha256
from beket.words.papers import identity_of
from beket.words.readings import DocumentLodged
from beket.words.site import Post
from tests.sim.house import T0, DryRun


class PaperRun(DryRun):
    """A world that passes with its lorries' papers; each is known to the house at the moment it is sent."""

    def __init__(self, posts: Sequence[Post], script: Script, faults: frozenset[PaperFault], share: float) -> None:
        super().__init__(posts, script)
        self.truth.unverified = unverified(posts, T0)
        season = Season(seed=script.seed, began=T0, faults=faults, share=share, shown=script.papers_shown)
        self._portfolio = Portfolio(posts, season)

    def play(self, journeys: Iterator[Journey], end: int) -> tuple[Truth, Belief]:
        return super().play(self._with_papers(journeys, end), end)

    def _with_papers(self, journeys: Iterator[Journey], end: int) -> Iterator[Journey]:
        for journey in journeys:
            papers = self._portfolio.papers(journey)
            for wrong in papers.wrong:
                self.truth.papers.blame(wrong)
            for paper in papers.sent:
                if paper.send_ms <= end:
                    self._send(paper)
            yield journey

    def _send(self, paper: Paper) -> None:
        self.truth.papers.write(paper)
        paper.sent_at = Instant(T0 + paper.send_ms)
        found = read_documents(paper.blob)
        paper.status = 201 if isinstance(found, tuple) else REFUSED
        for part, document in enumerate(found if isinstance(found, tuple) else ()):
            heapq.heappush(self._due, (paper.sent_at, next(self._order), paper.place, lodged(paper, document, part)))


def lodged(paper: Paper, document: Document, part: int = 0) -> DocumentLodged:
    """What the log has of a paper that was read."""
    plain = replace(document, unread=(), remarks=(), signatures=(), rates=())
    return DocumentLodged(
        device_id=INTAKE,
        received=paper.sent_at or T0,
        reading_id=reading_id(INTAKE, "document_lodged", None, f"{paper.digest} {part}".encode()),
        raw_sha256=paper.digest,
        document=document,
        identity=identity_of(document) or f"sha256:{paper.digest}:{part}",
        content=sha256(repr(plain).encode()),
        way="api",
        by="carrier",
        part=part,
    )
