"""Radiation alarms wait for people; some need two, and a neutron alarm is never innocent by default."""

from __future__ import annotations

from typing import Any

import pytest

from beket.core.radiation.natural import is_natural
from beket.core.radiation.state import blocked
from beket.core.state import State, apply, empty
from beket.core.step import step
from beket.words import facts as f
from beket.words.decisions import AdjudicateAlarm, Decision, DescribePost
from beket.words.facts import Fact
from beket.words.ids import DeviceId, EntryRef, Instant, LaneId, PlaceId, ReadingId, entry_ref
from beket.words.readings import RadMeasurement, Reading, RpmOccupancy
from beket.words.site import Device, Lane, Name, Post

BEGIN = Instant(1_795_000_000_000)
PORTAL, LANE = DeviceId("portal"), LaneId("in-1")
POST = Post(
    id=PlaceId("KG-T"), name=Name(ky="Сыноо", ru="Проба", en="Trial"), latitude=41.0, longitude=74.0,
    lanes=(Lane(id=LANE, direction="in"),), devices=(Device(id=PORTAL, driver="x", lane=LANE, klass="portal"),),
)  # fmt: skip


class Desk:
    """One place with a portal."""

    def __init__(self) -> None:
        self.state: State = empty(POST.id)
        self.seq = 0
        self.say(DescribePost(decision_id="d", by="a", role="administrator", at=BEGIN, post=POST))

    def say(self, body: Reading | Decision) -> list[Fact]:
        self.seq += 1
        facts = step(self.state, entry_ref(self.seq, 0), body)
        for at, fact in enumerate(facts, 1):
            apply(self.state, entry_ref(self.seq, at), fact)
        return [fact for fact in facts if isinstance(fact, f.AlarmRaised | f.AlarmAdjudicated | f.DecisionRefused)]

    def passes(self, *, gamma: bool = False, neutron: bool = False) -> EntryRef:
        said = RpmOccupancy(
            device_id=PORTAL, received=BEGIN, reading_id=ReadingId(f"{self.seq:032x}"), counter=1, gamma_alarm=gamma,
            neutron_alarm=neutron, max_gamma_1s=1, max_neutron=0, started=BEGIN, ended=BEGIN,
        )  # fmt: skip
        self.say(said)
        return entry_ref(self.seq, 0)

    def judge(self, of: EntryRef, code: int, by: str = "a.asanov", **said: Any) -> Fact:  # noqa: ANN401
        given = {"role": "duty_officer", **said}
        (fact,) = self.say(AdjudicateAlarm(decision_id=f"j{self.seq}", by=by, at=BEGIN, of=of, code=code, **given))
        return fact


def test_a_lane_stays_blocked_until_its_alarm_is_judged() -> None:
    desk = Desk()
    of = desk.passes(gamma=True)
    assert blocked(desk.state.radiation, LANE)
    assert not blocked(desk.state.radiation, LaneId("in-2"))
    judged = desk.judge(of, 6)
    assert isinstance(judged, f.AlarmAdjudicated)
    assert judged.settled
    assert not blocked(desk.state.radiation, LANE)


def test_a_clean_passage_raises_nothing() -> None:
    desk = Desk()
    desk.passes()
    assert not desk.state.radiation.waiting


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5])
def test_these_codes_ask_for_a_second_person(code: int) -> None:
    desk = Desk()
    of = desk.passes(gamma=True)
    first = desk.judge(of, code)
    assert isinstance(first, f.AlarmAdjudicated)
    assert not first.settled
    assert blocked(desk.state.radiation, LANE)
    again = desk.judge(of, code)
    assert isinstance(again, f.DecisionRefused)
    assert again.why == "second_person"
    second = desk.judge(of, code, by="b.bekov")
    assert isinstance(second, f.AlarmAdjudicated)
    assert (second.settled, second.by, second.second) == (True, "a.asanov", "b.bekov")


def test_a_second_person_who_sees_it_otherwise_begins_anew() -> None:
    desk = Desk()
    of = desk.passes(gamma=True)
    desk.judge(of, 4)
    other = desk.judge(of, 1, by="b.bekov")
    assert isinstance(other, f.AlarmAdjudicated)
    assert (other.settled, other.by) == (False, "b.bekov")
    agreed = desk.judge(of, 1, by="c.cholponov")
    assert isinstance(agreed, f.AlarmAdjudicated)
    assert agreed.settled


def test_a_neutron_alarm_is_never_innocent_by_default() -> None:
    desk = Desk()
    of = desk.passes(neutron=True)
    refused = desk.judge(of, 4)
    assert isinstance(refused, f.DecisionRefused)
    assert refused.why == "neutron_needs_inspection"
    assert isinstance(desk.judge(of, 4, secondary="completed"), f.AlarmAdjudicated)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"role": "device_engineer"}, "not_allowed"),
        ({"of": EntryRef("999.0")}, "no_such_alarm"),
        ({"code": 0}, "no_such_code"),
        ({"code": 12}, "no_such_code"),
    ],
)
def test_what_cannot_be_judged_so_is_refused(said: dict[str, Any], why: str) -> None:
    desk = Desk()
    given = {"of": desk.passes(gamma=True), "code": 6, **said}
    refused = desk.judge(**given)
    assert isinstance(refused, f.DecisionRefused)
    assert refused.why == why
    assert blocked(desk.state.radiation, LANE)


def test_a_settled_alarm_cannot_be_judged_again() -> None:
    desk = Desk()
    of = desk.passes(gamma=True)
    desk.judge(of, 7)
    assert isinstance(desk.judge(of, 1), f.DecisionRefused)


def occupied(max_gamma_1s: int, *background: int, neutron: bool = False) -> RpmOccupancy:
    return RpmOccupancy(
        device_id=PORTAL, received=BEGIN, reading_id=ReadingId("1"), counter=1, gamma_alarm=True, neutron_alarm=neutron,
        max_gamma_1s=max_gamma_1s, max_neutron=0, started=BEGIN, ended=BEGIN, gamma_background=background,
    )  # fmt: skip


def measured(*nuclides: str) -> RadMeasurement:
    return RadMeasurement(
        device_id=PORTAL, received=BEGIN, reading_id=ReadingId("1"), measurement="1", gamma_alarm=True,
        nuclides=nuclides,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "natural"),
    [
        (occupied(2700, 230, 220, 225, 225), True), (occupied(2701, 230, 220, 225, 225), False),
        (occupied(500, 250), True), (occupied(751, 250), False), (occupied(500), False), (occupied(0, 250), False),
        (occupied(500, 250, neutron=True), False),
        (measured("K-40"), True), (measured("K-40", "Th-232"), True), (measured("K-40", "Cs-137"), False),
        (measured(), False),
    ],
)  # fmt: skip
def test_an_alarm_is_of_ordinary_goods_only_where_that_was_measured(
    said: RpmOccupancy | RadMeasurement, natural: bool
) -> None:
    assert is_natural(said) is natural
