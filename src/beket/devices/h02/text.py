"""What the fields of an H02 sentence say: places (V1, V4, V5, V6, V8 …), cells (NBR, V3), state (LINK)."""

from __future__ import annotations

import re
from typing import Any, Final

from beket.devices.kit.dates import digits, instant_of
from beket.words.readings import Cell

KMH_PER_KNOT: Final = 1.852
EXTRAS_MAX: Final = 32
"""Most values after the status that are kept; a sentence has under ten."""

CELL_ONLY: Final = frozenset({"NBR", "V3"})
GREETINGS: Final = frozenset({"V0", "HTBT", "VP1", "XT"})
"""Sentences that say that the tracker lives, and no place with a time."""

_STATUS: Final = re.compile(r"[0-9A-Fa-f]{8}")
_DIGITS: Final = re.compile(r"\d{6}")

ALARM_BITS: Final[tuple[tuple[int, str], ...]] = (
    (0, "vibration"),
    (1, "sos"),
    (2, "overspeed"),
    (3, "illegal_ignition"),
    (4, "fence_in"),
    (7, "fence_out"),
    (18, "sos"),
    (19, "power_cut"),
)
"""Bits of the status word, each complaining when it is 0."""

IGNITION_BIT: Final = 10

Named = dict[int, tuple[str, object]]
"""Which field of a sentence says what: for the explanation."""


class Sentence:
    """One sentence read: what it says, and which of its fields said it."""

    def __init__(self, fields: list[str]) -> None:
        self.fields = fields
        self.kind = fields[2] if len(fields) > 2 else ""
        self.said: dict[str, Any] = {}
        self.named: Named = {}
        self.ok = False
        if self.kind in CELL_ONLY:
            self._cells()
        elif self.kind == "LINK":
            self._link()
        elif self.kind not in GREETINGS:
            self._placed()

    def _field(self, at: int) -> str:
        return self.fields[at].strip() if 0 <= at < len(self.fields) else ""

    def _placed(self) -> None:
        """Time, validity, latitude, longitude, speed, course, date, status; V4 has a command's answer before them."""
        at = next((n for n in range(3, len(self.fields) - 1) if self._starts(n)), None)
        if at is None or len(self.fields) < at + 9:
            return
        latitude = coordinate(self._field(at + 2), self._field(at + 3), "N", "S", 90)
        longitude = coordinate(self._field(at + 4), self._field(at + 5), "E", "W", 180)
        fixed = self._field(at + 1) == "A"
        placed = latitude is not None and longitude is not None and (fixed or bool(latitude or longitude))
        knots, course = decimal(self._field(at + 6)), decimal(self._field(at + 7))
        self.said.update(
            time=self._moment(at, at + 8),
            valid=fixed and placed,
            latitude=latitude if placed else None,
            longitude=longitude if placed else None,
            speed_kmh=None if knots is None or not placed else knots * KMH_PER_KNOT,
            course_deg=course if placed else None,
        )
        for n, name in enumerate(("time", "valid", "latitude", "", "longitude", "", "speed_kmh", "course_deg")):
            self.named[at + n] = (name or "hemisphere", self.said.get(name, self._field(at + n)))
        self.named[at + 8] = ("date", self._field(at + 8))
        self.ok = True
        self._status(at + 9)
        self._extras(at + 10)

    def _starts(self, at: int) -> bool:
        return self._field(at + 1) in ("A", "V", "B") and bool(
            _DIGITS.fullmatch(self._field(at)) or not self._field(at)
        )

    def _moment(self, time: int, date: int) -> int | None:
        hms, dmy = digits(self._field(time)), digits(self._field(date))
        if hms is None or dmy is None:
            return None
        return instant_of((2000 + dmy[2], dmy[1], dmy[0]), hms)

    def _status(self, at: int) -> None:
        word = self._field(at)
        if _STATUS.fullmatch(word):
            self.said.update(status(int(word, 16)))
            self.named[at] = ("status", word)

    def _extras(self, at: int) -> None:
        """What follows the status: country, network, area and cell where they are numbers, then what the model adds."""
        rest = [self._field(n) for n in range(at, min(len(self.fields), at + EXTRAS_MAX))]
        self.said["io"] = {str(n + 1): value for n, value in enumerate(rest) if value}
        self.named.update({at + n: (f"io_{n + 1}", value) for n, value in enumerate(rest)})
        if len(rest) >= 4 and all(value.isascii() and value.isdigit() for value in rest[:4]) and int(rest[0]):
            self.said["cell"] = Cell(lac=int(rest[2]), cid=int(rest[3]))

    def _cells(self) -> None:
        """NBR: time, country, network, delay, count, then area, cell, strength of each. V3 packs the first two."""
        at = 8 if self.kind == "NBR" else 6
        lac, cid = decimal(self._field(at)), decimal(self._field(at + 1))
        date = next((n for n in range(len(self.fields) - 1, 3, -1) if self._dated(n)), None)
        if lac is None or cid is None or date is None or date <= at + 1:
            return
        self.said.update(time=self._moment(3, date), valid=False, cell=Cell(lac=int(lac), cid=int(cid)))
        self.named.update({3: ("time", self.said["time"]), at: ("lac", int(lac)), at + 1: ("cid", int(cid))})
        strength = decimal(self._field(at + 2))
        if self.kind == "NBR" and strength is not None and date > at + 2:
            self.said["cell"] = Cell(lac=int(lac), cid=int(cid), rssi=int(strength))
            self.named[at + 2] = ("rssi", int(strength))
        self.named[date] = ("date", self._field(date))
        self.ok = True
        self._status(date + 1)

    def _dated(self, at: int) -> bool:
        return bool(_DIGITS.fullmatch(self._field(at)) and _STATUS.fullmatch(self._field(at + 1)))

    def _link(self) -> None:
        """Time, signal, satellites, battery, steps, turns, date, status."""
        if len(self.fields) < 10:
            return
        satellites, battery = decimal(self._field(5)), decimal(self._field(6))
        self.said.update(
            time=self._moment(3, 9),
            valid=False,
            satellites=None if satellites is None else int(satellites),
            battery_percent=None if battery is None else int(battery),
            params={"gsm_level": self._field(4)},
        )
        for at, name in {3: "time", 5: "satellites", 6: "battery_percent"}.items():
            self.named[at] = (name, self.said[name])
        self.named.update({4: ("gsm_level", self._field(4)), 9: ("date", self._field(9))})
        self.ok = True
        self._status(10)


def status(word: int) -> dict[str, Any]:
    """Read the status word: a bit complains by being 0; ignition is on when its bit is 1."""
    words = dict.fromkeys(name for bit, name in ALARM_BITS if not word >> bit & 1)
    return {"alarms": tuple(words), "ignition": bool(word >> IGNITION_BIT & 1)}


def coordinate(text: str, letter: str, plus: str, minus: str, most: int) -> float | None:
    """Read degrees and minutes: `3542.2043`, `35422043` without the point, or `-35-42.2043`."""
    if letter not in (plus, minus):
        return None
    whole, dash, minutes_text = text.removeprefix("-").partition("-")
    if dash:
        degrees, minutes = decimal(whole), decimal(minutes_text)
    elif "." in text:
        point = text.index(".")
        degrees, minutes = decimal(text[: max(point - 2, 0)] or "0"), decimal(text[max(point - 2, 0) :])
    else:
        degrees, minutes = decimal(text[:-6] or "0"), decimal(text[-6:])
        minutes = None if minutes is None else minutes / 10_000
    if degrees is None or minutes is None or minutes >= 60 or degrees + minutes / 60 > most:
        return None
    value = degrees + minutes / 60
    return -value if letter == minus else value


def decimal(text: str) -> float | None:
    """Read a plain decimal number; None for everything else."""
    body = text.removeprefix("-")
    if not body.isascii() or len(body) > 15 or not body.replace(".", "", 1).isdigit():
        return None
    return float(text)
