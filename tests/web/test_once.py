"""A question asked twice in one tick is answered once; pages always ask anew."""

from __future__ import annotations

import threading

from beket.web.once import begin_tick, once_a_tick

asked: list[tuple[str, int]] = []


@once_a_tick
def count(word: str, times: int = 1) -> int:
    asked.append((word, times))
    return len(asked)


def test_a_tick_shares_answers_and_the_next_one_asks_anew() -> None:
    def tick() -> None:
        begin_tick()
        assert count("a") == count("a")
        assert count("a", times=2) != count("a")
        before = count("a")
        begin_tick()
        assert count("a") != before

    thread = threading.Thread(target=tick)
    thread.start()
    thread.join()


def test_a_page_asks_each_time() -> None:
    assert count("page") != count("page")
