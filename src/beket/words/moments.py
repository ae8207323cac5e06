"""Moments as documents write them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Final

from beket.words.ids import Instant

BISHKEK: Final = timezone(timedelta(hours=6))
"""The country's time, which has no summer (Asia/Bishkek since 2005): what a document means that names no zone."""


def instant_of(said: str | None) -> Instant | None:
    """Give the instant of an ISO 8601 moment; a day alone is its midday; None where it is no moment."""
    if said is None:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    if len(said) == len("2026-11-02"):
        moment = moment.replace(hour=12)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=BISHKEK)
    return Instant(int(moment.timestamp() * 1000))


def day_of(at: Instant) -> str:
    """Give the day of an instant in the country's time, as ISO 8601 writes it."""
    return datetime.fromtimestamp(at / 1000, BISHKEK).date().isoformat()


def hour_of(at: Instant) -> int:
    """Give the hour of an instant in the country's time."""
    return datetime.fromtimestamp(at / 1000, BISHKEK).hour


def day_said(said: str | None) -> str | None:
    """Give the day that a document writes, in the country's time where it names a zone; None where it is no day."""
    if said is None:
        return None
    try:
        moment = datetime.fromisoformat(said)
        return (moment if moment.tzinfo is None else moment.astimezone(BISHKEK)).date().isoformat()
    except (ValueError, OverflowError):
        return None
