"""Conclude the state of equipment from what it says."""

from __future__ import annotations

from beket.core.equipment.state import Equipment
from beket.words.decisions import Decision, DescribePost
from beket.words.facts import Fact, PostDescribed
from beket.words.ids import EntryRef
from beket.words.readings import Reading


def react(held: Equipment, ref: EntryRef, body: Reading | Decision) -> tuple[Fact, ...]:
    """Conclude facts about equipment from one entry."""
    if isinstance(body, DescribePost) and body.post != held.post:
        return (PostDescribed(at=body.at, because=(ref,), post=body.post),)
    return ()
