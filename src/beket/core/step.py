"""The one door into the thinking: one entry in, the facts that follow from it out."""

from __future__ import annotations

from beket.core.crossings.react import react as react_crossings
from beket.core.equipment.react import react as react_equipment
from beket.core.radiation.react import react as react_radiation
from beket.core.state import State
from beket.words.decisions import Decision
from beket.words.facts import Fact
from beket.words.ids import EntryRef
from beket.words.readings import Reading


def step(state: State, ref: EntryRef, body: Reading | Decision) -> tuple[Fact, ...]:
    """Conclude facts from one entry: same state and same entry give the same facts.

    The state is only read; the caller folds the facts in, in order, before the next entry.
    """
    return (
        react_equipment(state.equipment, ref, body)
        + react_radiation(state.radiation, ref, body)
        + react_crossings(state.crossings, ref, body)
    )
