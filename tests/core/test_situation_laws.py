"""Laws of situations, whatever order signals, people and the clock come in."""

from __future__ import annotations

from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from beket.core.situations.limits import RANK
from beket.words import decisions as d
from beket.words import facts as f
from beket.words.facts import Fact, Level, Signal
from beket.words.ids import SituationId
from tests.core.desk import MINUTE, Duty
from tests.core.test_documents import cmr
from tests.core.test_situations import device_speaks

PLATES: Final = ("01111AAA", "01222BBB")
PEOPLE: Final = ("a", "b", "c")

Move = tuple[str, int, int]
MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            ("lorry", "leaves", "weighed", "light", "portal", "paper", "again", "silent", "well", "judged", "wait",
             "long", "take", "close", "finish", "finish", "snooze", "merge", "escalate", "shift", "home", "relief")
        ),
        st.integers(0, 1),
        st.integers(0, 2),
    ),
    max_size=40,
)  # fmt: skip


def play(moves: list[Move]) -> Duty:
    """Play a day; each step checks what holds at any moment."""
    duty, now = Duty(), 0.0
    for step, (what, which, who) in enumerate(moves):
        now += 5 * 60 if what == "wait" else 3600 if what == "long" else 4
        _speaks(duty, what, which, step, now)
        _decides(duty, what, which, PEOPLE[who], now)
        _holds_now(duty)
    return duty


def _speaks(duty: Duty, what: str, which: int, step: int, now: float) -> None:
    match what:
        case "lorry" | "leaves":
            duty.says(f"{now} {'front' if what == 'lorry' else 'exit'} {PLATES[which]}")
        case "weighed" | "light":
            duty.says(f"{now} scale {38200 if what == 'weighed' else 9000}")
        case "portal":
            duty.says(f"{now} portal gamma")
        case "paper" | "again":
            gross = "337" if what == "paper" else f"{18000 + step}"
            duty.brought(now, cmr(f"CMR-{which}00200", gross=gross, plate=PLATES[which]))
        case "silent" | "well":
            device_speaks(duty, now, alive=what == "well", device=f"d{which}")
        case "judged":
            for of in [*duty.player.state.radiation.waiting][:1]:
                duty.does(now, PEOPLE[which], d.AdjudicateAlarm, of=of, code=6)
        case "wait" | "long":
            duty.tick(now)
        case _:
            pass


def _decides(duty: Duty, what: str, which: int, who: str, now: float) -> None:
    if what in {"shift", "home", "relief"}:
        named = {"account": PEOPLE[which]} if what == "relief" else {}
        kinds: dict[str, type[d.Ordered]] = {"shift": d.StartShift, "home": d.EndShift, "relief": d.ConfirmHandover}
        duty.does(now, who, kinds[what], **named)
    if not duty.open:
        return
    name = duty.open[which % len(duty.open)].id
    match what:
        case "take":
            duty.does(now, who, d.TakeSituation, situation=name)
        case "close":
            duty.does(now, who, d.CloseSituation, situation=name, outcome="no_action", remark="x")
        case "finish":
            duty.does(now, who, d.TakeSituation, situation=name)
            for closer in (who, PEOPLE[which]):
                duty.does(now, closer, d.CloseSituation, situation=name, outcome="no_action", remark="x")
        case "snooze":
            until = duty.player.state.situations.situations[name].opened_at + round(now * 1000)
            duty.does(now, who, d.SnoozeSituation, situation=name, until_at=until, why="x")
        case "merge":
            duty.does(now, who, d.MergeSituations, situation=name, into=duty.open[0].id)
        case "escalate":
            duty.does(now, who, d.EscalateSituation, situation=name, why="x")
        case _:
            pass


def _holds_now(duty: Duty) -> None:
    held = duty.player.state.situations
    abouts = [about for one in duty.open for about in one.abouts]
    assert len(abouts) == len(set(abouts)), "one open situation for each visit"
    assert held.by_about == {about: one.id for one in duty.open for about in one.abouts}
    assert held.standing == {key: one.id for one in duty.open for key in one.signals}, "a signal stands once"
    for one in duty.open:
        worst = min((signal.level for signal in one.signals.values()), key=_rank, default="low")
        assert one.level == worst, "its level is that of what stands"
        assert all(_rank(one.gravest) <= _rank(level) for level in one.known.values())
        assert not (one.asks and one.snoozed_until), "what is put off asks for nobody"


def _rank(level: Level) -> int:
    return RANK[level]


@settings(max_examples=120, deadline=None)
@given(MOVES)
def test_nothing_is_lost_and_nobody_closes_alone_what_was_grave(moves: list[Move]) -> None:
    duty = play(moves)
    facts = duty.player.facts
    told: dict[str, list[SituationId]] = {}
    gravest: dict[SituationId, Level] = {}
    for fact in facts:
        for signal in _raised(fact):
            told.setdefault(signal.key, []).append(fact.situation)  # type: ignore[union-attr]
            name = fact.situation  # type: ignore[union-attr]
            gravest[name] = min(gravest.get(name, "low"), signal.level, key=_rank)
        if isinstance(fact, f.SituationsMerged):
            gravest[fact.into] = min(gravest.get(fact.into, "low"), gravest[fact.situation], key=_rank)
        if isinstance(fact, f.SituationClosed) and _rank(gravest[fact.situation]) <= RANK["high"]:
            assert fact.by is not None
            assert fact.second is not None
            assert fact.by != fact.second
    for fact in facts:
        if isinstance(fact, f.FindingRaised | f.AlarmRaised | f.DeviceFailed):
            assert _key(fact) in told, "every signal is in a situation"


def _raised(fact: Fact) -> tuple[Signal, ...]:
    match fact:
        case f.SituationOpened():
            return fact.signals
        case f.SituationChanged():
            return fact.raised
        case _:
            return ()


def _key(fact: f.FindingRaised | f.AlarmRaised | f.DeviceFailed) -> str:
    match fact:
        case f.FindingRaised():
            about = fact.crossing or fact.document or ""
            return " ".join(filter(None, ("finding", about, fact.rule, fact.subject)))
        case f.AlarmRaised():
            return f"radiation {fact.of}"
        case _:
            return f"failed {fact.device}"


@settings(max_examples=30, deadline=None)
@given(MOVES)
def test_whoever_has_something_until_then_is_asked_again_by_then(moves: list[Move]) -> None:
    duty = play(moves)
    duty.tick(10_000_000.0)
    for one in duty.open:
        assert one.asks or not one.signals or one.level == "low", "nothing that stands is quiet for ever"
    assert not duty.player.state.situations.shifts
    duty.tick(10_000_000.0 + 3 * MINUTE * MINUTE)
    assert all(one.rung == "all" for one in duty.open if one.asks)
