"""Laws that hold for any traffic: nobody is lost, doubled or mixed up, and the same log gives the same thoughts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beket.core.state import apply, decode, empty, encode
from beket.core.step import step
from beket.words.facts import CrossingIdentified, CrossingOpened, EvidenceAttached
from beket.words.ids import entry_ref
from beket.words.readings import DocumentRead, Weighing
from tests.core.tape import PLACE, post
from tests.core.world import Spoken, Thought, Traffic, chance_of, delay, described, drive, mistakes, think

DENSE = Traffic(vehicles=40)
SPARSE = Traffic(vehicles=10, headway_ms=(1_000_000, 1_300_000))
MIXED = Traffic(vehicles=30, headway_ms=(4000, 60_000), unread=0.1)
WINDOW = Traffic(vehicles=20, headway_ms=(65_000, 90_000), papers=4)
"""One at a time at a window where everybody shows four papers; between two of them at least the twenty seconds that
nobody can do without (core/crossings/limits)."""

seeds = st.integers(min_value=0, max_value=10**9)
few = settings(max_examples=25, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    "traffic", [DENSE, SPARSE, MIXED, WINDOW], ids=["bumper to bumper", "sparse", "some unread", "papers"]
)
@given(seed=seeds)
@few
def test_nobody_is_missed_doubled_or_mixed_up(traffic: Traffic, seed: int) -> None:
    spoken = drive(chance_of(seed), traffic)
    thought = think(spoken)
    assert mistakes(thought) == (0, 0)
    assert len(set(thought.owner.values())) == traffic.vehicles


@given(seed=seeds)
@few
def test_the_order_of_arrival_within_ten_minutes_changes_nothing_for_well_separated_vehicles(seed: int) -> None:
    spoken = drive(chance_of(seed), SPARSE)
    late = delay(spoken, chance_of(seed + 1), 1.0, 600_000)
    assert _by_reading(spoken, think(spoken)) == _by_reading(late, think(late))


@given(seed=seeds)
@few
def test_seconds_of_jitter_change_nothing_bumper_to_bumper(seed: int) -> None:
    spoken = delay(drive(chance_of(seed), DENSE), chance_of(seed + 1), 1.0, 2000)
    assert mistakes(think(spoken)) == (0, 0)


@given(seed=seeds, share=st.floats(0, 1), most_s=st.integers(0, 600))
@few
def test_each_entry_belongs_to_exactly_one_crossing_whatever_comes_late(seed: int, share: float, most_s: int) -> None:
    spoken = delay(drive(chance_of(seed), MIXED), chance_of(seed + 1), share, most_s * 1000)
    thought = think(spoken)
    assert len(thought.owner) == len(spoken)
    held = thought.state.crossings
    assert set(thought.owner.values()) <= set(held.crossings)
    for track in held.tracks.values():
        for sight in (sight for sights in track.sights.values() for sight in sights):
            assert thought.owner[sight.ref] == sight.crossing


@given(seed=seeds, share=st.floats(0, 1))
@few
def test_no_kilogram_is_lost(seed: int, share: float) -> None:
    spoken = delay(drive(chance_of(seed), MIXED), chance_of(seed + 1), share, 600_000)
    said_kg = sum(one.said.gross_kg for one in spoken if isinstance(one.said, Weighing))
    held = think(spoken).facts
    assert sum(f.gross_kg or 0.0 for f in held if isinstance(f, EvidenceAttached)) == said_kg


@given(seed=seeds, share=st.floats(0, 1))
@few
def test_state_is_the_fold_of_facts_and_a_snapshot_is_the_state(seed: int, share: float) -> None:
    thought = think(delay(drive(chance_of(seed), MIXED), chance_of(seed + 1), share, 60_000))
    folded = empty(PLACE)
    for fact in thought.facts:
        apply(folded, entry_ref(1, 0), fact)
    assert folded == thought.state
    assert decode(encode(thought.state)) == thought.state


@given(seed=seeds)
@few
def test_a_loop_that_goes_on_from_a_snapshot_thinks_the_same(seed: int) -> None:
    spoken = delay(drive(chance_of(seed), MIXED), chance_of(seed + 1), 0.2, 60_000)
    whole = think(spoken)
    state = decode(encode(think(spoken[:60]).state))
    for seq, one in enumerate(spoken[60:], start=62):
        for fact in step(state, entry_ref(seq, 0), one.said):
            apply(state, entry_ref(seq, 1), fact)
    assert state == whole.state


@given(seed=seeds)
@few
def test_the_same_state_and_entry_give_the_same_facts_and_thinking_changes_nothing(seed: int) -> None:
    spoken = drive(chance_of(seed), MIXED)
    state = think(spoken[:80]).state
    before = encode(state)
    first = step(state, entry_ref(500, 0), spoken[80].said)
    assert encode(state) == before
    assert step(state, entry_ref(500, 0), spoken[80].said) == first


@given(seed=seeds)
@few
def test_a_crossing_has_one_front_plate_in_a_lane_bumper_to_bumper(seed: int) -> None:
    thought = think(drive(chance_of(seed), DENSE))
    fronts = [f for f in thought.facts if isinstance(f, CrossingIdentified) and f.role == "front"]
    assert len({f.crossing for f in fronts}) == len(fronts)
    for sights in thought.state.crossings.tracks["in-1|arrival"].sights.values():
        assert all(one.at <= other.at for one, other in pairwise(sights))


@given(seed=seeds, share=st.floats(0, 1), most_s=st.integers(0, 600))
@few
def test_papers_of_one_lorry_are_never_torn_apart_whatever_comes_late(seed: int, share: float, most_s: int) -> None:
    spoken = delay(drive(chance_of(seed), WINDOW), chance_of(seed + 1), share, most_s * 1000)
    thought = think(spoken)
    owners: dict[int, set[str]] = {}
    for seq, one in enumerate(spoken, start=2):
        owner = thought.owner.get(entry_ref(seq, 0))
        if isinstance(one.said, DocumentRead) and owner is not None:
            owners.setdefault(one.vehicle, set()).add(owner)
    assert owners
    assert all(len(owner) == 1 for owner in owners.values())
    for sight in thought.state.crossings.tracks["in-1|arrival"].sights["papers@1"]:
        assert {thought.owner[one.ref] for one in sight.beside} <= {sight.crossing}
    assert decode(encode(thought.state)) == thought.state


def test_every_fact_names_what_it_rests_on() -> None:
    thought = think(drive(chance_of(3), MIXED))
    assert all(fact.because for fact in thought.facts)
    opened = [fact for fact in thought.facts if isinstance(fact, CrossingOpened)]
    assert all(fact.crossing == f"{PLACE}:{fact.because[0]}" for fact in opened)


def test_the_same_layout_again_concludes_nothing() -> None:
    state = think([]).state
    assert step(state, entry_ref(2, 0), described(post())) == ()


def _by_reading(spoken: list[Spoken], thought: Thought) -> set[frozenset[str]]:
    """Name each crossing by the readings in it, which do not depend on where they stand in the log."""
    groups: dict[str, set[str]] = {}
    for seq, one in enumerate(spoken, start=2):
        groups.setdefault(thought.owner[entry_ref(seq, 0)], set()).add(one.said.reading_id)
    return {frozenset(group) for group in groups.values()}
