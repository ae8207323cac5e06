"""How a checkpoint is laid out: by the site file, or proposed by one person and approved by another."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from beket.core.equipment import posts
from beket.core.state import decode, encode
from beket.words import facts as f
from beket.words.decisions import ApprovePost, DescribePost, ProposePost, RejectPost
from beket.words.facts import Fact
from beket.words.ids import DeviceId, EntryRef, Instant, LaneId
from beket.words.site import Device, Post, fingerprint
from tests.core.test_trust import BEGIN, DAY, MINUTE, Desk, post

SECOND_SCALE: Final = Device(id=DeviceId("scale-2"), driver="x", lane=LaneId("in-1"), zone="control", klass="scale")


def laid(*more: Device, **changed: Any) -> Post:  # noqa: ANN401
    was = post()
    return structs.replace(was, devices=(*was.devices, *more), **changed)


def say(desk: Desk, kind: Any, by: str = "a.asanov", role: str = "administrator", **named: Any) -> list[Fact]:  # noqa: ANN401
    order = {"decision_id": "d", "by": by, "role": role, "at": BEGIN, **named}
    return desk.say(msgspec.convert(order, kind, str_keys=False))


def propose(desk: Desk, wanted: Post, from_at: int = BEGIN, **more: Any) -> Fact:  # noqa: ANN401
    held = desk.state.equipment.post
    named = {"replaces": None if held is None else fingerprint(held), "sha256": fingerprint(wanted)} | more
    (fact,) = say(desk, ProposePost, post=wanted, from_at=from_at, **named)
    return fact


def proposed(desk: Desk, wanted: Post, from_at: int = BEGIN, **more: Any) -> EntryRef:  # noqa: ANN401
    fact = propose(desk, wanted, from_at, **more)
    assert isinstance(fact, f.PostProposed), fact
    return fact.because[0]


def approve(desk: Desk, of: EntryRef, wanted: Post, by: str = "b.bekov", **more: Any) -> list[Fact]:  # noqa: ANN401
    return say(desk, ApprovePost, by=by, of=of, sha256=fingerprint(wanted), **more)


def why(facts: list[Fact]) -> str:
    (fact,) = facts
    assert isinstance(fact, f.DecisionRefused), fact
    return fact.why


def test_a_layout_is_in_force_once_a_second_person_approves() -> None:
    desk, wanted = Desk(post()), laid(SECOND_SCALE)
    of = proposed(desk, wanted)
    assert desk.state.equipment.post == post()
    desk.state = decode(encode(desk.state))
    approved, described = approve(desk, of, wanted)
    assert isinstance(approved, f.PostApproved)
    assert (approved.by, approved.second, approved.version) == ("a.asanov", "b.bekov", 1)
    assert isinstance(described, f.PostDescribed)
    assert (described.post, described.of, described.because[1]) == (wanted, of, of)
    assert desk.state.equipment.post == wanted
    assert not desk.state.equipment.posts_proposed
    assert desk.state.equipment.known_since[SECOND_SCALE.id] == BEGIN


def test_one_with_a_day_waits_for_it() -> None:
    desk, wanted = Desk(post()), laid(SECOND_SCALE)
    (approved,) = approve(desk, proposed(desk, wanted, BEGIN + DAY), wanted)
    assert isinstance(approved, f.PostApproved)
    assert approved.from_at == BEGIN + DAY
    assert not [fact for fact in desk.tick(DAY - 1) if isinstance(fact, f.PostDescribed)]
    (described,) = [fact for fact in desk.tick(DAY) if isinstance(fact, f.PostDescribed)]
    assert (described.post, described.of) == (wanted, approved.of)
    assert not [fact for fact in desk.tick(DAY + MINUTE) if isinstance(fact, f.PostDescribed)]
    again = laid()
    assert len(approve(desk, proposed(desk, again, BEGIN + DAY), again, at=BEGIN + DAY)) == 2


def test_a_new_checkpoint_begins_with_its_proposal() -> None:
    desk = Desk(post())
    desk.state.equipment = type(desk.state.equipment)()
    of = proposed(desk, laid(), replaces=None)
    assert desk.state.equipment.post is None
    assert isinstance(approve(desk, of, laid())[1], f.PostDescribed)


def test_what_was_made_from_a_layout_that_is_no_longer_in_force_is_not_approved() -> None:
    desk = Desk(post())
    one, other = laid(SECOND_SCALE), laid(structs.replace(SECOND_SCALE, id=DeviceId("scale-3")))
    first, second = proposed(desk, one), proposed(desk, other)
    approve(desk, first, one)
    assert why(approve(desk, second, other)) == "post_moved_on"


def test_a_changed_site_file_takes_the_place_of_what_was_to_come() -> None:
    desk, wanted = Desk(post()), laid(SECOND_SCALE)
    of = proposed(desk, wanted, BEGIN + DAY)
    approve(desk, of, wanted)
    now = laid(zone_name="Asia/Almaty")
    described, rejected = desk.say(DescribePost(decision_id="e", by="a", role="administrator", at=BEGIN, post=now))  # type: ignore[arg-type]
    assert isinstance(described, f.PostDescribed)
    assert (described.post, described.of) == (now, None)
    assert isinstance(rejected, f.PostRejected)
    assert (rejected.of, rejected.superseded) == (of, True)
    assert not [fact for fact in desk.tick(2 * DAY) if isinstance(fact, f.PostDescribed)]
    assert desk.state.equipment.post == now


def test_one_that_is_coming_keeps_another_out_and_may_be_let_fall() -> None:
    desk = Desk(post())
    one, other = laid(SECOND_SCALE), laid(zone_name="Asia/Almaty")
    first, second = proposed(desk, one, BEGIN + DAY), proposed(desk, other)
    approve(desk, first, one)
    assert why(approve(desk, second, other)) == "another_is_coming"
    assert why(say(desk, RejectPost, role="device_engineer", of=first, why="not bought")) == "not_allowed"
    (fact,) = say(desk, RejectPost, of=first, why=" not bought ")
    assert isinstance(fact, f.PostRejected)
    assert fact.why == "not bought"
    assert len(approve(desk, second, other)) == 2


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"role": "duty_officer"}, "not_allowed"),
        ({"sha256": "0" * 64}, "post_torn"),
        ({"replaces": "0" * 64}, "post_moved_on"),
        ({"replaces": None}, "post_moved_on"),
    ],
)
def test_a_proposal_that_is_refused(more: dict[str, Any], code: str) -> None:
    assert why([propose(Desk(post()), laid(SECOND_SCALE), **more)]) == code


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (post(), "post_is_the_same"),
        (laid(id="KG-U"), "another_post"),
        (laid(post().devices[0]), "post_unusable"),
        (laid(structs.replace(SECOND_SCALE, lane=LaneId("in-9"))), "post_unusable"),
    ],
)
def test_a_layout_that_is_refused(wanted: Post, code: str) -> None:
    assert why([propose(Desk(post()), wanted)]) == code


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"by": "a.asanov"}, "second_person"),
        ({"role": "device_engineer"}, "not_allowed"),
        ({"sha256": "0" * 64}, "post_changed_meanwhile"),
        ({"of": "900.0"}, "no_such_layout"),
    ],
)
def test_an_approval_that_is_refused(more: dict[str, Any], code: str) -> None:
    desk, wanted = Desk(post()), laid(SECOND_SCALE)
    named = {"of": proposed(desk, wanted), "sha256": fingerprint(wanted), "by": "b.bekov"} | more
    assert why(say(desk, ApprovePost, **named)) == code


def test_rejecting_asks_for_a_reason_and_for_something_to_reject() -> None:
    desk = Desk(post())
    of = proposed(desk, laid(SECOND_SCALE))
    assert why(say(desk, RejectPost, of=of, why="  ")) == "no_reason"
    assert why(say(desk, RejectPost, of="900.0", why="x")) == "no_such_layout"
    say(desk, RejectPost, role="device_engineer", of=of, why="x")
    assert not desk.state.equipment.posts_proposed


def test_no_more_wait_than_the_maximum() -> None:
    desk = Desk(post())
    for number in range(posts.POSTS_PROPOSED_MAX):
        proposed(desk, laid(structs.replace(SECOND_SCALE, id=DeviceId(f"scale-{number}"))))
    assert why([propose(desk, laid(SECOND_SCALE))]) == "too_many_posts"


PEOPLE: Final = st.sampled_from(["a.asanov", "b.bekov"])


@given(
    st.lists(
        st.tuples(st.sampled_from(["propose", "approve", "reject", "file", "tick"]), PEOPLE, st.integers(0, 3)),
        max_size=25,
    )
)
def test_nothing_is_in_force_that_the_site_file_or_two_persons_did_not_put_there(
    moves: list[tuple[str, str, int]],
) -> None:
    desk = Desk(post())
    layouts = [laid(structs.replace(SECOND_SCALE, id=DeviceId(f"scale-{number}"))) for number in range(4)]
    by_file, by_two, asked = {fingerprint(post())}, set[str](), dict[EntryRef, tuple[Post, str]]()
    for turn, (move, who, number) in enumerate(moves):
        wanted = layouts[number]
        if move == "propose":
            fact = propose(desk, wanted, BEGIN + number * MINUTE, by=who)
            if isinstance(fact, f.PostProposed):
                asked[fact.because[0]] = (wanted, who)
        elif move == "file":
            desk.say(DescribePost(decision_id="e", by="x", role="administrator", at=Instant(BEGIN), post=wanted))
            by_file.add(fingerprint(wanted))
        elif move == "tick":
            desk.tick(turn * MINUTE)
        elif asked:
            of = list(asked)[number % len(asked)]
            if move == "reject":
                say(desk, RejectPost, by=who, of=of, why="x")
            elif not isinstance(
                approve(desk, of, asked[of][0], by=who, at=BEGIN + turn * MINUTE)[0], f.DecisionRefused
            ):
                assert who != asked[of][1]
                by_two.add(fingerprint(asked[of][0]))
        held = desk.state.equipment
        assert held.post is not None
        assert fingerprint(held.post) in by_file | by_two
        assert held.post_coming is None or held.post_coming in held.posts_proposed
