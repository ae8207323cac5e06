"""The carrier sends papers as a program does: with its token, in their order, not too fast, and again when told so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import islice

import pytest
from msgspec import Struct, field

from beket.sim.country import demo_posts
from beket.sim.documents import carrier as sending
from beket.sim.documents.carrier import BURST_MAX, PER_SECOND_MAX, PLANNED_MAX, Carrier, Desk
from beket.sim.documents.ledger import PaperLedger
from beket.sim.documents.portfolio import Portfolio, Season
from beket.sim.happenings import Journey
from beket.sim.pace import DEMO
from beket.sim.rehearsal import now
from beket.sim.world import Season as WorldSeason
from beket.sim.world import World
from tests.sim.house import T0

POSTS = demo_posts(2, rate=60.0, pace=DEMO)
LATER_MS = 10_000_000


class Door(Struct):
    """A desk that writes down what is brought, and answers as it is told to: the last answer for ever."""

    answers: list[int]
    brought: list[tuple[dict[str, str], bytes, str]] = field(default_factory=list)
    address: str = ""
    lines: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines.append(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                fields = {name.lower(): said for name, _, said in (line.partition(": ") for line in head[1:] if line)}
                body = await reader.readexactly(int(fields["content-length"]))
                self.brought.append((fields, body, head[0].split()[1]))
                status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                writer.write(f"HTTP/1.1 {status} So\r\nContent-Length: 2\r\n\r\n{{}}".encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # it hung up


@asynccontextmanager
async def door(*answers: int) -> AsyncIterator[Door]:
    made = Door(answers=list(answers))
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
        for line in made.lines:
            line.close()
            with suppress(ConnectionError):
                await line.wait_closed()


def loaded(count: int) -> Sequence[Journey]:
    portfolio = Portfolio(POSTS, Season(seed=5, began=T0))
    world = World(POSTS, WorldSeason(seed=5, rate=60.0, began=T0, pace=DEMO))
    return list(islice((journey for journey in world.journeys() if portfolio.papers(journey).sent), count))


def hired(address: str) -> tuple[Carrier, PaperLedger]:
    ledger = PaperLedger()
    portfolio = Portfolio(POSTS, Season(seed=5, began=T0))
    return Carrier(portfolio, Desk(address=address, token="beket_trial"), now, ledger), ledger


async def until(true: Callable[[], bool], carrier: Carrier, elapsed_s: float = 1.0) -> None:
    async with asyncio.timeout(20):
        while not true():
            carrier.tick(LATER_MS, elapsed_s)
            await asyncio.sleep(0.005)


def run(work: Callable[[], object]) -> None:
    asyncio.run(work())  # type: ignore[arg-type]


def test_papers_go_out_in_their_order_each_under_its_own_name() -> None:
    async def work() -> None:
        async with door(201) as desk:
            carrier, ledger = hired(desk.address)
            for journey in loaded(6):
                carrier.plan(journey)
            await until(lambda: bool(desk.brought) and not carrier.busy, carrier)
            await carrier.close()
        papers = ledger.papers()
        assert list(papers) == sorted(papers, key=lambda paper: paper.send_ms)
        assert len(desk.brought) >= len(papers) > 6
        assert {paper.status for paper in papers} == {201}
        assert {paper.blob for paper in papers} == {b""}, "their bytes are let go"
        for fields, body, path in desk.brought:
            assert fields["authorization"] == "Bearer beket_trial"
            assert fields["idempotency-key"] in {paper.key for paper in papers}
            assert path.startswith("/api/v1/documents?place=KG-")
            assert body

    run(work)


@pytest.mark.parametrize("refusal", [503, 429])
def test_who_is_asked_to_come_again_does(refusal: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "RETRY_S", (0.01, 0.01))

    async def work() -> None:
        async with door(refusal, refusal, 422) as desk:
            carrier, ledger = hired(desk.address)
            carrier.plan(loaded(1)[0])
            await until(lambda: len(desk.brought) > 2 and not carrier.busy, carrier)
            await carrier.close()
        assert ledger.papers()[0].status == 422
        assert len({fields["idempotency-key"] for fields, _, _ in desk.brought[:3]}) == 1

    run(work)


def test_a_desk_that_is_not_there_loses_papers_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "RETRY_S", (0.01,))

    async def work() -> None:
        carrier, ledger = hired("http://127.0.0.1:9")
        carrier.plan(loaded(1)[0])
        await until(lambda: bool(ledger.papers()) and not carrier.busy, carrier)
        await carrier.close()
        assert {(paper.status, paper.lost) for paper in ledger.papers()} == {(None, "nobody answered")}

    run(work)


def test_no_more_go_out_in_a_second_than_are_allowed() -> None:
    async def work() -> None:
        async with door(201) as desk:
            carrier, _ = hired(desk.address)
            for journey in loaded(40):
                carrier.plan(journey)
            for _ in range(100):  # time stands still: only what was saved up may go
                carrier.tick(LATER_MS, 0.0)
                await asyncio.sleep(0.002)
            assert len(desk.brought) == BURST_MAX
            carrier.tick(LATER_MS, 1.0)
            for _ in range(100):
                carrier.tick(LATER_MS, 0.0)
                await asyncio.sleep(0.002)
            assert len(desk.brought) == BURST_MAX + PER_SECOND_MAX
            await carrier.close()

    run(work)


def test_a_lorry_too_many_sends_none_of_its_papers_and_is_counted() -> None:
    async def work() -> None:
        carrier, ledger = hired("http://127.0.0.1:9")
        journeys = loaded(260)
        for journey in journeys:
            carrier.plan(journey)
        planned = len(carrier._planned)
        assert planned <= PLANNED_MAX
        portfolio = Portfolio(POSTS, Season(seed=5, began=T0))
        assert planned + ledger.dropped == sum(len(portfolio.papers(journey).sent) for journey in journeys)
        assert ledger.dropped > 0
        carrier.arrive()
        assert not carrier.busy
        await carrier.close()
        assert ledger.papers() == ()

    run(work)
