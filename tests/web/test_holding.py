"""What people say of the neighbour and the trade at the desk: a form, a decision in the log, shown where it counts."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from beket.core.holding import react
from beket.web.holding_words import ENDED, OUTCOMES, STOPPED, WAITS
from beket.words.decisions import AwaitTrade, EndAwaiting, ReportNeighbour
from beket.words.holding import Awaited, Ended
from beket.words.site import Direction
from tests.web.conftest import HERE, THERE, Stage
from tests.web.country import MINUTE
from tests.web.systems import over
from tests.web.test_procedures import said

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]
NEIGHBOUR = f"/places/{HERE}/neighbour"


@pytest.fixture(autouse=True)
def no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody concludes anything here: what is decided is in the log, and awaited."""
    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 0.0)


@pytest.fixture(scope="module", autouse=True)
def stopped(stage: Stage) -> None:
    """At the other post the neighbour takes nobody, and here it did not for an hour of the day before."""
    stage.country.stops(THERE, stage.country.now - 10 * MINUTE)
    began = stage.country.now - 26 * 60 * MINUTE
    stage.country.stops(HERE, began, until=began + 60 * MINUTE)


def test_what_was_said_is_on_the_wall_and_at_the_checkpoint(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")
    wall = client.get("/wall").content.decode()
    assert len(re.findall(r"The neighbour takes nobody since \d\d:\d\d", wall)) == 1
    place = client.get(f"/places/{THERE}").content.decode()
    assert "their &lt;b&gt;system&lt;/b&gt; is down" in place
    assert "it is to be said again in" in place
    assert re.search(r"The neighbour takes nobody</span> since \d\d:\d\d</p>", place)
    assert "Nobody says that the neighbour stopped." in client.get(f"/places/{HERE}").content.decode()
    assert "The neighbour takes nobody" in client.get("/places").content.decode()


def test_the_list_tells_how_it_ended(sign_in: SignIn) -> None:
    page = sign_in("auditor").get(NEIGHBOUR).content.decode()
    assert "somebody said so · inspector" in page
    assert "<form" not in page[page.index("<main") :], "an auditor says nothing"


@pytest.mark.parametrize(
    ("press", "direction", "passes"),
    [("stops_out", "out", False), ("passes_out", "out", True), ("stops_in", "in", False), ("passes_in", "in", True)],
)
def test_one_press_says_it(stage: Stage, sign_in: SignIn, press: str, direction: str, *, passes: bool) -> None:
    answer = sign_in("inspector").post(NEIGHBOUR, {"do": press, "since": "", "remark": " they said so "})
    assert "still awaited" in answer.content.decode()
    found = said(stage, ReportNeighbour)[-1]
    assert (found.direction, found.passes, found.by, found.remark) == (direction, passes, "inspector", "they said so")
    assert found.since_at == pytest.approx(found.at, abs=5000)


def test_a_time_is_of_today_or_of_yesterday_where_it_would_be_ahead(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    for typed in ("00:00", "23:59"):
        client.post(NEIGHBOUR, {"do": "stops_out", "since": typed})
        found = said(stage, ReportNeighbour)[-1]
        assert found.since_at is not None
        assert 0 <= found.at - found.since_at < 24 * 60 * MINUTE + MINUTE
        assert found.since_at % MINUTE == 0
    before = len(said(stage, ReportNeighbour))
    page = client.post(NEIGHBOUR, {"do": "stops_out", "since": "ten past", "remark": "<i>"}).content.decode()
    assert "such as 14:10" in page
    assert 'value="ten past"' in page
    assert len(said(stage, ReportNeighbour)) == before


def test_another_post_is_not_spoken_for(sign_in: SignIn) -> None:
    assert sign_in("inspector").post(f"/places/{THERE}/neighbour", {"do": "stops_out"}).status_code == 404
    assert sign_in("auditor").post(NEIGHBOUR, {"do": "stops_out"}).status_code == 403


def test_an_agency_says_whom_it_waits_for(stage: Stage, sign_in: SignIn) -> None:
    path = f"/crossings/{stage.crossing[HERE]}/wait"
    client = sign_in("partner_officer")
    for press, kind in (("papers", AwaitTrade), ("driver", AwaitTrade), ("end", EndAwaiting)):
        client.post(path, {"do": press, "remark": "asleep"})
        found = said(stage, kind)[-1]
        assert isinstance(found, AwaitTrade | EndAwaiting)
        assert (found.crossing, found.by, found.agency) == (stage.crossing[HERE], "partner_officer", "border")
        assert getattr(found, "what", "end") == press


def test_what_is_awaited_stands_with_the_steps_and_in_the_story(stage: Stage, sign_in: SignIn) -> None:
    country = stage.country
    crossing = country.arrive(HERE, "01666WWW", country.now - 9 * MINUTE)
    country.stands(crossing, country.now - 8 * MINUTE)
    country.waits(crossing, country.now - 7 * MINUTE, remark="<b>asleep</b>")
    client = sign_in("inspector")
    page = client.get(f"/crossings/{crossing}").content.decode()
    steps = page[page.index('id="steps"') :]
    assert "waits for the driver" in steps
    assert "&lt;b&gt;asleep&lt;/b&gt;" in steps
    assert f'href="/crossings/{crossing}/wait"' in steps
    assert "Customs · waits for the driver · inspector" in page
    listed = client.get(f"/crossings/{crossing}/wait").content.decode()
    assert "We wait for papers" in listed
    assert "holds" in listed
    over(stage, crossing)
    assert "We wait for papers" not in client.get(f"/crossings/{crossing}/wait").content.decode()


def test_every_code_has_its_word() -> None:
    assert set(STOPPED) == set(get_args(Direction))
    assert set(WAITS) == set(get_args(Awaited))
    assert set(ENDED) == set(get_args(Ended))
    tree = ast.parse(Path(react.__file__).read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    words = {
        str(call.args[-1].value)
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in ("_see", "Refused")
        if isinstance(call.args[-1], ast.Constant)
    }
    assert words <= set(OUTCOMES)
    assert set(OUTCOMES) - words == {"awaited", "time_unusable"}
