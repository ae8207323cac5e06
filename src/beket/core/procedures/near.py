"""What will be held of the crossings that one entry touches: copied, and folded ahead by the same `apply`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from beket.core.procedures.apply import OF_COURSES, apply
from beket.core.procedures.state import Course, Procedures
from beket.words.facts import (
    AlarmAdjudicated,
    CrossingOpened,
    CrossingsJoined,
    DocumentAttached,
    DocumentFiled,
    EvidenceMoved,
    Fact,
)
from beket.words.ids import CrossingId


class Near:
    """The crossings that one entry touches, as they will be."""

    def __init__(self, held: Procedures, facts: Iterable[Fact] = ()) -> None:
        """Copy what these facts touch, and fold them."""
        self._held = held
        self.near = Procedures(in_force=list(held.in_force), proposed=dict(held.proposed))
        self.touched: dict[CrossingId, None] = {}
        self.gone: set[CrossingId] = set()
        for fact in facts:
            self.fold(fact)

    def running(self) -> Iterator[Course]:
        """Give the crossings that are still here, as they will be."""
        for name, known in self._held.courses.items():
            course = self.near.courses.get(name, known)
            if name not in self.gone and course.closed is None and course.departed_at is None:
                yield course

    def look_at(self, crossings: Iterable[CrossingId]) -> None:
        """Have crossings looked at though nothing was said of them: the clock went on."""
        for crossing in crossings:
            self._bring(crossing)

    def fold(self, fact: Fact) -> None:
        """Fold one fact here."""
        match fact:
            case CrossingOpened():
                self.touched[fact.crossing] = None
            case EvidenceMoved():
                self._bring(fact.out_of)
                self._bring(fact.crossing)
            case CrossingsJoined():
                self._bring(fact.crossing)
                self._bring(fact.into)
                self.touched.pop(fact.crossing, None)
                self.gone.add(fact.crossing)
            case AlarmAdjudicated():
                crossing = self._held.alarms.get(fact.of)
                if crossing is not None:
                    self.near.alarms[fact.of] = crossing
                    self._bring(crossing)
            case DocumentAttached():
                known = self._held.papers.get(fact.document)
                if known is not None and fact.document not in self.near.papers:
                    self.near.papers[fact.document] = known
                self._bring(fact.crossing)
            case DocumentFiled():
                pass
            case _:
                if type(fact) in OF_COURSES:
                    self._bring(getattr(fact, "crossing", None))
        apply(self.near, fact)

    def _bring(self, name: CrossingId | None) -> None:
        if name is None:
            return
        known = self._held.courses.get(name)
        if known is not None and name not in self.near.courses:
            self.near.courses[name] = replace(
                known, proofs=dict(known.proofs), papers=dict(known.papers), alarms=dict(known.alarms),
                findings=dict(known.findings), begun=dict(known.begun), done=dict(known.done),
                claims=dict(known.claims), asked_at=dict(known.asked_at), overdue=dict(known.overdue),
                raised=dict(known.raised), records=dict(known.records), overtaken=dict(known.overtaken),
            )  # fmt: skip
        if name in self.near.courses:
            self.touched[name] = None
