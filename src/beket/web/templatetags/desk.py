"""The desk's template words: plates, levels with their shapes, instants with their zones."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beket.web import moments
from beket.web.moments import HOME_ZONE
from beket.web.names import in_language, short

register = template.Library()

SHAPES: Final = {
    "critical": '<path d="M8 1 15.5 15H.5Z"/>',
    "high": '<path d="M8 1 15.5 15H.5Z"/>',
    "medium": '<path d="M8 .5 15.5 8 8 15.5.5 8Z"/>',
    "low": '<circle cx="8" cy="8" r="7"/>',
    "normal": '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"/>',
    "unknown": '<path d="M1 4h14v8H1Z" fill="none" stroke="currentColor" stroke-width="2"/>'
    '<path d="m3 12 5-8m1 8 5-8" stroke="currentColor"/>',
}
"""One shape for each level, so that colour never speaks alone (reference 08 §A3)."""

WORDS: Final = {
    "critical": gettext_lazy("Critical"),
    "high": gettext_lazy("High"),
    "medium": gettext_lazy("Medium"),
    "low": gettext_lazy("Low"),
    "normal": gettext_lazy("Normal"),
    "unknown": gettext_lazy("No link"),
}


@register.simple_tag
def shape(level: str) -> SafeString:
    """Draw a level's shape in the ink of its surroundings."""
    drawing = SHAPES.get(level, SHAPES["unknown"])
    return mark_safe(f'<svg class="shape" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">{drawing}</svg>')  # noqa: S308


@register.simple_tag
def level(name: str, word: str = "") -> SafeString:
    """Draw a level as a chip: fill, shape and word."""
    known = name if name in SHAPES else "unknown"
    return format_html('<span class="level {}">{}{}</span>', known, shape(known), word or WORDS[known])


@register.simple_tag
def plate(value: str | None, country: str | None = None, size: str = "") -> SafeString:
    """Draw a plate the way it looks on a bumper."""
    if not value:
        return format_html('<span class="plate none">{}</span>', _("no plate"))
    sign = format_html("<i>{}</i>", country) if country else ""
    return format_html('<span class="plate {}"><b>{}</b>{}</span>', size, value, sign)


@register.simple_tag
def at(instant: int | None, zone: str = HOME_ZONE) -> SafeString:
    """Hour and minute with the zone's name, the exact time behind it."""
    return _time(instant, zone, lambda it: f"{moments.clock(it, zone)} {moments.zone_name(zone)}")


@register.simple_tag
def at_second(instant: int | None, zone: str = HOME_ZONE) -> SafeString:
    """Time to the second, for columns whose head names the zone."""
    return _time(instant, zone, lambda it: moments.clock(it, zone, seconds=True))


@register.simple_tag
def on_day(instant: int | None, zone: str = HOME_ZONE) -> SafeString:
    """Date, time and zone in full."""
    return _time(instant, zone, lambda it: moments.exact(it, zone))


@register.simple_tag
def ago(instant: int | None, zone: str = HOME_ZONE) -> SafeString:
    """How long ago, the exact time behind it."""
    return _time(instant, zone, moments.age)


def _time(instant: int | None, zone: str, write: moments.Writer) -> SafeString:
    if instant is None:
        return format_html('<span class="dim">{}</span>', "–")
    machine = moments.local(instant, "UTC").isoformat(timespec="milliseconds")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', machine, moments.exact(instant, zone), write(instant)
    )


@register.filter
def instant(moment: datetime) -> int:
    """A moment of the accounts' own tables, as the instant that other tags take."""
    return int(moment.timestamp() * 1000)


@register.filter
def clock(moment: datetime) -> str:
    """Hour and minute of such a moment, in the country's own time."""
    return moments.clock(instant(moment), HOME_ZONE)


@register.filter
def dated(said: str | None) -> str:
    """A day of a register, a table or a paper, in words."""
    return moments.written_day(said) if said else "–"


@register.filter
def span(length_ms: int | None) -> str:
    """A length of time."""
    return "–" if length_ms is None else moments.span(int(length_ms))


@register.filter
def zone_name(zone: str) -> str:
    """The city that names a zone."""
    return moments.zone_name(zone)


@register.filter
def figure(value: float | None) -> str:
    """A number, or a dash where there is none."""
    return "–" if value is None else moments.figure(value)


@register.filter
def byte_count(value: int) -> str:
    """How many bytes, to the last one."""
    return _("%(n)s B") % {"n": moments.figure(value)}


@register.filter
def kg(value: float | None) -> str:
    """A mass in kilograms."""
    return "–" if value is None else moments.kilograms(value)


@register.filter
def exact(value: str | None) -> str:
    """A number as a paper has it, with all the digits that it has."""
    if not value:
        return "–"
    try:
        return moments.figure(Decimal(value), 6)
    except ArithmeticError:
        return value


@register.filter
def place_name(place: object) -> str:
    """A checkpoint's name in the language of the page."""
    return in_language(place)


@register.filter
def place_short(place: object) -> str:
    """A checkpoint's name without the words that its sign already says."""
    return short(in_language(place))
