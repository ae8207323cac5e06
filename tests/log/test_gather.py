"""Whatever waits is done together, each caller gets its own answer, and the queue has an end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from beket.log.book import Trouble
from beket.log.gather import Gathering, Later

Work = Callable[[list[int]], list[int | Exception]]


def gathering(work: Work, *, batch_max: int = 10, waiting_max: int = 100) -> Gathering[int, int]:
    return Gathering(work, weigh=lambda _: 1, batch_max=batch_max, waiting_max=waiting_max)


def test_batches_are_bounded_and_answers_are_ones_own() -> None:
    sizes: list[int] = []

    def work(items: list[int]) -> list[int | Exception]:
        sizes.append(len(items))
        return [item * 2 if item % 2 else ValueError(item) for item in items]

    async def scene() -> list[int | BaseException]:
        gathered = gathering(work)
        gathered.start()
        answers = await asyncio.gather(*(gathered.give(number) for number in range(35)), return_exceptions=True)
        await gathered.close()
        return answers

    for number, answer in enumerate(asyncio.run(scene())):
        assert answer == number * 2 if number % 2 else isinstance(answer, ValueError)
    assert max(sizes) <= 10
    assert sum(sizes) == 35


def test_a_batch_that_fails_as_a_whole_tells_everyone_in_it() -> None:
    def work(items: list[int]) -> list[int | Exception]:
        if 3 in items:
            raise Trouble("no disk")
        return list(items)

    async def scene() -> list[int | BaseException]:
        gathered = gathering(work, batch_max=5)
        gathered.start()
        answers = await asyncio.gather(*(gathered.give(number) for number in range(10)), return_exceptions=True)
        await gathered.close()
        return answers

    answers = asyncio.run(scene())
    assert all(isinstance(answer, Trouble) for answer in answers[:5])
    assert answers[5:] == [5, 6, 7, 8, 9]


def test_what_is_done_later_comes_before_what_came_later() -> None:
    seen: list[list[int]] = []

    def work(items: list[int]) -> list[int | Exception | Later]:
        seen.append(items)
        return [Later() if item < 3 and len(seen) == 1 else item for item in items]

    async def scene() -> list[int]:
        gathered = Gathering[int, int](work, weigh=lambda _: 1, batch_max=5, waiting_max=100)
        gathered.start()
        answers = await asyncio.gather(*(gathered.give(number) for number in range(10)))
        await gathered.close()
        assert gathered.weight == 0
        return list(answers)

    assert asyncio.run(scene()) == list(range(10))
    assert seen == [[0, 1, 2, 3, 4], [0, 1, 2, 5, 6], [7, 8, 9]]


def test_a_full_queue_is_trouble_and_one_item_always_fits() -> None:
    go = threading.Event()

    def work(items: list[int]) -> list[int | Exception]:
        go.wait(10)
        return list(items)

    async def scene() -> None:
        gathered = Gathering(work, weigh=lambda item: item, batch_max=10, waiting_max=100)
        gathered.start()
        first = asyncio.create_task(gathered.give(1000))
        await asyncio.sleep(0.05)
        waiting = [asyncio.create_task(gathered.give(50)) for _ in range(2)]
        await asyncio.sleep(0.05)
        assert gathered.weight == 100
        with pytest.raises(Trouble, match="cannot keep up"):
            await gathered.give(1)
        go.set()
        assert await asyncio.gather(first, *waiting) == [1000, 50, 50]
        assert gathered.weight == 0
        await gathered.close()

    asyncio.run(scene())


def test_one_who_gave_up_is_not_worked_for() -> None:
    go, seen = threading.Event(), list[int]()

    def work(items: list[int]) -> list[int | Exception]:
        go.wait(10)
        seen.extend(items)
        return list(items)

    async def scene() -> None:
        gathered = gathering(work)
        gathered.start()
        first = asyncio.create_task(gathered.give(1))
        await asyncio.sleep(0.05)
        impatient = asyncio.create_task(gathered.give(2))
        await asyncio.sleep(0.05)
        impatient.cancel()
        last = asyncio.create_task(gathered.give(3))
        await asyncio.sleep(0.05)
        go.set()
        assert list(await asyncio.gather(first, last)) == [1, 3]
        await gathered.close()

    asyncio.run(scene())
    assert seen == [1, 3]


def test_closing_finishes_what_waits_and_takes_nothing_more() -> None:
    async def scene() -> None:
        gathered = gathering(list)
        gathered.start()
        waiting = [asyncio.create_task(gathered.give(number)) for number in range(30)]
        await asyncio.sleep(0)
        await gathered.close()
        assert await asyncio.gather(*waiting) == list(range(30))
        with pytest.raises(Trouble, match="not open"):
            await gathered.give(1)

    asyncio.run(scene())
