"""The desk of an agency: its own steps and nobody else's, what one press decides, and what it asks for first."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.utils import translation
from msgspec.structs import replace

from beket.board.panels import waiting as board
from beket.web.procedures import shipped_procedures
from beket.web.shown.waiting import show_waiting
from beket.words.decisions import DecideStep
from beket.words.ids import CrossingId, Instant, PlaceId, sha256
from beket.words.procedures import Silence, read_procedure
from tests.core.procedures.desk import SHORT
from tests.web.conftest import HERE, PASSWORD, THERE, Stage
from tests.web.systems import over
from tests.web.test_procedures import said

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]


@pytest.fixture(autouse=True)
def no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody concludes anything here: what is decided is in the log, and awaited."""
    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 0.0)


def presses(stage: Stage, page: str) -> list[str]:
    """What may be pressed on a page about the lorry that waits here."""
    found = re.findall(r'form="answers" name="do" value="([^"]+)"', page)
    return [value for value in found if value.startswith(stage.crossing[HERE] + " ")]


def press(stage: Stage, step: str, outcome: str) -> str:
    return f"{stage.crossing[HERE]} {step} {outcome} "


def steps_of(stage: Stage, page: str) -> list[str]:
    """The steps of this lorry that a page lists."""
    return re.findall(rf'<td><a href="/crossings/{stage.crossing[HERE]}/steps/(\w+)"', page)


def test_customs_sees_its_own_and_what_is_due_soonest_first(stage: Stage, sign_in: SignIn) -> None:
    page = sign_in("inspector").get("/steps").content.decode()
    listed = steps_of(stage, page)
    assert listed[0] == "registration", "its turn has come; the others wait for it"
    assert set(listed) == {"registration", "risk", "examination", "inspection", "release"}
    assert "missing:</span>" in page or "missing: transport document" in " ".join(page.split())
    assert "waits for:" in page
    assert "Irkeshtam" not in page
    assert "it goes on waiting" in page


def test_another_agency_sees_its_own(stage: Stage, sign_in: SignIn) -> None:
    page = sign_in("partner_officer").get("/steps").content.decode()
    assert steps_of(stage, page) == ["border"]
    assert "over its time" in page
    assert presses(stage, page) == [press(stage, "border", one) for one in ("pass", "deny", "detain")]


def test_what_clears_without_its_proof_takes_the_form(stage: Stage, sign_in: SignIn) -> None:
    page = sign_in("inspector").get("/steps").content.decode()
    assert presses(stage, page) == [press(stage, "registration", "incomplete")]
    assert f'href="/crossings/{stage.crossing[HERE]}/steps/registration"' in page


def test_one_press_decides_for_the_agency_that_is_served(stage: Stage, sign_in: SignIn) -> None:
    answer = sign_in("partner_officer").post("/steps", {"do": press(stage, "border", "pass")})
    assert (answer.status_code, "still awaited" in answer.content.decode()) == (200, True)
    decided = said(stage, DecideStep)[-1]
    assert (decided.crossing, decided.step, decided.outcome) == (stage.crossing[HERE], "border", "pass")
    assert (decided.by, decided.role, decided.agency) == ("partner_officer", "partner_officer", "border")
    assert (decided.override, decided.replaces, decided.remark) == (None, None, "")


def test_what_stops_a_conveyance_asks_why_first(stage: Stage, sign_in: SignIn) -> None:
    client, value, before = sign_in("partner_officer"), press(stage, "border", "deny"), len(said(stage, DecideStep))
    page = client.post("/steps", {"do": value, "why": "  "}).content.decode()
    assert "Why “refused”: Border (passport) control" in page
    assert len(said(stage, DecideStep)) == before
    client.post("/steps", {"do": value, "why": " visa is over "})
    assert said(stage, DecideStep)[-1].remark == "visa is over"


@pytest.mark.parametrize("value", ["", "x", "{crossing} border nothing ", "{crossing} registration registered "])
def test_what_does_not_stand_there_is_not_decided(stage: Stage, sign_in: SignIn, value: str) -> None:
    before = len(said(stage, DecideStep))
    given = {"do": value.format(crossing=stage.crossing[HERE])}
    assert sign_in("partner_officer").post("/steps", given).status_code == 409
    assert sign_in("inspector").post("/steps", given).status_code == 409
    assert len(said(stage, DecideStep)) == before


def test_the_list_is_of_the_posts_that_the_duty_names(stage: Stage, sign_in: SignIn) -> None:
    assert sign_in("partner_officer").get(f"/steps?place={THERE}").status_code == 404
    page = sign_in("duty_officer").get("/steps").content.decode()
    assert stage.crossing[HERE] in page
    assert stage.crossing[THERE] in page
    assert stage.crossing[THERE] not in sign_in("duty_officer").get(f"/steps?place={HERE}").content.decode()


def test_a_step_of_another_agency_is_told_and_not_offered(stage: Stage, sign_in: SignIn) -> None:
    path = f"/crossings/{stage.crossing[HERE]}"
    page = sign_in("partner_officer").get(path).content.decode()
    assert f'href="{path}/steps/border"' in page
    assert f'href="{path}/steps/registration"' not in page
    page = sign_in("partner_officer").get(f"{path}/steps/registration").content.decode()
    assert "Only officers of this agency decide it: Customs." in page
    assert 'name="outcome"' not in page
    assert 'name="outcome"' in sign_in("partner_officer").get(f"{path}/steps/border").content.decode()
    assert f'href="{path}/steps/border"' not in sign_in("inspector").get(path).content.decode()


def test_who_serves_two_agencies_decides_for_the_one_whose_step_it_is(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts import roster

    roster.add("of_two", PASSWORD)
    roster.grant("of_two", "inspector", HERE, "customs")
    roster.grant("of_two", "partner_officer", HERE, "transport")
    client = sign_in("of_two")
    listed = steps_of(stage, client.get("/steps").content.decode())
    assert {"registration", "transport"} <= set(listed)
    assert "border" not in listed
    given = {"outcome": "hold", "remark": "no scale", "do": "decide"}
    client.post(f"/crossings/{stage.crossing[HERE]}/steps/transport", given)
    decided = said(stage, DecideStep)[-1]
    assert (decided.step, decided.agency, decided.role) == ("transport", "transport", "partner_officer")


def test_of_a_lorry_that_is_over_nothing_waits(stage: Stage, sign_in: SignIn) -> None:
    country = stage.country
    gone = country.arrive(HERE, "01909GON", country.now - 60_000, "in-2")
    country.stands(gone, country.now - 50_000)
    assert gone in sign_in("inspector").get("/steps").content.decode()
    over(stage, gone)
    assert gone not in sign_in("inspector").get("/steps").content.decode()


def test_equal_duties_of_two_agencies_are_other_eyes(stage: Stage) -> None:
    from beket.web import panels
    from beket.web.eyes import Eyes

    border, health = (Eyes((("partner_officer", HERE),), agencies=(agency,)) for agency in ("border", "health"))
    assert border != health
    drawn = [panels.draw(found) for eyes in (border, health) if (found := panels.wanted(eyes, "steps:", "en"))]
    assert [steps_of(stage, page) for page in drawn] == [["border"], ["health"]]
    assert border.serves("decide_steps", THERE) == frozenset()
    assert panels.wanted(border, f"steps:{THERE}", "en") is None


@pytest.mark.parametrize(
    ("norm_s", "silence_s", "due_s"), [(900, None, 900), (900, 600, 600), (None, 600, 600), (300, 600, 300)]
)
def test_what_is_due_is_silence_or_the_norm_whichever_comes_first(
    stage: Stage, norm_s: int | None, silence_s: int | None, due_s: int
) -> None:
    from django.db import connection

    silence = None if silence_s is None else Silence(after_s=silence_s, outcome="pass")
    text = shipped_procedures()["external_road_in"]
    step = read_procedure(text).step("border")
    assert step is not None
    own = {(sha256(text.encode()), "border"): replace(step, norm_s=norm_s, silence=silence)}
    with connection.cursor() as cursor:
        rows = board.waiting(cursor, own, {("border", HERE)}, board.Part(limit=200))
        assert board.waiting(cursor, own, {("border", THERE), ("health", "")}, board.Part(limit=200, place=HERE)) == ()
    (row,) = [one for one in rows if one.crossing == stage.crossing[HERE]]
    assert row.asked_at is not None
    assert row.due_at == row.asked_at + due_s * 1000
    assert row.silent_at == (None if silence_s is None else row.asked_at + silence_s * 1000)


def test_a_step_whose_need_is_not_known_says_what_silence_means() -> None:
    now = Instant(1_795_000_000_000)
    row = board.Waiting(
        place=PlaceId(HERE), crossing=CrossingId(f"{HERE}:1.0"), direction="in", plate="01111AAA", country="KG",
        procedure=sha256(b""), step="phyto", state="undecided", steps='{"identification": "cleared"}',
        lacks='["phyto:certificate"]', asked_at=Instant(now - 3_600_000), begun_by=None, outcome=None, remark=None,
        decided=None, due_at=Instant(now + 7_200_000), silent_at=Instant(now + 7_200_000),
    )  # fmt: skip
    with translation.override("en"):
        shown = show_waiting(row, read_procedure(SHORT), ("Torugart", "Asia/Bishkek"), now)
    assert (shown.left, shown.overdue, shown.silence, shown.silent) == ("2 h 0 min", False, "N", "in 2 h 0 min")
    assert shown.waits_for == ()
    assert [press.name for press in shown.presses if not press.stops] == [], "its proof is missing"
