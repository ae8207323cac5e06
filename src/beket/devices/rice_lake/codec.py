"""Rice Lake indicators: the stream format of the 480, 482, 680 and their kin, both ways.

Frame (reference 03 §2.1): 02, a blank or a minus, seven characters of weight, unit, gross or net, status, CR LF. The
status is a blank when all is well, M in motion, O out of range, I invalid, Z at the centre of zero.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from beket.devices.kit.driver import NOBODY, UNNAMED, Decoder, Frame, Framer, Mark, Options, Problem
from beket.devices.kit.framing import StxEtx
from beket.devices.kit.weighing import Indicator, marks, number, rules_of
from beket.words.ids import Instant
from beket.words.readings import Weight

STX: Final = 0x02
LF: Final = 0x0A
FRAME_MAX: Final = 16
"""Longest frame: 14 bytes, and some to spare so that a glued pair is refused as one."""

Status = Literal[" ", "M", "O", "I", "Z"]

UNITS: Final = {b"L": "lb", b"K": "kg", b"T": "t", b"G": "g", b"O": "oz"}
"""T is taken for the metric ton; a scale in short tons says so in its row (`ton = "short"`)."""

_FRAME: Final = re.compile(
    rb"\x02(?P<sign>[ -])(?P<weight>[ -~]{7})(?P<unit>[LKTGO])(?P<mode>[GN])(?P<status>[ MOIZ])\r\n"
)
_STATUS: Final = {b" ": "at rest", b"M": "motion", b"O": "out of range", b"I": "invalid", b"Z": "centre of zero"}


class Scale(Indicator):
    """Reads one indicator's frames."""

    shape = "no frame of 14 bytes from 02 to LF"

    def __init__(self, options: Options) -> None:
        self._ton = "tn" if options.get("ton", "metric") == "short" else "t"
        super().__init__(rules_of(options))

    def parse(self, blob: bytes, received: Instant) -> Weight | Problem | None:
        """Read one frame."""
        return parse(blob, received, self._ton)


def parse(blob: bytes, received: Instant, ton: str = "t") -> Weight | Problem:
    """Read one frame; what is out of range or invalid has no value."""
    shape = _FRAME.fullmatch(blob)
    if shape is None:
        return Problem(kind="shape", detail="not a frame of this indicator", raw=blob)
    status, unit = shape["status"], UNITS[shape["unit"]]
    unknown = status in b"OI"
    value = None if unknown else number(shape["sign"].strip() + shape["weight"].strip())
    if value is None and not unknown:
        return Problem(kind="field", detail="no weight where one stands", raw=blob)
    return Weight(
        device_id=NOBODY,
        received=received,
        reading_id=UNNAMED,
        value=value,
        unit=ton if unit == "t" else unit,
        mode="net" if shape["mode"] == b"N" else "gross",
        stable=None if unknown else status != b"M",
        overload=status == b"O" and shape["sign"] != b"-",
        valid=status != b"I",
    )


def encode(
    value: float | None, *, status: Status = " ", net: bool = False, unit: str = "kg", decimals: int = 0
) -> bytes:
    """Write one frame; a value of None is blank."""
    text = " " * 7 if value is None else f"{abs(value):7.{decimals}f}"
    if len(text) > 7:
        message = f"{value} with {decimals} decimals does not fit seven characters"
        raise ValueError(message)
    letter = next(letter for letter, name in UNITS.items() if name == unit).decode()
    sign = "-" if (value or 0) < 0 else " "
    return f"\x02{sign}{text}{letter}{'N' if net else 'G'}{status}\r\n".encode()


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one scale's stream."""
    return StxEtx(STX, LF, FRAME_MAX)


def decoder(options: Options) -> Decoder:
    """Make the decoder of one scale."""
    return Scale(options)


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Say what each field of a frame means; empty for one that is refused."""
    shape = _FRAME.fullmatch(frame.blob)
    if frame.broken is not None or shape is None or isinstance(parse(frame.blob, Instant(0)), Problem):
        return ()
    meant = {"status": _STATUS[shape["status"]], "unit": UNITS[shape["unit"]]}
    meant["sign"] = "-" if shape["sign"] == b"-" else "+"
    return marks(shape, meant)
