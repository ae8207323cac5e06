"""In whatever order things happen, nothing is proven released without all of its proof, nor gone without a sighting.

What is believed of a crossing is held against an account of its own, kept from facts alone.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from beket.core.state import decode, encode
from beket.words.decisions import AdjudicateAlarm, ClaimState, DetachDocument
from beket.words.facts import (
    AlarmAdjudicated,
    CrossingDeparted,
    CrossingIdentified,
    DocumentAttached,
    DocumentDetached,
    DocumentFiled,
    EvidenceAttached,
    StepDecided,
)
from tests.core.procedures.desk import Desk
from tests.core.procedures.test_standing import APPLES, ONIONS, declaration
from tests.core.test_documents import cmr, of
from tests.core.test_findings import certificate

DECIDED = {"weighing": "transport", "phyto": "phytosanitary", "alarm": "customs", "release": "customs"}

ACTS = st.one_of(
    st.tuples(
        st.just("decide"), st.sampled_from(list(DECIDED)), st.sampled_from(["pass", "wait", "store"]),
        st.sampled_from([None, "emergency"]),
    ),
    st.sampled_from(
        [
            ("say", "30 scale 33000 late={at}"), ("say", "5 portal gamma late={at}"), ("say", "5 portal late={at}"),
            ("say", "{at} exit 01111AAA"), ("say", "{at} tick"), ("bring", declaration(APPLES, "DT-100200")),
            ("bring", declaration(ONIONS, "DT-100300")), ("bring", certificate("FITO-100200", ONIONS)),
            ("bring", cmr("CMR-100200")), ("detach",), ("judge",), ("claim", "released"), ("claim", "departed"),
            ("claim", "discharged"),
        ]
    ),
)  # fmt: skip

RELEASED = [
    ("say", "30 scale 33000 late={at}"), ("bring", declaration(APPLES, "DT-100200")),
    ("decide", "weighing", "pass", None), ("decide", "release", "pass", None), ("say", "{at} exit 01111AAA"),
]  # fmt: skip
"""The shortest way out."""


def act(desk: Desk, at_s: int, what: tuple[Any, ...]) -> None:
    """Have one thing happen."""
    match what:
        case ("decide", step, outcome, override):
            before = desk.state.procedures.courses[desk.opened[0]].done.get(step)
            desk.decides(
                at_s, step, outcome, DECIDED[step], override=override, replaces=before and before.ref, remark="so"
            )
        case ("say", line):
            desk.says(line.format(at=at_s))
        case ("bring", document):
            desk.brought(at_s, document)
        case ("detach",):
            for filed in of(tuple(desk.player.facts), DocumentFiled):
                desk.ordered(at_s, DetachDocument, document=filed.document, crossing=desk.opened[0], why="not its own")
        case ("judge",):
            for alarm in list(desk.state.radiation.waiting):
                desk.takes(at_s, AdjudicateAlarm, of=alarm, code=7)
        case ("claim", state):
            desk.takes(at_s, ClaimState, crossing=desk.opened[0], state=state)


def account(desk: Desk) -> tuple[bool, bool]:
    """Say from facts alone whether all is there for a release, and whether it was seen leaving."""
    facts, crossing = tuple(desk.player.facts), desk.opened[0]
    own = [fact for fact in facts if getattr(fact, "crossing", None) == crossing]
    gists = {fact.document: fact.gist for fact in of(facts, DocumentFiled)}
    here: dict[str, Any] = {}
    for fact in own:
        if isinstance(fact, DocumentAttached):
            here[fact.document] = gists[fact.document]
        if isinstance(fact, DocumentDetached):
            here.pop(fact.document, None)
    evidence = {fact.evidence for fact in of(tuple(own), EvidenceAttached)}
    judged = {fact.of for fact in of(facts, AlarmAdjudicated) if fact.settled and fact.code not in (1, 2, 10)}
    alarmed = {fact.of for fact in of(tuple(own), EvidenceAttached) if fact.gamma_alarm} - judged
    last = {fact.step: fact.effect for fact in of(tuple(own), StepDecided)}
    done = {step for step, effect in last.items() if effect in ("clears", "diverts")}
    kinds = {gist.kind for gist in here.values()}
    goods = {line.code for gist in here.values() for line in gist.lines}
    unknown = not any(gist.kind in ("goods_declaration", "consignment_note") for gist in here.values()) or any(
        not gist.coded for gist in here.values() if gist.kind in ("goods_declaration", "consignment_note")
    )
    listed = any(code.startswith("07") for code in goods)
    needed = {"weighing", "release"} | ({"phyto"} if listed or unknown else set()) | ({"alarm"} if alarmed else set())
    # what was decided is asked for its proof though nobody needs it any more
    proof = {
        "weighing": "weighing" in evidence,
        "release": "goods_declaration" in kinds,
        "phyto": "certificate" in kinds,
        "alarm": True,
    }
    seen = bool(of(tuple(own), CrossingIdentified))
    whole = seen and needed <= done and all(proof[step] for step in needed)
    return whole, bool(of(tuple(own), CrossingDeparted))


def proven(desk: Desk) -> bool:
    """Whether it is believed to be released with all proof, now or when it left; its account must agree."""
    whole, gone = account(desk)
    state, believed = desk.stands()
    course = desk.state.procedures.courses[desk.opened[0]]
    assert (state in ("departed", "closed")) == gone
    if "departed" in course.claims and not gone:
        assert course.standing is not None
        assert "departed" in course.standing.claims
    out = state in ("released", "diverted", "departed", "closed") and believed
    assert whole or not out
    return out


@settings(max_examples=150)
@given(st.lists(ACTS, max_size=14))
def test_no_order_of_events_leads_to_released_without_every_proof(acts: list[tuple[Any, ...]]) -> None:
    desk = Desk()
    desk.says("0 front 01111AAA")
    for n, what in enumerate(acts, 1):
        act(desk, n * 60, what)
        proven(desk)
    assert decode(encode(desk.state)) == desk.state


@settings(max_examples=60)
@given(st.permutations(RELEASED), st.lists(ACTS, max_size=2))
def test_the_way_out_in_any_order_is_proven_only_where_it_is_whole(
    way: list[tuple[Any, ...]], more: list[tuple[Any, ...]]
) -> None:
    desk = Desk()
    desk.says("0 front 01111AAA")
    for n, what in enumerate((*way, *more), 1):
        act(desk, n * 60, what)
        proven(desk)


def test_there_is_a_way_out() -> None:
    desk = Desk()
    desk.says("0 front 01111AAA")
    believed = []
    for n, what in enumerate(RELEASED, 1):
        act(desk, n * 60, what)
        believed.append(proven(desk))
    assert believed == [False, False, False, True, True]
