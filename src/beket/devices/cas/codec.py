"""CAS indicators (NT, CI): lines of 22 bytes, and the short form of 10, both ways.

Line (reference 03 §2.1; CI-400, CI-600D and NT-200 manuals): stable, unstable or overloaded, gross or net, the number
of the indicator, its lamps, eight characters of weight, a blank, the unit, CR LF. The short form is the weight alone.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from beket.devices.kit.driver import NOBODY, UNNAMED, Decoder, Frame, Framer, Mark, Options, Problem
from beket.devices.kit.framing import Lines
from beket.devices.kit.weighing import Indicator, marks, number, rules_of
from beket.words.ids import Instant
from beket.words.readings import Weight

LINE_MAX: Final = 22
DEVICE_BASE: Final = 0x30
"""The number of the indicator is written as one byte: 0x30 and the number."""

HOLD: Final = 0x10
"""Lamp: the display is frozen (the others: 6 stable, 3 printer, 2 gross, 1 tare, 0 zero)."""

State = Literal["ST", "US", "OL"]

_LINE: Final = re.compile(
    rb"(?P<state>ST|US|OL),(?P<mode>GS|NT),(?P<device>[\x30-\xff])(?P<lamps>[^\n]),"
    rb"(?P<weight>[ -~]{8}) (?P<unit>kg|lb| g|g | t|t )\r\n"
)
_SHORT: Final = re.compile(rb"(?P<weight>[ 0-9.+-]{8})\r\n")


class Scale(Indicator):
    """Reads one indicator's lines."""

    shape = "no line of 22 or 10 bytes"

    def __init__(self, options: Options) -> None:
        self._unit = str(options.get("unit", "kg"))
        super().__init__(rules_of(options))

    def parse(self, blob: bytes, received: Instant) -> Weight | Problem | None:
        """Read one line of either form."""
        return parse(blob, received, self._unit)


def parse(blob: bytes, received: Instant, unit: str = "kg") -> Weight | Problem:
    """Read one line; `unit` is that of the short form, which names none."""
    line = _LINE.fullmatch(blob)
    shape = line or _SHORT.fullmatch(blob)
    if shape is None:
        return Problem(kind="shape", detail="not a line of this indicator", raw=blob)
    over = line is not None and line["state"] == b"OL"
    value = None if over else number(shape["weight"])
    if value is None and not over:
        return Problem(kind="field", detail="no weight where one stands", raw=blob)
    if line is None:
        return Weight(device_id=NOBODY, received=received, reading_id=UNNAMED, value=value, unit=unit)
    return Weight(
        device_id=NOBODY,
        received=received,
        reading_id=UNNAMED,
        value=value,
        unit=line["unit"].decode().strip(),
        mode="net" if line["mode"] == b"NT" else "gross",
        stable=None if over else line["state"] == b"ST",
        overload=over,
        device=line["device"][0] - DEVICE_BASE,
        held=bool(line["lamps"][0] & HOLD),
    )


def encode(  # noqa: PLR0913 - each is a field of the line, given by name
    value: float | None,
    *,
    state: State = "ST",
    net: bool = False,
    device: int = 1,
    held: bool = False,
    unit: str = "kg",
    decimals: int = 0,
) -> bytes:
    """Write a line of 22 bytes; a value of None is blank, as an overloaded scale shows it."""
    lamps = 0xA0 | (0x40 if state == "ST" else 0) | (HOLD if held else 0) | (0x02 if net else 0x04)
    head = f"{state},{'NT' if net else 'GS'},".encode() + bytes((DEVICE_BASE + device, lamps))
    return head + b"," + _written(value, decimals) + b" " + f"{unit:>2}".encode() + b"\r\n"


def encode_short(value: float, decimals: int = 0) -> bytes:
    """Write a line of 10 bytes."""
    return _written(value, decimals) + b"\r\n"


def _written(value: float | None, decimals: int) -> bytes:
    text = " " * 8 if value is None else f"{value:8.{decimals}f}"
    if len(text) > 8:
        message = f"{value} with {decimals} decimals does not fit eight characters"
        raise ValueError(message)
    return text.encode()


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one scale's stream."""
    return Lines()


def decoder(options: Options) -> Decoder:
    """Make the decoder of one scale."""
    return Scale(options)


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Say what each field of a line means; empty for one that is refused."""
    said = parse(frame.blob, Instant(0))
    shape = _LINE.fullmatch(frame.blob) or _SHORT.fullmatch(frame.blob)
    if frame.broken is not None or shape is None or isinstance(said, Problem):
        return ()
    return marks(shape, {"device": str(said.device), "lamps": "held" if said.held else "live"})
