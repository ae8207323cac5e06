"""The inspector's desk asks: who stands here; and says: this one is mine, this is a photograph, this is what I signed.

All of it in JSON, for the island of the page (islands/passages-contract.ts); the page itself is pages/passage_shell.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST
from msgspec import Meta, Struct

from beket.log.evidence import StoreFull
from beket.web import access, gathered_passages
from beket.web.access import asks, eyes_of
from beket.web.courses import OUTCOMES
from beket.web.gallery import NoPhoto, keep_photo, size_of
from beket.web.in_json import Amiss, as_json, in_json
from beket.web.moments import now_ms
from beket.web.orders import Outcome, Signed, Under, order
from beket.web.phrases import word
from beket.web.shown.passages import ShownPassage, show_passage
from beket.words.decisions import REMARK_MAX, RecordPassage, TakePassage
from beket.words.ids import CROSSING_FORM, REF_FORM, CrossingId, EntryRef, Instant
from beket.words.passages import (
    NOTES_MAX,
    PHOTO_BYTES_MAX,
    PHOTOS_MAX,
    Note,
    Photo,
    StepTaken,
    Unusable,
    tidy,
)
from beket.words.procedures import STEPS_MAX, deciders

BEFORE_MS: Final = 2 * 3_600_000
"""How long before an inspector began to record it a conveyance may have come: it stood in the queue of the lane."""

AFTER_MS: Final = 15 * 60_000
"""How long after it was signed it may have been opened by the house: a tablet's clock is not a server's."""

INSTANT_MAX: Final = 8_640_000_000_000_000
"""The last instant that a browser's clock can have, in milliseconds (ECMA-262, time values)."""

Name = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]
Crossing = Annotated[str, Meta(pattern=f"^{CROSSING_FORM}$")]
Ref = Annotated[str, Meta(pattern=f"^{REF_FORM}$")]


class Sent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record as the tablet sends it."""

    id: Name
    crossing: Crossing | None
    lane: Annotated[str, Meta(max_length=64)] | None
    after: Ref | None
    began_at: Annotated[int, Meta(ge=0, le=INSTANT_MAX)]
    signed_at: Annotated[int, Meta(ge=0, le=INSTANT_MAX)]
    offline: bool
    notes: Annotated[tuple[Note, ...], Meta(max_length=NOTES_MAX)]
    photos: Annotated[tuple[Photo, ...], Meta(max_length=PHOTOS_MAX)]
    steps: Annotated[tuple[StepTaken, ...], Meta(max_length=STEPS_MAX)]


class Wanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody wants to take, and who had it."""

    crossing: Crossing
    seen: Annotated[str, Meta(max_length=150)] | None = None


_Shape = TypeVar("_Shape", Sent, Wanted)


class Me(Struct, frozen=True, kw_only=True):
    """Who asks, and for whom."""

    login: str
    agency: str


class Queue(Struct, frozen=True, kw_only=True):
    """The passages of a checkpoint."""

    place: str
    place_name: str
    zone: str
    at: Instant
    me: Me
    form: str
    lanes: tuple[str, ...]
    passages: tuple[ShownPassage, ...]


class Answer(Struct, frozen=True, kw_only=True):
    """What became of what was sent."""

    outcome: str
    said: str
    passage: ShownPassage | None = None
    candidates: tuple[ShownPassage, ...] = ()


class Kept(Struct, frozen=True, kw_only=True):
    """A photograph that is durable."""

    sha256: str
    size: int


@in_json
@asks("record_passages")
@gzip_page  # a passage is ten times shorter so, and a tablet asks again every few seconds on a thin line
@require_GET
def queue(request: HttpRequest, place: str) -> HttpResponse:
    """The conveyances that stand at a checkpoint, in the order in which they came."""
    eyes = eyes_of(request)
    inside = gathered_passages.inside(eyes, place)
    name, zone = access.names()[place]
    agencies = eyes.serves("decide_steps", place)
    return as_json(
        Queue(
            place=place, place_name=name, zone=zone, at=now_ms(), form=get_token(request),
            me=Me(login=request.user.get_username(), agency=min(agencies, default="")),
            lanes=tuple(lane.id for lane in access.lanes(eyes, place)),
            passages=tuple(filter(None, (show_passage(one, agencies, now_ms()) for one in inside))),
        )
    )  # fmt: skip


@in_json
@asks("record_passages")
@require_POST
def take(request: HttpRequest, place: str) -> HttpResponse:
    """Have a conveyance: whoever had it has it no longer."""
    access.at_place(eyes_of(request), "record_passages", place)
    wanted = _read(request, Wanted)
    taken = order(
        request, "record_passages", place,
        lambda signed: TakePassage(
            decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at,
            crossing=CrossingId(wanted.crossing), seen=wanted.seen,
        ),
    )  # fmt: skip
    return _told(request, place, taken.outcome, wanted.crossing)


@in_json
@asks("record_passages")
@require_POST
def photograph(request: HttpRequest, place: str) -> HttpResponse:
    """Make a photograph durable; a record names it by its hash."""
    access.at_place(eyes_of(request), "record_passages", place)
    if int(request.headers.get("Content-Length") or 0) > PHOTO_BYTES_MAX:
        raise Amiss(f"a photograph has at most {PHOTO_BYTES_MAX} bytes")
    try:
        return as_json(Kept(sha256=keep_photo(request.body), size=len(request.body)), 201)
    except NoPhoto as no:
        raise Amiss(str(no)) from no
    except StoreFull as full:
        return as_json(Answer(outcome="full", said=str(full)), 507)


@in_json
@asks("record_passages", posting="decide_steps")
@require_POST
def record(request: HttpRequest, place: str) -> HttpResponse:
    """Sign a record; one that was recorded already is answered as it was then."""
    eyes = eyes_of(request)
    access.at_place(eyes, "decide_steps", place)
    sent = _read(request, Sent)
    if gathered_passages.recorded(eyes, place, sent.id):
        return _told(request, place, "done", sent.crossing)
    _bounded(sent)
    notes = _tidied(sent)
    _photographed(sent)
    fits = (sent.crossing,) if sent.crossing is not None else _fitting(request, place, sent, notes)
    if len(fits) != 1:
        return _offered(request, place, sent, fits)
    crossing = CrossingId(fits[0])

    def signed_record(signed: Signed) -> RecordPassage:
        return RecordPassage(
            decision_id=sent.id, by=signed.by, role=signed.role, at=signed.at, crossing=crossing, notes=notes,
            photos=sent.photos, steps=sent.steps, after=None if sent.after is None else EntryRef(sent.after),
            began_at=Instant(sent.began_at), signed_at=Instant(sent.signed_at), offline=sent.offline,
        )  # fmt: skip

    outcome = order(request, _under(request, place, crossing, sent), place, signed_record).outcome
    known = outcome == "already_recorded" or gathered_passages.recorded(eyes, place, sent.id)
    return _told(request, place, "done" if known else outcome, crossing)


def _read(request: HttpRequest, shape: type[_Shape]) -> _Shape:
    try:
        return msgspec.json.decode(request.body, type=shape)
    except msgspec.ValidationError as error:
        raise Amiss(str(error)) from error
    except msgspec.DecodeError as error:
        raise Amiss(f"no JSON: {error}") from error


def _bounded(sent: Sent) -> None:
    """See that nothing goes into the log that it would only be refused for, or that no clock can have said."""
    for number, step in enumerate(sent.steps):
        if max(map(len, (step.step, step.outcome, step.remark))) > REMARK_MAX:
            raise Amiss(f"steps[{number}]: longer than {REMARK_MAX} characters")
    if any(not 0 <= photo.taken_at <= INSTANT_MAX for photo in sent.photos):
        raise Amiss("photos: taken_at is no instant")


def _tidied(sent: Sent) -> tuple[Note, ...]:
    try:
        return tuple(map(tidy, sent.notes))
    except Unusable as unusable:
        raise Amiss(f"notes: {unusable}") from unusable


def _photographed(sent: Sent) -> None:
    """See that the photographs are here, and are what the log will say of them."""
    for photo in sent.photos:
        size = size_of(photo.sha256)
        if size is None:
            raise Amiss(f"photos: {photo.sha256[:64]} is not here; send it first")
        if size != photo.size:
            raise Amiss(f"photos: {photo.sha256} has {size} bytes")


def _fitting(request: HttpRequest, place: str, sent: Sent, notes: tuple[Note, ...]) -> tuple[CrossingId, ...]:
    """Find the conveyance that was met without the house: by its plate, about when it was met."""
    plate = next((note.value for note in notes if note.field == "plate"), None)
    if plate is None:
        raise Amiss("notes: a conveyance that is not named needs its plate")
    return gathered_passages.fitting(eyes_of(request), place, plate, *_about(sent))


def _about(sent: Sent) -> tuple[Instant, Instant]:
    return Instant(sent.began_at - BEFORE_MS), Instant(sent.signed_at + AFTER_MS)


def _offered(request: HttpRequest, place: str, sent: Sent, fits: tuple[str, ...]) -> HttpResponse:
    """Say that not exactly one conveyance fits, and offer those that may be meant."""
    eyes = eyes_of(request)
    names = fits or gathered_passages.plateless(eyes, place, *_about(sent))
    outcome = "several_crossings" if fits else "no_crossing"
    found = {one.row.id: one for one in gathered_passages.named(eyes, place, names)}
    agencies = eyes.serves("decide_steps", place)
    offered = (show_passage(found[name], agencies, now_ms()) for name in map(CrossingId, names) if name in found)
    answer = Answer(outcome=outcome, said=word(OUTCOMES, outcome), candidates=tuple(filter(None, offered)))
    return as_json(answer, 409)


def _told(request: HttpRequest, place: str, outcome: Outcome, crossing: str | None) -> HttpResponse:
    """Say what became of it, and how the passage stands now."""
    passage = None if crossing is None else _shown(request, place, crossing)
    said = "" if outcome == "done" else word(OUTCOMES, outcome)
    return as_json(Answer(outcome=outcome, said=said, passage=passage), 200 if outcome in ("done", "awaited") else 409)


def _shown(request: HttpRequest, place: str, crossing: str) -> ShownPassage | None:
    eyes = eyes_of(request)
    found = gathered_passages.named(eyes, place, [crossing])
    return show_passage(found[0], eyes.serves("decide_steps", place), now_ms()) if found else None


def _under(request: HttpRequest, place: str, crossing: CrossingId, sent: Sent) -> Under:
    """Sign for the agency whose steps these are, where somebody serves several."""
    several = len(eyes_of(request).serves("decide_steps", place)) > 1
    shown = _shown(request, place, crossing) if several and sent.steps else None
    owners = {step.code: step.agency for step in shown.steps} if shown is not None else {}
    named = [deciders(owners[one.step]) for one in sent.steps if one.step in owners]
    return Under("decide_steps", frozenset[str]().union(*named[:1]).intersection(*named))
