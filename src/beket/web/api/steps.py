"""What agencies' systems ask: which steps wait for them; and what they say: how one of them ended."""

from __future__ import annotations

import re
from typing import Final, Literal

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from msgspec import Struct

from beket.board.panels.waiting import Part, Waiting
from beket.web import gathered_courses, gathered_waiting, orders
from beket.web.access import eyes_of
from beket.web.accounts import exchanges
from beket.web.accounts.duties import duty_for
from beket.web.accounts.exchanges import Came
from beket.web.accounts.models import Exchange
from beket.web.accounts.tokens import Bearer
from beket.web.answering import Meant, take
from beket.web.api.guard import asks_token, bearer
from beket.web.api.problems import NOT_THERE, Refusal, answers
from beket.web.api.signed import Answer, bytes_of, read_answer
from beket.web.api.told import BASE
from beket.web.courses import OUTCOMES, procedure_of
from beket.web.eyes import Eyes
from beket.web.in_json import as_json
from beket.web.phrases import word
from beket.words.ids import CROSSING_FORM, PLACE_FORM, Instant, sha256
from beket.words.procedures import Effect, Procedure, StepState, deciders
from beket.words.site import Name

PAGE: Final = 50
PAGE_MAX: Final = 200
"""How many steps one answer tells where nothing else is asked for, and at most."""

FIRST: Final = ("", "")
"""Before every step."""

_PLACE: Final = re.compile(PLACE_FORM)
_AFTER: Final = re.compile(rf"({CROSSING_FORM}) ([a-z][a-z0-9_]{{0,39}})")


class Ending(Struct, frozen=True, kw_only=True):
    """One way in which a step may end, and what follows from it."""

    code: str
    effect: Effect
    name: Name


class StepWaiting(Struct, frozen=True, kw_only=True):
    """A step that waits for an agency; times are in milliseconds since 1970.

    It is its turn once `asked_at` is there and `waits_for`, steps before it, is empty. `proof` says of each kind of
    proof that the step asks for whether it is there. `silence` is the outcome that holds from `silent_at` on where
    nobody answers. `replaces` names the decision that stands; an answer that takes it back names it too.
    """

    place: str
    crossing: str
    step: str
    name: Name
    state: StepState
    direction: str
    plate: str | None
    country: str | None
    asked_at: Instant | None
    due_at: Instant | None
    silent_at: Instant | None
    silence: str | None
    proof: dict[str, bool]
    waits_for: tuple[str, ...]
    outcomes: tuple[Ending, ...]
    replaces: str | None


class StepsWaiting(Struct, frozen=True, kw_only=True):
    """A part of the list, in the order of crossings; `next` is where it goes on."""

    steps: tuple[StepWaiting, ...]
    next: str | None


class AnswerStands(Struct, frozen=True, kw_only=True):
    """What became of an answer: the decision in the log, taken or still awaited."""

    id: str
    decision: str
    place: str
    entry: str
    crossing: str
    step: str
    outcome: str
    state: Literal["decided", "awaited"]


STATUS: Final[dict[str, int]] = {
    "not_allowed": 403, "other_agency": 403, "no_such_step": 422, "no_such_outcome": 422, "no_reason": 422,
    "too_long": 422, "no_document": 422, "not_signed": 403,
}  # fmt: skip
"""What a refusal of the house is told as; the others are a conflict with what stands."""


@answers("GET")
@asks_token("answer_steps")
def steps(request: HttpRequest) -> HttpResponseBase:
    """One part of the list of the steps that wait for this system's agency."""
    eyes, who = eyes_of(request), bearer(request)
    place, after, limit = _asked(request)
    if place is not None and not eyes.sees("answer_steps", place):
        raise Refusal(404, NOT_THERE)
    part = Part(limit=limit + 1, place=place, after=after, steps=who.steps or None)
    rows, known = gathered_waiting.waiting(eyes, "answer_steps", part)
    exchanges.looked(who, place or "")
    told = tuple(_tell(row, known[row.procedure]) for row in rows[:limit])
    more = _next(place, limit, rows[limit - 1]) if len(rows) > limit else None
    return as_json(StepsWaiting(steps=told, next=more))


@answers("POST")
@asks_token("answer_steps")
def answer(request: HttpRequest) -> HttpResponseBase:
    """Take the signed answer to one step, once for its id, and say what became of it."""
    who, blob, came = bearer(request), b"", Came()
    try:
        blob = bytes_of(request)
        came = Came(sha256=sha256(blob))
        said = read_answer(blob, who)
        came = _came(said, came.sha256)
        row = _same(exchanges.known(who, said.id) or _take(request, said, came, blob), came)
    except Refusal as refusal:
        exchanges.refused(who, came, blob, (refusal.status, refusal.code))
        raise
    return _became(row)


def _same(row: Exchange | None, came: Came) -> Exchange:
    """See that what stands under this id is this answer, byte for byte."""
    if row is None or row.sha256 != came.sha256:
        raise Refusal(409, f"{came.answer_id!r} is another answer of this account", code="id_used")
    return row


def _came(said: Answer, digest: str) -> Came:
    return Came(
        sha256=digest, answer_id=said.id, place=said.crossing.partition(":")[0], crossing=said.crossing, step=said.step,
        outcome=said.outcome,
    )  # fmt: skip


def _take(request: HttpRequest, said: Answer, came: Came, blob: bytes) -> Exchange | None:
    """Have an answer that nobody gave yet in the log, where it is this system's to give; raises Refusal."""
    who, eyes = bearer(request), eyes_of(request)
    duty = duty_for(who.account, "answer_steps", came.place)
    if duty is None:
        raise Refusal(404, NOT_THERE, code="no_such_crossing")
    _own(eyes, who, said, duty[1])
    meant = Meant(
        role=duty[0], agency=duty[1], crossing=said.crossing, step=said.step, outcome=said.outcome,
        document=said.document, remark=said.remark, override=said.override, replaces=said.replaces,
    )  # fmt: skip
    return take(who, meant, came, blob)


def _own(eyes: Eyes, who: Bearer, said: Answer, agency: str) -> None:
    """See that there is such a step, and that it is this system's; whether it is its turn the house says."""
    course = gathered_courses.course_for_systems(eyes, said.crossing)
    if course is None or course.procedure is None:
        raise Refusal(404, NOT_THERE, code="no_such_crossing")
    step = procedure_of(course.procedure.text).step(said.step)
    if step is None or step.machine:
        raise Refusal(422, f"the procedure of this crossing has no step {said.step!r} to answer", code="no_such_step")
    if agency not in deciders(step.agency):
        raise Refusal(403, f"{step.agency} decides this step, and this token is {agency}'s", code="other_agency")
    if who.steps and said.step not in who.steps:
        raise Refusal(403, f"this token is for {', '.join(sorted(who.steps))}", code="other_step")


def _became(row: Exchange) -> HttpResponse:
    """Wait a moment for what follows from the decision, and tell it."""
    outcome = orders.concluded(row.place, row.decision_id, row.seq or 0)
    if outcome not in ("done", "awaited"):
        status = STATUS.get(outcome, 409)
        exchanges.settled(row, status, outcome)
        with translation.override("en"):
            raise Refusal(status, word(OUTCOMES, outcome), code=outcome)
    status, state = (201, "decided") if outcome == "done" else (202, "awaited")
    exchanges.settled(row, status, state)
    stands = AnswerStands(
        id=row.answer_id, decision=row.decision_id, place=row.place, entry=f"{row.seq}.0", crossing=row.crossing,
        step=row.step, outcome=row.outcome, state="decided" if outcome == "done" else "awaited",
    )  # fmt: skip
    return as_json(stands, status)


def _asked(request: HttpRequest) -> tuple[str | None, tuple[str, str], int]:
    """Read which part of the list is asked for; what nobody knows is refused, because it was meant to do something."""
    given = {name: values[-1] for name, values in request.GET.lists()}
    unknown = sorted(given.keys() - {"place", "after", "limit"})
    if unknown:
        raise Refusal(400, f"nobody knows the parameter {unknown[0][:64]!r}; there are place, after and limit")
    place, limit = given.get("place"), given.get("limit", str(PAGE))
    if place is not None and not _PLACE.fullmatch(place):
        raise Refusal(400, f"{place[:64]!r} names no checkpoint")
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 3 and 0 < int(limit) <= PAGE_MAX):
        raise Refusal(400, f"limit is a number from 1 to {PAGE_MAX}")
    after = _AFTER.fullmatch(given["after"]) if "after" in given else None
    if after is None and "after" in given:
        raise Refusal(400, "after is what `next` of the part before says")
    return place, FIRST if after is None else (after[1], after[2]), int(limit)


def _next(place: str | None, limit: int, last: Waiting) -> str:
    here = "" if place is None else f"place={place}&"
    return f"{BASE}/steps?{here}limit={limit}&after={last.crossing}%20{last.step}"


def _tell(row: Waiting, procedure: Procedure) -> StepWaiting:
    step = procedure.step(row.step)
    assert step is not None, "the list is asked for by the procedure's own steps"
    missing = row.missing
    open_still = row.decided is None and step.silence is not None
    return StepWaiting(
        place=row.place, crossing=row.crossing, step=row.step, name=step.name, state=row.state, direction=row.direction,
        plate=row.plate, country=row.country, asked_at=row.asked_at, due_at=row.due_at, silent_at=row.silent_at,
        silence=step.silence.outcome if open_still and step.silence is not None else None,
        proof={one: one not in missing for one in step.proof},
        waits_for=row.waits_for(step),
        outcomes=tuple(Ending(code=one.code, effect=one.effect, name=one.name) for one in step.outcomes),
        replaces=row.decided,
    )  # fmt: skip
