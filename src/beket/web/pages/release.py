"""The release study: how long conveyances stay at each checkpoint and in whose hands, with the crossings behind it."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from msgspec import Struct

from beket.board.panels.release import NOBODY, WHOLE, Figure, Held, Span
from beket.web import access, gathered_courses, moments, sheets
from beket.web.access import asks, eyes_of
from beket.web.courses import AGENCIES
from beket.web.moments import now_ms
from beket.web.phrases import word
from beket.words.ids import Instant, PlaceId

HOUR_MS: Final = 3_600_000

PERIODS: Final[dict[str, tuple[int, Any]]] = {
    "day": (24 * HOUR_MS, _("the last 24 hours")),
    "week": (7 * 24 * HOUR_MS, _("the last 7 days")),
    "month": (30 * 24 * HOUR_MS, _("the last 30 days")),
}
"""How far back one may look; the same time before it is what it is compared with."""

HOLDERS: Final[dict[str, Any]] = {
    WHOLE: _("the whole stay"),
    **AGENCIES,
    NOBODY: _("no step’s turn: the driver, papers, the neighbour"),
}


class ShownTime(Struct, frozen=True, kw_only=True):
    """One figure beside that of the time before."""

    held: Held
    holder: str
    place_name: str
    median: str
    p90: str
    before: str
    longer: bool
    url: str


@asks("see_crossings")
@require_GET
def release_times(request: HttpRequest) -> HttpResponseBase:
    """Medians and 90th percentiles by checkpoint, direction and holder, against the same time before."""
    period = _period(request)
    context: dict[str, Any] = {
        "here": "crossings",
        "rows": _rows(request, period),
        "periods": [(name, words) for name, (_length, words) in PERIODS.items()],
        "period": period,
    }
    return render(request, "pages/release_times.html", context)


@asks("see_crossings")
@require_GET
def export_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a text file; times in minutes."""
    head = (_("Checkpoint"), _("direction"), _("Held by"), _("Crossings"), _("Median, min"), _("90th percentile, min"))
    rows: list[list[sheets.Cell]] = [[str(word) for word in head]]
    for one in _rows(request, _period(request)):
        times = (_minutes(one.held.median_ms), _minutes(one.held.p90_ms))
        rows.append([one.place_name, one.held.direction, one.holder, one.held.crossings, *times])
    headers = {"Content-Disposition": 'attachment; filename="beket-release-times.csv"'}
    return StreamingHttpResponse(sheets.csv_lines(rows), content_type="text/csv; charset=utf-8", headers=headers)


@asks("see_crossings")
@require_GET
def records(request: HttpRequest, place: str, direction: str, holder: str) -> HttpResponseBase:
    """The crossings behind one figure, the longest first."""
    period = _period(request)
    name, zone = access.names()[place]
    found = gathered_courses.release_records(eyes_of(request), _span(period), Figure(PlaceId(place), direction, holder))
    context: dict[str, Any] = {
        "here": "crossings",
        "rows": [(one, moments.span(one.held_ms), moments.span(one.departed_at - one.opened_at)) for one in found],
        "place_name": name,
        "zone": zone,
        "direction": direction,
        "holder": word(HOLDERS, holder),
        "words": PERIODS[period][1],
        "period": period,
    }
    return render(request, "pages/release_records.html", context)


def _period(request: HttpRequest) -> str:
    asked = request.GET.get("period", "day")
    return asked if asked in PERIODS else "day"


def _span(period: str, back: int = 0) -> Span:
    """The period, or the same time so often before it."""
    length = PERIODS[period][0]
    until = now_ms() - back * length
    return Span(Instant(until - length), Instant(until))


def _rows(request: HttpRequest, period: str) -> list[ShownTime]:
    eyes, named = eyes_of(request), access.names()
    now, earlier = gathered_courses.release_times(eyes, _span(period), _span(period, 1))
    before = {(one.place, one.direction, one.holder): one for one in earlier}
    return [_shown(one, before.get((one.place, one.direction, one.holder)), named[one.place][0], period) for one in now]


def _shown(one: Held, before: Held | None, place_name: str, period: str) -> ShownTime:
    return ShownTime(
        held=one,
        holder=word(HOLDERS, one.holder),
        place_name=place_name,
        median=moments.span(int(one.median_ms)),
        p90=moments.span(int(one.p90_ms)),
        before="" if before is None else moments.span(int(before.median_ms)),
        longer=before is not None and one.median_ms > before.median_ms,
        url=f"/release-times/{one.place}/{one.direction}/{one.holder}?period={period}",
    )


def _minutes(length_ms: float) -> float:
    return round(length_ms / 60_000, 1)
