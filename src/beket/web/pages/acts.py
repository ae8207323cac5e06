"""Acts of the house: drawn up from a dossier, issued with a number, signed once, and given out as they were signed."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from msgspec import Struct
from msgspec.structs import replace

from beket.board.panels.acts import ActSeen
from beket.web import access
from beket.web.access import asks, at_place, eyes_of
from beket.web.drawing import drawn_up, sheet_of
from beket.web.orders import Signed, order
from beket.web.phrases import word
from beket.web.pressing import CannotPress, Pressed, the_press
from beket.web.shown.acts import ACT_OUTCOMES, SAID, SORTS, concluded, sections, show_act
from beket.words.acts import (
    OUTCOMES,
    UNREASONED,
    WORDS_MAX,
    ActContent,
    ActKind,
    ActOutcome,
    content_digest,
)
from beket.words.decisions import IssueAct, SignAct
from beket.words.ids import sha256
from beket.words.wire import Raw, packed_piece


class Asked(Struct, frozen=True, kw_only=True):
    """What an officer adds to an act."""

    outcome: str = ""
    reasons: str = ""
    remarks: str = ""
    seen: str = ""
    before: str = ""
    confirmed: bool = False


@asks("issue_acts")
@require_http_methods(["GET", "POST"])
def draw_up(request: HttpRequest, crossing: str) -> HttpResponseBase:
    """The form of an act: filled from the dossier, ended by an officer, issued when it was checked."""
    eyes = eyes_of(request)
    held = access.dossier(eyes, crossing)
    place = held.crossing.place
    at_place(eyes, "issue_acts", place)
    sort = _sort(request)
    content = drawn_up(eyes, held, sort)
    stands = [one for one in access.acts(eyes, held.crossing, held.joined) if one.replaced_by is None]
    before = next((one.act.number for one in stands if one.act.sort == sort), None)
    asked, said = Asked(), ""
    if request.method == "POST":
        asked = _asked(request)
        said = _why_not(asked, sort, content) if asked.before == (before or "") else "act_changed"
        if not said:
            ended = _ended(content, asked)
            taken = order(request, "issue_acts", place, lambda signed: _issued(signed, sort, ended, before))
            issued = access.act_of_decision(eyes, place, taken.decision_id)
            if issued is not None:
                return _sign(request, issued)
            said = taken.outcome if taken.outcome != "done" else "awaited"
    nothing_over = sort == "overload" and not content.excesses
    context: dict[str, Any] = {
        "here": "crossings",
        "row": held.crossing,
        "refused": word(SAID, "not_over") if nothing_over else "",
        "sort": sort,
        "sorts": [(name, words) for name, words in SORTS.items()],
        "sort_word": word(SORTS, sort),
        "sections": sections(content),
        "outcomes": [(name, word(ACT_OUTCOMES, name), name in UNREASONED) for name in OUTCOMES[sort]],
        "asked": asked,
        "said": word(SAID, said),
        "seen": content_digest(content),
        "before": before,
        "words_max": WORDS_MAX,
        "demo": _is_demo(),
    }
    return render(request, "pages/draw_up.html", context, status=422 if said else 200)


@asks("see_dossier")
@require_GET
def act(request: HttpRequest, number: str) -> HttpResponseBase:
    """One act: what it says, how it stands, and its paper."""
    return _shown(request, access.act(eyes_of(request), number), "")


@asks("issue_acts")
@require_POST
def sign(request: HttpRequest, number: str) -> HttpResponseBase:
    """Sign an act whose paper could not be made when it was issued."""
    eyes = eyes_of(request)
    seen = access.act(eyes, number)
    at_place(eyes, "issue_acts", seen.place)
    return _sign(request, seen)


@asks("see_dossier")
@require_GET
def paper(request: HttpRequest, number: str) -> HttpResponseBase:
    """The paper of an act, byte for byte as it was signed."""
    eyes = eyes_of(request)
    seen = access.act(eyes, number)
    blob = access.act_paper(eyes, seen)
    headers = {"Content-Disposition": f'attachment; filename="{seen.act.number}.pdf"'}
    return HttpResponse(blob, content_type="application/pdf", headers=headers)


def _sort(request: HttpRequest) -> ActKind:
    """The sort that is asked for; the plainest where none is."""
    given = (request.POST if request.method == "POST" else request.GET).get("sort", "")
    return given if given in OUTCOMES else "crossing"


def _asked(request: HttpRequest) -> Asked:
    given = request.POST
    texts = {name: given.get(name, "").replace("\r\n", "\n").strip() for name in ("reasons", "remarks")}
    return Asked(
        outcome=given.get("outcome", ""),
        seen=given.get("seen", ""),
        before=given.get("before", ""),
        confirmed=given.get("confirmed") == "yes",
        **texts,
    )


def _why_not(asked: Asked, sort: ActKind, content: ActContent) -> str:
    """Why the form is not taken; what the house forbids besides is for the core to say, and stands in the log."""
    if sort == "overload" and not content.excesses:
        return "not_over"
    if asked.seen != content_digest(content):
        return "act_changed"
    if asked.outcome not in OUTCOMES[sort]:
        return "no_outcome"
    if asked.outcome not in UNREASONED and not asked.reasons:
        return "no_reason"
    if max(len(asked.reasons), len(asked.remarks)) > WORDS_MAX:
        return "act_too_long"
    return "" if asked.confirmed else "not_confirmed"


def _ended(content: ActContent, asked: Asked) -> ActContent:
    """What the act says with what the officer added."""
    outcome = cast(ActOutcome, asked.outcome)
    return replace(content, outcome=outcome, reasons=asked.reasons, remarks=asked.remarks)


def _issued(signed: Signed, sort: ActKind, content: ActContent, before: str | None) -> IssueAct:
    return IssueAct(
        decision_id=signed.decision_id,
        by=signed.by,
        role=signed.role,
        at=signed.at,
        sort=sort,
        content=content,
        seen=content_digest(content),
        replaces=before,
    )


def _sign(request: HttpRequest, seen: ActSeen) -> HttpResponseBase:
    """Have the paper drawn and signed and put it into the log; what cannot be done now can be done again later."""
    if seen.signed is not None:
        return redirect(f"/acts/{seen.act.number}")
    if seen.act.by != request.user.get_username():
        return _shown(request, seen, word(SAID, "act_of_another_officer"))
    try:
        press = the_press()
        made = press.press(sheet_of(seen, _origin(request), demo=press.demo))
    except CannotPress as error:
        return _shown(request, seen, str(error))
    raw = Raw(sha256=sha256(made.pdf), pieces=(packed_piece(made.pdf),))
    taken = order(request, "issue_acts", seen.place, lambda signed: _signed(signed, seen, made), raw)
    if taken.outcome not in {"done", "awaited"}:
        return _shown(request, access.act(eyes_of(request), seen.act.number), word(SAID, taken.outcome))
    return redirect(f"/acts/{seen.act.number}")


def _signed(signed: Signed, seen: ActSeen, made: Pressed) -> SignAct:
    return SignAct(
        decision_id=signed.decision_id,
        by=signed.by,
        role=signed.role,
        at=signed.at,
        number=seen.act.number,
        act=seen.sha256,
        pdf=sha256(made.pdf),
        size=len(made.pdf),
        signer=made.signer,
        certificate=made.certificate,
        demo=made.demo,
    )


def _origin(request: HttpRequest) -> str:
    """Where anybody reaches this house: the address that the settings give it outside, else as it was asked now."""
    outside: list[str] = settings.CSRF_TRUSTED_ORIGINS
    return outside[0].rstrip("/") if outside else f"{request.scheme}://{request.get_host()}"


def _is_demo() -> bool:
    try:
        return the_press().demo
    except CannotPress:
        return True


def _shown(request: HttpRequest, seen: ActSeen, said: str) -> HttpResponseBase:
    eyes = eyes_of(request)
    mine = seen.act.by == request.user.get_username() and eyes.sees("issue_acts", seen.place)
    context: dict[str, Any] = {
        "here": "crossings",
        "act": show_act(seen),
        "seen": seen,
        "sections": (*sections(seen.act.content), concluded(seen.act.content)),
        "said": said,
        "may_sign": mine and seen.signed is None,
        "may_replace": eyes.sees("issue_acts", seen.place) and seen.replaced_by is None,
        "sees_log": eyes.sees("see_log", seen.place),
    }
    return render(request, "pages/act.html", context, status=409 if said else 200)
