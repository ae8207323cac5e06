"""What an inspector signs of a passage is recorded whole, once, and only by who has it, or refused in one word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beket.core.state import apply, decode, encode
from beket.words.decisions import ClaimState, RecordPassage, TakePassage
from beket.words.facts import (
    CrossingsJoined,
    DecisionRefused,
    Fact,
    FindingRaised,
    FindingWithdrawn,
    PassageRecorded,
    PassageTaken,
    StepDecided,
)
from beket.words.ids import Instant, entry_ref
from beket.words.passages import PHOTO_BYTES_MAX
from tests.core.procedures.desk import Desk, why
from tests.core.procedures.test_standing import APPLES, arrived, declaration
from tests.core.tape import BEGIN
from tests.core.test_documents import Scene, of

PHOTO: Final[dict[str, Any]] = {"sha256": "ab" * 32, "size": 200_000, "of": "plate", "taken_at": BEGIN}
READ_WRONG: Final[dict[str, Any]] = {"field": "plate", "value": "01111AAA", "why": "wrong"}
SEALS: Final[dict[str, Any]] = {"field": "seals", "value": "KG1"}
WEIGHED: Final[dict[str, Any]] = {"step": "weighing", "outcome": "pass"}
RELEASED: Final[dict[str, Any]] = {"step": "release", "outcome": "pass"}


def records(desk: Desk, at_s: float, /, **named: object) -> tuple[Fact, ...]:
    """An inspector of customs signs."""
    at = BEGIN + int(at_s * 1000)
    given_ = {"crossing": desk.opened[0], "began_at": at - 20_000, "signed_at": at, **named}
    return desk.takes(at_s, RecordPassage, **given_)


def of_transport(desk: Desk, at_s: float, /, **named: object) -> tuple[Fact, ...]:
    return records(desk, at_s, agency="transport", by="t.toktorov", **named)


def test_a_record_says_all_at_once() -> None:
    desk = arrived()
    of_transport(desk, 100, steps=[WEIGHED])
    after = desk.last
    desk.takes(110, TakePassage, crossing=desk.opened[0], seen="t.toktorov")
    facts = records(desk, 120, notes=[SEALS], photos=[PHOTO], steps=[RELEASED], after=after)
    (fact,) = of(facts, PassageRecorded)
    assert isinstance(fact, PassageRecorded)
    assert [note.value for note in fact.notes] == ["KG1"]
    assert fact.signed_at - fact.began_at == 20_000
    assert [one.step for one in of(facts, StepDecided)] == ["release"]
    assert desk.stands() == ("released", True)


def test_steps_of_one_record_rest_on_each_other() -> None:
    desk = arrived()
    later, first = {"step": "release", "outcome": "pass"}, {"step": "alarm", "outcome": "pass"}
    assert why(records(desk, 120, steps=[later, first])) == ["step_not_needed"]
    assert desk.state.procedures.courses[desk.opened[0]].done == {}, "nothing of a refused record stands"
    assert why(records(desk, 121, steps=[later, {**later, "outcome": "deny", "remark": "no"}])) == ["decided_meanwhile"]


def test_a_record_that_comes_twice_is_recorded_once() -> None:
    desk = arrived()
    assert why(records(desk, 120, notes=[SEALS], decision_id="aa")) == []
    assert why(records(desk, 121, notes=[SEALS], decision_id="aa")) == ["already_recorded"]


def test_who_takes_a_passage_has_it() -> None:
    desk = arrived()
    (fact,) = of(desk.takes(100, TakePassage, crossing=desk.opened[0]), PassageTaken)
    assert isinstance(fact, PassageTaken)
    assert (fact.by, fact.agency) == ("b.bekov", "customs")
    assert why(desk.takes(101, TakePassage, crossing=desk.opened[0], by="c.cholpon")) == ["taken_meanwhile"]
    assert why(records(desk, 102, notes=[SEALS], by="c.cholpon")) == ["taken_by_another"]
    assert why(desk.takes(103, TakePassage, crossing=desk.opened[0])) == []
    assert why(desk.takes(104, TakePassage, crossing=desk.opened[0], by="c.cholpon", seen="b.bekov")) == []
    assert why(records(desk, 105, notes=[SEALS], by="c.cholpon")) == []


def test_two_versions_do_not_write_over_each_other() -> None:
    desk = arrived()
    records(desk, 120, notes=[SEALS])
    first = desk.last
    assert why(records(desk, 121, notes=[{**SEALS, "value": "KG2"}])) == ["recorded_meanwhile"]
    assert why(records(desk, 122, notes=[{**SEALS, "value": "KG2"}], after=first)) == []


def test_of_two_crossings_that_turn_out_to_be_one_the_last_record_is_the_last() -> None:
    desk = arrived()
    desk.says("90 front 01222BBB")
    into, gone = desk.opened
    records(desk, 120, notes=[SEALS], crossing=into)
    records(desk, 130, notes=[{**SEALS, "value": "KG2"}], crossing=gone)
    last = desk.last
    joined = CrossingsJoined(at=Instant(BEGIN + 140_000), because=(last,), crossing=gone, into=into)
    apply(desk.state, entry_ref(desk.player.seq, 1), joined)
    assert desk.state.documents.visits[into].noted["seals"].value == "KG2"
    assert why(records(desk, 150, notes=[SEALS], after=last)) == [], "it is the one that the board shows as the last"


def test_what_was_signed_without_a_line_before_it_left_counts_when_it_comes() -> None:
    desk = arrived()
    desk.says("300 exit 01111AAA")
    desk.says("900 tick")
    assert desk.stands() == ("closed", False)
    late = {"offline": True, "signed_at": BEGIN + 200_000}
    assert why(of_transport(desk, 1000, steps=[WEIGHED])) == ["crossing_is_over"]
    assert why(of_transport(desk, 1001, steps=[WEIGHED], offline=True, signed_at=BEGIN + 400_000)) == [
        "crossing_is_over"
    ]
    assert why(of_transport(desk, 1002, steps=[WEIGHED], **late)) == []
    after = desk.last
    assert why(records(desk, 1003, steps=[RELEASED], after=after, by="t.toktorov", **late)) == []
    assert desk.stands() == ("closed", True)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({}, "nothing_recorded"),
        ({"notes": [{"field": "plate", "value": "01999ZZZ"}], "photos": [PHOTO]}, "machine_reads_it"),
        ({"notes": [READ_WRONG]}, "photo_missing"),
        ({"notes": [SEALS, SEALS]}, "noted_twice"),
        ({"notes": [{"field": "seals", "value": "kg-1"}]}, "note_unusable"),
        ({"notes": [{"field": "vin", "value": "1"}]}, "note_unusable"),
        ({"notes": [SEALS], "photos": [{**PHOTO, "size": PHOTO_BYTES_MAX + 1}]}, "photo_too_large"),
        ({"photos": [PHOTO] * 13}, "too_long"),
        ({"steps": [{**RELEASED, "remark": "x" * 1001}]}, "too_long"),
        ({"notes": [SEALS], "role": "auditor"}, "not_allowed"),
        ({"notes": [SEALS], "crossing": "KG-TST-A:9.0"}, "no_such_course"),
        ({"steps": [WEIGHED]}, "other_agency"),
        ({"notes": [SEALS], "after": "1.0"}, "recorded_meanwhile"),
    ],
)
def test_what_cannot_be_recorded_is_refused_in_one_word(named: dict[str, Any], said: str) -> None:
    desk = arrived()
    facts = records(desk, 120, **named)
    assert why(facts) == [said]
    assert [fact for fact in facts if not isinstance(fact, DecisionRefused)] == []


def test_what_was_noted_is_held_against_papers_and_machines() -> None:
    desk = arrived()
    other = {"field": "plate", "value": "01999ZZZ", "why": "wrong"}
    facts = records(desk, 120, notes=[other], photos=[PHOTO])
    assert [fact.rule for fact in of(facts, FindingRaised)] == ["E01"]
    mended = records(desk, 130, notes=[READ_WRONG], photos=[PHOTO], after=desk.last)
    assert [fact.rule for fact in of(mended, FindingWithdrawn)] == ["E01"]


def test_a_note_proves_nothing() -> None:
    """What somebody writes down takes no proof's place: a plate that no camera read stays unproven."""
    desk = Desk()
    desk.says("0 front -")
    before = desk.state.procedures.courses[desk.opened[0]].proofs
    records(desk, 20, notes=[READ_WRONG], photos=[PHOTO])
    assert desk.state.procedures.courses[desk.opened[0]].proofs == before
    assert "identification:plate" in _lacks(desk)


def _lacks(desk: Desk) -> tuple[str, ...]:
    standing = desk.state.procedures.courses[desk.opened[0]].standing
    assert standing is not None
    return standing.lacks


class Bare(Desk):
    """A checkpoint without a procedure."""

    def __init__(self) -> None:
        Scene.__init__(self)


def bare() -> Bare:
    """A lorry with its papers came where no procedure is in force."""
    desk = Bare()
    desk.says("0 front 01111AAA")
    desk.brought(5, declaration(APPLES))
    return desk


def test_where_no_procedure_is_in_force_a_record_is_notes_alone() -> None:
    desk = bare()
    (fact,) = desk.takes(10, TakePassage, crossing=desk.opened[0])
    assert isinstance(fact, PassageTaken)
    facts = records(desk, 20, notes=[SEALS], photos=[PHOTO])
    assert [type(one) for one in facts] == [PassageRecorded], "nothing stands otherwise than before"
    course = desk.state.procedures.courses[desk.opened[0]]
    assert (course.procedure, course.proofs, course.standing) == (None, {}, None)
    assert (course.taken_by, list(course.records.values())) == ("b.bekov", [desk.last])
    assert decode(encode(desk.state)) == desk.state


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"notes": [SEALS], "steps": [RELEASED]}, "no_such_course"),
        ({}, "nothing_recorded"),
        ({"notes": [SEALS], "crossing": "KG-TST-A:9.0"}, "no_such_course"),
        ({"notes": [SEALS], "after": "1.0"}, "recorded_meanwhile"),
        ({"notes": [SEALS], "role": "auditor"}, "not_allowed"),
        ({"notes": [{"field": "plate", "value": "01999ZZZ"}], "photos": [PHOTO]}, "machine_reads_it"),
    ],
)
def test_there_the_same_is_refused_and_every_step(named: dict[str, Any], said: str) -> None:
    desk = bare()
    facts = records(desk, 20, **named)
    assert why(facts) == [said]
    assert desk.state.procedures.courses[desk.opened[0]].records == {}
    assert why(desk.decides(30, "release")) == ["no_such_course"]
    assert why(desk.takes(31, ClaimState, crossing=desk.opened[0], state="released")) == ["no_such_course"]


def test_there_notes_are_held_against_machines_as_well() -> None:
    desk = bare()
    other = {"field": "plate", "value": "01999ZZZ", "why": "wrong"}
    facts = records(desk, 20, notes=[other], photos=[PHOTO])
    assert [fact.rule for fact in of(facts, FindingRaised)] == ["E01"]


def test_there_too_what_left_is_recorded_only_if_it_was_signed_before() -> None:
    desk = bare()
    desk.says("300 exit 01111AAA")
    assert why(records(desk, 400, notes=[SEALS])) == ["crossing_is_over"]
    assert why(records(desk, 401, notes=[SEALS], offline=True, signed_at=BEGIN + 200_000)) == []


def test_the_way_out_is_recorded_where_only_the_way_in_has_a_procedure() -> None:
    desk = Desk()
    desk.says("0 front@9 01333CCC")
    assert desk.state.procedures.courses[desk.opened[0]].procedure is None
    assert why(records(desk, 20, notes=[SEALS])) == []


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["take", "record", "again"])), max_size=12),
    st.sampled_from([arrived, bare]),
)
def test_whatever_tablets_send_one_chain_of_records_stands(
    moves: list[tuple[str, str]], begun: Callable[[], Desk]
) -> None:
    """Nobody's record stands on another that its author had not seen; a resend changes nothing."""
    desk = begun()
    seen: dict[str, str | None] = {}
    held: str | None = None
    chain: list[str] = []
    for at, (who, what) in enumerate(moves):
        if what == "take":
            if not why(desk.takes(200 + at, TakePassage, crossing=desk.opened[0], by=who, seen=held)):
                held = who
            seen[who] = chain[-1] if chain else None
        else:
            name = f"{who}{at}" if what == "record" else f"{who}0"
            refused = why(records(desk, 200 + at, by=who, notes=[SEALS], decision_id=name, after=seen.get(who)))
            if not refused:
                held = who
                chain.append(desk.last)
                seen[who] = chain[-1]
    course = desk.state.procedures.courses[desk.opened[0]]
    assert list(course.records.values()) == chain
    assert decode(encode(desk.state)) == desk.state
