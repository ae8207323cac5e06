"""The slices of one place side by side: all that is held, as a fold of facts."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from beket.core.acts.apply import apply as apply_to_acts
from beket.core.acts.state import Acts
from beket.core.crossings.apply import apply as apply_to_crossings
from beket.core.crossings.state import Crossings
from beket.core.documents.apply import apply as apply_to_documents
from beket.core.documents.state import Documents
from beket.core.equipment.apply import apply as apply_to_equipment
from beket.core.equipment.state import Equipment
from beket.core.holding.apply import apply as apply_to_holding
from beket.core.holding.state import Holding
from beket.core.procedures.apply import apply as apply_to_procedures
from beket.core.procedures.state import Procedures
from beket.core.radiation.apply import apply as apply_to_radiation
from beket.core.radiation.state import Radiation
from beket.core.situations.apply import apply as apply_to_situations
from beket.core.situations.state import Situations
from beket.words.facts import Fact
from beket.words.ids import EntryRef, PlaceId


class State(Struct, kw_only=True):
    """All that the house holds of one place.

    It is folded in place and owned by whoever folds it (docs/decisions/0002): never share one between two loops.
    """

    place: PlaceId
    crossings: Crossings
    equipment: Equipment
    radiation: Radiation
    documents: Documents
    situations: Situations
    procedures: Procedures
    holding: Holding
    acts: Acts


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(State)


def empty(place: PlaceId) -> State:
    """Give the state of a place of which nothing was said yet."""
    return State(
        place=place,
        crossings=Crossings(place=place),
        equipment=Equipment(),
        radiation=Radiation(),
        documents=Documents(place=place),
        situations=Situations(place=place),
        procedures=Procedures(),
        holding=Holding(),
        acts=Acts(),
    )


def apply(state: State, ref: EntryRef, fact: Fact) -> State:  # noqa: ARG001 - kept in the signature for bookkeeping
    """Fold one fact in and give the state back; it never refuses, for the fact has already happened."""
    apply_to_crossings(state.crossings, fact)
    apply_to_equipment(state.equipment, fact)
    apply_to_radiation(state.radiation, fact)
    apply_to_documents(state.documents, fact)
    apply_to_situations(state.situations, fact)
    apply_to_procedures(state.procedures, fact)
    apply_to_holding(state.holding, fact)
    apply_to_acts(state.acts, fact)
    return state


def encode(state: State) -> bytes:
    """Write a snapshot; the same state gives the same bytes."""
    return _ENCODER.encode(state)


def decode(snapshot: bytes) -> State:
    """Read a snapshot back; raises msgspec.ValidationError, and the caller folds from the beginning instead."""
    return _DECODER.decode(snapshot)
