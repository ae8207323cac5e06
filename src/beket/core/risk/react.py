"""Have every rule in force look at what an entry touched: say what it finds anew, take back what no longer holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from beket.core.documents.ahead import Ahead
from beket.core.documents.pasts import been_here, pasts_of
from beket.core.documents.state import Documents, Held, Paper, Visit, finding_key, limits_of
from beket.core.procedures.apply import OWN_RULES
from beket.core.risk.in_force import OF_CROSSINGS, OF_DOCUMENTS
from beket.core.risk.picture import Because, Picture
from beket.core.risk.rule import Rule, Seen
from beket.words.facts import Fact, FindingRaised, FindingWithdrawn
from beket.words.ids import CrossingId, DocumentId, EntryRef, Instant

FINDINGS_MAX: Final = 100
"""Most findings of one crossing or document that are told: a paper that is wrong throughout is said to be."""

PAPERS_MAX: Final = 60
"""Most papers of one crossing that are compared, those that came last: a coach has as many passengers."""


class Context(Struct, frozen=True):
    """The entry that is thought about, when it was made, and which entry brought each paper."""

    ref: EntryRef
    said: dict[DocumentId, EntryRef]
    at: Instant


def judge(ahead: Ahead, ref: EntryRef, at: Instant) -> tuple[Fact, ...]:
    """Conclude findings about every crossing and document that an entry touched; they are folded ahead."""
    facts: list[Fact] = []
    for document in ahead.filed:
        paper = ahead.paper(document)
        if paper is not None:
            facts += _of_document(paper, ref, at)
    for crossing in ahead.touched:
        visit = ahead.visit(crossing)
        if visit is not None and _worth_a_look(ahead.held, visit):
            facts += _of_crossing(ahead, visit, ref, at)
    for fact in facts:
        ahead.fold(fact)
    return tuple(facts)


def _worth_a_look(held: Documents, visit: Visit) -> bool:
    """Most crossings have no papers, no slip and one weighing, below every limit: nothing there can disagree.

    No rule is asked then. The lightest of the limits is compared first, and a vehicle is new here, or it is not.
    """
    if visit.papers or visit.findings or visit.noted or visit.slips or len(visit.weighings) > 1:
        return True
    return bool(visit.weighings) and (_may_be_heavy(held, visit) or been_here(held, visit))


def _may_be_heavy(held: Documents, visit: Visit) -> bool:
    lightest = limits_of(held).lightest_kg
    return any(weighed.axles or weighed.gross_kg > lightest for weighed in visit.weighings.values())


def _of_crossing(ahead: Ahead, visit: Visit, ref: EntryRef, at: Instant) -> Iterator[Fact]:
    papers = tuple(paper for name in visit.papers[-PAPERS_MAX:] if (paper := ahead.paper(name)) is not None)
    picture = Picture(
        visit=visit, papers=papers, scales=ahead.held.scales, limits=limits_of(ahead.held),
        pasts=pasts_of(ahead.held, visit), earlier=_earlier(ahead, papers),
    )  # fmt: skip
    said = {paper.id: paper.ref for paper in papers}
    return _told(_found(OF_CROSSINGS, picture), visit.findings, Context(ref, said, at), crossing=visit.id)


def _earlier(ahead: Ahead, papers: tuple[Paper, ...]) -> tuple[Paper, ...]:
    """Papers of other visits that speak of the maker's numbers of the same plates, as long as they are held."""
    own = {paper.id for paper in papers}
    keys = dict.fromkeys(one.plate for paper in papers for one in paper.gist.vins if one.plate is not None)
    found = {
        other.id: other
        for key in keys
        for other in ahead.papers_of(key)
        if other.crossings and other.id not in own and any(one.plate == key for one in other.gist.vins)
    }
    return tuple(found.values())


def _of_document(paper: Paper, ref: EntryRef, at: Instant) -> Iterator[Fact]:
    return _told(
        _found(OF_DOCUMENTS, paper), paper.findings, Context(ref, {paper.id: paper.ref}, at), document=paper.id
    )


def _found(rules: Iterable[Rule[Seen]], seen: Seen) -> dict[str, tuple[Rule[Seen], Because]]:
    """What the rules find, by the name of the finding; of two of one name the first is told."""
    found: dict[str, tuple[Rule[Seen], Because]] = {}
    for rule in rules:
        for because in rule.check(seen):
            if len(found) >= FINDINGS_MAX:
                return found
            found.setdefault(finding_key(rule.code, because.subject), (rule, because))
    return found


def _told(
    found: dict[str, tuple[Rule[Seen], Because]],
    before: dict[str, Held],
    context: Context,
    *,
    crossing: CrossingId | None = None,
    document: DocumentId | None = None,
) -> Iterator[Fact]:
    at, ref = context.at, context.ref
    for key, (rule, because) in found.items():
        harm = because.harm or rule.harm
        level = rule.level(harm)
        held = Held(level=level, values=because.values, documents=because.documents)
        if before.get(key) != held:
            yield FindingRaised(
                at=at, because=_rests_on(context, because), rule=rule.code, level=level, crossing=crossing,
                document=document, subject=because.subject, values=because.values, documents=because.documents,
                harm=harm,
            )  # fmt: skip
    for key in before:
        code, _, subject = key.partition(" ")
        if key not in found and code not in OWN_RULES:  # what a standing gives rise to, its own slice takes back
            yield FindingWithdrawn(
                at=at, because=(ref,), rule=code, crossing=crossing, document=document, subject=subject
            )


def _rests_on(context: Context, because: Because) -> tuple[EntryRef, ...]:
    """The entry that is thought about, those that the rule names, and those that brought its papers."""
    papers = [context.said[name] for name in because.documents if name in context.said]
    return tuple(dict.fromkeys([context.ref, *because.entries, *papers]))
