"""Conclude what is on file and whose it is: one branch per kind of entry; what others concluded from it comes along."""

from __future__ import annotations

from collections.abc import Iterator

from beket.core.documents.ahead import Ahead
from beket.core.documents.fitting import fits
from beket.core.documents.maps import of_map
from beket.core.documents.slips import found_now, shown
from beket.core.documents.state import Documents, Paper, Visit
from beket.core.documents.weight_limits import of_limits
from beket.core.refused import refused
from beket.words.decisions import AttachDocument, Decision, DetachDocument, OfLimits, RetireMap, SaveMap
from beket.words.facts import (
    DocumentAttached,
    DocumentDetached,
    DocumentFiled,
    DocumentOffered,
    DocumentResent,
    Fact,
    FitsBy,
    SourceCompared,
)
from beket.words.gist import gist_of
from beket.words.ids import DocumentId, EntryRef, Instant
from beket.words.readings import DocumentLodged, Reading, SlipShown, SourceAnswered
from beket.words.roles import may


def react(ahead: Ahead, ref: EntryRef, body: Reading | Decision) -> tuple[Fact, ...]:
    """Conclude facts about documents from one entry and from what was concluded of crossings; they are folded ahead."""
    facts: list[Fact] = []
    for fact in _concluded(ahead, ref, body):
        ahead.fold(fact)
        facts.append(fact)
    return tuple(facts)


def _concluded(ahead: Ahead, ref: EntryRef, body: Reading | Decision) -> Iterator[Fact]:
    match body:
        case DocumentLodged():
            yield from _lodged(ahead, ref, body)
        case SourceAnswered() if body.document in ahead.held.papers:
            yield SourceCompared(
                at=body.received, because=(ref,), document=body.document, source=body.source, answered=body.answered,
                why=body.why, differences=body.differences,
            )  # fmt: skip
        case SourceAnswered():
            return
        case SlipShown():
            yield from shown(ahead, ref, body)
        case AttachDocument():
            yield from _ordered_there(ahead, ref, body)
        case DetachDocument():
            yield from _ordered_away(ahead, ref, body)
        case SaveMap() | RetireMap():
            yield of_map(ahead.held.maps, ref, body)
        case _ if isinstance(body, OfLimits):
            yield of_limits(ahead.held, ref, body)
        case _:
            received = getattr(body, "received", None)
            if received is not None:
                yield from _signs_changed(ahead, ref, received)


def _lodged(ahead: Ahead, ref: EntryRef, said: DocumentLodged) -> Iterator[Fact]:
    """A document that is on file word for word is the same one; else it is filed, perhaps as a later version."""
    held = ahead.held
    same = held.versions.get(said.identity)
    if same is not None and held.papers[same].content == said.content:
        yield DocumentResent(at=said.received, because=(ref,), document=same)
        if said.crossing is not None and said.crossing not in held.papers[same].crossings:
            yield from _brought_for(ahead, ref, said, same)
        return
    filed = _filed(held, ref, said)
    yield filed
    if filed.replaces is not None:
        yield from _taken_over(held.papers[filed.replaces], filed)
    if said.crossing is not None and ahead.visit(said.crossing) is not None:
        yield from _brought_for(ahead, ref, said, filed.document)
    elif (paper := ahead.paper(filed.document)) is not None and not paper.crossings:
        yield from _placed(ahead, paper.id, (ref,), said.received)
    yield from _linked(ahead, filed.document, (ref,), said.received)


def _filed(held: Documents, ref: EntryRef, said: DocumentLodged) -> DocumentFiled:
    gist = gist_of(said.document)
    before = _before(held, said, gist.lineage, gist.corrects)
    return DocumentFiled(
        at=said.received,
        because=(ref,),
        document=DocumentId(f"{held.place}:{ref}"),
        identity=said.identity,
        content=said.content,
        gist=gist,
        version=1 if before is None else before.version + 1,
        replaces=None if before is None else before.id,
        unannounced=before is not None and not gist.corrected,
    )


def _before(held: Documents, said: DocumentLodged, lineage: str | None, corrects: str | None) -> Paper | None:
    """The version that this one takes the place of: the one that it names, or the last of the same number and maker."""
    kind = said.document.kind
    names = [said.identity]
    names += [] if corrects is None else [f"id {kind} {corrects}"]
    names += [] if lineage is None else [f"lineage {lineage}"]
    found = next((held.versions[name] for name in names if name in held.versions), None)
    return None if found is None else held.papers.get(found)


def _taken_over(before: Paper, filed: DocumentFiled) -> Iterator[Fact]:
    """Where the version before was, the new one is."""
    for crossing, fitted in before.crossings.items():
        yield DocumentAttached(
            at=filed.at, because=filed.because, document=filed.document, crossing=crossing, by=fitted.by,
            sign=fitted.sign,
        )  # fmt: skip


def _brought_for(ahead: Ahead, ref: EntryRef, said: DocumentLodged, document: DocumentId) -> Iterator[Fact]:
    """Somebody brought it for this crossing, which is reason enough."""
    crossing, paper = said.crossing, ahead.paper(document)
    if crossing is None or paper is None or ahead.visit(crossing) is None or crossing in paper.crossings:
        return
    yield DocumentAttached(
        at=said.received, because=(ref,), document=document, crossing=crossing, by="order", ordered_by=said.by
    )


def _placed(ahead: Ahead, document: DocumentId, because: tuple[EntryRef, ...], at: Instant) -> Iterator[Fact]:
    """Attach a document that fits one crossing, offer one that fits several, withdraw an offer that holds no more."""
    paper = ahead.paper(document)
    if paper is None:
        return
    found = fits(ahead, paper, at)
    if len(found) == 1:
        fit = found[0]
        yield DocumentAttached(
            at=at, because=because, document=paper.id, crossing=fit.crossing, by=fit.by, sign=fit.sign
        )
    offered = tuple(fit.crossing for fit in found) if len(found) > 1 else ()
    if offered != paper.offered:
        yield DocumentOffered(at=at, because=because, document=paper.id, crossings=offered)


def _linked(ahead: Ahead, document: DocumentId, because: tuple[EntryRef, ...], at: Instant) -> Iterator[Fact]:
    """Papers that wait and that this one speaks of, or that speak of it, may have found their crossing now."""
    paper = ahead.paper(document)
    if paper is None or not paper.crossings:
        return
    for other in {other.id: other for _number, other in ahead.linked(paper)}.values():
        if not other.crossings and other.id != document:
            yield from _placed(ahead, other.id, because, at)


def _signs_changed(ahead: Ahead, ref: EntryRef, at: Instant) -> Iterator[Fact]:
    """A crossing is known by other signs than before: papers that wait may be its, others may not be any more."""
    for crossing in tuple(ahead.touched):
        visit, before = ahead.visit(crossing), ahead.held.visits.get(crossing)
        if visit is None:
            continue
        now, then = visit.known_by(), before.known_by() if before is not None else {}
        if now == then:
            continue
        because = tuple(dict.fromkeys((ref, visit.opened_by)))
        if ahead.held.slips:
            yield from found_now(ahead, crossing, now.keys() - then.keys(), because, at)
        yield from _lost(ahead, visit, then.keys() - now.keys(), because, at)
        for key in now:
            for paper in tuple(ahead.papers_of(key)):
                if not paper.crossings and (key not in then or paper.offered):
                    yield from _placed(ahead, paper.id, because, at)
                    yield from _linked(ahead, paper.id, because, at)


def _lost(ahead: Ahead, visit: Visit, gone: set[str], because: tuple[EntryRef, ...], at: Instant) -> Iterator[Fact]:
    """A sign by which papers came here was misread: they wait again."""
    for name in tuple(visit.papers):
        paper = ahead.paper(name)
        fitted = None if paper is None else paper.crossings.get(visit.id)
        if paper is None or fitted is None or fitted.by not in SIGNS or fitted.sign not in gone:
            continue
        if not _still_fits(paper, visit.known_by()):
            yield DocumentDetached(at=at, because=because, document=name, crossing=visit.id, why="sign_gone")
            yield from _placed(ahead, paper.id, because, at)


SIGNS: frozenset[FitsBy] = frozenset({"plate", "trailer", "container"})


def _still_fits(paper: Paper, keys: dict[str, str | None]) -> bool:
    """Whether another plate or container of the document is one of the conveyance's."""
    return any(plate.key in keys for plate in paper.gist.plates) or any(one in keys for one in paper.gist.containers)


def _ordered_there(ahead: Ahead, ref: EntryRef, ordered: AttachDocument) -> Iterator[Fact]:
    paper, visit = ahead.paper(ordered.document), ahead.visit(ordered.crossing)
    if not may(ordered.role, "handle_documents"):
        yield refused(ref, ordered, "not_allowed")
    elif paper is None:
        yield refused(ref, ordered, "no_such_document")
    elif visit is None:
        yield refused(ref, ordered, "no_such_crossing")
    elif ordered.crossing in paper.crossings:
        yield refused(ref, ordered, "is_there_already")
    else:
        yield DocumentAttached(
            at=ordered.at, because=(ref,), document=paper.id, crossing=visit.id, by="order", ordered_by=ordered.by
        )
        if paper.offered:
            yield DocumentOffered(at=ordered.at, because=(ref,), document=paper.id)
        yield from _linked(ahead, paper.id, (ref,), ordered.at)


def _ordered_away(ahead: Ahead, ref: EntryRef, ordered: DetachDocument) -> Iterator[Fact]:
    paper = ahead.paper(ordered.document)
    if not may(ordered.role, "handle_documents"):
        yield refused(ref, ordered, "not_allowed")
    elif paper is None:
        yield refused(ref, ordered, "no_such_document")
    elif ordered.crossing not in paper.crossings:
        yield refused(ref, ordered, "is_not_there")
    elif not ordered.why.strip():
        yield refused(ref, ordered, "no_reason")
    else:
        yield DocumentDetached(
            at=ordered.at, because=(ref,), document=paper.id, crossing=ordered.crossing, why="order",
            ordered_by=ordered.by,
        )  # fmt: skip
        yield from _placed(ahead, paper.id, (ref,), ordered.at)
