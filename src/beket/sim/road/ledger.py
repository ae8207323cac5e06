"""What was told on the road and what became of it: the truth that the judge holds the log against."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from msgspec import Struct

from beket.sim.faults import FaultKind
from beket.sim.road.travellers import Word
from beket.words.ids import DeviceId, Instant

REPORTS_MAX: Final = 20_000
"""Reports remembered: hours of the usual fleet in some ten megabytes; an endless demonstration forgets its oldest."""

Key = tuple[DeviceId, str, Instant]
"""A device says one thing of a kind at an instant of its clock."""


class Report(Struct, kw_only=True):
    """One thing somebody on the road said: as whom, what, how badly, and how far it came."""

    device: DeviceId
    name: str
    said: Word
    at: Instant
    faults: tuple[FaultKind, ...] = ()
    sent_at: Instant | None = None
    taken_at: Instant | None = None
    let_go: bool = False

    @property
    def silent(self) -> bool:
        """Tell whether it was never to be said."""
        return "drop" in self.faults

    @property
    def key(self) -> Key:
        """What its reading must be found by."""
        assert self.said.time is not None
        return self.device, str(self.said.__struct_config__.tag), self.said.time


class Ledger:
    """Every report, oldest first, within its bound."""

    def __init__(self) -> None:
        self._reports: OrderedDict[Key, Report] = OrderedDict()
        self._devices: set[DeviceId] = set()
        self.forgotten = 0

    def write(self, report: Report) -> None:
        """Write a report down before it is said."""
        self._reports[report.key] = report
        self._devices.add(report.device)
        if len(self._reports) > REPORTS_MAX:
            self._reports.popitem(last=False)
            self.forgotten += 1

    def find(self, key: Key) -> Report | None:
        """Give the report behind a reading."""
        return self._reports.get(key)

    def reports(self) -> tuple[Report, ...]:
        """Give all that are remembered."""
        return tuple(self._reports.values())

    def knows(self, device: DeviceId) -> bool:
        """Tell whether a device was on the road here."""
        return device in self._devices
