"""Situations as they will be once what was just concluded is folded in; only those that it touches are copied."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from beket.core.situations.apply import apply
from beket.core.situations.silence import follow
from beket.core.situations.state import Situation, Situations
from beket.words.facts import (
    DocumentAttached,
    DocumentDetached,
    Fact,
    Signal,
    SituationChanged,
    SituationClosed,
    SituationOpened,
    SituationRaisedAgain,
    SituationsMerged,
)
from beket.words.ids import CrossingId, DocumentId, EntryRef, SituationId

SituationFact = SituationOpened | SituationChanged | SituationRaisedAgain | SituationsMerged | SituationClosed
"""What signals alone make of situations."""

_PAPERS: Final = (DocumentAttached, DocumentDetached)


class Ahead:
    """The situations of a place as they will be; `concluded` is what was said about them here, in order."""

    def __init__(self, held: Situations, ref: EntryRef) -> None:
        """Begin with what is held; `ref` is the entry that is thought about."""
        self.ref = ref
        self.concluded: list[SituationFact] = []
        self._copied: set[SituationId] = set()
        self._opened = 0
        self._papers: dict[DocumentId, CrossingId | None] = {}
        self._held = held
        self.near = replace(
            held,
            situations=dict(held.situations),
            by_about=dict(held.by_about),
            standing=dict(held.standing),
            papers={},
            silent=dict(held.silent),
        )

    def of(self, about: str) -> Situation | None:
        """The open situation about something, as it will be."""
        return self.near.of(about)

    def behind(self, key: str) -> Situation | None:
        """The situation in which a signal stands."""
        name = self.near.standing.get(key)
        return None if name is None else self.near.situations[name]

    def signal(self, key: str) -> Signal | None:
        """A signal that stands."""
        situation = self.behind(key)
        return None if situation is None else situation.signals[key]

    def visit_of(self, document: DocumentId) -> CrossingId | None:
        """Whose a document is."""
        if document in self._papers:
            return self._papers[document]
        return self._held.papers.get(document)

    def hear(self, fact: Fact) -> None:
        """Take in what others concluded: whose a document is now, which device is silent."""
        follow(self.near, fact)
        if isinstance(fact, _PAPERS):
            self._papers[fact.document] = fact.crossing if isinstance(fact, DocumentAttached) else None

    def say(self, fact: SituationFact) -> None:
        """Conclude a fact, and have it folded in here."""
        self.concluded.append(fact)
        touched = (fact.situation, fact.into) if isinstance(fact, SituationsMerged) else (fact.situation,)
        for name in touched:
            if name in self.near.situations and name not in self._copied:
                self._copied.add(name)
                self.near.situations[name] = _copy(self.near.situations[name])
        apply(self.near, fact)

    def next_name(self) -> SituationId:
        """Name another situation that this entry raises."""
        self._opened += 1
        name = SituationId(f"{self.near.place}:{self.ref}.{self._opened}")
        self._copied.add(name)
        return name


def _copy(situation: Situation) -> Situation:
    return replace(
        situation, signals=dict(situation.signals), known=dict(situation.known), abouts=list(situation.abouts),
        ticks=dict(situation.ticks),
    )  # fmt: skip
