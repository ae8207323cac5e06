"""Release times at the desk: figures with the crossings behind them, of one's own posts only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.web.conftest import HERE, THERE, Stage
from tests.web.country import MINUTE

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]


@pytest.fixture(scope="module", autouse=True)
def gone(stage: Stage) -> None:
    """At each post a lorry came and left after ten minutes."""
    for place, plate in ((HERE, "01555HHH"), (THERE, "01555TTT")):
        at = stage.country.now - 15 * MINUTE
        crossing = stage.country.arrive(place, plate, at)
        stage.country.stands(crossing, at + MINUTE)
        stage.country.depart(crossing, at + 10 * MINUTE)


def test_figures_lead_to_the_crossings_behind_them(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("auditor")
    page = client.get("/release-times?period=week").content.decode()
    path = f"/release-times/{HERE}/in/customs?period=week"
    assert f'href="{path}"' in page
    assert "the last 7 days" in page
    behind = client.get(path).content.decode()
    assert "01555HHH" in behind
    assert "9 min" in behind  # its registration waited from the first minute on
    assert "01555TTT" not in behind


def test_an_inspector_sees_the_times_of_his_post(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    assert THERE not in client.get("/release-times").content.decode()
    assert client.get(f"/release-times/{THERE}/in/whole").status_code == 404


def test_they_can_be_taken_away_as_a_file(stage: Stage, sign_in: SignIn) -> None:
    answer = sign_in("auditor").get("/release-times.csv?period=never")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "Torugart (road),in,Customs,1,9.0,9.0" in text
