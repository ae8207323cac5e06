"""What the contents of GT06 messages hold: a place, cells, a status, whichever their type has and in that order.

Layouts: reference 03 §5.2 (frame, login, answers); contents as makers' papers for GT06, GK310 and the 4G models
publish them. 0x61, 0xA4 and 0xF1 are laid out as captured messages show them.
"""

from __future__ import annotations

from struct import Struct
from typing import Any, Final

import msgspec

from beket.devices.kit.dates import instant_of
from beket.words.readings import Cell

FIELD_LISTS_MAX: Final = 64
"""Most tagged values read of one sensor message: its length byte leaves room for no more."""

_FIX: Final = Struct(">6BBIIBH")
_SHORT_CELL: Final = Struct(">HBH")
FIX_BYTES: Final = _FIX.size
_DEGREE: Final = 1_800_000
"""Coordinates count 1/30,000 of a minute."""

_NORTH, _WEST, _FIXED, _SAYS_ACC, _ACC = 1 << 10, 1 << 11, 1 << 12, 1 << 14, 1 << 15

ALARMS: Final[dict[int, str]] = {
    0x01: "sos", 0x02: "power_cut", 0x03: "vibration", 0x04: "fence_in", 0x05: "fence_out", 0x06: "overspeed",
    0x09: "movement", 0x0A: "gps_lost", 0x0E: "low_external_power", 0x0F: "low_external_power", 0x10: "sim_changed",
    0x11: "power_off", 0x13: "tampering", 0x14: "door", 0x15: "power_off", 0x19: "low_battery", 0x29: "acceleration",
    0x23: "fall", 0x2A: "cornering", 0x2B: "cornering", 0x2C: "accident", 0x30: "braking",
}  # fmt: skip
"""Alarm codes; one that is not here and not silent is said by its number, so that no complaint is lost."""

SILENT: Final = frozenset({0x00, 0x0B, 0x0C, 0x0D, 0xFE, 0xFF})
"""Codes that complain of nothing: normal, satellites found again, switched on, ignition on and off."""

STANDING: Final[dict[int, str]] = {1: "vibration", 2: "power_cut", 3: "low_battery", 4: "sos"}
"""What bits 3-5 of the status byte complain of."""


class Layout(msgspec.Struct, frozen=True):
    """What a message of one type holds: the parts in their order."""

    parts: tuple[str, ...]
    wide_cell: bool = False


LAYOUTS: Final[dict[int, Layout]] = {
    0x10: Layout(("fix",)),
    0x12: Layout(("fix", "cell")),
    0x16: Layout(("fix", "sized_cell", "status", "alarm")),
    0x19: Layout(("cell", "status", "alarm")),
    0x22: Layout(("fix", "cell", "trip")),
    0x26: Layout(("fix", "sized_cell", "status", "alarm")),
    0x27: Layout(("fix", "sized_cell", "status", "alarm", "fence")),
    0x2D: Layout(("fix", "cell", "trip")),
    0xA0: Layout(("fix", "cell", "trip"), wide_cell=True),
    0xA3: Layout(("fix", "sized_cell", "status", "alarm"), wide_cell=True),
    0xA4: Layout(("fix", "sized_cell", "status", "alarm", "fence"), wide_cell=True),
    0x13: Layout(("status", "alarm")),
    0x23: Layout(("volts_status",)),
    0x61: Layout(("imei", "fix", "operator", "gap", "driver")),
    0x28: Layout(("date", "cell")),
    0x18: Layout(("date", "cell")),
    0xF1: Layout(("sensors",)),
    0x94: Layout(("information",)),
}
"""Message types that say something; 0x01 (login), 0x8A (time) and others are the conversation's, not the world's."""

HEARTBEATS: Final = frozenset({0x13, 0x23})

Run = tuple[int, str, object]
"""So many bytes, what they are called, what they say; None as a value shows them as they are."""


class Reader:
    """Reads one message's content part by part, and can tell afterwards what each run of it was."""

    def __init__(self, body: bytes, layout: Layout, offset_min: int) -> None:
        self._body = body
        self._wide = layout.wide_cell
        self._offset_min = offset_min
        self.at = 0
        self.fields: dict[str, Any] = {}
        self.params: dict[str, int | float | str] = {}
        self.runs: list[Run] = []
        self.name = ""
        self.short = False
        for part in layout.parts:
            getattr(self, f"_{part}")()
            if self.short:
                break

    def _take(self, length: int, name: str) -> bytes:
        run = self._body[self.at : self.at + length]
        if len(run) < length:
            self.short = True
            return bytes(length)
        self.at += length
        self.runs.append((length, name, None))
        return run

    def _number(self, length: int, name: str) -> int:
        return int.from_bytes(self._take(length, name), "big")

    def _fix(self) -> None:
        if self.at + FIX_BYTES > len(self._body):
            self.short = True
            return
        year, month, day, hour, minute, second, satellites, lat, lon, speed, word = _FIX.unpack_from(
            self._body, self.at
        )
        fixed = bool(word & _FIXED)
        placed = fixed or lat or lon
        self.fields.update(
            time=instant_of((2000 + year, month, day), (hour, minute, second), self._offset_min),
            valid=fixed,
            satellites=satellites & 0x0F,
            latitude=(lat if word & _NORTH else -lat) / _DEGREE if placed else None,
            longitude=(-lon if word & _WEST else lon) / _DEGREE if placed else None,
            speed_kmh=float(speed) if placed else None,
            course_deg=float(word & 0x3FF) if placed else None,
        )
        if word & _SAYS_ACC:
            self.fields["ignition"] = bool(word & _ACC)
        names = ((6, "time"), (1, "satellites"), (4, "latitude"), (4, "longitude"), (1, "speed_kmh"), (2, "course_deg"))
        self.runs += [(length, name, self.fields[name]) for length, name in names]
        self.at += FIX_BYTES

    def _date(self) -> None:
        year, month, day, hour, minute, second = self._take(6, "time")
        self.fields.update(
            time=instant_of((2000 + year, month, day), (hour, minute, second), self._offset_min), valid=False
        )

    def _cell(self) -> None:
        mcc = self._operator()
        lac, cid = (4, 8) if self._wide else (2, 3)
        cell = Cell(lac=self._number(lac, "lac"), cid=self._number(cid, "cid"))
        if mcc and not self.short:
            self.fields["cell"] = cell

    def _operator(self) -> int:
        mcc = self._number(2, "mcc")
        self._number(2 if mcc & 0x8000 else 1, "mnc")
        return mcc

    def _sized_cell(self) -> None:
        """A cell behind its own length, which counts itself: 9 bytes, 16 where area and cell are wide, or more."""
        start = self.at
        size = self._number(1, "cell_size")
        if size <= 1:
            return
        self._cell()
        gap = start + size - self.at
        if gap > 0:
            self._gap(gap)

    def _gap(self, length: int = 8) -> None:
        if self.at + length > len(self._body):
            self.short = True
            return
        self.runs.append((length, "", None))
        self.at += length

    def _status(self) -> None:
        self._terminal()
        level = self._number(1, "voltage_level")
        if level <= 6:
            self.fields["battery_percent"] = level * 100 // 6
            self.params["voltage_level"] = level
        elif level <= 100:
            self.fields["battery_percent"] = level
        self.params["gsm_level"] = self._number(1, "gsm_level")

    def _terminal(self) -> None:
        bits = self._number(1, "terminal")
        self.fields["ignition"] = bool(bits & 2)
        self.params.update(armed=bits & 1, charging=bits >> 2 & 1, cut_off=bits >> 7)
        word = STANDING.get(bits >> 3 & 7)
        if word is not None:
            self.fields["alarms"] = (word,)

    def _volts_status(self) -> None:
        self._terminal()
        self.fields["battery_v"] = self._number(2, "battery_v") / 100
        self.params["gsm_level"] = self._number(1, "gsm_level")

    def _alarm(self) -> None:
        code = self._number(1, "alarm")
        if not self.short and code not in SILENT:
            self.fields["alarms"] = (ALARMS.get(code, f"alarm_{code:02x}"),)
        if self.at < len(self._body):
            self._gap(1)  # the language in which it wants an address: nothing is said by it
        self.short = False  # some models leave the last bytes out

    def _fence(self) -> None:
        if self.at < len(self._body):
            fence = self._number(1, "fence")
            if fence != 0xFF:
                self.params["fence"] = fence

    def _trip(self) -> None:
        """Ignition, why it was sent, whether it was sent before its time, mileage: any of the last may be missing."""
        left = len(self._body) - self.at
        if left >= 3:
            self.fields["ignition"] = bool(self._number(1, "ignition"))
            self.params["upload_mode"] = self._number(1, "upload_mode")
            self.fields["buffered"] = bool(self._number(1, "buffered"))
        if len(self._body) - self.at == 4:
            self.fields["odometer_m"] = float(self._number(4, "odometer_m"))

    def _imei(self) -> None:
        self.name = self._take(8, "imei").hex().removeprefix("0")

    def _driver(self) -> None:
        driver = self._number(4, "driver")
        if driver:
            self.fields["ibutton"] = str(driver)

    def _information(self) -> None:
        """0x94: of its kinds only 0, the outside voltage, says something of the world."""
        if self._number(1, "kind") == 0:
            self.fields["external_voltage_v"] = self._number(2, "external_voltage_v") / 100

    def _sensors(self) -> None:
        """0xF1: a time and tagged values; 5 is a voltage (captured)."""
        self.fields.update(time=self._number(4, "time") * 1000, valid=False)
        io: dict[str, int | float | str] = {}
        for _ in range(FIELD_LISTS_MAX):
            if len(self._body) - self.at < 3:
                break
            tag, size = self._number(2, "tag"), self._number(1, "size")
            value = self._number(size, f"io_{tag}")
            if self.short:
                break
            if tag == 5:
                self.fields["external_voltage_v"] = value / 100
            elif size:
                io[str(tag)] = value if size <= 8 else self._body[self.at - size : self.at].hex()
        self.fields["io"] = io
        self.short = False
