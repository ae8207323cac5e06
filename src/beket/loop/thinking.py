"""What the loop needs of the core, as five functions: the core itself, or a lighter one where the loop is measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from beket.core import state as core_state
from beket.core.step import step
from beket.words.decisions import Decision
from beket.words.facts import Fact
from beket.words.ids import EntryRef, PlaceId
from beket.words.readings import Reading


class Thinking(Struct, frozen=True, kw_only=True):
    """How facts follow from entries and how they are held; `rules` names the law of thought for snapshots."""

    rules: str
    empty: Callable[[PlaceId], Any]
    step: Callable[[Any, EntryRef, Reading | Decision], tuple[Fact, ...]]
    apply: Callable[[Any, EntryRef, Fact], Any]
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]

    def fold(self, state: object, fact: Fact) -> object:
        """Fold a fact in, under the entry that brought it about: the same name live, at a start and in a replay."""
        return self.apply(state, fact.because[-1], fact)


CORE: Final = Thinking(
    rules="3",
    empty=core_state.empty,
    step=step,
    apply=core_state.apply,
    encode=core_state.encode,
    decode=core_state.decode,
)
"""The house's own thinking."""
