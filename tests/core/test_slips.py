"""Slips that are shown after an outage: a claim of the lorry that they name, beside what is seen of it."""

from __future__ import annotations

from typing import Any

from beket.core.documents.apply import apply
from beket.core.documents.slips_kept import SLIPS_MAX, SLIPS_OF_VISIT_MAX
from beket.core.state import decode, encode
from beket.words.facts import CrossingsJoined, Fact, FindingRaised, SlipClaimed, StandingFound, StateClaimed
from beket.words.ids import SLIPS, CrossingId, EntryRef, Instant, ReadingId, entry_ref
from beket.words.readings import SlipShown
from beket.words.slips import Slip, SlipSign
from tests.core.procedures.desk import Desk
from tests.core.tape import BEGIN, PLACE
from tests.core.test_documents import Scene, of
from tests.words.slips import slip


def of_lorry(plate: str = "01111AAA", **said: Any) -> Slip:  # noqa: ANN401
    given = {"at": Instant(BEGIN), "until_at": Instant(BEGIN + 86_400_000), **said}
    return slip(plate, **given)


def show(scene: Scene, at_s: float, shown: Slip, crossing: CrossingId | None = None) -> tuple[Fact, ...]:
    said = SlipShown(
        device_id=SLIPS, received=Instant(BEGIN + int(at_s * 1000)), reading_id=ReadingId(f"s{scene.player.seq:031x}"),
        slip=shown, key="0123456789abcdef", signer="this house", by="a.asanov", crossing=crossing,
    )  # fmt: skip
    return scene._heard(said)


def last(scene: Scene) -> EntryRef:
    return entry_ref(scene.player.seq, 0)


def test_a_slip_is_of_the_one_lorry_here_that_it_names() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    (claimed,) = show(scene, 10, of_lorry())
    assert isinstance(claimed, SlipClaimed)
    assert (claimed.crossing, claimed.fits, claimed.of) == (scene.opened[0], "plate", last(scene))
    assert claimed.because == (last(scene),)


def test_after_an_empty_log_it_waits_and_the_camera_finds_it() -> None:
    scene = Scene()
    (kept,) = show(scene, 0, of_lorry())
    assert isinstance(kept, SlipClaimed)
    assert kept.crossing is None
    shown_by = last(scene)
    assert of(scene.says("10 front 01222BBB"), SlipClaimed) == []
    (claimed,) = of(scene.says("60 front 01111AAA"), SlipClaimed)
    assert (claimed.crossing, claimed.fits, claimed.of) == (scene.opened[1], "plate", shown_by)
    assert set(claimed.because) >= {shown_by, last(scene)}
    assert scene.player.state.documents.slips == {}
    assert of(scene.says("90 front 01111AAA"), SlipClaimed) == []


def test_what_is_too_old_waits_no_more() -> None:
    scene = Scene()
    show(scene, 0, of_lorry(until_at=Instant(BEGIN + 30_000)))
    assert of(scene.says("31 front 01111AAA"), SlipClaimed) == []
    show(scene, 40, of_lorry("01333CCC"))
    assert [one.slip.signs[0].value for one in scene.player.state.documents.slips.values()] == ["01333CCC"]


def test_the_same_slip_is_taken_in_once() -> None:
    scene = Scene()
    assert len(show(scene, 0, of_lorry())) == 1
    assert show(scene, 1, of_lorry()) == ()
    scene.says("10 front 01111AAA")
    assert show(scene, 20, of_lorry()) == ()
    assert show(scene, 21, of_lorry(), scene.opened[0]) == ()


def test_one_that_waits_and_is_then_shown_for_a_crossing_waits_no_more() -> None:
    scene = Desk()
    show(scene, 0, of_lorry(state="released"))
    waited = last(scene)
    scene.says("10 front 01222BBB")
    (claimed, *_) = of(show(scene, 20, of_lorry(state="released"), scene.opened[0]), SlipClaimed)
    assert (claimed.of, claimed.crossing, claimed.fits) == (waited, scene.opened[0], "order")
    assert set(claimed.because) == {waited, last(scene)}
    assert scene.state.documents.slips == {}
    facts = scene.says("60 front 01111AAA")
    assert (of(facts, SlipClaimed), of(facts, StateClaimed)) == ([], [])


def test_one_for_a_crossing_that_is_held_no_more_is_beside_it_and_not_of_the_next() -> None:
    scene = Desk()
    scene.says("0 front 01222BBB")
    old = CrossingId(f"{PLACE}:1.77")
    (claimed,) = show(scene, 10, of_lorry(state="released"), old)
    assert isinstance(claimed, SlipClaimed)
    assert (claimed.crossing, claimed.fits, claimed.other) == (old, "order", None)
    facts = scene.says("60 front 01111AAA")
    assert (of(facts, SlipClaimed), of(facts, StateClaimed)) == ([], [])
    (again,) = of(show(scene, 70, of_lorry(state="released"), scene.opened[-1]), SlipClaimed)
    assert (again.crossing, again.other) == (scene.opened[-1], old)


def test_a_slip_for_a_crossing_that_names_another_vehicle_is_a_finding_and_claims_no_release() -> None:
    scene = Desk()
    scene.says("0 front 01222BBB")
    facts = show(scene, 10, of_lorry(state="released"), scene.opened[0])
    (found,) = of(facts, FindingRaised)
    assert (found.rule, found.level) == ("P07", "high")
    assert found.values == {"slip_plates": "01111AAA", "seen_plates": "01222BBB"}
    assert last(scene) in found.because
    assert of(facts, StateClaimed) == []


def test_one_sign_that_cameras_confuse_is_no_other_vehicle() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    facts = show(scene, 10, of_lorry("O1111AAA", signs=(SlipSign(role="front", value="0I111AAA"),)), scene.opened[0])
    assert of(facts, FindingRaised) == []


def test_a_released_lorry_is_claimed_to_be_released_and_stands_as_before() -> None:
    desk = Desk()
    desk.says("0 front 01111AAA")
    before = desk.state.procedures.courses[desk.opened[0]].standing
    assert before is not None
    facts = show(desk, 10, of_lorry(state="released"))
    (claimed,) = of(facts, StateClaimed)
    assert (claimed.crossing, claimed.state, claimed.by) == (desk.opened[0], "released", "a.asanov")
    (standing,) = of(facts, StandingFound)
    assert standing.claims == ("released",)
    assert (standing.state, standing.steps, standing.lacks) == (before.state, before.steps, before.lacks)


def test_its_own_crossing_is_known_by_name_where_the_log_was_not_lost() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.says("600 exit 01111AAA")
    scene.says("900 front 01111AAA")
    own = scene.opened[0]
    (claimed,) = of(show(scene, 1000, of_lorry(place=PLACE, crossing=own)), SlipClaimed)
    assert claimed.crossing == own


def test_a_log_that_began_anew_may_give_the_same_name_to_another_lorry() -> None:
    scene = Scene()
    scene.says("0 front 01222BBB")
    (claimed,) = show(scene, 10, of_lorry(place=PLACE, crossing=scene.opened[0]))
    assert isinstance(claimed, SlipClaimed)
    assert claimed.crossing is None


def test_a_slip_of_an_earlier_crossing_is_a_finding_in_the_next() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.says("600 exit 01111AAA")
    scene.says("900 front 01111AAA")
    own, later = scene.opened
    facts = show(scene, 1000, of_lorry(place=PLACE, crossing=own), later)
    (claimed,) = of(facts, SlipClaimed)
    assert (claimed.crossing, claimed.other) == (later, own)
    (found,) = of(facts, FindingRaised)
    assert (found.rule, found.values) == ("U02", {"other_crossings": own})


def test_a_copy_that_is_shown_for_a_second_lorry_is_a_finding() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    show(scene, 10, of_lorry(), scene.opened[0])
    scene.says("30 front 01222BBB")
    facts = show(scene, 60, of_lorry(), scene.opened[1])
    assert sorted(one.rule for one in of(facts, FindingRaised)) == ["P07", "U02"]


def test_two_crossings_that_turn_out_to_be_one_are_no_two_uses() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    show(scene, 10, of_lorry(), scene.opened[0])
    scene.says("30 front 01222BBB")
    show(scene, 60, of_lorry(), scene.opened[1])
    gone, into = scene.opened
    held = scene.player.state.documents
    apply(held, CrossingsJoined(at=Instant(BEGIN + 70_000), because=(last(scene),), crossing=gone, into=into))
    assert [one.other for one in held.visits[into].slips.values()] == [None, None]
    assert set(held.slips_of.values()) == {into}


def test_what_is_held_has_an_end() -> None:
    scene = Scene()
    for number in range(SLIPS_MAX + 2):
        show(scene, 0, of_lorry(f"01{number:04d}Z"))
    assert len(scene.player.state.documents.slips) == SLIPS_MAX
    scene.says("10 front 01111AAA")
    for number in range(SLIPS_OF_VISIT_MAX + 2):
        show(scene, 20, of_lorry(position=number), scene.opened[0])
    assert len(scene.player.state.documents.visits[scene.opened[0]].slips) == SLIPS_OF_VISIT_MAX


def test_what_is_held_of_two_that_are_one_has_the_same_end() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.says("30 front 01222BBB")
    gone, into = scene.opened
    for number in range(SLIPS_OF_VISIT_MAX):
        show(scene, 60, of_lorry(position=number), into)
        show(scene, 60, of_lorry(position=100 + number), gone)
    held = scene.player.state.documents
    apply(held, CrossingsJoined(at=Instant(BEGIN + 70_000), because=(last(scene),), crossing=gone, into=into))
    assert len(held.visits[into].slips) == SLIPS_OF_VISIT_MAX
    assert last(scene) in held.visits[into].slips


def test_a_snapshot_in_between_changes_nothing() -> None:
    scene = Scene()
    show(scene, 0, of_lorry())
    scene.player.state = decode(encode(scene.player.state))
    (claimed,) = of(scene.says("60 front 01111AAA"), SlipClaimed)
    assert claimed.crossing == scene.opened[0]
    assert encode(decode(encode(scene.player.state))) == encode(scene.player.state)
