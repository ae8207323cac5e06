"""A post that is silent with its devices is one situation; what was silent before, or fails otherwise, has its own."""

from __future__ import annotations

from itertools import count
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from beket.core.situations import fold as folding
from beket.core.situations.silence import PERIOD_S_MAX, TOGETHER_MS
from beket.core.situations.state import Situation
from beket.core.state import apply, decode, empty, encode
from beket.words import decisions as d
from beket.words import facts as f
from beket.words.decisions import DescribePost
from beket.words.ids import DeviceId, Instant, LaneId
from beket.words.readings import Health, RpmTamper
from beket.words.site import PERIODS_MISSED_MAX, Device, Lane
from tests.core.desk import MINUTE, Duty
from tests.core.tape import BEGIN, PLACE, post
from tests.core.test_documents import of

NUMBERS: Final = count(1)
PERIOD: Final = 60
NOTICED: Final = PERIODS_MISSED_MAX * PERIOD


def at(seconds: float) -> Instant:
    return Instant(BEGIN + round(seconds * 1000))


def laid_out(*periods: int, loose: int = 0) -> Duty:
    """A checkpoint with one lane, a device for each period, and some that move by themselves."""
    duty = Duty()
    lane = Lane(id=LaneId("in-1"), direction="in")
    fixed = [
        Device(id=DeviceId(f"d{n}"), driver="trial", lane=lane.id, expected_period_s=period)
        for n, period in enumerate(periods)
    ]
    moving = [Device(id=DeviceId(f"m{n}"), driver="trial", expected_period_s=PERIOD) for n in range(loose)]
    laid = replace(post(), lanes=(lane,), devices=(*fixed, *moving))
    order = DescribePost(decision_id="p", by="a", role="administrator", at=at(-9_000), post=laid)
    duty._heard(order)
    return duty


def health(duty: Duty, device: str, second: float, *, alive: bool, fault: str | None = None) -> tuple[f.Fact, ...]:
    said = Health(
        device_id=DeviceId(device), received=at(second), reading_id=f"h{next(NUMBERS)}", alive=alive, fault=fault  # type: ignore[arg-type]
    )  # fmt: skip
    return duty._heard(said)


def silent(duty: Duty, *devices: int, second: float = 0) -> None:
    """The kit notices that devices are silent, one second after another."""
    for step, device in enumerate(devices):
        health(duty, f"d{device}", second + step, alive=False)


def back(duty: Duty, *devices: int, second: float = 0) -> None:
    for step, device in enumerate(devices):
        health(duty, f"d{device}", second + step, alive=True)


def of_post(duty: Duty) -> list[Situation]:
    return [one for one in duty.open if one.subject == "post"]


def devices(situation: Situation) -> set[str]:
    return {signal.about for signal in situation.signals.values()}


# of so many, so many fall silent within seconds: the post, or each for itself
TOGETHER: Final = [
    (1, 1, False),
    (2, 1, False), (2, 2, True),
    (3, 2, False), (3, 3, True),
    (4, 2, False), (4, 3, True), (4, 4, True),
    (5, 3, False), (5, 4, True),
    (8, 5, False), (8, 6, True), (8, 8, True),
]  # fmt: skip


@pytest.mark.parametrize(("of", "fell", "one"), TOGETHER)
def test_so_many_of_so_many_are_the_post(of: int, fell: int, one: bool) -> None:
    duty = laid_out(*[PERIOD] * of)
    silent(duty, *range(fell))
    if not one:
        assert [(held.subject, held.sort) for held in duty.open] == [("device", "equipment")] * fell
        return
    (held,) = duty.open
    assert (held.subject, held.about, held.sort, held.level, held.asks) == ("post", PLACE, "silence", "medium", True)
    assert devices(held) == {f"d{n}" for n in range(fell)}


def test_what_each_device_had_is_a_part_of_it_and_says_so() -> None:
    duty = laid_out(*[PERIOD] * 4)
    silent(duty, 0, 1)
    before = [held.id for held in duty.open]
    facts = health(duty, "d2", 9, alive=False)
    (opened,) = of(facts, f.SituationOpened)
    assert [(fact.situation, fact.into) for fact in of(facts, f.SituationsMerged)] == [
        (name, opened.situation) for name in before
    ]
    assert [fact.because for fact in facts if isinstance(fact, f.OfSituation)] == [facts[0].because] * 3


def test_it_is_over_when_all_are_back_and_each_takes_its_own_away() -> None:
    duty = laid_out(*[PERIOD] * 4)
    silent(duty, *range(4))
    back(duty, 0, 1, 2, second=600)
    (held,) = duty.open
    assert (devices(held), held.asks) == ({"d3"}, True)
    back(duty, 3, second=700)
    assert (held.id, duty.only.id, duty.only.asks, duty.only.level) == (duty.only.id, held.id, False, "low")
    facts = duty.tick(700 + 5 * MINUTE)
    assert [(fact.situation, fact.outcome) for fact in of(facts, f.SituationClosed)] == [(held.id, "cleared")]


def test_a_device_that_was_silent_before_keeps_its_own_and_is_not_asked() -> None:
    duty = laid_out(*[PERIOD] * 5)
    silent(duty, 0, 1)
    silent(duty, 2, 3, 4, second=1 + TOGETHER_MS / 1000 + 1)
    assert [(held.subject, devices(held)) for held in duty.open] == [
        ("device", {"d0"}), ("device", {"d1"}), ("post", {"d2", "d3", "d4"}),
    ]  # fmt: skip
    back(duty, 0, second=900)
    assert devices(of_post(duty)[0]) == {"d2", "d3", "d4"}


@pytest.mark.parametrize(("later_ms", "one"), [(TOGETHER_MS, True), (TOGETHER_MS + 1, False)])
def test_together_is_within_five_minutes(later_ms: int, one: bool) -> None:
    duty = laid_out(*[PERIOD] * 3)
    silent(duty, 0)
    health(duty, "d1", later_ms / 1000, alive=False)
    health(duty, "d2", later_ms / 1000, alive=False)
    # the last two of those that spoke are all that did: the first keeps its own
    assert [devices(held) for held in of_post(duty)] == [{"d0", "d1", "d2"} if one else {"d1", "d2"}]


def test_silence_counts_from_when_it_began_not_from_when_it_was_noticed() -> None:
    duty = laid_out(5, 60, 300, 300)
    cut = 1000.0
    for device, period in enumerate((5, 60, 300, 300)):
        health(duty, f"d{device}", cut + PERIODS_MISSED_MAX * period, alive=False)
    (held,) = duty.open
    assert (held.subject, len(held.signals)) == ("post", 4)


def test_what_speaks_seldom_or_moves_by_itself_or_is_worked_on_is_not_counted() -> None:
    duty = laid_out(PERIOD, PERIOD, PERIOD, PERIOD, PERIOD_S_MAX + 1, 86_400, loose=9)
    window = {"device": DeviceId("d3"), "from_at": at(-9), "until_at": at(3600), "reason": "new cells"}
    assert duty.does(-9, "e", d.AgreeMaintenance, role="device_engineer", **window) == "done"
    silent(duty, 3, 4)
    health(duty, "m0", 5, alive=False)
    silent(duty, 0, 1, 2, second=9)
    assert [(held.subject, held.level, devices(held)) for held in duty.open] == [
        ("device", "low", {"d3"}), ("device", "medium", {"d4"}), ("device", "medium", {"m0"}),
        ("post", "medium", {"d0", "d1", "d2"}),
    ]  # fmt: skip


def test_one_that_falls_silent_while_the_post_is_joins_it_and_asks_nobody_again() -> None:
    duty = laid_out(*[PERIOD] * 8)
    silent(duty, *range(7))
    assert duty.does(60, "a", d.TakeSituation) == "done"
    facts = health(duty, "d7", 3600, alive=False)
    assert (duty.only.subject, len(duty.only.signals), duty.only.asks) == ("post", 8, False)
    assert not of(facts, f.SituationRaisedAgain)


def test_one_that_fails_when_most_are_back_is_a_device_again() -> None:
    duty = laid_out(*[PERIOD] * 8)
    silent(duty, *range(8))
    back(duty, *range(7), second=600)
    silent(duty, 0, second=4000)
    assert [(held.subject, devices(held)) for held in duty.open] == [("post", {"d7"}), ("device", {"d0"})]


def test_a_device_that_says_what_is_wrong_with_it_is_not_silent() -> None:
    duty = laid_out(*[PERIOD] * 4)
    silent(duty, *range(4))
    opened = RpmTamper(device_id=DeviceId("d2"), received=at(60), reading_id="t", tampered=True)  # type: ignore[arg-type]
    duty._heard(opened)
    assert [(held.subject, held.level, devices(held)) for held in duty.open] == [
        ("post", "medium", {"d0", "d1", "d3"}), ("device", "high", {"d2"}),
    ]  # fmt: skip


def test_what_else_a_device_has_stays_with_the_device() -> None:
    duty = laid_out(*[PERIOD] * 3)
    drifted = Health(device_id=DeviceId("d0"), received=at(-60), reading_id="z", alive=True, zero_kg=900.0)  # type: ignore[arg-type]
    duty._heard(drifted)
    silent(duty, 0, 1, 2)
    assert [(held.subject, sorted(one.kind for one in held.signals.values())) for held in duty.open] == [
        ("device", ["doubted"]), ("post", ["failed", "failed", "failed"]),
    ]  # fmt: skip
    facts = duty._heard(replace(drifted, received=at(60), reading_id="y", zero_kg=0.0))
    assert of(facts, f.DoubtWithdrawn)
    assert devices(of_post(duty)[0]) == {"d1", "d2"}


def test_the_card_of_a_silent_post_is_its_own() -> None:
    duty = laid_out(*[PERIOD] * 3)
    silent(duty, 0, 1, 2)
    duty.does(9, "a", d.TakeSituation)
    assert duty.does(10, "a", d.CloseSituation, outcome="resolved") == "card_not_done"
    for check in ("call_post", "power_and_line", "control_by_hand", "see_all_send", "enter_what_passed"):
        assert duty.does(11, "a", d.TickCheck, check=check) == "done"
    assert duty.does(12, "a", d.TickCheck, check="see_it_send") == "no_such_check"
    assert duty.does(12, "a", d.TickCheck, check="record_decision") == "done"
    assert duty.does(13, "a", d.CloseSituation, outcome="resolved") == "done"
    assert not duty.open


def test_very_many_open_situations_lose_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "SITUATIONS_MAX", 3)
    duty = laid_out(*[PERIOD] * 5)
    silent(duty, *range(5))
    assert [(held.subject, held.about) for held in duty.open] == [("post", PLACE)]


def test_a_layout_that_lost_its_silent_devices_counts_those_that_are_there() -> None:
    duty = laid_out(*[PERIOD] * 4)
    silent(duty, 0, 1)
    before = duty.player.state.equipment.post
    assert before is not None
    fewer = replace(before, devices=before.devices[2:])
    duty._heard(DescribePost(decision_id="q", by="a", role="administrator", at=at(5), post=fewer))
    silent(duty, 2, 3, second=10)
    assert [devices(held) for held in of_post(duty)] == [{"d2", "d3"}]


def replayed(duty: Duty) -> None:
    """The same facts folded again, and a snapshot read back, are the same."""
    folded = empty(PLACE)
    for fact in duty.player.facts:
        apply(folded, fact.because[-1], fact)
    assert folded.situations == duty.player.state.situations == decode(encode(duty.player.state)).situations


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from((5, 10, 60, 120, 300)), min_size=3, max_size=8),
    st.integers(0, 3),
    st.randoms(use_true_random=False),
)
def test_whatever_the_order_a_cut_is_one_situation_that_ends_with_it(periods: list[int], dead: int, chance) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    duty = laid_out(*periods, *[PERIOD] * dead)
    gone = [f"d{len(periods) + n}" for n in range(dead)]
    for name in gone:
        health(duty, name, -3000, alive=False)
    kept = {held.id for held in duty.open if devices(held) <= set(gone)}
    # the last word of each came within its period before the cut; the kit looks every second, in any order
    noticed = [(period * (PERIODS_MISSED_MAX - chance.random()), f"d{n}") for n, period in enumerate(periods)]
    chance.shuffle(noticed)
    for later, name in sorted(noticed, key=lambda one: round(one[0])):
        health(duty, name, later, alive=False)
    (held,) = [held for held in of_post(duty) if held.id not in kept]
    assert devices(held) == {f"d{n}" for n in range(len(periods))}
    assert {one.id for one in duty.open} == kept | {held.id}
    replayed(duty)
    names = [name for _, name in noticed]
    chance.shuffle(names)
    for step, name in enumerate(names):
        health(duty, name, 2000 + step, alive=True)
    duty.tick(2000 + len(names) + 5 * MINUTE)
    assert {one.id for one in duty.open} == kept
    replayed(duty)


MOVES = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(("silent", "well", "opened", "fault")), st.integers(1, 400))
)


@settings(max_examples=80, deadline=None)
@given(MOVES)
def test_a_failure_stands_once_whatever_comes(moves: list[tuple[int, str, int]]) -> None:
    duty, now = laid_out(*[PERIOD] * 6), 0
    for device, what, later in moves:
        now += later
        if what == "opened":
            said = RpmTamper(device_id=DeviceId(f"d{device}"), received=at(now), reading_id=f"t{now}", tampered=True)  # type: ignore[arg-type]
            duty._heard(said)
        else:
            health(duty, f"d{device}", now, alive=what != "silent", fault="jam" if what == "fault" else None)
        duty.tick(now)
        held, failing = duty.player.state.situations, duty.player.state.equipment.failures
        assert held.standing == {key: one.id for one in duty.open for key in one.signals}
        assert held.by_about == {about: one.id for one in duty.open for about in one.abouts}
        assert {key.removeprefix("failed ") for key in held.standing} == set(failing), "every failure stands"
        assert set(held.silent) == {name for name, why in failing.items() if why == "silent"}
        assert all(signal.name == "silent" for one in of_post(duty) for signal in one.signals.values())
        assert len(of_post(duty)) <= 1
    replayed(duty)
