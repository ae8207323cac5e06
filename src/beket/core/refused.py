"""Say of a decision that it could not be taken so: one fact, whichever slice refuses it."""

from __future__ import annotations

from beket.words.decisions import Ordered
from beket.words.facts import DecisionRefused
from beket.words.ids import EntryRef


def refused(ref: EntryRef, ordered: Ordered, why: str) -> DecisionRefused:
    """Refuse a decision with the one word why."""
    return DecisionRefused(at=ordered.at, because=(ref,), decision_id=ordered.decision_id, by=ordered.by, why=why)
