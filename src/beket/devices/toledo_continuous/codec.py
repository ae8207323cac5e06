"""Toledo continuous output: status words and digits many times a second, long and short form, both ways.

Frame (reference 03 §2.1): 02, SWA, SWB, SWC, six digits of weight, six of tare, CR and, where it is set, a check: the
two's complement of the sum of the low seven bits of all before it. The short form has no tare. Where the point stands
is in SWA, net, sign, range, motion and unit are in SWB, other units in SWC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from beket.devices.kit.driver import NOBODY, UNNAMED, Decoder, Frame, Framer, Mark, Options, Problem
from beket.devices.kit.framing import Measured
from beket.devices.kit.weighing import Indicator, marks, rules_of
from beket.words.ids import Instant
from beket.words.readings import Weight

STX: Final = 0x02
CR: Final = 0x0D
LONG: Final = 17
SHORT: Final = 11
"""Bytes of a frame with and without tare, its check not counted."""

FRAME_MAX: Final = LONG + 1

NET, NEGATIVE, OUT_OF_RANGE, MOTION, KILOGRAMS, ZERO_LOST = 0x01, 0x02, 0x04, 0x08, 0x10, 0x40
"""Bits of SWB; without KILOGRAMS the weight is in pounds."""

EXPANDED: Final = 0x10
"""Bit of SWC: the display shows one digit more than the scale weighs, for a technician."""

_ALWAYS: Final = 0x20
_POINT: Final = 0x07
_UNIT: Final = 0x07
_ONES: Final = 2
"""What SWA's low bits say for whole units; each one less is a nought more, each one more is a decimal."""

_UNITS: Final = {1: "g", 2: "t", 3: "oz", 6: "tn"}
"""What SWC's low bits say besides pounds and kilograms; troy ounces, pennyweights and own units are not weighed."""

_FRAME: Final = re.compile(
    rb"\x02(?P<status_a>[^\x02\r])(?P<status_b>[^\x02\r])(?P<status_c>[^\x02\r])"
    rb"(?P<weight>[ 0-9]{6})(?P<tare>[ 0-9]{6})?\r(?P<check>.)?",
    re.DOTALL,
)

Checked = Literal["auto", "none", "required"]


class Scale(Indicator):
    """Reads one indicator's frames; one that has sent checks is not believed without them."""

    shape = "no frame of 17 or 11 bytes from 02 to CR"

    def __init__(self, options: Options) -> None:
        self._options = options
        self._checks = checked(options) == "required"
        super().__init__(rules_of(options))

    def parse(self, blob: bytes, received: Instant) -> Weight | Problem | None:
        """Read one frame, with its check or without."""
        shape = _FRAME.fullmatch(blob)
        if shape is None:
            return Problem(kind="shape", detail="not a frame of this indicator", raw=blob)
        wrong = self._wrong(shape)
        if wrong:
            return Problem(kind="checksum", detail=wrong, raw=blob)
        return _weight(shape, received, self._options)

    def fault(self, blob: bytes) -> str | None:
        """A scale that has not found its zero since it was switched on says so."""
        return "zero was not captured since power-up" if blob[2] & ZERO_LOST else None

    def _wrong(self, shape: re.Match[bytes]) -> str:
        sent = shape["check"]
        if sent is None:
            return "the check is missing" if self._checks else ""
        if sent[0] & 0x7F != check(shape.string[: shape.start("check")]):
            return f"sent {sent.hex()}"
        self._checks = True
        return ""


def checked(options: Options) -> Checked:
    """Whether frames end with a check: seen from the stream unless the scale's row says it."""
    match options.get("check", "auto"):
        case "none":
            return "none"
        case "required":
            return "required"
        case _:
            return "auto"


def check(body: bytes) -> int:
    """Two's complement of the sum of the low seven bits of all bytes before the check, as seven bits."""
    return -sum(byte & 0x7F for byte in body) & 0x7F


def _weight(shape: re.Match[bytes], received: Instant, options: Options) -> Weight:
    b, c = shape["status_b"][0], shape["status_c"][0]
    value = _scaled(shape["weight"], shape["status_a"][0], options)
    below = bool(b & NEGATIVE)
    out = bool(b & OUT_OF_RANGE)
    return Weight(
        device_id=NOBODY,
        received=received,
        reading_id=UNNAMED,
        value=None if out or value is None else -value if below and value else value,
        unit=_unit(b, c, options),
        mode="net" if b & NET else "gross",
        stable=not b & MOTION,
        tare=None if shape["tare"] is None else _scaled(shape["tare"], shape["status_a"][0], options),
        overload=out and not below,
        valid=not c & EXPANDED,
    )


def _unit(b: int, c: int, options: Options) -> str:
    said = options.get("unit")
    if said is not None:
        return str(said)
    usual = "kg" if b & KILOGRAMS else "lb"
    return _UNITS.get(c & _UNIT, "other") if c & _UNIT else usual


def _scaled(digits: bytes, a: int, options: Options) -> float | None:
    """Put the point where SWA says, or where the scale's row says for clones that use SWA otherwise."""
    if not digits.strip():
        return None
    fixed = options.get("decimals")
    said = a & _POINT
    places = int(fixed) if fixed is not None else said if options.get("point") == "count" else said - _ONES
    whole = int(digits.replace(b" ", b"0"))
    return whole / float(10**places) if places > 0 else float(whole * 10**-places)


def encode(  # noqa: PLR0913 - each is a bit or a field of the frame, given by name
    value: float | None,
    *,
    tare: float | None = 0.0,
    decimals: int = 0,
    net: bool = False,
    motion: bool = False,
    out_of_range: bool = False,
    unit: str = "kg",
    zero_lost: bool = False,
    with_check: bool = True,
) -> bytes:
    """Write one frame; without a tare it is the short form, a value of None is six blanks."""
    bits = {NET: net, NEGATIVE: (value or 0) < 0, OUT_OF_RANGE: out_of_range, MOTION: motion}
    b = _ALWAYS | sum(bit for bit, there in bits.items() if there)
    b |= (ZERO_LOST if zero_lost else 0) | (0 if unit == "lb" else KILOGRAMS)
    c = _ALWAYS | next((code for code, name in _UNITS.items() if name == unit), 0)
    body = bytes((STX, _ALWAYS | 0x08 | (decimals + _ONES), b, c)) + _digits(value, decimals)
    body += (b"" if tare is None else _digits(tare, decimals)) + bytes((CR,))
    return body + bytes((check(body),)) if with_check else body


def _digits(value: float | None, decimals: int) -> bytes:
    if value is None:
        return b" " * 6
    whole = round(abs(value) * 10.0**decimals)
    if whole > 999_999 or not -_ONES <= decimals <= _POINT - _ONES:
        message = f"{value} with {decimals} decimals does not fit six digits"
        raise ValueError(message)
    return b"%06d" % whole


def _body(blob: bytes, at: int) -> int:
    """How long the frame is that begins here, its check left out; 0 while bytes are missing, below 0 for none."""
    if blob[at] != STX:
        anew = blob.find(b"\x02", at)
        return at - anew if anew >= 0 else at - len(blob)
    for size in (SHORT, LONG):
        run = blob[at : at + size]
        anew = run.find(b"\x02", 1)
        if anew > 0:
            return -anew
        if len(run) < size:
            return 0
        if _FRAME.fullmatch(run):
            return size
    return -1


def _measure_bare(blob: bytes, at: int) -> int:
    """How long a frame without a check is (see `Measure`)."""
    return _body(blob, at)


def _measure_checked(blob: bytes, at: int) -> int:
    """How long a frame with a check is (see `Measure`)."""
    size = _body(blob, at)
    return size + 1 if size > 0 else size


def _measure(blob: bytes, at: int) -> int:
    """How long the frame is that begins here, where only what follows it tells whether it has a check."""
    size = _body(blob, at)
    after = at + size
    if size <= 0 or after >= len(blob):
        return min(size, 0)
    if blob[after] != STX:
        return size + 1
    if blob[after] != check(blob[at:after]):
        return size
    # This 02 may be the check or the next frame's start: a further 02 behind it settles that.
    return 0 if after + 1 >= len(blob) else size + (blob[after + 1] == STX)


class Frames(Measured):
    """Cuts frames of which the last needs no successor to be whole."""

    def end(self) -> Iterator[Frame]:
        """Give the frame that waited for what follows it."""
        size = _body(self._open, 0) if self._open else 0
        if size > 0 and len(self._open) >= size:
            yield from self._swept()
            yield Frame(blob=self._open)
            self._open = b""
        yield from super().end()


_MEASURES: Final = {"auto": _measure, "none": _measure_bare, "required": _measure_checked}


def framer(options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one scale's stream."""
    return Frames(_MEASURES[checked(options)], FRAME_MAX)


def decoder(options: Options) -> Decoder:
    """Make the decoder of one scale."""
    return Scale(options)


def explain(frame: Frame, options: Options) -> tuple[Mark, ...]:
    """Say what each run of a frame means; empty for one that is refused."""
    shape = _FRAME.fullmatch(frame.blob)
    if frame.broken is not None or shape is None:
        return ()
    said = Scale(options).parse(frame.blob, Instant(0))
    if not isinstance(said, Weight):
        return ()
    meant = {
        "status_b": f"{said.mode}, {'at rest' if said.stable else 'motion'}{', over range' if said.overload else ''}",
        "weight": "none" if said.value is None else f"{said.value:g} {said.unit}",
        "tare": "none" if said.tare is None else f"{said.tare:g} {said.unit}",
        "check": "none" if shape["check"] is None else shape["check"].hex(),
    }
    meant |= {name: shape[name].hex() for name in ("status_a", "status_c")}
    return marks(shape, meant)
