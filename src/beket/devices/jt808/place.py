"""What a JT/T 808 terminal says of its place: 28 bytes that the standard fixes, then items with id and length.

The items 01-31 are the standard's; D3-DA, EB, EE, FE are those of makers of trackers and locks, as public servers
read them. An item that is not known is kept under its number.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import Any, Final

import msgspec

from beket.devices.kit.dates import digits, instant_of
from beket.words.ids import Instant
from beket.words.readings import Cell

FIXED: Final = 28
_FIXED: Final = Struct(">IIIIhHH")
_ACC, _FIX, _SOUTH, _WEST = 1, 2, 4, 8
_MCC_MIN: Final = 200
"""In EB, cells begin with a country code, which is over 200; lists of values begin with a length, which is not."""

LOCKS_MAX: Final = 16
"""Most locks of one item: its length byte leaves room for no more than nineteen."""

ALARMS: Final[tuple[tuple[int, str], ...]] = (
    (0, "sos"), (1, "overspeed"), (2, "fatigue"), (4, "gps_fault"), (5, "antenna_cut"), (6, "antenna_short"),
    (7, "low_battery"), (8, "power_cut"), (17, "tampering"), (18, "driving_too_long"), (19, "parked_too_long"),
    (20, "fence"), (21, "route"), (23, "off_route"), (26, "stolen"), (27, "illegal_ignition"), (28, "movement"),
    (29, "accident"), (30, "rollover"), (31, "door"),
)  # fmt: skip
"""Bits of the alarm word; 17 is no standard one and is set by locks and asset trackers."""


class Item(msgspec.Struct, frozen=True):
    """One additional item: which, and where its value lies in the body."""

    tag: int
    at: int
    length: int


class Place:
    """One report: fields of a position, and those of a seal where the report speaks of one."""

    def __init__(self, body: bytes, zone_min: int) -> None:
        self.body = body
        self.fields: dict[str, Any] = {}
        self.params: dict[str, int | float | str] = {}
        self.io: dict[str, int | float | str] = {}
        self.seal: dict[str, Any] = {}
        self.named: list[tuple[Item, str]] = []
        alarm, state, lat, lon, altitude, speed, course = _FIXED.unpack_from(body)
        fixed = bool(state & _FIX) and lat <= 90_000_000 and lon <= 180_000_000
        placed = fixed or (bool(lat or lon) and lat <= 90_000_000 and lon <= 180_000_000)
        self.fields.update(
            time=moment(body[22:28], zone_min),
            valid=fixed,
            latitude=(-lat if state & _SOUTH else lat) / 1e6 if placed else None,
            longitude=(-lon if state & _WEST else lon) / 1e6 if placed else None,
            altitude_m=float(altitude) if placed else None,
            speed_kmh=speed / 10 if placed else None,
            course_deg=float(course) if placed else None,
            ignition=bool(state & _ACC),
            alarms=tuple(word for bit, word in ALARMS if alarm >> bit & 1) if alarm else (),
        )
        self.params["state"] = state
        for item in items(body):
            self.named.append((item, self._take(item)))

    def _take(self, item: Item) -> str:
        value = self.body[item.at : item.at + item.length]
        number = int.from_bytes(value, "big")
        reader = _ITEMS.get(item.tag)
        name = reader(self, value, number) if reader is not None else ""
        if not name:
            name = f"io_{item.tag}"
            self.io[str(item.tag)] = number if len(value) <= 8 else value.hex()
        return name

    def _mileage(self, value: bytes, number: int) -> str:
        if len(value) != 4:
            return ""
        self.fields["odometer_m"] = float(number * 100)
        return "odometer_m"

    def _signal(self, _value: bytes, number: int) -> str:
        self.params["gsm_level"] = number
        return "gsm_level"

    def _satellites(self, _value: bytes, number: int) -> str:
        self.fields["satellites"] = number
        return "satellites"

    def _volts(self, _value: bytes, number: int) -> str:
        self.fields["external_voltage_v"] = number / 10
        return "external_voltage_v"

    def _percent(self, _value: bytes, number: int) -> str:
        if number > 100:
            return ""
        self.fields["battery_percent"] = number
        return "battery_percent"

    def _battery_or_locks(self, value: bytes, number: int) -> str:
        """D5: a voltage in two bytes, or locks: id, card, charge, state; bit 5 of the state means open."""
        if len(value) == 2:
            self.fields["battery_v"] = number / 100
            return "battery_v"
        count = value[0] if value else 0
        if not 0 < count <= LOCKS_MAX or len(value) < 1 + 13 * count:
            return ""
        locks = [value[1 + 13 * at : 14 + 13 * at] for at in range(count)]
        for at, lock in enumerate(locks, 1):
            self.params.update({f"lock_{at}": lock[:5].hex(), f"lock_{at}_card": lock[5:10].hex()})
        self.seal["locked"] = all(not lock[12] >> 5 & 1 for lock in locks)
        self.seal["battery_percent"] = min((lock[10] for lock in locks if lock[10] <= 100), default=None)
        return "locks"

    def _lock(self, value: bytes, _number: int) -> str:
        """DA: how often the rope was cut, and bits: 0 rope in place, 2 moves, 3 cover open."""
        if len(value) < 3:
            return ""
        bits = value[2]
        self.params["rope_cuts"] = int.from_bytes(value[:2], "big")
        self.fields["moving"] = bool(bits >> 2 & 1)
        self.seal["rope_inserted"] = bool(bits & 1)
        if bits >> 3 & 1:
            self.seal["alarms"] = ("back_cover_open",)
        return "rope_cuts, lock"

    def _extended(self, value: bytes, number: int) -> str:
        """EB: cells, or values with a length of two bytes, of which 2D is the outside voltage (captured)."""
        if len(value) >= 8 and number >> 8 * (len(value) - 2) > _MCC_MIN:
            lac, cid = int.from_bytes(value[3:5], "big"), int.from_bytes(value[5:7], "big")
            self.fields["cell"] = Cell(lac=lac, cid=cid, rssi=value[7])
            return "cell"
        at = 0
        while at + 4 <= len(value):
            size = int.from_bytes(value[at : at + 2], "big")
            if size < 2 or at + 2 + size > len(value):
                break
            tag, run = int.from_bytes(value[at + 2 : at + 4], "big"), value[at + 4 : at + 2 + size]
            if tag == 0x2D and len(run) == 4:
                self.fields["external_voltage_v"] = int.from_bytes(run, "big") / 1000
            elif run:
                self.io[f"235.{tag}"] = int.from_bytes(run, "big") if len(run) <= 8 else run.hex()
            at += 2 + size
        return "extended"

    def _power(self, value: bytes, _number: int) -> str:
        if len(value) != 6:
            return ""
        self.params["gsm_level"] = value[0]
        self.fields.update(
            external_voltage_v=int.from_bytes(value[1:3], "big") / 1000,
            battery_v=int.from_bytes(value[3:5], "big") / 1000,
            satellites=value[5],
        )
        return "gsm_level, external_voltage_v, battery_v, satellites"


_ITEMS: Final = {
    0x01: Place._mileage,  # noqa: SLF001  the table is this class's own
    0x30: Place._signal,  # noqa: SLF001
    0x31: Place._satellites,  # noqa: SLF001
    0xD3: Place._volts,  # noqa: SLF001
    0xD4: Place._percent,  # noqa: SLF001
    0xD5: Place._battery_or_locks,  # noqa: SLF001
    0xDA: Place._lock,  # noqa: SLF001
    0xEB: Place._extended,  # noqa: SLF001
    0xEE: Place._power,  # noqa: SLF001
    0xFE: Place._percent,  # noqa: SLF001
}


def items(body: bytes) -> Iterator[Item]:
    """Walk the additional items; one that is cut short ends the walk."""
    at = FIXED
    while at + 2 <= len(body) and at + 2 + body[at + 1] <= len(body):
        yield Item(body[at], at + 2, body[at + 1])
        at += 2 + body[at + 1]


def moment(packed: bytes, zone_min: int) -> Instant | None:
    """Read a time of six BCD bytes, local by so many minutes; zeros are no time."""
    ymd, hms = digits(packed.hex()[:6]), digits(packed.hex()[6:])
    if ymd is None or hms is None:
        return None
    return instant_of((2000 + ymd[0], ymd[1], ymd[2]), hms, zone_min)
