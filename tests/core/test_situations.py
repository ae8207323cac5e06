"""Signals of one visit are one situation; people have it, lose it to the clock, and close it, grave ones by two."""

from __future__ import annotations

from typing import Any

import pytest

from beket.core.situations.limits import SITUATIONS_MAX
from beket.core.situations.react import react
from beket.core.state import decode, encode
from beket.words import decisions as d
from beket.words import facts as f
from beket.words.documents import Consignment, GoodsItem
from beket.words.ids import CrossingId, DeviceId, EntryRef, Instant, ReadingId, SituationId
from beket.words.readings import Health
from tests.core.desk import MINUTE, Duty, standing
from tests.core.tape import BEGIN
from tests.core.test_documents import cmr, of


def at(seconds: float) -> Instant:
    return Instant(BEGIN + round(seconds * 1000))


def grave() -> Duty:
    """337 kg are declared, the scale shows a full lorry: critical, at second 100."""
    duty = Duty()
    duty.says("0 front 01111AAA")
    duty.brought(10, cmr("CMR-100200", gross="337"))
    duty.says("100 scale 38200")
    return duty


def mild() -> Duty:
    """A device is silent: medium, at second 100."""
    duty = Duty()
    device_speaks(duty, 100, alive=False)
    return duty


def device_speaks(duty: Duty, second: float, *, alive: bool, device: str = "scale@1") -> tuple[f.Fact, ...]:
    said = Health(device_id=device, received=at(second), reading_id=f"h{device}{second}", alive=alive)  # type: ignore[arg-type]
    return duty._heard(said)


def test_all_that_is_found_about_one_visit_is_one_situation() -> None:
    duty = grave()
    assert (duty.only.level, duty.only.sort, duty.only.asks) == ("critical", "weight", True)
    duty.brought(110, cmr("PI-100200", kind="certificate", valid_until="2025-11-17"))
    assert standing(duty.only) == {"W03": "critical", "C01": "medium"}
    facts = duty.brought(120, cmr("CMR-100200", gross="18200", correction=1))
    assert [fact.rule for fact in of(facts, f.FindingWithdrawn)] == ["W03"]
    assert standing(duty.only) == {"C01": "medium"}
    assert (duty.only.level, duty.only.gravest, duty.only.sort) == ("medium", "critical", "certificate")


def test_what_is_found_about_a_paper_alone_is_its_visits_when_it_comes() -> None:
    duty = Duty()
    duty.brought(0, cmr("CMR-100200"))
    duty.brought(10, cmr("CMR-100200", gross="19000"))
    assert (duty.only.subject, standing(duty.only)) == ("document", {"N03": "medium"})
    duty.says("20 front 01111AAA")
    assert (duty.only.subject, duty.only.about) == ("crossing", duty.opened[0])


def test_a_paper_with_something_of_its_own_joins_what_its_visit_has() -> None:
    duty = grave()
    duty.brought(110, cmr("INV-7000", kind="invoice", plate=None, gross=None))
    facts = duty.brought(120, cmr("INV-7000", kind="invoice", plate=None, gross="5"))
    assert len(duty.open) == 2
    document = of(facts, f.DocumentFiled)[0].document
    facts = duty.ordered(130, d.AttachDocument, document=document, crossing=duty.opened[0])
    (merged,) = of(facts, f.SituationsMerged)
    assert merged.into == duty.only.id
    assert standing(duty.only)["N03"] == "medium"
    assert duty.only.gravest == "critical"


def test_a_radiation_alarm_is_its_visits_and_leaves_when_it_is_judged() -> None:
    duty = Duty()
    duty.says("0 front 01111AAA")
    facts = duty.says("2 portal gamma")
    of_alarm = of(facts, f.AlarmRaised)[0].of
    assert (duty.only.about, duty.only.sort, duty.only.level) == (duty.opened[0], "radiation", "high")
    assert duty.does(60, "a", d.AdjudicateAlarm, of=of_alarm, code=6) == "done"
    assert (duty.only.signals, duty.only.level, duty.only.asks) == ({}, "low", False)
    duty.tick(3600)
    assert duty.only.gravest == "high", "what was grave is closed by people, whatever became of it"


def test_an_alarm_before_its_plate_becomes_that_visits() -> None:
    duty = Duty()
    duty.says("0 portal gamma")
    duty.says("9 front 01111AAA")
    having = [one for one in duty.open if any(signal.kind == "radiation" for signal in one.signals.values())]
    assert [(one.about, one.level) for one in having] == [(duty.opened[0], "high")]


def other_tractor() -> Duty:
    """The note names another tractor: medium, while the lorry stands here."""
    duty = Duty()
    duty.says("0 front 01111AAA")
    duty.brought(10, cmr("CMR-100200", plate="02222BBB"), duty.opened[0])
    return duty


def test_what_is_open_when_the_conveyance_leaves_has_no_more_time() -> None:
    duty = other_tractor()
    assert (duty.only.level, duty.only.asks) == ("medium", True)
    facts = duty.says("600 exit 01111AAA")
    (changed,) = of(facts, f.SituationChanged)
    assert [(one.name, one.level, one.left) for one in changed.raised] == [("P01", "high", True)]
    assert duty.only.level == "high"


def test_who_has_it_when_the_conveyance_leaves_let_it_go() -> None:
    duty = other_tractor()
    assert duty.does(60, "a", d.TakeSituation) == "done"
    assert not of(duty.says("600 exit 01111AAA"), f.SituationChanged)
    assert (duty.only.level, duty.only.asks) == ("medium", False)


def test_who_put_it_off_is_asked_when_the_conveyance_leaves() -> None:
    duty = other_tractor()
    assert duty.does(60, "a", d.SnoozeSituation, until_at=at(60 + 60 * MINUTE), why="papers come") == "done"
    facts = duty.says("600 exit 01111AAA")
    assert [fact.why for fact in of(facts, f.SituationRaisedAgain)] == ["worse"]
    assert (duty.only.level, duty.only.asks) == ("high", True)


def test_what_is_medium_about_a_load_or_a_vehicle_is_closed_by_two() -> None:
    duty = other_tractor()
    assert (duty.only.gravest, duty.only.four_eyes) == ("medium", True)
    assert duty.does(50, "a", d.TakeSituation) == "done"
    assert duty.does(60, "a", d.CloseSituation, outcome="no_action", remark="the tractor was changed") == "done"
    assert duty.only.proposed is not None
    assert duty.does(70, "b", d.CloseSituation, outcome="no_action", remark="it was") == "done"
    assert not duty.open
    assert not mild().only.four_eyes, "a device is one person's"


@pytest.mark.parametrize(
    ("code", "level", "stands"), [("690721", "medium", ["natural"]), ("080810", "high", ["natural", "R01"])]
)
def test_an_alarm_no_stronger_than_goods_have_by_nature_is_weighed_against_the_papers(
    code: str, level: str, stands: list[str]
) -> None:
    duty = Duty()
    duty.says("0 front 01111AAA")
    duty.brought(1, cmr("CMR-100200", consignments=(Consignment(items=(GoodsItem(number=1, code=code),)),)))
    duty.says("2 portal gamma ordinary")
    assert (duty.only.sort, duty.only.level, list(standing(duty.only))) == ("radiation", level, stands)


def test_a_device_is_one_situation_however_often_it_comes_and_goes() -> None:
    duty = mild()
    first = duty.only.id
    device_speaks(duty, 160, alive=True)
    device_speaks(duty, 220, alive=False)
    assert (duty.only.id, duty.only.level) == (first, "medium")
    device_speaks(duty, 280, alive=True)
    duty.tick(280 + 5 * MINUTE - 1)
    assert duty.open
    facts = duty.tick(280 + 5 * MINUTE)
    assert [(fact.outcome, fact.by) for fact in of(facts, f.SituationClosed)] == [("cleared", None)]
    assert not duty.player.state.situations.by_about


def test_a_device_that_is_worked_on_is_a_message_until_the_work_is_over() -> None:
    duty = Duty()
    window = {"device": "scale@1", "from_at": at(0), "until_at": at(600), "reason": "new cells"}
    assert duty.does(1, "e", d.AgreeMaintenance, role="device_engineer", **window) == "done"
    device_speaks(duty, 100, alive=False)
    assert (duty.only.level, duty.only.asks) == ("low", False)
    duty.tick(601)
    assert (duty.only.level, duty.only.asks) == ("medium", True)


def test_a_message_asks_for_nobody_and_goes_by_itself() -> None:
    duty = Duty()
    duty.brought(0, cmr("CMR-100200", plate=None, gross=None))
    duty.says("0 front -")
    assert {situation.level for situation in duty.open} <= {"low"}
    day = 24 * 60 * MINUTE
    duty.tick(30 * MINUTE)
    assert not [situation for situation in duty.open if situation.asks]
    duty.tick(2 * day)
    assert not duty.open


def test_who_takes_it_has_it_and_a_second_taker_is_told() -> None:
    duty = grave()
    seen = duty.only.version
    assert duty.does(110, "a", d.TakeSituation) == "done"
    assert (duty.only.holder, duty.only.asks, duty.only.until_at) == ("a", False, at(110 + 10 * MINUTE))
    assert duty.does(111, "b", d.TakeSituation, seen=seen) == "taken_by_other"
    assert duty.does(112, "a", d.TakeSituation) == "taken_already"
    assert duty.only.holder == "a"


def test_who_is_still_at_it_says_so_and_is_not_asked_anew() -> None:
    duty = grave()
    assert duty.does(110, "a", d.TakeSituation) == "done"
    assert duty.does(110 + MINUTE - 1, "a", d.TakeSituation) == "taken_already"
    assert duty.does(110 + 9 * MINUTE, "a", d.TakeSituation) == "done"
    assert (duty.only.holder, duty.only.until_at) == ("a", at(110 + 19 * MINUTE))
    duty.tick(110 + 12 * MINUTE)
    assert not duty.only.asks
    assert duty.does(110 + 13 * MINUTE, "b", d.TakeSituation) == "taken_by_other"
    duty.tick(110 + 19 * MINUTE)
    assert duty.only.asks


def test_who_saw_an_older_picture_is_told_so() -> None:
    duty = grave()
    seen = duty.only.version
    duty.brought(110, cmr("PI-100200", kind="certificate", valid_until="2025-11-17"))
    assert duty.does(111, "a", d.TakeSituation, seen=seen) == "changed_meanwhile"
    assert duty.only.holder is None


def test_an_acknowledgement_expires_and_it_asks_again() -> None:
    duty = grave()
    duty.does(110, "a", d.TakeSituation)
    assert not of(duty.tick(109 + 10 * MINUTE), f.SituationRaisedAgain)
    facts = duty.tick(110 + 10 * MINUTE)
    assert [(fact.why, fact.at) for fact in of(facts, f.SituationRaisedAgain)] == [("expired", at(110 + 10 * MINUTE))]
    assert (duty.only.holder, duty.only.asks) == ("a", True)
    assert duty.does(111 + 10 * MINUTE, "b", d.TakeSituation) == "done"
    assert duty.only.holder == "b"


def test_what_is_new_or_worse_asks_again_and_what_is_known_does_not() -> None:
    duty = mild()
    duty.does(110, "a", d.TakeSituation)
    assert not duty.only.asks
    device_speaks(duty, 160, alive=True)
    facts = device_speaks(duty, 220, alive=False)
    assert not of(facts, f.SituationRaisedAgain)
    graver = grave()
    graver.does(110, "a", d.TakeSituation)
    facts = graver.brought(120, cmr("PI-100200", kind="certificate", valid_until="2025-11-17"))
    assert [fact.why for fact in of(facts, f.SituationRaisedAgain)] == ["new_signal"]


@pytest.mark.parametrize(
    ("on_shift", "rungs"),
    [
        ((), ["all"]),
        ((("i", "inspector"),), ["post", "all"]),
        ((("d", "duty_officer"),), ["duty", "all"]),
        ((("i", "inspector"), ("d", "duty_officer")), ["post", "duty", "all"]),
    ],
)
def test_what_nobody_takes_goes_up_the_chain_of_those_on_shift(
    on_shift: tuple[tuple[str, str], ...], rungs: list[str]
) -> None:
    duty = Duty()
    for who, role in on_shift:
        assert duty.does(0, who, d.StartShift, role=role) == "done"
    duty.says("0 front 01111AAA")
    duty.brought(10, cmr("CMR-100200", gross="337"))
    duty.says("100 scale 38200")
    seen: list[str] = [duty.only.rung]
    for minute in range(1, 12):
        seen += [fact.to for fact in of(duty.tick(100 + minute * MINUTE), f.SituationEscalated)]
    assert seen == rungs


def test_a_person_gives_it_up_to_those_above() -> None:
    duty = Duty()
    duty.does(0, "i", d.StartShift, role="inspector")
    duty.says("0 front 01111AAA")
    duty.says("2 portal gamma")
    duty.does(10, "i", d.TakeSituation, role="inspector")
    assert duty.does(20, "i", d.EscalateSituation, role="inspector", why="a crowd") == "done"
    assert (duty.only.rung, duty.only.holder, duty.only.asks) == ("all", None, True)
    assert duty.does(30, "i", d.EscalateSituation, role="inspector", why="once more") == "nobody_above"


@pytest.mark.parametrize(
    ("duty", "minutes", "said"),
    [
        (grave(), 1, "never_snoozed"),
        (mild(), 4 * 60, "done"),
        (mild(), 4 * 60 + 1, "snoozed_too_long"),
        (mild(), 0, "snoozed_too_long"),
    ],
)
def test_a_situation_is_put_off_for_a_while_only(duty: Duty, minutes: int, said: str) -> None:
    until = at(200 + minutes * MINUTE)
    assert duty.does(200, "a", d.SnoozeSituation, until_at=until, why="the engineer comes at noon") == said


def test_what_slept_asks_again() -> None:
    duty = mild()
    duty.does(200, "a", d.SnoozeSituation, until_at=at(800), why="the engineer comes")
    assert (duty.only.asks, duty.only.holder) == (False, "a")
    assert [fact.why for fact in of(duty.tick(800), f.SituationRaisedAgain)] == ["woke"]


def test_a_grave_one_is_closed_by_two_who_say_the_same() -> None:
    duty = grave()
    assert duty.does(110, "a", d.CloseSituation, outcome="false_alarm", remark="the scale") == "take_first"
    duty.does(111, "a", d.TakeSituation)
    assert duty.does(112, "a", d.CloseSituation, outcome="false_alarm") == "no_reason"
    assert duty.does(113, "a", d.CloseSituation, outcome="false_alarm", remark="the scale") == "done"
    assert duty.does(114, "a", d.CloseSituation, outcome="false_alarm", remark="the scale") == "second_person"
    assert duty.does(115, "b", d.CloseSituation, outcome="no_action", remark="agreed by phone") == "done"
    assert duty.only.proposed is not None
    assert duty.only.proposed.by == "b"
    facts = [*duty.player.facts]
    assert duty.does(116, "a", d.CloseSituation, outcome="no_action", remark="yes") == "done"
    (closed,) = of(tuple(duty.player.facts[len(facts) :]), f.SituationClosed)
    assert (closed.by, closed.second, duty.open) == ("b", "a", [])


def test_what_was_grave_once_needs_two_though_it_is_not_now() -> None:
    duty = grave()
    duty.brought(120, cmr("CMR-100200", gross="18200", correction=1))
    assert duty.only.level == "low"
    duty.does(130, "a", d.TakeSituation)
    duty.does(131, "a", d.CloseSituation, outcome="no_action", remark="they mended the paper")
    assert duty.open


def test_resolved_is_what_has_its_card_done() -> None:
    duty = mild()
    duty.does(110, "a", d.TakeSituation)
    assert duty.does(111, "a", d.CloseSituation, outcome="resolved") == "card_not_done"
    assert duty.does(112, "a", d.TickCheck, check="weigh_again") == "no_such_check"
    duty.does_the_card(113, "b", d.TickCheck)
    assert duty.does(114, "b", d.TickCheck, check="call_engineer", done=False) == "done"
    assert duty.does(115, "a", d.CloseSituation, outcome="resolved") == "card_not_done"
    duty.does(116, "b", d.TickCheck, check="call_engineer")
    assert duty.does(117, "a", d.CloseSituation, outcome="resolved") == "done"
    assert not duty.open


def test_a_new_signal_voids_what_a_first_person_would_close() -> None:
    duty = grave()
    duty.does(111, "a", d.TakeSituation)
    duty.does(113, "a", d.CloseSituation, outcome="false_alarm", remark="the scale")
    duty.brought(120, cmr("PI-100200", kind="certificate", valid_until="2025-11-17"))
    assert duty.only.proposed is None


def test_what_is_merged_into_one_that_nobody_has_asks_on() -> None:
    duty = Duty()
    device_speaks(duty, 0, alive=False, device="d0")
    device_speaks(duty, 4, alive=True, device="d0")
    duty.says("8 exit 01111AAA")
    quiet, asking = duty.open
    assert (quiet.asks, asking.asks) == (False, True)
    duty.does(12, "a", d.MergeSituations, situation=asking.id, into=quiet.id)
    assert duty.only.id == quiet.id
    assert duty.only.asks


def test_two_that_are_one_are_merged_by_a_person() -> None:
    duty = grave()
    device_speaks(duty, 110, alive=False)
    into, gone = (situation.id for situation in duty.open)
    assert duty.does(120, "a", d.MergeSituations, situation=gone, into=gone) == "same_situation"
    assert duty.does(121, "a", d.MergeSituations, situation=gone, into=SituationId("x:1.0.1")) == "no_such_situation"
    assert duty.does(122, "a", d.MergeSituations, situation=gone, into=into) == "done"
    assert len(duty.only.signals) == 2
    device_speaks(duty, 130, alive=True)
    assert standing(duty.only) == {"W03": "critical"}


def test_a_post_is_asked_to_do_something() -> None:
    duty = grave()
    assert duty.does(110, "a", d.DispatchSituation, what=" ") == "no_reason"
    assert duty.does(111, "a", d.DispatchSituation, what="hold it at lane 1") == "done"


@pytest.mark.parametrize(
    ("kind", "named", "why"),
    [
        (d.TakeSituation, {"role": "auditor"}, "not_allowed"),
        (d.TakeSituation, {"situation": SituationId("KG-TST-A:9.9.9")}, "no_such_situation"),
        (d.TickCheck, {"situation": SituationId("KG-TST-A:9.9.9"), "check": "hold"}, "no_such_situation"),
        (d.StartShift, {"role": "auditor"}, "not_allowed"),
        (d.EndShift, {}, "not_on_shift"),
        (d.ConfirmHandover, {"account": "b"}, "not_on_shift"),
        (d.ConfirmHandover, {"account": "a"}, "own_handover"),
        (d.EscalateSituation, {"why": ""}, "no_reason"),
    ],
)
def test_what_cannot_be_decided_so_is_refused(kind: type[d.Ordered], named: dict[str, Any], why: str) -> None:
    duty = grave()
    assert duty.does(110, "a", kind, **named) == why
    assert (duty.only.holder, duty.only.version) == (None, 1)


def test_what_somebody_had_waits_for_the_relief() -> None:
    duty = grave()
    duty.does(100, "a", d.StartShift)
    assert duty.does(101, "a", d.StartShift) == "on_shift"
    duty.does(110, "a", d.TakeSituation)
    assert duty.does(120, "a", d.EndShift) == "done"
    assert (duty.only.holder, duty.only.handing) == ("a", True)
    duty.does(130, "b", d.StartShift)
    assert duty.does(140, "b", d.ConfirmHandover, account="a") == "done"
    assert (duty.only.holder, duty.only.handing, duty.only.until_at) == ("b", False, at(140 + 10 * MINUTE))
    assert duty.does(150, "b", d.ConfirmHandover, account="a") == "nothing_handed"


def test_a_shift_that_nobody_ended_ends() -> None:
    duty = grave()
    duty.does(0, "a", d.StartShift)
    duty.does(110, "a", d.TakeSituation)
    facts = duty.tick(14 * 60 * MINUTE)
    (ended,) = of(facts, f.ShiftEnded)
    assert (ended.account, ended.handed, ended.forgotten) == ("a", (duty.only.id,), True)


def test_the_oldest_is_let_go_when_there_are_too_many() -> None:
    duty = Duty()
    for number in range(SITUATIONS_MAX + 1):
        device_speaks(duty, number / 10, alive=False, device=f"d{number}")
    closed = of(tuple(duty.player.facts), f.SituationClosed)
    assert [fact.outcome for fact in closed] == ["let_go"]
    assert len(duty.open) == SITUATIONS_MAX


def test_what_is_held_outlives_a_snapshot() -> None:
    duty = grave()
    duty.does(110, "a", d.TakeSituation)
    duty.player.state = decode(encode(duty.player.state))
    assert duty.does(120, "a", d.CloseSituation, outcome="no_action", remark="x") == "done"
    assert duty.only.proposed is not None


def test_an_alarm_that_is_anothers_after_all_leaves_what_else_its_visit_has() -> None:
    duty = Duty()
    duty.says("0 front 01111AAA")
    of_alarm = of(duty.says("2 portal gamma"), f.AlarmRaised)[0].of
    duty.brought(10, cmr("CMR-100200", gross="337"))
    duty.says("100 scale 38200")
    held = duty.only
    other = CrossingId(f"{held.about}9")
    assert set(standing(held)) == {"W03", "gamma"}
    ref = EntryRef("99.0")
    moved = f.EvidenceMoved(
        at=at(110), because=(ref,), crossing=other, of=of_alarm, evidence="rpm_occupancy", out_of=duty.opened[0]
    )  # fmt: skip
    said = Health(device_id=DeviceId("x"), received=at(110), reading_id=ReadingId("h"), alive=True)
    changed, opened = react(duty.player.state.situations, ref, said, (moved,))
    assert isinstance(changed, f.SituationChanged)
    assert (changed.situation, [one.name for one in changed.gone]) == (held.id, ["gamma"])
    assert isinstance(opened, f.SituationOpened)
    assert (opened.about, [one.name for one in opened.signals]) == (other, ["gamma"])
