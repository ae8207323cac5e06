"""The stream: drawn once for all, the latest wins, a dead source is silent, a bug in one panel stays there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from beket.log.book import Trouble
from beket.web.eyes import Eyes
from beket.web.stream import (
    AGES_S,
    CLIENTS_MAX,
    HEARTBEAT_S,
    WATCHED_MAX,
    Client,
    Fan,
    Newest,
    Panel,
    Positions,
    Source,
    TooMany,
    flow,
    message,
)

DUTY = Eyes((("duty_officer", ""),))


def panel(slot: str = "wall", place: str | None = None, language: str = "en") -> Panel:
    """A panel as the duty officer watches it."""
    return Panel(slot, slot.partition(":")[0], slot.partition(":")[2], DUTY, language, place)


class House:
    """A source that counts what is asked of it, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 100.0
        self.seqs = {"A": 1, "B": 1}
        self.drawn: list[str] = []
        self.words: Callable[[Panel], str] = lambda panel: f"{panel.slot} {sum(self.seqs.values())}"
        self.trouble: Exception | None = None
        self.fan = Fan(Source(self.positions, self.render, lambda panel: f"failed {panel.slot}"), lambda: self.at)

    def positions(self) -> Positions:
        if self.trouble:
            raise self.trouble
        return Positions(tuple(Newest(place, seq, 1000 + seq) for place, seq in self.seqs.items()))

    def render(self, panel: Panel) -> str:
        self.drawn.append(panel.slot)
        return self.words(panel)


def run(scene: Callable[[House], Coroutine[Any, Any, None]]) -> None:
    """Play a scene against a fresh house."""

    async def play() -> None:
        house = House()
        try:
            await scene(house)
        finally:
            house.fan.close()

    asyncio.run(play())


async def taken(client: Client) -> str:
    """What waits for a client now; empty when nothing does."""
    try:
        return (await asyncio.wait_for(client.take(), 0.01)).decode()
    except TimeoutError:
        return ""


def test_two_hundred_screens_cost_one_drawing() -> None:
    async def scene(house: House) -> None:
        clients = [house.fan.join((panel(),)) for _ in range(200)]
        await house.fan.tick()
        assert house.drawn == ["wall"]
        heard = {await taken(client) for client in clients}
        assert len(heard) == 1
        assert "event: wall\nid: 2\ndata: wall 2\n\n" in heard.pop()

    run(scene)


def test_another_language_or_other_eyes_are_drawn_apart() -> None:
    async def scene(house: House) -> None:
        house.fan.join((panel(),))
        house.fan.join((panel(language="ky"),))
        house.fan.join((Panel("wall", "wall", "", Eyes((("inspector", "A"),)), "en"),))
        await house.fan.tick()
        assert len(house.drawn) == 3

    run(scene)


def test_a_slow_screen_gets_the_last_picture_only() -> None:
    async def scene(house: House) -> None:
        client = house.fan.join((panel(),))
        for seq in range(2, 30):
            house.seqs["A"] = seq
            await house.fan.tick()
        heard = await taken(client)
        assert heard.count("event: wall") == 1
        assert "data: wall 30\n" in heard
        assert len(client.waiting) == 0

    run(scene)


def test_a_place_that_stands_still_is_not_drawn() -> None:
    async def scene(house: House) -> None:
        house.fan.join((panel("place:A", "A"), panel("place:B", "B")))
        await house.fan.tick()
        house.drawn.clear()
        house.seqs["A"] += 1
        await house.fan.tick()
        assert house.drawn == ["place:A"]

    run(scene)


def test_ages_are_drawn_anew_and_sent_only_when_they_differ() -> None:
    async def scene(house: House) -> None:
        house.words = lambda _: "the same"
        client = house.fan.join((panel(),))
        await house.fan.tick()
        await taken(client)
        house.at += AGES_S
        await house.fan.tick()
        assert house.drawn == ["wall", "wall"]
        assert "event: wall" not in await taken(client)

    run(scene)


def test_a_quiet_house_still_pulses_before_ten_seconds_are_over() -> None:
    async def scene(house: House) -> None:
        client = house.fan.join((panel(),))
        await house.fan.tick()
        await taken(client)
        house.at += HEARTBEAT_S
        await house.fan.tick()
        heard = await taken(client)
        assert "event: pulse" in heard
        assert '"received_ms": 1001' in heard

    run(scene)
    assert HEARTBEAT_S <= 5


def test_when_the_tables_cannot_be_read_nothing_is_sent() -> None:
    async def scene(house: House) -> None:
        client = house.fan.join((panel(),))
        house.trouble = Trouble("the engine is away")
        with pytest.raises(Trouble):
            await house.fan.tick()
        assert await taken(client) == ""
        house.trouble = None
        await house.fan.tick()
        assert "event: wall" in await taken(client)

    run(scene)


def test_the_loop_outlives_trouble() -> None:
    async def scene(house: House) -> None:
        client = house.fan.join((panel(),))
        house.trouble = Trouble("the engine is away")
        running = asyncio.create_task(house.fan.run())
        await asyncio.sleep(0.05)
        house.trouble = None
        house.fan.wake()
        heard = (await asyncio.wait_for(client.take(), 5)).decode()
        running.cancel()
        assert "event: wall" in heard

    run(scene)


def test_a_bug_in_one_panel_does_not_darken_the_others(caplog: pytest.LogCaptureFixture) -> None:
    async def scene(house: House) -> None:
        def words(panel: Panel) -> str:
            return str(1 // 0) if panel.slot == "log" else "well"

        house.words = words
        client = house.fan.join((panel("log"), panel("wall")))
        await house.fan.tick()
        heard = await taken(client)
        assert "data: failed log" in heard
        assert "data: well" in heard

    run(scene)
    assert "cannot be drawn" in caplog.text


def test_who_joins_later_gets_the_picture_at_once() -> None:
    async def scene(house: House) -> None:
        house.fan.join((panel(),))
        await house.fan.tick()
        later = house.fan.join((panel(),))
        assert "event: wall" in await taken(later)
        assert house.drawn == ["wall"]

    run(scene)


def test_who_leaves_is_forgotten_with_his_pictures() -> None:
    async def scene(house: House) -> None:
        client = house.fan.join((panel(),))
        stream = flow(house.fan, client, lambda: True, 60)
        assert await anext(stream) == b"retry: 2000\n\n"
        await house.fan.tick()
        assert b"event: wall" in await anext(stream)
        await stream.aclose()
        assert not house.fan.clients
        assert not house.fan.drawn

    run(scene)


def test_a_stream_ends_when_its_eyes_no_longer_see() -> None:
    async def scene(house: House) -> None:
        client = house.fan.join((panel(),))
        stream = flow(house.fan, client, lambda: False, 60)
        await anext(stream)
        await house.fan.tick()
        await anext(stream)
        house.at += 61
        assert b"event: ended" in await anext(stream)
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    run(scene)


def test_a_full_house_refuses() -> None:
    async def scene(house: House) -> None:
        for _ in range(CLIENTS_MAX):
            house.fan.join((panel(),))
        with pytest.raises(TooMany):
            house.fan.join((panel(),))

    run(scene)


def test_too_many_different_panels_are_refused() -> None:
    async def scene(house: House) -> None:
        for number in range(WATCHED_MAX):
            house.fan.join((panel(f"dossier:{number}"),))
        with pytest.raises(TooMany):
            house.fan.join((panel("dossier:one more"),))
        house.fan.join((panel("dossier:0"),))

    run(scene)


@pytest.mark.parametrize("data", ["one", "one\ntwo", "", "\n"])
def test_an_event_carries_its_lines(data: str) -> None:
    lines = message("wall", data, 7).decode().split("\n")
    assert lines[:2] == ["event: wall", "id: 7"]
    assert [line.removeprefix("data: ") for line in lines[2:-2]] == data.split("\n")
    assert lines[-2:] == ["", ""]
