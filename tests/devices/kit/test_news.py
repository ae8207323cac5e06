"""A lost link is said once, when it lasts; what changed together is one line."""

from __future__ import annotations

import logging

import pytest

from beket.devices.kit.news import LASTS_MS, NAMED_MAX, LinkNews
from beket.devices.kit.state import Count, DeviceState
from beket.words.ids import DeviceId, Instant, PlaceId


def states(number: int) -> list[DeviceState]:
    return [
        DeviceState(
            device=DeviceId(f"scale-{one}"), place=PlaceId("KG-TOR-A"), driver="yaohua_a9", transport="tcp-client",
            connected=True, count=Count(),
        )
        for one in range(number)
    ]  # fmt: skip


def lose(state: DeviceState, why: str = "closed by the device") -> None:
    state.connected, state.link_trouble = False, why


def find(state: DeviceState) -> None:
    state.connected, state.link_trouble = True, None


def test_a_loss_is_said_once_when_it_lasts_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    news, (state,) = LinkNews(), states(1)
    lose(state)
    for at in range(0, 3 * LASTS_MS, 1000):
        news.look([state], Instant(at))
        lose(state, f"cannot connect, attempt {at}")
    find(state)
    news.look([state], Instant(3 * LASTS_MS))
    lost, back = caplog.messages
    assert lost.startswith("links that are down (1): scale-0 (cannot connect")
    assert back == "links that are back (1): scale-0"


def test_a_link_that_comes_back_soon_was_no_news(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    news, (state,) = LinkNews(), states(1)
    for at in range(0, 5 * LASTS_MS, LASTS_MS // 2):
        (lose if at % LASTS_MS else find)(state)
        news.look([state], Instant(at))
    assert caplog.messages == []


def test_a_switch_that_fails_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    news, many = LinkNews(), states(40)
    for state in many:
        lose(state)
    for at in (0, LASTS_MS, 2 * LASTS_MS):
        news.look(many, Instant(at))
    (line,) = caplog.messages
    assert line.startswith("links that are down (40): scale-0 ")
    assert line.endswith(f" and {40 - NAMED_MAX} more")
