"""Release times at the desk: figures with the crossings behind them, of one's own posts only."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from beket.board.panels.release import PARTS, WHOLE
from beket.web.holding_words import DEFINITIONS, HOLDERS
from beket.words.roles import AGENCIES
from tests.web.conftest import HERE, THERE, Stage
from tests.web.country import MINUTE

if TYPE_CHECKING:
    from django.test import Client

HERE_NAME = "Torugart (road)"
SignIn = Callable[[str], "Client"]


@pytest.fixture(scope="module", autouse=True)
def gone(stage: Stage) -> None:
    """At each post a lorry came and left after ten minutes."""
    for place, plate in ((HERE, "01555HHH"), (THERE, "01555TTT")):
        at = stage.country.now - 15 * MINUTE
        crossing = stage.country.arrive(place, plate, at)
        stage.country.stands(crossing, at + MINUTE)
        stage.country.decides(crossing, "registration", at + 9 * MINUTE, override="paper_elsewhere")
        stage.country.depart(crossing, at + 10 * MINUTE)


def test_figures_lead_to_the_crossings_behind_them(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("auditor")
    page = client.get("/release-times?period=week").content.decode()
    path = f"/release-times/{HERE}/in/customs?period=week"
    assert f'href="{path}"' in page
    assert "the last 7 days" in page
    behind = client.get(path).content.decode()
    assert "01555HHH" in behind
    assert "8 min" in behind  # its registration was asked for in the first minute, and its paper lay elsewhere
    assert "01555TTT" not in behind


def test_an_inspector_sees_the_times_of_his_post(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    assert THERE not in client.get("/release-times").content.decode()
    assert client.get(f"/release-times/{THERE}/in/whole").status_code == 404


def test_they_can_be_taken_away_as_a_file(stage: Stage, sign_in: SignIn) -> None:
    answer = sign_in("auditor").get("/release-times.csv?period=never")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "Torugart (road),in,Customs,1,8.0,8.0,8.0," in text
    shares = [line.rpartition(",")[2] for line in text.splitlines() if line.startswith(HERE_NAME)]
    assert sum(float(share or 0) for share in shares) == pytest.approx(100, abs=0.5)


def test_the_parts_add_up_and_each_says_what_it_means(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("auditor")
    page = client.get("/release-times").content.decode()
    for holder in re.findall(rf'href="(/release-times/{HERE}/in/\w+\?period=day)"', page):
        behind = client.get(holder).content.decode()
        assert "What this figure means" in behind
        assert "01555HHH" in behind, holder
    assert "own side and others at once" in page
    assert client.get(f"/release-times/{HERE}/in/nobody").status_code == 404


def test_every_holder_has_a_name_and_a_definition() -> None:
    assert set(HOLDERS) == set(DEFINITIONS) == {WHOLE, *PARTS, *AGENCIES}


def test_how_many_there_are_is_what_the_figure_says(
    stage: Stage, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("auditor")
    assert '<span class="dim">1 ·' in client.get(f"/release-times/{HERE}/in/customs").content.decode()
    monkeypatch.setattr("beket.board.panels.release.RECORDS_MAX", 0)
    capped = client.get(f"/release-times/{HERE}/in/customs").content.decode()
    assert '<span class="dim">1 · the longest 0 are listed' in capped


def test_those_that_are_here_are_told_until_now(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("auditor")
    page = client.get("/release-times?period=now").content.decode()
    path = f"/release-times/{HERE}/in/whole?period=now"
    assert f'href="{path}"' in page
    behind = client.get(path).content.decode()
    assert "is here" in behind
    assert stage.crossing[HERE] in behind
    assert "01555HHH" not in behind
