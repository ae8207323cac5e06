"""The one door into the thinking: one entry in, the facts that follow from it out."""

from __future__ import annotations

from typing import Final, get_args

from beket.core.acts.react import react as react_acts
from beket.core.crossings.react import react as react_crossings
from beket.core.documents.ahead import Ahead
from beket.core.documents.react import react as react_documents
from beket.core.equipment.react import react as react_equipment
from beket.core.holding.react import react as react_holding
from beket.core.procedures.react import react as react_procedures
from beket.core.procedures.records import recorded
from beket.core.radiation.react import react as react_radiation
from beket.core.risk.react import judge
from beket.core.situations.react import react as react_situations
from beket.core.state import State
from beket.words.decisions import (
    AttachDocument,
    Decision,
    DetachDocument,
    IssueAct,
    OfLimits,
    OfPassages,
    RetireMap,
    SaveMap,
    SignAct,
)
from beket.words.facts import Fact
from beket.words.ids import EntryRef, Instant
from beket.words.readings import DocumentLodged, Reading, Said, SlipShown, SourceAnswered


def step(state: State, ref: EntryRef, body: Reading | Decision) -> tuple[Fact, ...]:
    """Conclude facts from one entry: same state and same entry give the same facts.

    The state is only read; the caller folds the facts in, in order, before the next entry.
    """
    if isinstance(body, IssueAct | SignAct):
        return react_acts(state.acts, state.place, ref, body)
    concluded = _concluded(state, ref, body)
    return concluded + react_situations(state.situations, ref, body, concluded)


def _concluded(state: State, ref: EntryRef, body: Reading | Decision) -> tuple[Fact, ...]:
    """Conclude what is so of devices, visits and papers; what people have to do about it is concluded from that."""
    concluded = (
        react_equipment(state.equipment, ref, body)
        + react_radiation(state.radiation, ref, body)
        + react_crossings(state.crossings, ref, body)
    )
    if isinstance(body, OfPassages):  # first of all: what was noted is held against the papers
        concluded += recorded(state.procedures, ref, body)
    if concluded or type(body) in OF_DOCUMENTS:
        ahead = Ahead(state.documents, concluded)
        concluded += react_documents(ahead, ref, body)
        concluded += judge(ahead, ref, moment_of(body))
    concluded += react_procedures(state.procedures, ref, body, concluded)
    return concluded + react_holding(state.holding, ref, body, concluded)


OF_DOCUMENTS: Final = frozenset(
    {
        DocumentLodged, SourceAnswered, SlipShown, AttachDocument, DetachDocument, SaveMap, RetireMap,
        *get_args(OfLimits),
    }
)  # fmt: skip
"""What documents are concluded from by itself; all else touches them through what it says of crossings."""


def moment_of(body: Reading | Decision) -> Instant:
    """Say when an entry was made."""
    return body.received if isinstance(body, Said) else body.at
