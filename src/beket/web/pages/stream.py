"""The stream's door: what a tab asks to watch is allowed once here, and asked again every minute."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from beket.web import live, panels
from beket.web.access import Eyes, eyes_for, eyes_of
from beket.web.accounts.limits import stands
from beket.web.stream import Panel, TooMany, flow

PANELS_MAX: Final = 8
"""Panels of one tab; a page has at most four."""

RECHECK_S: Final = 60.0
"""A disabled account, a revoked role or an ended session stops its streams within a minute."""

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Encoding": "identity",
    "X-Accel-Buffering": "no",
}
"""Nobody on the way may pack or hold back the stream (reference 07 §7)."""


@require_GET
async def stream(request: HttpRequest) -> HttpResponseBase:
    """Open one tab's stream."""
    eyes = await asyncio.to_thread(eyes_of, request)
    slots = request.GET.getlist("panel")[:PANELS_MAX]
    asked = [panels.wanted(eyes, slot, get_language() or "ru") for slot in dict.fromkeys(slots)]
    if not asked or None in asked:
        return HttpResponse(status=403 if eyes.duties else 401)
    fan = live.fan()
    try:
        client = fan.join(cast("list[Panel]", asked))
    except TooMany:
        return HttpResponse(status=503, headers={"Retry-After": "10"})
    allowed = _allowed(request, eyes)
    return StreamingHttpResponse(
        flow(fan, client, allowed, RECHECK_S), content_type="text/event-stream", headers=HEADERS
    )


def _allowed(request: HttpRequest, eyes: Eyes) -> Callable[[], bool]:
    """Ask again whether this session stands and these are still its eyes."""
    account, session = request.user.pk, request.session.session_key

    def still() -> bool:
        return stands(session) and eyes_for(account, resting=eyes.resting) == eyes

    return still


cast(Any, stream).verb = "panel"
