"""Conclude crossings from what devices say."""

from __future__ import annotations

from beket.core.crossings.state import Crossings
from beket.words.decisions import Decision
from beket.words.facts import Fact
from beket.words.ids import EntryRef
from beket.words.readings import Reading


def react(_held: Crossings, _ref: EntryRef, _body: Reading | Decision) -> tuple[Fact, ...]:
    """Conclude facts about crossings from one entry."""
    return ()
