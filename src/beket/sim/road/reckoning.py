"""The judge of the road: every report that was taken is in the log once, as it was said, and nothing else is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from msgspec import Struct, field

from beket.sim.road.ledger import Key, Ledger, Report
from beket.sim.road.travellers import Word
from beket.words.readings import Position, SealSignal, SealStatus

DEGREES_OFF_MAX: Final = 2e-5
"""How far a place may lie from where it was said to be: the coarsest protocol writes ten-thousandths of a minute, and
single floats near 75 degrees are as coarse."""

EXAMPLES_MAX: Final = 20


class Reckoning(Struct, kw_only=True):
    """What was told on the road against what the log has.

    `told` were to be said and `read` of them are in the log; `dropped`, `unsent` and `unconfirmed` (said, and no
    answer heard) explain the rest. `lost`, `doubled`, `altered` and `phantom` are mistakes, and nothing explains them.
    """

    devices: int = 0
    told: int = 0
    read: int = 0
    dropped: int = 0
    unsent: int = 0
    unconfirmed: int = 0
    late: int = 0
    lost: int = 0
    doubled: int = 0
    altered: int = 0
    phantom: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Tell whether everything that was taken is there once, as it was said."""
        return not (self.lost or self.doubled or self.altered or self.phantom)


def reckon(ledger: Ledger, heard: Iterable[Word]) -> Reckoning:
    """Hold the log against what was told."""
    found: dict[Key, list[Word]] = defaultdict(list)
    for said in heard:
        if ledger.knows(said.device_id):
            found[said.device_id, str(said.__struct_config__.tag), said.time or said.received].append(said)
    made = Reckoning(devices=len({report.device for report in ledger.reports()}))
    for report in ledger.reports():
        _weigh(made, report, found.pop(report.key, []))
    if not ledger.forgotten:  # what was forgotten would look as if nobody had said it
        for key, stray in found.items():
            made.phantom += len(stray)
            _example(made, "phantom", key)
    return made


def _weigh(made: Reckoning, report: Report, heard: list[Word]) -> None:
    made.told += not report.silent
    made.read += bool(heard)
    made.late += bool(heard) and heard[0].buffered
    for fault in report.faults:
        made.faults[fault] = made.faults.get(fault, 0) + 1
    if report.silent:
        made.dropped += 1
    elif report.sent_at is None:
        made.unsent += 1
    elif report.taken_at is None:
        made.unconfirmed += 1
    wrong = _wrong(report, heard)
    if wrong is not None:
        setattr(made, wrong, getattr(made, wrong) + 1)
        _example(made, wrong, report.key)


def _wrong(report: Report, heard: list[Word]) -> str | None:
    """Name the mistake in what became of one report, if there is one."""
    if len(heard) > 1:
        return "doubled"
    if not heard:
        return "lost" if report.taken_at is not None else None
    if report.silent or report.sent_at is None:
        return "phantom"
    return None if _same(report.said, heard[0]) else "altered"


def _same(said: Word, heard: Word) -> bool:
    """Tell whether what was read is what was said: where, and of a seal, how it is."""
    for one, other in ((said.latitude, heard.latitude), (said.longitude, heard.longitude)):
        if one is None or other is None or abs(one - other) > DEGREES_OFF_MAX:
            return False
    match said, heard:
        case SealStatus(), SealStatus():
            return (said.locked, set(said.alarms)) == (heard.locked, set(heard.alarms))
        case SealSignal(), SealSignal():
            return said.rfid == heard.rfid
        case Position(), Position():
            return heard.valid
    return False


def _example(made: Reckoning, what: str, key: Key) -> None:
    if len(made.examples) < EXAMPLES_MAX:
        made.examples.append(f"{what}: {key[0]} {key[1]} at {key[2]}")
