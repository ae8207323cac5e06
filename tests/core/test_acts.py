"""Acts of the house: numbered without gaps, one of a sort about a crossing, one paper each, mended by new ones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from beket.core.acts import apply as folding
from beket.core.state import State, apply, decode, empty, encode
from beket.core.step import step
from beket.words.acts import (
    LINES_MAX,
    OUTCOMES,
    WORDS_MAX,
    ActContent,
    ActLimit,
    ActSign,
    ActWeighing,
    act_digest,
    check_of,
    content_digest,
)
from beket.words.decisions import IssueAct, SignAct
from beket.words.facts import (
    ActIssued,
    ActSigned,
    CrossingOpened,
    CrossingsJoined,
    DecisionRefused,
    Fact,
    FindingRaised,
    FindingWithdrawn,
)
from beket.words.fees import Fee
from beket.words.ids import CrossingId, DeviceId, EntryRef, Instant, LaneId, PlaceId, Sha256, entry_ref
from beket.words.overload import excess_of
from beket.words.site import Name

PLACE = PlaceId("KG-TST-A")
NOON = Instant(1_795_000_000_000)  # 2026-11-18 in Greenwich
LORRY, OTHER = CrossingId(f"{PLACE}:1.0"), CrossingId(f"{PLACE}:2.0")
WEIGHED = ActWeighing(of=EntryRef("7.0"), device=DeviceId(f"{PLACE}/in-1/scale"), gross_kg=46_200.0, at=NOON)
LIMIT = ActLimit(limit_kg=44_000.0, over_kg=2_200.0, basis="typed")
WHOLE = {
    "weighed_kg": "46200", "error_kg": "20", "limit_kg": "44000", "above_kg": "2180", "limit_row": "all",
    "limit_source": "law", "limit_from": "2011-08-08", "limit_confirmed": "yes", "device": f"{PLACE}/in-1/scale",
    "weighed_on": "2026-11-18", "weighing": "7.0",
}  # fmt: skip
AXLE = {**WHOLE, "axles": "2", "weighed_kg": "12000", "limit_kg": "10000", "above_kg": "1980", "limit_row": "one"}
FOUND = FindingRaised(
    at=NOON, because=(EntryRef("7.0"),), rule="W10", level="high", crossing=LORRY, values=WHOLE
)  # fmt: skip
FOUND_AXLE = replace(FOUND, rule="W11", subject="2", values=AXLE)
GONE = FindingWithdrawn(at=NOON, because=(EntryRef("8.0"),), rule="W10", crossing=LORRY)
OVER = (excess_of(FOUND), excess_of(FOUND_AXLE))
FEE = Fee(
    id="f", limits="gross", above_kg_from=2180, above_kg_below=2181, amount=Decimal(500), currency="KGS",
    source="trial", valid_from="2026-11-18", valid_until="2026-11-18",
)  # fmt: skip
PDF = Sha256("a" * 64)


def content(**said: Any) -> ActContent:  # noqa: ANN401
    given: dict[str, Any] = {
        "place": PLACE, "place_name": Name(ky="Сыноо", ru="Проба", en="Trial"), "zone_name": "Asia/Bishkek",
        "drawn_on": "2026-11-18", "crossing": LORRY, "direction": "in", "lane": "in-1", "opened_at": NOON,
        "outcome": "released",
    }  # fmt: skip
    return ActContent(**{**given, **said})


def overload(**said: Any) -> ActContent:  # noqa: ANN401
    return content(**{"outcome": "reloaded", "weighings": (WEIGHED,), "excesses": OVER, **said})


class Desk:
    """One place at which two lorries stand."""

    def __init__(self) -> None:
        self.state: State = empty(PLACE)
        self.facts: list[Fact] = []
        for crossing in (LORRY, OTHER):
            self._fold(
                CrossingOpened(
                    at=NOON, because=(EntryRef("1.0"),), crossing=crossing, lane=LaneId("in-1"), direction="in",
                    zone="arrival", opened_by="plate_read",
                )
            )  # fmt: skip

    def issue(self, said: ActContent | None = None, **given: Any) -> ActIssued | DecisionRefused:  # noqa: ANN401
        said = content() if said is None else said
        asked = {"sort": "crossing", "seen": content_digest(said), "by": "a.asanov", "role": "inspector", **given}
        fact = self._hears(IssueAct(decision_id=f"d{len(self.facts)}", at=NOON, content=said, **asked))
        assert isinstance(fact, ActIssued | DecisionRefused)
        return fact

    def sign(self, of: ActIssued | DecisionRefused, **given: Any) -> ActSigned | DecisionRefused:  # noqa: ANN401
        assert isinstance(of, ActIssued), of
        asked = {"act": of.sha256, "by": "a.asanov", "role": "inspector", "pdf": PDF, "number": of.act.number, **given}
        fact = self._hears(
            SignAct(decision_id="s", at=NOON, size=9, signer="CN=DEMO", certificate=PDF, demo=True, **asked)
        )
        assert isinstance(fact, ActSigned | DecisionRefused)
        return fact

    def join(self) -> None:
        self._fold(CrossingsJoined(at=NOON, because=(EntryRef("3.0"),), crossing=LORRY, into=OTHER))

    def _hears(self, body: IssueAct | SignAct) -> Fact:
        ref = entry_ref(10 + len(self.facts), 0)
        (fact,) = step(self.state, ref, body)
        assert fact.because == (ref,)
        self._fold(fact)
        return fact

    def _fold(self, fact: Fact) -> None:
        apply(self.state, fact.because[0], fact)
        self.facts.append(fact)


def heavy(*found: FindingRaised | FindingWithdrawn) -> Desk:
    """A place where the lorry was found to be above limits."""
    desk = Desk()
    for fact in found or (FOUND, FOUND_AXLE):
        desk._fold(fact)
    return desk


def why(fact: Fact) -> str:
    assert isinstance(fact, DecisionRefused), fact
    return fact.why


def number(fact: Fact) -> str:
    assert isinstance(fact, ActIssued), fact
    return fact.act.number


def test_an_act_has_a_number_of_its_place_and_year_and_a_digest_of_all_it_says() -> None:
    fact = Desk().issue()
    assert isinstance(fact, ActIssued)
    assert fact.act.number == "KG-TST-A-2026-000001"
    assert (fact.act.by, fact.act.role, fact.act.at, fact.act.content) == ("a.asanov", "inspector", NOON, content())
    assert fact.sha256 == act_digest(fact.act)
    assert len(check_of(fact.sha256)) == 8
    for other in (replace(fact.act, number="x"), replace(fact.act, by="b"), replace(fact.act, at=Instant(1))):
        assert act_digest(other) != fact.sha256


@pytest.mark.parametrize("sort", sorted(OUTCOMES))
def test_every_sort_of_act_is_issued_with_every_outcome_of_its_own(sort: Any) -> None:  # noqa: ANN401
    for outcome in OUTCOMES[sort]:
        said = overload(outcome=outcome, reasons="why") if sort == "overload" else content(outcome=outcome, reasons="w")
        assert number(heavy().issue(said, sort=sort)).endswith("-000001")


@pytest.mark.parametrize(
    ("said", "given", "because"),
    [
        ({}, {"role": "auditor"}, "not_allowed"),
        ({}, {"role": "administrator"}, "not_allowed"),
        ({"crossing": CrossingId(f"{PLACE}:9.0")}, {}, "no_such_crossing"),
        ({"place": PlaceId("KG-TST-B")}, {}, "no_such_crossing"),
        ({}, {"seen": PDF}, "act_torn"),
        ({"drawn_on": "2026-11-16"}, {}, "act_of_another_day"),
        ({"drawn_on": "2026-11-20"}, {}, "act_of_another_day"),
        ({"drawn_on": "20261118"}, {}, "act_of_another_day"),
        ({"drawn_on": "today"}, {}, "act_of_another_day"),
        ({"outcome": "agrees"}, {}, "no_outcome"),
        ({"outcome": "held"}, {}, "no_reason"),
        ({"outcome": "held", "reasons": " \n"}, {}, "no_reason"),
        ({"remarks": "r" * (WORDS_MAX + 1)}, {}, "act_too_long"),
        ({"signs": (ActSign(role="front", value="01777ABC"),) * (LINES_MAX + 1)}, {}, "act_too_long"),
        ({"signs": (ActSign(role="front", value="Ж" * 2000),) * 20}, {}, "act_too_long"),
        ({}, {"replaces": f"{PLACE}-2026-000009"}, "no_such_act"),
    ],
)
def test_what_cannot_be_issued_is_refused_and_takes_no_number(
    said: dict[str, Any], given: dict[str, Any], because: str
) -> None:
    desk = Desk()
    assert why(desk.issue(content(**said), **given)) == because
    assert number(desk.issue()).endswith("-000001")


@pytest.mark.parametrize(
    "said",
    [
        {"drawn_on": "2026-11-17"},
        {"drawn_on": "2026-11-19"},
        {"reasons": "r" * WORDS_MAX, "remarks": "r" * WORDS_MAX},
        {"weighings": (WEIGHED,) * LINES_MAX},
    ],
)
def test_what_is_just_within_the_bounds_is_issued(said: dict[str, Any]) -> None:
    assert number(Desk().issue(content(**said)))


@pytest.mark.parametrize(
    "said",
    [
        {"excesses": ()},
        {"excesses": OVER[:1]},
        {"excesses": OVER[::-1]},
        {"excesses": (*OVER, OVER[1])},
        {"excesses": (replace(OVER[0], weighed_kg=Decimal(46_300)), OVER[1])},
        {"excesses": (replace(OVER[0], above_kg=Decimal(2_181)), OVER[1])},
        {"excesses": (replace(OVER[0], permits="SP-1"), OVER[1])},
        {"excesses": (replace(OVER[0], fee=replace(FEE, limits="axle")), OVER[1])},
        {"excesses": (replace(OVER[0], fee=replace(FEE, valid_until="2026-11-17", valid_from="2026-11-17")), OVER[1])},
        {"excesses": (replace(OVER[0], fee=replace(FEE, above_kg_from=2_181, above_kg_below=None)), OVER[1])},
        {"limit": LIMIT},
    ],
)
def test_an_overload_tells_what_was_found_of_loads_all_of_it_and_nothing_else(said: dict[str, Any]) -> None:
    assert why(heavy().issue(overload(**said), sort="overload")) == "not_as_found"


def test_a_fee_is_of_the_row_for_such_an_excess_on_that_day() -> None:
    due = (replace(OVER[0], fee=FEE), OVER[1])
    assert number(heavy().issue(overload(excesses=due, fees="Trial"), sort="overload"))


def test_a_crossing_of_which_nothing_is_above_a_limit_has_no_overload() -> None:
    assert why(Desk().issue(overload(), sort="overload")) == "not_over"
    assert why(Desk().issue(overload(excesses=(), limit=LIMIT), sort="overload")) == "not_over"
    assert why(heavy().issue(overload(crossing=OTHER), sort="overload")) == "not_over"
    assert why(heavy(FOUND, GONE).issue(overload(), sort="overload")) == "not_over"
    untold = replace(FOUND, values={"weighed_kg": "46200"})
    assert why(heavy(untold).issue(overload(), sort="overload")) == "not_over"
    assert why(heavy().issue(overload(), sort="examination")) == "no_outcome"
    assert why(heavy().issue(overload(outcome="agrees"), sort="examination")) == "not_as_found"


def test_what_is_found_otherwise_later_is_what_an_overload_tells() -> None:
    desk = heavy(FOUND, replace(FOUND, values={**WHOLE, "permit": "SP-1"}), FOUND_AXLE)
    assert why(desk.issue(overload(), sort="overload")) == "not_as_found"
    told = (replace(OVER[0], permits="SP-1"), OVER[1])
    assert number(desk.issue(overload(excesses=told), sort="overload"))


def test_two_desks_that_press_at_once_give_one_act() -> None:
    desk = Desk()
    assert number(desk.issue()).endswith("-000001")
    assert why(desk.issue(by="b.bekov")) == "act_is_there"
    assert number(desk.issue(content(crossing=OTHER))).endswith("-000002")
    assert number(desk.issue(content(outcome="agrees"), sort="examination")).endswith("-000003")


def test_a_mistake_is_mended_by_a_new_act_that_names_the_old_one() -> None:
    desk = Desk()
    first = number(desk.issue())
    second = desk.issue(content(remarks="the plate was misread"), replaces=first)
    assert isinstance(second, ActIssued)
    assert second.act.replaces == first
    assert desk.state.acts.acts[first].replaced_by == second.act.number
    assert why(desk.issue(replaces=first)) == "no_such_act"
    assert number(desk.issue(replaces=second.act.number)).endswith("-000003")


def test_an_act_of_another_sort_or_crossing_is_not_replaced() -> None:
    desk = Desk()
    first = number(desk.issue())
    assert why(desk.issue(content(crossing=OTHER), replaces=first)) == "no_such_act"
    assert why(desk.issue(content(outcome="agrees"), sort="examination", replaces=first)) == "no_such_act"


def test_a_year_begins_with_one() -> None:
    desk = Desk()
    desk.issue()
    eve = Instant(1_798_750_000_000)  # 2026-12-31 20:06 in Greenwich
    said = content(crossing=OTHER, drawn_on="2027-01-01")
    body = IssueAct(
        decision_id="d", at=eve, content=said, seen=content_digest(said), sort="crossing", by="a", role="inspector"
    )
    (fact,) = step(desk.state, EntryRef("90.0"), body)
    assert number(fact) == "KG-TST-A-2027-000001"


def test_an_act_has_one_signed_paper() -> None:
    desk = Desk()
    act = desk.issue()
    signed = desk.sign(act)
    assert isinstance(signed, ActSigned)
    assert (signed.number, signed.pdf, signed.size, signed.demo) == (number(act), PDF, 9, True)
    assert why(desk.sign(act, pdf=Sha256("b" * 64))) == "act_signed_already"


@pytest.mark.parametrize(
    ("given", "because"),
    [
        ({"role": "auditor"}, "not_allowed"),
        ({"number": "KG-TST-A-2026-000002"}, "no_such_act"),
        ({"by": "b.bekov"}, "act_of_another_officer"),
        ({"act": PDF}, "act_torn"),
    ],
)
def test_what_cannot_be_signed_is_refused_and_may_be_signed_later(given: dict[str, Any], because: str) -> None:
    desk = Desk()
    act = desk.issue()
    assert why(desk.sign(act, **given)) == because
    assert isinstance(desk.sign(act), ActSigned)


def test_acts_go_with_a_crossing_that_turns_out_to_be_another() -> None:
    desk = Desk()
    first = desk.issue()
    desk.join()
    assert why(desk.issue()) == "no_such_crossing"
    assert why(desk.issue(content(crossing=OTHER))) == "act_is_there"
    assert isinstance(desk.issue(content(crossing=OTHER), replaces=number(first)), ActIssued)


def test_what_is_held_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "ACTS_MAX", 1)
    monkeypatch.setattr(folding, "CROSSINGS_MAX", 2)
    desk = Desk()
    first = desk.issue()
    desk.issue(content(crossing=OTHER))
    assert list(desk.state.acts.acts) == ["KG-TST-A-2026-000002"]
    assert why(desk.sign(first)) == "no_such_act"
    assert number(desk.issue()).endswith("-000003")
    third = CrossingOpened(
        at=NOON, because=(EntryRef("1.0"),), crossing=CrossingId(f"{PLACE}:3.0"), lane=LaneId("in-1"),
        direction="in", zone="arrival", opened_by="plate_read",
    )  # fmt: skip
    desk._fold(third)
    assert why(desk.issue()) == "no_such_crossing"


@given(
    st.lists(st.tuples(st.sampled_from(["issue", "mend", "sign", "join", "find", "lose"]), st.booleans()), max_size=12)
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_whatever_the_order_numbers_have_no_gaps_and_what_is_held_is_the_fold(
    moves: list[tuple[str, bool]],
) -> None:
    desk = Desk()
    for move, other in moves:
        said = content(crossing=OTHER if other else LORRY)
        stands = desk.state.acts.standing.get(f"{said.crossing} crossing")
        if move == "join":
            desk.join()
        elif move in {"find", "lose"}:
            desk._fold(replace(FOUND if move == "find" else GONE, crossing=said.crossing))
        elif move == "sign":
            issued = [fact for fact in desk.facts if isinstance(fact, ActIssued)]
            desk.sign(issued[-1]) if issued else None
        else:
            desk.issue(said, replaces=stands if move == "mend" else None)
    numbers = [number(fact) for fact in desk.facts if isinstance(fact, ActIssued)]
    assert numbers == [f"KG-TST-A-2026-{n:06d}" for n in range(1, len(numbers) + 1)]
    signed = [fact.number for fact in desk.facts if isinstance(fact, ActSigned)]
    assert len(signed) == len(set(signed))
    folded = empty(PLACE)
    for fact in desk.facts:
        apply(folded, fact.because[0], fact)
    assert folded == desk.state == decode(encode(desk.state))
