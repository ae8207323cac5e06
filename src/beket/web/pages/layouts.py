"""Layouts of checkpoints: written at the desk, compared with what is in force, put in force by a second person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from msgspec import Struct

from beket.board.panels.layouts import LayoutSeen
from beket.web import access, gathered_layouts
from beket.web.access import asks, at_place, eyes_of
from beket.web.draughts import CHARS_MAX, CannotBeServed, draughts_now
from beket.web.eyes import Eyes
from beket.web.moments import midnight_of, now_ms
from beket.web.orders import Signed, order
from beket.web.phrases import word
from beket.web.shown.layouts import OUTCOMES, show_layout
from beket.web.shown.maps import changed
from beket.words.decisions import ApprovePost, ProposePost, RejectPost
from beket.words.ids import EntryRef, Instant, Sha256
from beket.words.roles import Verb
from beket.words.site import Post, fingerprint

REASON_MAX: Final = 200
REF_MAX: Final = 32

SKELETON: Final = """[[post]]
id = "KG-XXX-A"
name = {ky = "", ru = "", en = ""}
latitude = 41.0
longitude = 74.0
zone_name = "Asia/Bishkek"
# neighbour = "KZ"            # the country on the other side
# mode = "road"               # road, rail, air
# border = "external"         # external, internal: a border inside the Union

[[post.lane]]
id = "in-1"
direction = "in"              # in, out

[[post.device]]
id = "KG-XXX-A/in-1/camera-front"
driver = "hikvision_isapi"    # beket device list names them all
lane = "in-1"
zone = "arrival"              # arrival, control, departure
view = "front"
allow = ["192.0.2.10"]        # who may speak as this device
"""
"""What a new checkpoint begins with."""


class Typed(Struct, kw_only=True):
    """What was written, and what there is to say of it."""

    text: str
    day: str = ""
    post: Post | None = None
    from_at: Instant = Instant(0)
    said: str = ""


@asks("see_devices")
@require_GET
def layouts(request: HttpRequest) -> HttpResponseBase:
    """Every checkpoint with the layout in force, and what waits."""
    eyes = eyes_of(request)
    context: dict[str, Any] = {
        "here": "places",
        "rows": [show_layout(one) for one in gathered_layouts.in_force(eyes)],
        "waiting": [show_layout(one) for one in gathered_layouts.waiting(eyes)],
        "may_begin": eyes.sees("propose_posts", ""),
    }
    return render(request, "pages/layouts.html", context)


@asks("see_devices", posting="propose_posts")
@require_http_methods(["GET", "POST"])
def layout(request: HttpRequest, place: str) -> HttpResponseBase:
    """One checkpoint: the layout in force, those that wait with what they would change, those before; let one fall."""
    eyes = eyes_of(request)
    said = ""
    if request.method == "POST":
        at_place(eyes, "propose_posts", place)
        verb: Verb = "approve_posts" if eyes.sees("approve_posts", place) else "propose_posts"
        said = _ordered(request, verb, place, _rejected)
    return _shown(request, place, said) if said or request.method == "GET" else redirect(f"/layouts/{place}")


@asks("approve_posts")
@require_POST
def approve(request: HttpRequest, place: str) -> HttpResponseBase:
    """Put in force, as the second person, what waits."""
    at_place(eyes_of(request), "approve_posts", place)
    said = _ordered(request, "approve_posts", place, _approved)
    return _shown(request, place, said) if said else redirect(f"/layouts/{place}")


def _ordered(
    request: HttpRequest, verb: Verb, place: str, decided: Callable[[HttpRequest, Signed], ApprovePost | RejectPost]
) -> str:
    """Have somebody's word written down; gives why it is not done."""
    taken = order(request, verb, place, lambda signed: decided(request, signed))
    return "" if taken.outcome == "done" else word(OUTCOMES, taken.outcome)


def _shown(request: HttpRequest, place: str, said: str) -> HttpResponseBase:
    eyes = eyes_of(request)
    rows = gathered_layouts.of_place(eyes, place)
    now = next((one for one in rows if one.now), None)
    waiting = [one for one in rows if one.in_force_at is None and one.status in ("proposed", "approved")]
    context: dict[str, Any] = {
        "here": "places",
        "place": place,
        "one": show_layout(now or rows[0]),
        "now": None if now is None else show_layout(now),
        "text": "" if now is None else _written(now.post),
        "waiting": [(show_layout(one), _compared(now, one.post)) for one in waiting],
        "past": [show_layout(one) for one in rows if one not in waiting and not one.now],
        "may_propose": eyes.sees("propose_posts", place),
        "may_approve": eyes.sees("approve_posts", place),
        "login": request.user.get_username(),
        "said": said,
        "reason_max": REASON_MAX,
    }
    return render(request, "pages/layout.html", context)


@asks("propose_posts")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Write a layout: compared as often as one likes, proposed once; nothing that was typed is lost."""
    eyes = eyes_of(request)
    given = request.POST if request.method == "POST" else request.GET
    place = given.get("place", "")
    at_place(eyes, "propose_posts", place)
    now = next((one for one in gathered_layouts.of_place(eyes, place) if one.now), None) if place else None
    typed = _typed(request, place, now) if request.method == "POST" else Typed(text=_begun(now))
    if request.POST.get("do") == "propose" and typed.post is not None and not typed.said:
        post = typed.post
        taken = order(
            request, "propose_posts", post.id, lambda signed: _proposed(typed, post, now, signed), begins=not place
        )
        if taken.outcome == "done":
            return redirect(f"/layouts/{post.id}")
        typed.said = word(OUTCOMES, taken.outcome)
    context: dict[str, Any] = {
        "here": "places",
        "place": place,
        "place_name": access.names()[place][0] if place else "",
        "typed": typed,
        "before": now,
        "changed": () if typed.post is None else _compared(now, typed.post),
        "chars_max": CHARS_MAX,
    }
    return render(request, "pages/new_layout.html", context)


def _begun(now: LayoutSeen | None) -> str:
    return SKELETON if now is None else _written(now.post)


def _written(post: Post) -> str:
    """The text of a layout, where this desk can write one."""
    lent = draughts_now()
    return "" if lent is None else lent.written(post)


def _compared(now: LayoutSeen | None, post: Post) -> tuple[tuple[str, str], ...]:
    return changed("" if now is None else _written(now.post), _written(post))


def _typed(request: HttpRequest, place: str, now: LayoutSeen | None) -> Typed:
    text = request.POST.get("text", "").replace("\r\n", "\n").replace("\x00", "")[: CHARS_MAX + 1]
    typed = Typed(text=text, day=request.POST.get("from", "")[:10], from_at=now_ms())
    lent = draughts_now()
    if lent is None:
        typed.said = word(OUTCOMES, "unreadable")
        return typed
    eyes = eyes_of(request)
    try:
        post = lent.read(text, gathered_layouts.beside(eyes))
    except CannotBeServed as wrong:
        typed.said = str(wrong)
        return typed
    typed.said = _why_not(eyes, place, now, post)
    typed.post = None if typed.said else post
    if typed.day:
        try:
            typed.from_at = max(midnight_of(typed.day, post.zone_name), typed.from_at)
        except ValueError:
            typed.said = word(OUTCOMES, "not_from_then")
    return typed


def _why_not(eyes: Eyes, place: str, now: LayoutSeen | None, post: Post) -> str:
    """Say what keeps a layout that could be served from being proposed here."""
    if place and post.id != place:
        return word(OUTCOMES, "another_post")
    if not place and not eyes.sees("propose_posts", post.id):
        return word(OUTCOMES, "not_yours")
    if not place and post.id in access.names():
        return word(OUTCOMES, "there_already")
    return word(OUTCOMES, "post_is_the_same") if now is not None and now.post == post else ""


def _proposed(typed: Typed, post: Post, now: LayoutSeen | None, signed: Signed) -> ProposePost:
    return ProposePost(
        decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at, post=post,
        sha256=fingerprint(post), replaces=None if now is None else now.sha256,
        from_at=Instant(max(typed.from_at, signed.at)),
    )  # fmt: skip


def _approved(request: HttpRequest, signed: Signed) -> ApprovePost:
    return ApprovePost(
        decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at, of=_of(request),
        sha256=Sha256(request.POST.get("seen", "")[:64]),
    )  # fmt: skip


def _rejected(request: HttpRequest, signed: Signed) -> RejectPost:
    return RejectPost(
        decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at, of=_of(request),
        why=request.POST.get("why", "").strip()[:REASON_MAX],
    )  # fmt: skip


def _of(request: HttpRequest) -> EntryRef:
    return EntryRef(request.POST.get("of", "")[:REF_MAX])
