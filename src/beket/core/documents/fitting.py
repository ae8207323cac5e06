"""Says whose a document is: by its plates and containers, by the numbers that papers share; never by a guess."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from beket.core.documents.ahead import Ahead
from beket.core.documents.limits import EXPECTED_MS, LATE_MS, WAITS_MS
from beket.core.documents.state import Paper, Visit
from beket.words.facts import FitsBy
from beket.words.ids import CrossingId, Instant
from beket.words.moments import day_of, day_said, instant_of


class Fit(Struct, frozen=True):
    """A crossing that a document may be of, and what says so."""

    crossing: CrossingId
    by: FitsBy
    sign: str


def fits(ahead: Ahead, paper: Paper, now: Instant) -> tuple[Fit, ...]:
    """Give the crossings that a document may be of, each once; one is a match, several are an offer."""
    found: dict[CrossingId, Fit] = {}
    for fit in (*_by_signs(ahead, paper), *_by_numbers(ahead, paper)):
        visit = ahead.visit(fit.crossing)
        if visit is not None and fit.crossing not in paper.barred and may_be_of(paper, visit, now):
            found.setdefault(fit.crossing, fit)
    return _narrowed(ahead, paper, tuple(found.values()))


def may_be_of(paper: Paper, visit: Visit, now: Instant) -> bool:
    """Say whether a document can be a crossing's at all, by its time and by what it is for."""
    if paper.gist.kind == "advance_information" and visit.direction != "in":
        return False
    if visit.ended_at is not None and (now > visit.ended_at + LATE_MS or _announces_another(paper, visit.ended_at)):
        return False
    return visit.opened_at <= paper.filed_at + WAITS_MS


def _announces_another(paper: Paper, ended_at: Instant) -> bool:
    """Say whether a document speaks of an arrival that was still to come when the conveyance had gone."""
    if paper.gist.kind == "advance_information" and paper.filed_at > ended_at:
        return True
    said = paper.gist.expected_at
    if said is not None and said == day_said(said):  # a day alone has no hour: whoever had gone by then came that day
        return said > day_of(ended_at)
    expected = instant_of(said)
    return expected is not None and expected > ended_at


def _by_signs(ahead: Ahead, paper: Paper) -> Iterator[Fit]:
    for plate in paper.gist.plates:
        for visit in ahead.visits_of(plate.key):
            country = visit.known_by()[plate.key]
            if country is None or plate.country is None or country == plate.country:
                yield Fit(visit.id, "trailer" if plate.trailer else "plate", plate.key)
    for number in paper.gist.containers:
        for visit in ahead.visits_of(number):
            yield Fit(visit.id, "container", number)


def _by_numbers(ahead: Ahead, paper: Paper) -> Iterator[Fit]:
    """A document that names another one, or is named by it, goes where that one is by what the vehicle itself shows."""
    for number, other in ahead.linked(paper):
        if other.id == paper.id:
            continue
        for crossing, fitted in other.crossings.items():
            if fitted.by not in {"number", "reference"}:
                yield Fit(crossing, "reference" if number in other.gist.own else "number", number)


def _narrowed(ahead: Ahead, paper: Paper, found: tuple[Fit, ...]) -> tuple[Fit, ...]:
    """Of several crossings, those that are still here; of these, the one that came when it was announced."""
    if len(found) < 2:
        return found
    here = tuple(fit for fit in found if (visit := ahead.visit(fit.crossing)) is not None and visit.ended_at is None)
    found = here or found
    expected = instant_of(paper.gist.expected_at)
    if len(found) < 2 or expected is None:
        return found
    awaited = tuple(
        fit
        for fit in found
        if (visit := ahead.visit(fit.crossing)) is not None and abs(visit.opened_at - expected) <= EXPECTED_MS
    )
    return awaited if len(awaited) == 1 else found
