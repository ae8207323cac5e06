"""The stream's door: what a tab asks to watch is allowed once here, and asked again every minute."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, Final, cast

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from beket.web import live, panels
from beket.web.access import eyes_for, eyes_of
from beket.web.accounts.limits import stands
from beket.web.eyes import Eyes
from beket.web.stream import Client, Panel, TooMany, flow

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
    eyes = await sync_to_async(eyes_of)(request)
    slots = request.GET.getlist("panel")[:PANELS_MAX]
    asked = [panels.wanted(eyes, slot, get_language() or "ru") for slot in dict.fromkeys(slots)]
    if not asked or None in asked:
        return HttpResponse(status=403 if eyes.duties else 401)
    try:
        client = live.fan().join(cast("list[Panel]", asked))
    except TooMany:
        return HttpResponse(status=503, headers={"Retry-After": "10"})
    return StreamingHttpResponse(
        _pour(client, _allowed(request, eyes)), content_type="text/event-stream", headers=HEADERS
    )


async def _pour(client: Client, allowed: Callable[[], bool]) -> AsyncIterator[bytes]:
    """Give a screen its messages; the page's database connection goes back to the pool before the long wait begins."""
    async with aclosing(flow(live.fan(), client, allowed, RECHECK_S)) as messages:
        await sync_to_async(connections.close_all)()
        async for each in messages:
            yield each


def _allowed(request: HttpRequest, eyes: Eyes) -> Callable[[], bool]:
    """Ask again whether this session stands and these are still its eyes."""
    account, session = request.user.pk, request.session.session_key

    def still() -> bool:
        try:
            return stands(session, resting=eyes.resting) and eyes_for(account, resting=eyes.resting) == eyes
        finally:
            connections.close_all()

    return still


cast(Any, stream).verb = "panel"
