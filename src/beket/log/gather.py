"""Group commit: whatever waits is done together by one thread, and each caller gets its own answer."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Generic, TypeVar

from msgspec import Struct

from beket.log.book import Trouble

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Later(Struct, frozen=True):
    """The answer for an item that cannot be done just now: it is put back before all that waits."""


CLOSE_S_MAX: Final = 30.0
"""Longest wait at closing for what still waits to be done."""


class Gathering(Generic[Item, Answer]):
    """A bounded queue before a thread that handles all that waits at once.

    `work` gets a batch and gives one answer or exception per item, in order, or `Later` to have an item put back; if
    it raises, every item of that batch gets the exception. `weigh` measures items; more than `waiting_max` waiting
    raises Trouble at once, which is the backpressure; a batch takes up to `batch_max`.
    """

    def __init__(
        self,
        work: Callable[[list[Item]], Sequence[Answer | Exception | Later]],
        *,
        weigh: Callable[[Item], int],
        batch_max: int,
        waiting_max: int,
    ) -> None:
        self._work = work
        self._weigh = weigh
        self._batch_max = batch_max
        self._waiting_max = waiting_max
        self._waiting: deque[tuple[Item, int, asyncio.Future[Answer]]] = deque()
        self._weight = 0
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "beket-log")
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def weight(self) -> int:
        """How much waits now."""
        return self._weight

    def start(self) -> None:
        """Begin to work, on the running event loop."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Finish what waits, take nothing more; what is not done in time gets Trouble."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            _, late = await asyncio.wait({self._task}, timeout=CLOSE_S_MAX)
            for task in late:
                task.cancel()
        while self._waiting:
            self._answer(self._waiting.popleft()[2], Trouble("the log was closed before this was written"))
        self._thread.shutdown(wait=False)

    async def give(self, item: Item) -> Answer:
        """Hand in one item and wait for its answer; raises Trouble when too much waits already."""
        weight = self._weigh(item)
        if self._closing or self._task is None:
            raise Trouble("the log is not open")
        if self._weight and self._weight + weight > self._waiting_max:
            raise Trouble("the log cannot keep up: too much waits to be written")
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, weight, future))
        self._weight += weight
        self._wake.set()
        return await future

    async def _run(self) -> None:
        while self._waiting or not self._closing:
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            await self._do(self._take())

    def _take(self) -> list[tuple[Item, asyncio.Future[Answer]]]:
        batch: list[tuple[Item, asyncio.Future[Answer]]] = []
        taken = 0
        while self._waiting and (not batch or taken + self._waiting[0][1] <= self._batch_max):
            item, weight, future = self._waiting.popleft()
            taken += weight
            self._weight -= weight
            if not future.cancelled():
                batch.append((item, future))
        return batch

    async def _do(self, batch: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        if not batch:
            return
        items = [item for item, _ in batch]
        answers: Sequence[Answer | Exception | Later]
        try:
            answers = await asyncio.get_running_loop().run_in_executor(self._thread, self._work, items)
        except asyncio.CancelledError:
            answers = [Trouble("the log was closed before this was known to be written")] * len(batch)
            self._answer_all(batch, answers)
            raise
        except Exception as error:  # noqa: BLE001 - it is not ours to judge: every caller of this batch gets it
            answers = [error] * len(batch)
        self._answer_all(batch, answers)

    def _answer_all(
        self, batch: list[tuple[Item, asyncio.Future[Answer]]], answers: Sequence[Answer | Exception | Later]
    ) -> None:
        back: list[tuple[Item, int, asyncio.Future[Answer]]] = []
        for (item, future), answer in zip(batch, answers, strict=True):
            if isinstance(answer, Later):
                back.append((item, self._weigh(item), future))
            else:
                self._answer(future, answer)
        self._weight += sum(weight for _, weight, _ in back)
        self._waiting.extendleft(reversed(back))

    @staticmethod
    def _answer(future: asyncio.Future[Answer], answer: Answer | Exception) -> None:
        if future.done():
            return
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
