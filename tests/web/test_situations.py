"""The desk of who is on duty: what is open, who has it, what is decided about it, and that every code has its words."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, get_args

import msgspec
import pytest
from django.utils import translation

from beket.board.panels.similar import ALIKE, Kind
from beket.board.panels.situations import FactSeen
from beket.log.book import Seq
from beket.web import situation_words as words
from beket.web.shown.situations import show_step
from beket.words import decisions as d
from beket.words import facts as f
from beket.words.facts import Fact
from beket.words.ids import EntryRef, Instant, PlaceId, SituationId
from beket.words.situations import CARDS, RUNGS, Again, Ended, Outcome, Sort
from tests.web.conftest import HERE, THERE, Stage

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]
OURS = (d.AboutSituation, d.TickCheck, d.StartShift, d.EndShift, d.ConfirmHandover)


@pytest.fixture(autouse=True)
def hurried(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """No loop runs here: what is awaited is awaited shortly."""
    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 0.1)


def said(stage: Stage, place: str = HERE) -> list[d.Decision]:
    """All decisions about situations in a place's chain."""
    frames = stage.country.book.read(PlaceId(place), Seq(0), 1000)
    return [entry.body for frame in frames for entry in frame.entries if isinstance(entry.body, OURS)]


def follows(stage: Stage, fact: Callable[[d.Decision], Fact]) -> threading.Thread:
    """Conclude something from the next decision, as the loop would."""
    before = len(said(stage))

    def conclude() -> None:
        until = time.monotonic() + 10
        while len(told := said(stage)) == before and time.monotonic() < until:
            time.sleep(0.02)
        stage.country.write(HERE, [fact(told[-1])])

    thread = threading.Thread(target=conclude)
    thread.start()
    return thread


def test_every_code_has_its_words() -> None:
    assert set(words.SORTS) == set(get_args(Sort)) == set(CARDS)
    assert set(words.CHECKS) == {check.code for card in CARDS.values() for check in card}
    assert set(words.ENDS) == set(get_args(Outcome)) | set(get_args(Ended))
    assert set(words.RUNGS) == set(RUNGS)
    assert set(words.AGAIN) == set(get_args(Again))
    assert {kind.__struct_config__.tag for kind in f.OfSituation.__subclasses__()} <= set(words.DID)
    assert all(4 <= len(card) <= 7 for card in CARDS.values())


@pytest.mark.parametrize(("out_of", "said"), [(None, "Taken"), ("b.bekov", "Taken"), ("a.asanov", "Still at it")])
def test_who_takes_a_situation_again_is_still_at_it(out_of: str | None, said: str) -> None:
    taken = f.SituationTaken(
        at=Instant(1), because=(EntryRef("1.0"),), situation=SituationId("s"), version=2, by="a.asanov", out_of=out_of
    )
    with translation.override("en"):
        assert show_step(FactSeen(ref=EntryRef("1.1"), fact=msgspec.json.encode(taken).decode())).did == said


def test_the_list_has_the_worst_first_with_where_and_who(stage: Stage, sign_in: SignIn) -> None:
    page = sign_in("duty_officer").get("/situations").content.decode()
    here, there = (page.index(f'data-href="/situations/{stage.situation[place]}"') for place in (HERE, THERE))
    assert here < there
    assert "Mass does not agree" in page
    assert "every duty officer" in page
    assert 'data-panel="situations"' in page


def test_one_stands_beside_the_list_with_its_card(stage: Stage, sign_in: SignIn) -> None:
    page = sign_in("inspector").get(f"/situations/{stage.situation[HERE]}").content.decode()
    assert "The scale showed more than the declared goods" in page
    assert "Compare the declared masses with the scale, axle by axle" in page
    assert f'href="/crossings/{stage.crossing[HERE]}"' in page
    assert stage.situation[THERE] not in page


def test_a_silent_post_names_its_devices_and_leads_to_the_checkpoint(stage: Stage, sign_in: SignIn) -> None:
    name, at, because = SituationId(f"{HERE}:77.0.1"), Instant(stage.country.now), (EntryRef("1.0"),)
    signals = tuple(
        f.Signal(kind="failed", about=f"{HERE}/in-1/{device}", name=why, level="medium")
        for device, why in (("scale", "silent"), ("portal", "unreachable"))
    )
    opened = f.SituationOpened(
        at=at, because=because, situation=name, version=1, about=HERE, subject="post", sort="silence", level="medium",
        rung="all", signals=signals,
    )  # fmt: skip
    changed = f.SituationChanged(
        at=at, because=because, situation=name, version=2, sort="silence", level="medium", gone=signals[:1]
    )
    stage.country.write(HERE, [opened, changed])
    page = sign_in("duty_officer").get(f"/situations/{name}").content.decode()
    for words_of in (
        "The whole checkpoint is silent",
        "open the checkpoint",
        "in-1/portal: ",
        "in-1/scale: ",
        "− in-1/scale",
    ):
        assert words_of in page, words_of
    assert f'href="/places/{HERE}"' in page
    assert f'href="/devices/{HERE}/in-1/portal"' in page
    assert "Have entered what passed meanwhile" in page
    assert sign_in("duty_officer").get(f"/places/{HERE}").status_code == 200
    stage.country.write(
        HERE, [f.SituationClosed(at=at, because=because, situation=name, version=3, outcome="cleared")]
    )  # fmt: skip


def test_who_may_only_look_is_given_no_form(stage: Stage, sign_in: SignIn) -> None:
    path = f"/situations/{stage.situation[HERE]}"
    assert 'id="handle"' not in sign_in("auditor").get(path).content.decode()
    assert sign_in("auditor").post(path, {"do": "take", "seen": "1"}).status_code == 403


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ({"do": "take", "seen": "1"}, {"seen": 1}),
        ({"do": "take", "seen": "x"}, {"seen": 0}),
        ({"do": "escalate", "seen": "2", "why": " a crowd "}, {"why": "a crowd", "seen": 2}),
        ({"do": "dispatch", "seen": "1", "why": "hold it"}, {"what": "hold it"}),
        ({"do": "tick", "check": "hold", "done": "yes"}, {"check": "hold", "done": True}),
        ({"do": "tick", "check": "hold", "done": "no"}, {"done": False}),
        ({"do": "close", "seen": "1", "outcome": "passed_on", "why": "x"}, {"outcome": "passed_on", "remark": "x"}),
        ({"do": "merge", "seen": "1", "into": "KG-TOR-A:1.0.9"}, {"into": "KG-TOR-A:1.0.9"}),
    ],
)  # fmt: skip
def test_a_decision_is_appended_with_all_that_was_said(
    stage: Stage, sign_in: SignIn, form: dict[str, str], wanted: dict[str, object]
) -> None:
    answer = sign_in("duty_officer").post(f"/situations/{stage.situation[HERE]}", form)
    assert "still awaited" in answer.content.decode()
    decision = said(stage)[-1]
    assert (decision.by, decision.role) == ("duty_officer", "duty_officer")
    assert {name: getattr(decision, name) for name in wanted} == wanted


def test_a_snooze_ends_after_the_time_that_was_chosen(stage: Stage, sign_in: SignIn) -> None:
    form = {"do": "snooze", "seen": "1", "length": "30", "why": "the engineer comes"}
    sign_in("duty_officer").post(f"/situations/{stage.situation[HERE]}", form)
    decision = said(stage)[-1]
    assert isinstance(decision, d.SnoozeSituation)
    assert decision.until_at - decision.at == 30 * 60_000


def test_a_conflict_is_said_in_words(stage: Stage, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 15.0)
    refused = follows(
        stage,
        lambda decision: f.DecisionRefused(
            at=Instant(stage.country.now), because=(EntryRef("1.0"),), decision_id=decision.decision_id, by="inspector",
            why="taken_by_other",
        ),
    )  # fmt: skip
    answer = sign_in("inspector").post(f"/situations/{stage.situation[HERE]}", {"do": "take", "seen": "1"})
    refused.join()
    assert answer.status_code == 409
    assert "Somebody else has this situation" in answer.content.decode()


def test_what_was_taken_is_seen_by_the_others_and_on_the_sheet(
    stage: Stage, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 15.0)
    name = stage.situation[HERE]
    taken = follows(
        stage,
        lambda _: f.SituationTaken(
            at=Instant(stage.country.now), because=(EntryRef("1.0"),), situation=name, version=2, by="duty_officer"
        ),
    )
    answer = sign_in("duty_officer").post(f"/situations/{name}", {"do": "take", "seen": "1"})
    taken.join()
    assert answer.status_code == 302
    assert "taken by duty_officer" in sign_in("inspector").get("/situations").content.decode()
    sheet = sign_in("inspector").get("/shift/duty_officer").content.decode()
    assert name in sheet
    assert "Hand-over sheet" in sheet


def test_a_shift_for_the_country_begins_at_each_place(stage: Stage, sign_in: SignIn) -> None:
    answer = sign_in("duty_officer").post("/shift", {"do": "start"})
    assert answer.status_code == 302
    assert [type(said(stage, place)[-1]) for place in (HERE, THERE)] == [d.StartShift, d.StartShift]
    newest = "SELECT count(*), count(DISTINCT xmin::text) FROM beket.frame f WHERE place = ANY(%s) AND seq ="
    newest += " (SELECT max(seq) FROM beket.frame WHERE place = f.place)"
    assert stage.country.line.execute(newest, ([HERE, THERE],)).fetchone() == (2, 1), "everywhere or nowhere"


def test_a_shift_at_a_post_is_at_that_post(stage: Stage, sign_in: SignIn) -> None:
    before = len(said(stage, THERE))
    sign_in("inspector").post("/shift", {"do": "start"})
    started = said(stage)[-1]
    assert isinstance(started, d.StartShift)
    assert (started.by, started.role) == ("inspector", "inspector")
    assert len(said(stage, THERE)) == before


def test_who_is_not_on_shift_cannot_end_one(stage: Stage, sign_in: SignIn) -> None:
    assert "You are not on shift." in sign_in("inspector").post("/shift", {"do": "end"}).content.decode()
    page = sign_in("inspector").post("/shift", {"do": "confirm", "account": "duty_officer"}).content.decode()
    assert "nothing to take over" in page


def test_every_screen_says_whether_anything_is_wrong(stage: Stage, sign_in: SignIn) -> None:
    page = sign_in("duty_officer").get("/crossings").content.decode()
    assert 'data-panel="line"' in page
    assert "Critical" in page
    assert f'href="/situations/{stage.situation[HERE]}"' in page
    assert 'data-panel="line"' not in sign_in("device_engineer").get("/devices").content.decode()


@pytest.fixture
def earlier(stage: Stage) -> SituationId:
    """A day before, at the other checkpoint, the lorry that is here now had one that two people closed."""
    at = stage.country.now - 24 * 60 * 60_000
    crossing = stage.country.arrive(THERE, "01KG777ABC", at)
    name = stage.country.situation(crossing, at, "high")
    closed = f.SituationClosed(
        at=Instant(at + 60_000), because=(EntryRef("1.0"),), situation=name, version=2, outcome="false_alarm",
        by="n.earlier", second="s.second", remark="weighed again",
    )  # fmt: skip
    gone = f.CrossingDeparted(at=Instant(at + 120_000), because=(EntryRef("1.0"),), crossing=crossing, lane="in-1")  # type: ignore[arg-type]
    stage.country.write(THERE, [closed, gone])
    return name


def test_an_earlier_case_stands_beside_it_with_what_it_shares_and_how_it_ended(
    stage: Stage, sign_in: SignIn, earlier: SituationId
) -> None:
    path = f"/situations/{stage.situation[HERE]}"
    page = sign_in("duty_officer").get(path).content.decode()
    similar = page[page.index('id="similar"') : page.index('class="checks"')]
    assert f'<a href="/situations/{earlier}">' in similar, "a link is reached with Tab"
    for words_of in ("the same plate", "01777ABC", "n.earlier, s.second", "weighed again", words.ENDS["false_alarm"]):
        assert str(words_of) in similar, words_of
    page = sign_in("inspector").get(path).content.decode()
    assert earlier not in page, "it is of another checkpoint"
    assert "n.earlier" not in page


def test_where_nothing_is_alike_it_says_so(stage: Stage, sign_in: SignIn) -> None:
    page = sign_in("duty_officer").get(f"/situations/{stage.situation[THERE]}").content.decode()
    assert "No earlier situation that you may see shares" in page


def test_what_is_shared_has_its_words() -> None:
    assert set(words.SHARED) == set(get_args(Kind)) == set(ALIKE)
