"""What will be held once the facts just concluded are folded in: only of those crossings and papers that they touch.

A step reads the state and never writes it. Who belongs to whom depends on what the same entry has just brought, so the
few that it touches are copied, folded by the same `apply`, and asked before the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from msgspec.structs import replace

from beket.core.documents.apply import apply, put
from beket.core.documents.limits import USES_MAX
from beket.core.documents.state import Documents, Paper, Scale, Visit, linking
from beket.words.facts import (
    CrossingsJoined,
    DocumentAttached,
    DocumentDetached,
    DocumentFiled,
    EvidenceMoved,
    Fact,
    SourceCompared,
)
from beket.words.ids import CrossingId, DeviceId, DocumentId

Name = TypeVar("Name", CrossingId, DocumentId)


class Ahead:
    """The documents of a place as they will be; `facts` are those that were folded here and not yet there."""

    def __init__(self, held: Documents, facts: Iterable[Fact] = ()) -> None:
        """Copy what these facts touch, and fold them."""
        self._held = held
        self._near = Documents(place=held.place, scales=held.scales)
        self._gone: set[CrossingId | DocumentId] = set()
        self.touched: dict[CrossingId, None] = {}
        self.filed: dict[DocumentId, None] = {}
        for fact in facts:
            self.fold(fact)

    @property
    def held(self) -> Documents:
        """What was held before."""
        return self._held

    def fold(self, fact: Fact) -> None:
        """Fold one fact here."""
        for crossing in _crossings_of(fact):
            self._bring_visit(crossing)
            self.touched[crossing] = None
        document = getattr(fact, "document", None)
        if document is not None:
            self._bring_paper(document)
        if isinstance(fact, SourceCompared):
            self.filed[fact.document] = None
        if isinstance(fact, DocumentFiled):
            self.filed[fact.document] = None
            self._bring_replaced(fact.replaces)
        if isinstance(fact, CrossingsJoined):
            self._gone.add(fact.crossing)
            self.touched.pop(fact.crossing, None)
        apply(self._near, fact)
        if isinstance(fact, DocumentAttached | DocumentDetached):
            self._touch_uses(fact.document)

    def visit(self, name: CrossingId) -> Visit | None:
        """A crossing as it will be."""
        if name in self._gone:
            return None
        near = self._near.visits.get(name)
        return self._held.visits.get(name) if near is None else near

    def paper(self, name: DocumentId) -> Paper | None:
        """A document as it will be; None where a later version took its place."""
        if name in self._gone:
            return None
        near = self._near.papers.get(name)
        return self._held.papers.get(name) if near is None else near

    def scale(self, device: DeviceId) -> Scale:
        """What the register says of a scale."""
        return self._held.scales.get(device, Scale())

    def visits_of(self, key: str) -> Iterator[Visit]:
        """Crossings that are known by a plate or container, oldest first."""
        for name in _together(self._held.visits_by_sign.get(key), self._near.visits_by_sign.get(key)):
            visit = self.visit(name)
            if visit is not None and key in visit.known_by():
                yield visit

    def papers_of(self, key: str) -> Iterator[Paper]:
        """Papers on file that name a plate or container, oldest first."""
        return self._papers(_together(self._held.by_sign.get(key), self._near.by_sign.get(key)))

    def linked(self, paper: Paper) -> Iterator[tuple[str, Paper]]:
        """Papers that this one names, or that name it, each with the number that says so."""
        for number in linking(paper.gist.named):
            for other in self._papers(_together(self._held.by_number.get(number), self._near.by_number.get(number))):
                yield number, other
        for number in linking(paper.gist.own):
            for other in self._papers(_together(self._held.by_named.get(number), self._near.by_named.get(number))):
                yield number, other

    def _papers(self, names: Iterable[DocumentId]) -> Iterator[Paper]:
        for name in names:
            paper = self.paper(name)
            if paper is not None:
                yield paper

    def _bring_visit(self, name: CrossingId) -> None:
        """Copy a crossing with the papers that are its."""
        known = self._held.visits.get(name)
        if known is None or name in self._near.visits:
            return
        near = self._near.visits[name] = replace(
            known, signs=dict(known.signs), containers=dict(known.containers), weighings=dict(known.weighings),
            radiated=list(known.radiated), papers=list(known.papers), findings=dict(known.findings),
            noted=dict(known.noted), slips=dict(known.slips),
        )  # fmt: skip
        for key in near.known_by():
            self._near.visits_by_sign.setdefault(key, []).append(name)
        for paper in near.papers:
            self._bring_paper(paper)

    def _bring_replaced(self, name: DocumentId | None) -> None:
        """Copy the version before, and the crossings that it leaves."""
        before = None if name is None else self.paper(name)
        if before is None:
            return
        for crossing in before.crossings:
            self._bring_visit(crossing)
            self.touched[crossing] = None
        self._bring_paper(before.id)
        self._gone.add(before.id)

    def _touch_uses(self, name: DocumentId) -> None:
        """What a document is used for elsewhere concerns every crossing that has it."""
        paper = self.paper(name)
        for crossing in tuple(paper.crossings)[:USES_MAX] if paper is not None else ():
            self._bring_visit(crossing)
            self.touched[crossing] = None

    def _bring_paper(self, name: DocumentId) -> None:
        known = self._held.papers.get(name)
        if known is not None and name not in self._near.papers:
            put(self._near, replace(known, crossings=dict(known.crossings), findings=dict(known.findings)))


def _crossings_of(fact: Fact) -> tuple[CrossingId, ...]:
    """The crossings that a fact changes."""
    match fact:
        case EvidenceMoved():
            return (fact.out_of, fact.crossing)
        case CrossingsJoined():
            return (fact.crossing, fact.into)
        case _:
            crossing = getattr(fact, "crossing", None)
            return () if crossing is None else (crossing,)


def _together(first: list[Name] | None, second: list[Name] | None) -> list[Name]:
    return list(dict.fromkeys((*(first or ()), *(second or ()))))
