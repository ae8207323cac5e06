"""The release study: how long conveyances stay at each checkpoint and in whose hands, with definitions and records."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from msgspec import Struct

from beket.board.panels.release import WHOLE, Figure, Held, Span, Stay
from beket.web import access, gathered_courses, moments, sheets
from beket.web.access import asks, eyes_of
from beket.web.holding_words import DEFINITIONS, HOLDERS, PARTIES
from beket.web.moments import now_ms
from beket.web.phrases import word
from beket.web.shown.holding import show_stop
from beket.words.ids import Instant, PlaceId

HOUR_MS: Final = 3_600_000

PERIODS: Final[dict[str, tuple[int, Any]]] = {
    "now": (0, _("those that are here now")),
    "day": (24 * HOUR_MS, _("the last 24 hours")),
    "week": (7 * 24 * HOUR_MS, _("the last 7 days")),
    "month": (30 * 24 * HOUR_MS, _("the last 30 days")),
}
"""How far back one may look; the same time before it is what it is compared with, but for those that are here now."""

TIMES_SHOWN_MAX: Final = 4
"""Most times of one crossing that a list of records names; the dossier has the stamps of all."""


class ShownTime(Struct, frozen=True, kw_only=True):
    """One figure beside that of the time before."""

    held: Held
    holder: str
    place_name: str
    part: bool
    share_pct: float | None
    share: str
    median: str
    p90: str
    before: str
    longer: bool
    url: str


class ShownStay(Struct, frozen=True, kw_only=True):
    """One crossing behind a figure, with the first times in which it was held; `more` are left out."""

    stay: Stay
    held: str
    whole: str
    times: tuple[tuple[str, str], ...]
    more: int


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
        "definitions": [(one, word(HOLDERS, one), DEFINITIONS[one]) for one in (WHOLE, *PARTIES, "customs")],
    }
    return render(request, "pages/release_times.html", context)


@asks("see_crossings")
@require_GET
def export_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a text file; times in minutes."""
    head = (
        _("Checkpoint"), _("direction"), _("Held by"), _("Crossings"), _("Median, min"), _("90th percentile, min"),
        _("All, min"), _("Share, %"),
    )  # fmt: skip
    rows: list[list[sheets.Cell]] = [[str(word) for word in head]]
    for one in _rows(request, _period(request)):
        times = (_minutes(one.held.median_ms), _minutes(one.held.p90_ms), _minutes(one.held.total_ms))
        share = "" if one.share_pct is None else one.share_pct
        rows.append([one.place_name, one.held.direction, one.holder, one.held.crossings, *times, share])
    headers = {"Content-Disposition": 'attachment; filename="beket-release-times.csv"'}
    return StreamingHttpResponse(sheets.csv_lines(rows), content_type="text/csv; charset=utf-8", headers=headers)


@asks("see_crossings")
@require_GET
def records(request: HttpRequest, place: str, direction: str, holder: str) -> HttpResponseBase:
    """What one figure means, and the crossings behind it, the longest first."""
    period, eyes = _period(request), eyes_of(request)
    name, zone = access.names()[place]
    if holder not in HOLDERS:
        raise Http404
    span, figure = _span(period), Figure(PlaceId(place), direction, holder)
    found, count = gathered_courses.release_records(eyes, span, figure)
    since = span.until if span.since is None else span.since
    stops = gathered_courses.stops(eyes, place, since, span.until) if holder == "neighbour" else ()
    context: dict[str, Any] = {
        "here": "crossings",
        "records": [_record(one, zone) for one in found],
        "count": count,
        "capped": count > len(found),
        "place_name": name,
        "zone": zone,
        "direction": direction,
        "holder": word(HOLDERS, holder),
        "definition": DEFINITIONS[holder],
        "words": PERIODS[period][1],
        "period": period,
        "of_neighbour": holder == "neighbour",
        "rows": [show_stop(one, now_ms()) for one in stops if one.direction == direction],
        "sees_log": eyes.sees("see_log", place),
    }
    return render(request, "pages/release_records.html", context)


def _record(stay: Stay, zone: str) -> ShownStay:
    times = list(zip(stay.times[::2], stay.times[1::2], strict=True))
    shown = [(moments.clock(since, zone), moments.clock(until, zone)) for since, until in times[:TIMES_SHOWN_MAX]]
    return ShownStay(
        stay=stay,
        held=moments.span(stay.held_ms),
        whole=moments.span(stay.whole_ms),
        times=tuple(shown),
        more=len(times) - len(shown),
    )


def _period(request: HttpRequest) -> str:
    asked = request.GET.get("period", "day")
    return asked if asked in PERIODS else "day"


def _span(period: str, back: int = 0) -> Span:
    """The period, or the same time so often before it; what is now has no time before it."""
    length = PERIODS[period][0]
    if not length:
        return Span(None, now_ms())
    until = now_ms() - back * length
    return Span(Instant(until - length), Instant(until))


def _rows(request: HttpRequest, period: str) -> list[ShownTime]:
    eyes, named = eyes_of(request), access.names()
    spans = [_span(period)] if period == "now" else [_span(period), _span(period, 1)]
    now, *earlier = gathered_courses.release_times(eyes, *spans)
    before = {(one.place, one.direction, one.holder): one for told in earlier for one in told}
    divided: dict[tuple[str, str], int] = {}
    for one in now:
        if one.holder in PARTIES:
            divided[one.place, one.direction] = divided.get((one.place, one.direction), 0) + one.total_ms
    return [
        _shown(one, before.get((one.place, one.direction, one.holder)), named[one.place][0], period, divided)
        for one in now
    ]


def _shown(
    one: Held, before: Held | None, place_name: str, period: str, divided: dict[tuple[str, str], int]
) -> ShownTime:
    whole_ms = divided.get((one.place, one.direction), 0) if one.holder in PARTIES else 0
    share_pct = round(100 * one.total_ms / whole_ms, 1) if whole_ms else None
    return ShownTime(
        held=one,
        holder=word(HOLDERS, one.holder),
        place_name=place_name,
        part=one.holder in PARTIES,
        share_pct=share_pct,
        share="" if share_pct is None else f"{moments.figure(share_pct, 1)} %",
        median=moments.span(int(one.median_ms)),
        p90=moments.span(int(one.p90_ms)),
        before="" if before is None else moments.span(int(before.median_ms)),
        longer=before is not None and one.median_ms > before.median_ms,
        url=f"/release-times/{one.place}/{one.direction}/{one.holder}?period={period}",
    )


def _minutes(length_ms: float) -> float:
    return round(length_ms / 60_000, 1)
