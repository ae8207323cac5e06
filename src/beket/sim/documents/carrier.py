"""Sends papers as a carrier's program does: over the API of a running house, one after the other, and not too fast."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import logging
from collections import deque
from collections.abc import Callable
from typing import Final

import httpx
from msgspec import Struct

from beket.sim.documents.ledger import Paper, PaperLedger
from beket.sim.documents.portfolio import Portfolio
from beket.sim.happenings import Journey
from beket.words.ids import Instant

logger = logging.getLogger(__name__)

PATH: Final = "/api/v1/documents"
"""Where programs bring papers."""

PER_SECOND_MAX: Final = 4.0
"""Most papers of a second: a country thirty times as busy as real brings one in two; a load test brings no more."""

BURST_MAX: Final = 8.0
"""How many may go out at once after a pause."""

PLANNED_MAX: Final = 400
"""Most papers that wait for their hour or their turn; a lorry that would make them more sends none, and is counted."""

ANSWER_S_MAX: Final = 20.0
"""A paper that is not answered within this is sent again."""

RETRY_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 10.0, 10.0, 10.0)
"""Pauses between tries; after the last a paper is lost. The desk of a house that starts needs the first half."""

COME_AGAIN: Final = frozenset({429, 502, 503, 504})
"""Answers after which the same paper is sent again."""

CLOSED_OUT: Final = frozenset({401, 403})

Now = Callable[[], Instant]


class Desk(Struct, frozen=True, kw_only=True):
    """Where papers are brought, and by what token the sender is known; it is written nowhere."""

    address: str
    token: str


class Carrier:
    """Holds each paper until its hour and sends them in their order, so that a correction never overtakes."""

    def __init__(self, portfolio: Portfolio, desk: Desk, now: Now, ledger: PaperLedger) -> None:
        self._portfolio = portfolio
        self._now = now
        self._ledger = ledger
        self._planned: list[tuple[int, int, Paper]] = []
        self._queue: deque[Paper] = deque()
        self._order = itertools.count()
        self._allowed = BURST_MAX
        self._sending: asyncio.Task[None] | None = None
        self._client = httpx.AsyncClient(
            base_url=desk.address,
            headers={"Authorization": f"Bearer {desk.token}"},
            timeout=ANSWER_S_MAX,
            trust_env=False,
        )

    def plan(self, journey: Journey) -> None:
        """Take a lorry's papers along; all of them or none, for half of them would tell another story."""
        papers = self._portfolio.papers(journey)
        if len(self._planned) + len(self._queue) + len(papers.sent) > PLANNED_MAX:
            self._ledger.dropped += len(papers.sent)
            return
        for paper in papers.sent:
            heapq.heappush(self._planned, (paper.send_ms, next(self._order), paper))
        for wrong in papers.wrong:
            self._ledger.blame(wrong)

    def tick(self, world_ms: int, elapsed_s: float) -> None:
        """Let time pass: what is due goes out, no faster than is allowed."""
        self._allowed = min(self._allowed + elapsed_s * PER_SECOND_MAX, BURST_MAX)
        while self._planned and self._planned[0][0] <= world_ms:
            self._queue.append(heapq.heappop(self._planned)[2])
        self._send()

    @property
    def busy(self) -> bool:
        """Tell whether a paper is on its way, or waits for its turn."""
        return bool(self._queue) or (self._sending is not None and not self._sending.done())

    def arrive(self) -> None:
        """Plan no further: what was not due yet is never sent."""
        self._planned.clear()

    async def close(self) -> None:
        """Hang up; what was not answered is lost."""
        if self._sending is not None:
            self._sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sending
        for paper in self._ledger.papers():
            if paper.status is None:
                paper.lost = paper.lost or "not answered before the end"
        await self._client.aclose()

    def _send(self) -> None:
        if self._sending is not None and self._sending.done():
            self._sending.result()  # it never fails by itself: this is a bug, and says which
            self._sending = None
        if self._sending is None and self._queue and self._allowed >= 1:
            self._allowed -= 1
            self._sending = asyncio.get_running_loop().create_task(self._post(self._queue.popleft()))

    async def _post(self, paper: Paper) -> None:
        paper.sent_at = self._now()
        self._ledger.write(paper)
        for pause_s in (*RETRY_S, None):
            status = await self._asked(paper)
            if status is not None and status not in COME_AGAIN:
                self._answered(paper, status)
                return
            if pause_s is not None:
                await asyncio.sleep(pause_s)
        paper.lost = "nobody answered"

    def _answered(self, paper: Paper, status: int) -> None:
        paper.status = status
        paper.blob = b""
        if status in CLOSED_OUT:
            logger.warning("papers are not taken from this sender: the house answers %d", status)

    async def _asked(self, paper: Paper) -> int | None:
        """Send it once; the status of the answer, None where there was none."""
        try:
            answer = await self._client.post(
                PATH,
                params={"place": paper.place},
                content=paper.blob,
                headers={"Content-Type": paper.media_type, "Idempotency-Key": paper.key},
            )
        except httpx.TransportError:
            return None
        return answer.status_code
