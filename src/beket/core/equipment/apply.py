"""Fold facts about equipment into what is held."""

from __future__ import annotations

from beket.core.equipment.state import Equipment
from beket.words.facts import Fact, PostDescribed


def apply(held: Equipment, fact: Fact) -> Equipment:
    """Fold one fact in; never refuses."""
    if isinstance(fact, PostDescribed):
        held.post = fact.post
    return held
