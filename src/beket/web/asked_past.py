"""Which past minute a page is asked for: read from its address, never trusted, with the hours that its slider has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct

from beket.web.moments import HOME_ZONE, HOUR, MINUTE, local, zone_of
from beket.words.ids import Instant

HOURS: Final = (1, 3, 6, 12, 24)
"""How many hours one slider may reach over: in a day it still has a minute for each step of an arrow key."""

FORM: Final = "%Y-%m-%dT%H:%M"
"""How a browser's field for date and time writes it; in the zone of the country."""

FIRST: Final = Instant(1_420_070_400_000)
"""The beginning of 2015: no house of this kind was there before, and no clock of ours means anything earlier."""

DIGITS_MAX: Final = 4


class Asked(Struct, frozen=True, kw_only=True):
    """A whole minute, and the hours around it."""

    at: Instant
    start: Instant
    hours: int
    last: Instant

    @property
    def minutes(self) -> int:
        """How far the slider goes: never into what has not been yet."""
        return max(1, (min(self.last, self.start + self.hours * HOUR) - self.start) // MINUTE)

    @property
    def minute(self) -> int:
        """Where the slider stands."""
        return (self.at - self.start) // MINUTE

    @property
    def end(self) -> Instant:
        """The last minute of the slider."""
        return Instant(self.start + self.minutes * MINUTE)

    def link(self, by_ms: int) -> str:
        """The address of another minute of a slider of as many hours; nothing where that has not been yet."""
        there = self.at + by_ms
        if not FIRST <= there <= self.last:
            return ""
        return "/past?" + urlencode({"at": written(Instant(there)), "hours": self.hours})


class NotAnInstant(Exception):
    """What was asked for is no date and time."""


class NotYet(Exception):
    """What was asked for has not been yet."""


def read(given: Mapping[str, str], now: Instant) -> Asked:
    """Read an address; without any instant it is the last whole minute. Raises NotAnInstant and NotYet."""
    last = Instant(now // MINUTE * MINUTE)
    hours = next((each for each in HOURS if str(each) == given.get("hours")), HOURS[1])
    if given.get("start"):
        start = _instant(given["start"])
        at = Instant(start + _minute(given.get("minute", ""), hours) * MINUTE)
    else:
        at = _instant(given["at"]) if given.get("at") else last
        start = Instant((at - 1) // HOUR * HOUR - hours // 2 * HOUR)
    if at > last or start >= last:
        raise NotYet
    return Asked(at=at, start=start, hours=hours, last=last)


def written(at: Instant) -> str:
    """An instant as a field for date and time takes it."""
    return local(at, HOME_ZONE).strftime(FORM)


def _instant(text: str) -> Instant:
    try:
        found = int(datetime.strptime(text, FORM).replace(tzinfo=zone_of(HOME_ZONE)).timestamp()) * 1000
    except (ValueError, OverflowError) as error:
        raise NotAnInstant from error
    if found < FIRST:
        raise NotAnInstant
    return Instant(found)


def _minute(text: str, hours: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX):
        raise NotAnInstant
    return min(int(text), hours * HOUR // MINUTE)
