"""Instants as people read them: in the checkpoint's zone with its name, and as ages."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, get_timezone, get_timezone_location
from babel.numbers import format_decimal
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from beket.words.ids import Instant

HOME_ZONE: Final = "Asia/Bishkek"
"""The zone of pages that speak of the whole country."""

Writer = Callable[[int], str]
"""Writes an instant in some form."""

SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")

NOTHING_MS: Final = 50
"""Below this the tenth of a second shown would be nought, with a sign that says nothing."""


def now_ms() -> Instant:
    """This instant."""
    return Instant(int(time.time() * SECOND))


@lru_cache(maxsize=8)
def locale_of(language: str) -> Locale:
    """Babel's knowledge of a language; English is written the British way, day before month."""
    return Locale.parse("en_GB" if language == "en" else language)


def language() -> Literal["ky", "ru", "en"]:
    """The language of this page; Russian where none was chosen."""
    code = (get_language() or "ru")[:2]
    return "ky" if code == "ky" else "en" if code == "en" else "ru"


def here() -> Locale:
    """What Babel knows of the language of this page."""
    return locale_of(language())


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """A zone by its name; an unknown one is UTC, and `zone_name` says so."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=256)
def _city(zone: str, language: str) -> str:
    if zone_of(zone).key == "UTC":
        return "UTC"
    return str(get_timezone_location(get_timezone(zone), locale=locale_of(language), return_city=True))


def midnight_of(day: str, zone: str) -> Instant:
    """The beginning of a day, written as ISO 8601 does, on the clock of a zone. Raises ValueError."""
    return Instant(
        int(datetime.combine(date.fromisoformat(day), datetime.min.time(), zone_of(zone)).timestamp()) * SECOND
    )


def zone_name(zone: str) -> str:
    """The zone's city in the language of the page: an hour without it is a defect (reference 08 §A3)."""
    return _city(zone, language())


def local(instant: int, zone: str) -> datetime:
    """An instant on the clock of a zone."""
    return datetime.fromtimestamp(instant / SECOND, zone_of(zone))


def clock(instant: int, zone: str, *, seconds: bool = False) -> str:
    """Hours and minutes in a zone, without its name (a column says it once)."""
    return local(instant, zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def day(instant: int, zone: str) -> str:
    """The date in a zone, in words."""
    return format_date(local(instant, zone), format="d MMM y", locale=here())


def written_day(said: str) -> str:
    """A day that a register or a paper writes as ISO 8601, in words; whatever else is said stays as it is."""
    if not _ISO_DAY.fullmatch(said):
        return said
    try:
        return format_date(date.fromisoformat(said), format="d MMM y", locale=here())
    except ValueError:
        return said


def exact(instant: int, zone: str) -> str:
    """Date, time to the second and the zone's name."""
    return f"{day(instant, zone)}, {clock(instant, zone, seconds=True)} {zone_name(zone)}"


def span(length_ms: int) -> str:
    """A length of time in its two largest units at most."""
    whole = max(0, length_ms)
    if whole < MINUTE:
        return _("%(n)s s") % {"n": whole // SECOND}
    if whole < HOUR:
        return _("%(n)s min") % {"n": whole // MINUTE}
    if whole < 10 * HOUR:
        return _("%(h)s h %(m)s min") % {"h": whole // HOUR, "m": whole % HOUR // MINUTE}
    if whole < 2 * DAY:
        return _("%(n)s h") % {"n": whole // HOUR}
    return _("%(n)s d") % {"n": whole // DAY}


def brief(length_ms: int) -> str:
    """A length of time for a tile, where each letter counts: minutes, or hours and minutes without the second unit."""
    if HOUR <= length_ms < DAY:
        return _("%(h)s h %(m)s") % {"h": length_ms // HOUR, "m": f"{length_ms % HOUR // MINUTE:02}"}
    return span(length_ms)


def age(instant: int, now: int | None = None) -> str:
    """How long ago; an instant that is still to come is said to be so, not hidden."""
    gone = (now if now is not None else now_ms()) - instant
    if gone < -MINUTE:
        return _("in %(span)s") % {"span": span(-gone)}
    if gone < 5 * SECOND:
        return _("just now")
    return _("%(span)s ago") % {"span": span(gone)}


def figure(value: float | Decimal, digits: int = 0) -> str:
    """A number with the language's own separators."""
    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=here())


def kilograms(value: float | Decimal, digits: int = 0) -> str:
    """A mass."""
    return _("%(n)s kg") % {"n": figure(value, digits)}


def drift(drift_ms: int | None) -> str:
    """How far a clock is off: ahead is plus; under ten seconds to the tenth."""
    if drift_ms is None:
        return "–"
    if abs(drift_ms) < NOTHING_MS:
        return _("%(n)s s") % {"n": figure(0)}
    sign = "+" if drift_ms >= 0 else "−"
    if abs(drift_ms) < 10 * SECOND:
        return sign + _("%(n)s s") % {"n": figure(abs(drift_ms) / SECOND, digits=1)}
    return sign + span(abs(drift_ms))
