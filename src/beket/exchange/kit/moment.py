"""Moments written as digits alone, with a code that says in which order: UN/EDIFACT 2379, and the WCO data model."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

_DIGITS: Final = re.compile(r"(\d{8})(\d{4}(?:\d{2})?)?(Z|[+-]\d{2})?", re.ASCII)

_ORDERS: Final[dict[str, frozenset[tuple[int, bool]]]] = {
    "102": frozenset({(0, False)}),
    "203": frozenset({(4, False)}),
    "204": frozenset({(6, False)}),
    "304": frozenset({(6, True), (0, False)}),
}
"""By code: how many digits stand behind the day, and whether a zone does. A profile of the WCO's model writes a day
alone as 304 too (UnqualifiedDataType_6_DMS)."""


def iso_moment(said: str, code: str | None) -> str | None:
    """Write such a moment as ISO 8601; None where the code is unknown, or the digits are no moment in its order."""
    found = _DIGITS.fullmatch(said)
    if found is None:
        return None
    day, hour, zone = found.groups(default="")
    if (len(hour), zone != "") not in _ORDERS.get(code or "", ()):
        return None
    try:
        moment = datetime.fromisoformat(f"{day}T{hour or '00'}{zone}")
    except ValueError:
        return None
    if not hour:
        return moment.date().isoformat()
    return moment.isoformat(timespec="seconds" if len(hour) == len("hhmmss") else "minutes")
