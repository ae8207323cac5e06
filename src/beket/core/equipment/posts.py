"""Conclude how a checkpoint is laid out: the site file says so, or one person proposes a layout and another approves.

One layout is in force. One more may be approved and wait for its day; a site file that changes meanwhile takes its
place, because it says what stands there now.
"""

from __future__ import annotations

from typing import Final

from beket.core.equipment.state import Equipment, ProposedPost
from beket.core.refused import refused
from beket.words.decisions import REMARK_MAX, ApprovePost, DescribePost, OfPosts, ProposePost, RejectPost
from beket.words.facts import Fact, PostApproved, PostDescribed, PostProposed, PostRejected
from beket.words.ids import EntryRef, Instant
from beket.words.roles import may
from beket.words.site import fingerprint, is_coherent

POSTS_PROPOSED_MAX: Final = 5
"""Most layouts that wait for a second person at one place: more are to be rejected first."""


def on_ordered(held: Equipment, ref: EntryRef, order: DescribePost | OfPosts) -> tuple[Fact, ...]:
    """Take what was ordered, or say in one word why it cannot be so."""
    match order:
        case DescribePost():
            return _described(held, ref, order)
        case ProposePost():
            why = _why_not_proposed(held, order)
        case ApprovePost():
            why = _why_not_approved(held, order)
        case RejectPost():
            why = _why_not_rejected(held, order)
    return (refused(ref, order, why),) if why is not None else _taken(held, ref, order)


def of_time(held: Equipment, ref: EntryRef, now: Instant) -> tuple[Fact, ...]:
    """Put in force the layout whose day has come."""
    of = held.post_coming
    if of is None or now < held.posts_proposed[of].from_at:
        return ()
    return (PostDescribed(at=now, because=(ref, of), post=held.posts_proposed[of].post, of=of),)


def fold_posts(held: Equipment, fact: PostProposed | PostApproved | PostRejected) -> None:
    """Hold what waits."""
    match fact:
        case PostProposed():
            held.posts_proposed[fact.because[0]] = ProposedPost(
                post=fact.post, sha256=fact.sha256, replaces=fact.replaces, from_at=fact.from_at, by=fact.by
            )
        case PostApproved():
            held.post_coming, held.post_version = fact.of, fact.version
        case PostRejected():
            let_go(held, fact.of)


def let_go(held: Equipment, of: EntryRef | None) -> None:
    """Forget a layout that waits no more: it fell, or it is in force."""
    if of is not None:
        held.posts_proposed.pop(of, None)
        held.post_coming = None if held.post_coming == of else held.post_coming


def _described(held: Equipment, ref: EntryRef, order: DescribePost) -> tuple[Fact, ...]:
    """Put in force what the site file says, where that is new; what was to come falls with it."""
    if order.post == held.post:
        return ()
    described = PostDescribed(at=order.at, because=(ref,), post=order.post)
    if held.post_coming is None:
        return (described,)
    of = held.post_coming
    return (described, PostRejected(at=order.at, because=(ref, of), of=of, by=order.by, superseded=True))


def _taken(held: Equipment, ref: EntryRef, order: OfPosts) -> tuple[Fact, ...]:
    match order:
        case ProposePost():
            return (
                PostProposed(
                    at=order.at, because=(ref,), post=order.post, sha256=order.sha256, replaces=order.replaces,
                    from_at=order.from_at, by=order.by,
                ),
            )  # fmt: skip
        case ApprovePost():
            return _approved(held, ref, order)
        case RejectPost():
            return (
                PostRejected(at=order.at, because=(ref, order.of), of=order.of, by=order.by, why=order.why.strip()),
            )


def _approved(held: Equipment, ref: EntryRef, order: ApprovePost) -> tuple[Fact, ...]:
    """Approve a layout, and put it in force where its day is there already."""
    proposed = held.posts_proposed[order.of]
    approved = PostApproved(
        at=order.at, because=(ref, order.of), of=order.of, sha256=proposed.sha256, version=held.post_version + 1,
        from_at=Instant(max(proposed.from_at, order.at)), by=proposed.by, second=order.by,
    )  # fmt: skip
    if proposed.from_at > order.at:
        return (approved,)
    return (approved, PostDescribed(at=order.at, because=(ref, order.of), post=proposed.post, of=order.of))


def _why_not_proposed(held: Equipment, order: ProposePost) -> str | None:  # noqa: PLR0911 - one line a reason
    if not may(order.role, "propose_posts"):
        return "not_allowed"
    if fingerprint(order.post) != order.sha256:
        return "post_torn"
    if not is_coherent(order.post):
        return "post_unusable"
    if held.post is not None and order.post.id != held.post.id:
        return "another_post"
    if order.post == held.post:
        return "post_is_the_same"
    if order.replaces != _in_force(held):
        return "post_moved_on"
    return "too_many_posts" if len(held.posts_proposed) >= POSTS_PROPOSED_MAX else None


def _why_not_approved(held: Equipment, order: ApprovePost) -> str | None:
    proposed = held.posts_proposed.get(order.of)
    if not may(order.role, "approve_posts"):
        return "not_allowed"
    if proposed is None:
        return "no_such_layout"
    if proposed.sha256 != order.sha256:
        return "post_changed_meanwhile"
    if proposed.by == order.by:
        return "second_person"
    if held.post_coming is not None:
        return "another_is_coming"
    return "post_moved_on" if proposed.replaces != _in_force(held) else None


def _why_not_rejected(held: Equipment, order: RejectPost) -> str | None:
    if not may(order.role, "propose_posts") and not may(order.role, "approve_posts"):
        return "not_allowed"
    if order.of not in held.posts_proposed:
        return "no_such_layout"
    if held.post_coming == order.of and not may(order.role, "approve_posts"):
        return "not_allowed"
    return None if 0 < len(order.why.strip()) <= REMARK_MAX else "no_reason"


def _in_force(held: Equipment) -> str | None:
    return None if held.post is None else fingerprint(held.post)
