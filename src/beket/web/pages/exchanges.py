"""The journal of exchanges: what systems of agencies asked and were answered, with the bytes that they signed."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from beket.web import access, gathered_exchanges
from beket.web.access import asks, eyes_of
from beket.web.accounts.models import Account, Exchange
from beket.web.courses import OUTCOMES
from beket.web.phrases import word
from beket.web.shown.exchanges import CODES
from beket.words.roles import SYSTEMS

ROWS: Final = 100
"""Exchanges of one page."""

NUMBER_DIGITS_MAX: Final = 18


@asks("see_log")
@require_GET
def journal(request: HttpRequest) -> HttpResponseBase:
    """The newest exchanges, and those before."""
    eyes, system, before = eyes_of(request), _number(request, "system"), _number(request, "before")
    rows = gathered_exchanges.journal(eyes, system, before, ROWS + 1)
    named = access.names()
    systems = Account.objects.filter(duties__role__in=SYSTEMS).distinct().order_by("login")
    context: dict[str, Any] = {
        "here": "log",
        "rows": [(row, named[row.place][0] if row.place else "", _told(row)) for row in rows[:ROWS]],
        "systems": [(one.pk, one.login) for one in systems],
        "system": system,
        "older": urlencode({"system": system or "", "before": rows[ROWS - 1].pk}) if len(rows) > ROWS else "",
        "sees_raw": eyes.can("see_raw"),
        "sees_dossier": eyes.can("see_dossier"),
    }
    return render(request, "pages/exchanges.html", context)


@asks("see_raw")
@require_GET
def signed(request: HttpRequest, number: int) -> HttpResponseBase:
    """The bytes of an answer that was not taken; those of one that was stand in the log."""
    blob = gathered_exchanges.signed(eyes_of(request), number)
    name = f'attachment; filename="exchange-{number}.jws"'
    return HttpResponse(blob, content_type="application/octet-stream", headers={"Content-Disposition": name})


def _told(row: Exchange) -> str:
    """What the system was answered, in words."""
    return word(OUTCOMES | CODES, row.code) if row.code else ""


def _number(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= NUMBER_DIGITS_MAX else None
