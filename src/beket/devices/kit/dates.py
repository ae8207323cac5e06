"""Dates as devices write them, made into instants: quickly, and never by an exception."""

from __future__ import annotations

from datetime import date
from typing import Final

from beket.words.ids import Instant

_EPOCH: Final = date(1970, 1, 1).toordinal()
LIVE_MS_MAX: Final = 3_600_000
"""Furthest that a device's time is from ours in a message taken for a live one, where the protocol does not say."""


def instant_of(
    ymd: tuple[int, int, int], hms: tuple[int, int, int], offset_min: int = 0, millisecond: int = 0
) -> Instant | None:
    """Make an instant of a date and a time of day, local by so many minutes; None when there is no such moment."""
    hour, minute, second = hms
    if hour > 23 or minute > 59 or second > 59 or min(hms) < 0:
        return None
    try:
        days = date(*ymd).toordinal() - _EPOCH
    except (ValueError, OverflowError):
        return None
    return Instant(((days * 24 + hour) * 60 + minute - offset_min) * 60_000 + second * 1000 + millisecond)


def live(time: Instant | None, received: Instant) -> Instant | None:
    """The device's clock as a message shows it, if the message can be a live one: late ones say nothing of it."""
    return time if time is not None and abs(received - time) <= LIVE_MS_MAX else None


def digits(text: str) -> tuple[int, int, int] | None:
    """Read three two-digit numbers, as dates and times are packed: `230525`."""
    if len(text) != 6 or not (text.isascii() and text.isdigit()):
        return None
    return int(text[:2]), int(text[2:4]), int(text[4:])
