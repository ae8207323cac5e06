"""Fold facts about documents, and those about crossings that documents depend on, into what is held."""

from __future__ import annotations

from itertools import islice
from typing import Final, TypeVar

from beket.core.documents.limits import (
    DONE_MS,
    LOOKED_AT_MAX,
    PAPERS_MAX,
    SIGNS_MAX,
    VISITS_MAX,
    WAITS_MS,
)
from beket.core.documents.pasts import remember
from beket.core.documents.slips_kept import fold_slip, join_slips
from beket.core.documents.state import (
    Documents,
    Fitted,
    Held,
    HeldMap,
    Noted,
    Paper,
    Scale,
    Sign,
    Visit,
    Weighed,
    finding_key,
    linking,
    names_of,
    signs_of,
)
from beket.core.documents.weight_limits import fold_limits
from beket.words.facts import (
    CrossingClosed,
    CrossingDeparted,
    CrossingIdentified,
    CrossingOpened,
    CrossingsJoined,
    DocumentAttached,
    DocumentDetached,
    DocumentFiled,
    DocumentOffered,
    EvidenceAttached,
    EvidenceMoved,
    Fact,
    FindingRaised,
    FindingWithdrawn,
    MapRetired,
    MapSaved,
    PassageRecorded,
    PostDescribed,
    SlipClaimed,
    SourceCompared,
    WeightLimitsProposed,
    WeightLimitsRejected,
    WeightLimitsSet,
)
from beket.words.ids import CrossingId, DocumentId, Instant, split_ref
from beket.words.loads import whole_kg
from beket.words.plates import plate_key

Name = TypeVar("Name", CrossingId, DocumentId)

_OF_CROSSINGS: Final = frozenset(
    {
        CrossingOpened, CrossingIdentified, EvidenceAttached, EvidenceMoved, CrossingDeparted, CrossingClosed,
        CrossingsJoined, PassageRecorded,
    }
)  # fmt: skip
_OF_DOCUMENTS: Final = frozenset(
    {
        DocumentFiled,
        SourceCompared,
        DocumentAttached,
        DocumentOffered,
        DocumentDetached,
        FindingRaised,
        FindingWithdrawn,
        PostDescribed,
    }
)


def apply(held: Documents, fact: Fact) -> Documents:
    """Fold one fact in; never refuses."""
    if type(fact) in _OF_CROSSINGS:
        _on_crossing(held, fact)
    elif type(fact) in _OF_DOCUMENTS:
        _on_document(held, fact)
    elif isinstance(fact, MapSaved | MapRetired):
        gone = isinstance(fact, MapRetired)
        held.maps[fact.name] = HeldMap(sha256=None if gone else fact.sha256, version=fact.version, at=fact.at)
    elif isinstance(fact, SlipClaimed):
        fold_slip(held, fact)
    elif isinstance(fact, WeightLimitsProposed | WeightLimitsSet | WeightLimitsRejected):
        fold_limits(held, fact)
    return held


def _on_crossing(held: Documents, fact: Fact) -> None:
    match fact:
        case EvidenceAttached():
            _attach_evidence(held, fact)
        case CrossingOpened():
            held.visits[fact.crossing] = Visit(
                id=fact.crossing, lane=fact.lane, direction=fact.direction, opened_at=fact.at, opened_by=fact.because[0]
            )
            _let_visits_go(held, fact.at)
        case CrossingIdentified():
            _identify(held, fact)
        case EvidenceMoved():
            _move_evidence(held, fact)
        case CrossingDeparted() | CrossingClosed():
            visit = held.visits.get(fact.crossing)
            if visit is not None:
                visit.ended_at = fact.at if visit.ended_at is None else visit.ended_at
        case CrossingsJoined():
            _join(held, fact)
        case PassageRecorded():
            visit = held.visits.get(fact.crossing)
            if visit is not None:
                visit.noted |= {note.field: Noted(value=note.value, ref=fact.because[0]) for note in fact.notes}
        case _:
            pass


def _on_document(held: Documents, fact: Fact) -> None:
    match fact:
        case DocumentFiled():
            _file(held, fact)
        case DocumentAttached():
            _attach(held, fact)
        case DocumentDetached():
            _detach(held, fact)
        case DocumentOffered():
            paper = held.papers.get(fact.document)
            if paper is not None:
                paper.offered = fact.crossings
        case SourceCompared():
            paper = held.papers.get(fact.document)
            if paper is not None:
                paper.answered, paper.differences = fact.answered, fact.differences
        case FindingRaised() | FindingWithdrawn():
            _find(held, fact)
        case PostDescribed():
            held.scales = {
                device.id: Scale(
                    error_kg=device.scale_error_kg,
                    wim=device.klass == "wim",
                    verified_on=device.verified_on,
                    verified_until=device.verified_until,
                    accuracy_class=device.accuracy_class,
                )
                for device in fact.post.devices
                if device.scale_error_kg is not None or device.klass in {"scale", "wim"}
            }
        case _:
            pass


def _attach_evidence(held: Documents, fact: EvidenceAttached) -> None:
    visit = held.visits.get(fact.crossing)
    if visit is None:
        return
    gross_kg = whole_kg(fact.gross_kg, fact.axles)
    if gross_kg is not None:
        visit.weighings[fact.of] = Weighed(
            gross_kg=gross_kg, at=fact.at, device=fact.device, evidence=fact.evidence, axles=fact.axles,
            temperature_c=fact.temperature_c,
        )  # fmt: skip
    if fact.gamma_alarm and fact.of not in visit.radiated:
        visit.radiated.append(fact.of)
    if fact.evidence == "container_read" and fact.sign is not None:
        visit.containers[fact.of] = fact.sign
        _list(held.visits_by_sign, fact.sign, visit.id)


def _move_evidence(held: Documents, fact: EvidenceMoved) -> None:
    """What rested on the moved entry goes with it; a sign that it gave holds no longer."""
    left, came = held.visits.get(fact.out_of), held.visits.get(fact.crossing)
    if left is None:
        return
    weighed, container = left.weighings.pop(fact.of, None), left.containers.pop(fact.of, None)
    if fact.of in left.radiated:
        left.radiated.remove(fact.of)
        if came is not None:
            came.radiated.append(fact.of)
    gone = [role for role, sign in left.signs.items() if sign.ref == fact.of]
    keys = [left.signs.pop(role).key for role in gone] + ([container] if container is not None else [])
    for key in keys:
        _unlist_visit(held, key, left)
    if came is not None and weighed is not None:
        came.weighings[fact.of] = weighed
    if came is not None and container is not None:
        came.containers[fact.of] = container
        _list(held.visits_by_sign, container, came.id)


def _identify(held: Documents, fact: CrossingIdentified) -> None:
    visit = held.visits.get(fact.crossing)
    if visit is None:
        return
    said = fact.because[0]
    outdated = [role for role, sign in visit.signs.items() if role == fact.role or sign.ref == said]
    before = [visit.signs.pop(role).key for role in outdated]
    key = plate_key(fact.value, fact.country)
    visit.signs[fact.role] = Sign(value=fact.value, key=key, country=fact.country, ref=said)
    _list(held.visits_by_sign, key, visit.id)
    for old in before:
        _unlist_visit(held, old, visit)


def _join(held: Documents, fact: CrossingsJoined) -> None:
    """All of one crossing is another's: its signs, its weighings and its papers."""
    gone, kept = held.visits.get(fact.crossing), held.visits.get(fact.into)
    if gone is None:
        return
    _forget_visit(held, gone.id)
    if kept is None:
        return
    for role, sign in gone.signs.items():
        if role not in kept.signs:
            kept.signs[role] = sign
            _list(held.visits_by_sign, sign.key, kept.id)
    for ref, key in gone.containers.items():
        kept.containers[ref] = key
        _list(held.visits_by_sign, key, kept.id)
    kept.weighings |= gone.weighings
    kept.radiated += [ref for ref in gone.radiated if ref not in kept.radiated]
    join_slips(held, gone, kept)
    noted = sorted((*gone.noted.items(), *kept.noted.items()), key=lambda one: split_ref(one[1].ref))
    kept.noted = dict(noted)  # of two in one field the last
    for name in gone.papers:
        paper = held.papers[name]
        fitted = paper.crossings.pop(gone.id)
        if name not in kept.papers:
            kept.papers.append(name)
            paper.crossings[kept.id] = fitted


def _file(held: Documents, fact: DocumentFiled) -> None:
    """Put a document on file; a later version takes the place of the one before, with all that was decided about it."""
    before = held.papers.get(fact.replaces) if fact.replaces is not None else None
    paper = Paper(
        id=fact.document, ref=fact.because[0], identity=fact.identity, content=fact.content, gist=fact.gist,
        filed_at=fact.at, version=fact.version, unannounced=fact.unannounced,
    )  # fmt: skip
    if before is not None:
        paper.barred = before.barred
        _forget_paper(held, before.id)
    put(held, paper)
    _let_papers_go(held, fact.at)


def put(held: Documents, paper: Paper) -> None:
    """Have a document on file, to be found by all that it is called by and all that it names."""
    held.papers[paper.id] = paper
    for name in names_of(paper.identity, paper.gist):
        held.versions[name] = paper.id
    for index, keys in _listed(held, paper):
        for key in keys:
            _list(index, key, paper.id)


def _listed(held: Documents, paper: Paper) -> tuple[tuple[dict[str, list[DocumentId]], tuple[str, ...]], ...]:
    gist = paper.gist
    return (
        (held.by_sign, signs_of(gist)),
        (held.by_number, linking(gist.own)),
        (held.by_named, linking(gist.named)),
    )


def _attach(held: Documents, fact: DocumentAttached) -> None:
    paper, visit = held.papers.get(fact.document), held.visits.get(fact.crossing)
    if paper is None or visit is None:
        return
    paper.crossings[visit.id] = Fitted(by=fact.by, sign=fact.sign, direction=visit.direction)
    paper.barred = tuple(name for name in paper.barred if name != visit.id)
    if paper.id not in visit.papers:
        visit.papers.append(paper.id)


def _detach(held: Documents, fact: DocumentDetached) -> None:
    paper, visit = held.papers.get(fact.document), held.visits.get(fact.crossing)
    if paper is not None:
        paper.crossings.pop(fact.crossing, None)
        if fact.why == "order" and fact.crossing not in paper.barred:
            paper.barred = (*paper.barred, fact.crossing)
    if visit is not None and fact.document in visit.papers:
        visit.papers.remove(fact.document)


def _find(held: Documents, fact: FindingRaised | FindingWithdrawn) -> None:
    about = (
        held.visits.get(fact.crossing)
        if fact.crossing is not None
        else held.papers.get(fact.document)
        if fact.document is not None
        else None
    )
    if about is None:
        return
    key = finding_key(fact.rule, fact.subject)
    if isinstance(fact, FindingRaised):
        about.findings[key] = Held(level=fact.level, values=fact.values, documents=fact.documents)
    else:
        about.findings.pop(key, None)


def _let_visits_go(held: Documents, now: Instant) -> None:
    """Let crossings go that were over for long, the oldest first."""
    oldest = [held.visits[name] for name in islice(held.visits, LOOKED_AT_MAX)]
    for visit in oldest:
        if visit.ended_at is not None and visit.ended_at < now - DONE_MS:
            remember(held, visit)
            _forget_visit(held, visit.id)
    if len(held.visits) > VISITS_MAX:
        visit = next(iter(held.visits.values()))
        remember(held, visit)
        _forget_visit(held, visit.id)


def _let_papers_go(held: Documents, now: Instant) -> None:
    """Let documents go that waited for too long, and those whose crossings are all over and gone."""
    oldest = [held.papers[name] for name in islice(held.papers, LOOKED_AT_MAX)]
    for paper in oldest:
        done = bool(paper.crossings) and not any(name in held.visits for name in paper.crossings)
        if paper.filed_at < now - (DONE_MS if done else WAITS_MS):
            _forget_paper(held, paper.id)
    if len(held.papers) > PAPERS_MAX:
        _forget_paper(held, next(iter(held.papers)))


def _forget_paper(held: Documents, name: DocumentId) -> None:
    paper = held.papers.pop(name)
    for known in names_of(paper.identity, paper.gist):
        if held.versions.get(known) == name:
            del held.versions[known]
    for index, keys in _listed(held, paper):
        for key in keys:
            _unlist(index, key, name)
    for crossing in paper.crossings:
        visit = held.visits.get(crossing)
        if visit is not None and name in visit.papers:
            visit.papers.remove(name)


def _forget_visit(held: Documents, name: CrossingId) -> None:
    """Let a crossing go; its papers know that they were its, for as long as they are held."""
    visit = held.visits.pop(name)
    for key in visit.known_by():
        _unlist(held.visits_by_sign, key, name)


def _unlist_visit(held: Documents, key: str, visit: Visit) -> None:
    """Take a crossing off a key, unless another of its signs still has that key."""
    if key not in visit.known_by():
        _unlist(held.visits_by_sign, key, visit.id)


def _list(index: dict[str, list[Name]], key: str, name: Name) -> None:
    known = index.setdefault(key, [])
    if name not in known:
        known.append(name)
        if len(known) > SIGNS_MAX:
            del known[0]


def _unlist(index: dict[str, list[Name]], key: str, name: Name) -> None:
    known = index.get(key, [])
    if name in known:
        known.remove(name)
    if not known:
        index.pop(key, None)
