"""Yaohua XK3190 scale indicators: continuous and command frames, those of the A12, and "=" digits; all both ways.

Frames (reference 03 §2.1; XK3190-A9+ manual p. 10-11, XK3190-A12E manual p. 13): 02, sign, six digits, decimals, two
check characters, 03; the answer of command mode has address and command before the sign. The A12 writes its weight as
text in 15 bytes. The check is the XOR of the bytes before it, its nibbles as 0-9A-F. The "=" modes have no check and
must be asked for. No frame says whether the weight is stable: that comes from repetition.
"""

from __future__ import annotations

import re
from functools import reduce
from operator import xor
from typing import Final, Literal

from beket.devices.kit.driver import NOBODY, UNNAMED, Decoder, Frame, Framer, Mark, Options, Problem
from beket.devices.kit.framing import Measured
from beket.devices.kit.weighing import Indicator, Rules, marks, number, rules_of
from beket.words.ids import Instant
from beket.words.readings import Weight

STX: Final = 0x02
ETX: Final = 0x03
DECIMALS_MAX: Final = 4

FRAME_MAX: Final = 20
"""Longest frame: 15 bytes of an A12, and some to spare so that a glued pair is refused as one."""

DIGITS: Final = 7
"""Characters behind "=", a point or a sign among them."""

Mode = Literal["gross", "net", "tare"]
Form = Literal["checked", "reversed", "forward"]

WEIGHTS: Final[dict[str, Mode]] = {"B": "gross", "C": "tare", "D": "net"}
"""Commands whose answer is a weight; A is a handshake, E and F give numbers typed at the indicator."""

_VALUE: Final = rb"(?P<sign>[+-])(?P<digits>\d{6})(?P<decimals>[0-4])(?P<check>[0-9A-F]{2})\x03"
_CONTINUOUS: Final = re.compile(rb"\x02" + _VALUE, re.DOTALL)
_ANSWER: Final = re.compile(rb"\x02(?P<address>[A-Z])(?P<command>[BCD])" + _VALUE, re.DOTALL)
_OTHER: Final = re.compile(
    rb"\x02(?P<address>[A-Z])(?P<command>[AEF])(?P<typed>[0-9A-Z +-]{0,12})(?P<check>[0-9A-F]{2})\x03", re.DOTALL
)
_TEXT: Final = re.compile(rb"W(?P<mode>[GN])(?P<weight>[ 0-9.+-]{7})(?P<unit>kg)(?P<check>[0-9A-F]{2})\r\n")
_TEXT_RANGE: Final = re.compile(rb" {0,9}(?P<range>OL|LO) {0,9}(?P<check>[0-9A-F]{2})\r\n")
_EQUALS: Final[dict[Form, re.Pattern[bytes]]] = {
    "reversed": re.compile(rb"=(?P<weight>[0-9.]{6}[0-9-])"),
    "forward": re.compile(rb"=(?P<weight>[0-9+-][0-9.]{6})"),
}
_BLANK_CHECK: Final = b"23"
"""The check of a range text over its blanks, as the manual prints it where the blanks themselves are lost."""


class Scale(Indicator):
    """Reads one indicator's frames."""

    shape = "no frame of 12 or 14 bytes between 02 and 03, and no 15 of an A12"

    def __init__(self, options: Options) -> None:
        self._rules = rules_of(options)
        self._options = options
        super().__init__(self._rules)

    def parse(self, blob: bytes, received: Instant) -> Weight | Problem | None:
        """Read one frame in the form that this indicator is set to."""
        return parse(blob, received, self._rules, form_of(self._options), unit=unit_of(self._options))

    def asked(self, weight: Weight, blob: bytes) -> bytes:
        """The question that an answer of command mode answers."""
        return encode_request(weight.address, chr(blob[2])) if weight.address else b""

    def ask(self, _now: Instant) -> bytes:
        """The question of command mode."""
        return request(self._options)


def form_of(options: Options) -> Form:
    """Which frames a scale's indicator is set to; those without a check only where its row says so."""
    match options.get("form", "checked"):
        case "reversed":
            return "reversed"
        case "forward":
            return "forward"
        case _:
            return "checked"


def unit_of(options: Options) -> str:
    """The unit of frames that name none."""
    return str(options.get("unit", "kg"))


def parse(
    blob: bytes, received: Instant, rules: Rules, form: Form = "checked", *, unit: str = "kg"
) -> Weight | Problem | None:
    """Read one frame: a weight, a problem, or None for a good frame that holds no weight on the platform."""
    shape = _shape(blob, form)
    if shape is None:
        return Problem(kind="shape", detail="not a frame of this indicator", raw=blob)
    named = shape.groupdict()
    if not _checked(shape):
        return Problem(kind="checksum", detail=f"sent {named['check'].decode()}", raw=blob)
    if "typed" in named:
        return None
    command = (named.get("command") or b"").decode()
    value = None if "range" in named else _value(named, form)
    if value is None and "range" not in named:
        return Problem(kind="field", detail="no weight where one stands", raw=blob)
    unit = "kg" if "unit" in named else unit
    return Weight(
        device_id=NOBODY,
        received=received,
        reading_id=UNNAMED,
        value=value,
        unit=unit,
        mode=WEIGHTS.get(command) or _MODES.get(named.get("mode", b"")),
        address=named["address"].decode() if command else None,
        overload=named.get("range") == b"OL" or (value is not None and value > rules.overload_kg),
    )


_MODES: Final[dict[bytes, Mode]] = {b"G": "gross", b"N": "net"}


def _shape(blob: bytes, form: Form) -> re.Match[bytes] | None:
    if form != "checked":
        return _EQUALS[form].fullmatch(blob)
    if blob[:1] != b"\x02":
        return _TEXT.fullmatch(blob) or _TEXT_RANGE.fullmatch(blob)
    return _CONTINUOUS.fullmatch(blob) or _ANSWER.fullmatch(blob) or _OTHER.fullmatch(blob)


def _checked(shape: re.Match[bytes]) -> bool:
    named = shape.groupdict()
    if "check" not in named:
        return True
    body = shape.string[shape.string[:1] == b"\x02" : shape.start("check")]
    return named["check"] == check(body) or ("range" in named and named["check"] == _BLANK_CHECK)


def _value(named: dict[str, bytes], form: Form) -> float | None:
    if "digits" in named:
        size = int(named["digits"]) / float(10 ** int(named["decimals"]))
        return -size if named["sign"] == b"-" else size
    return number(named["weight"][::-1] if form == "reversed" else named["weight"])


def check(body: bytes) -> bytes:
    """XOR of the bytes between 02 and the check itself, as two characters 0-9A-F."""
    return b"%02X" % reduce(xor, body, 0)


def _framed(body: bytes) -> bytes:
    return bytes((STX,)) + body + check(body) + bytes((ETX,))


def _written(kg: float, decimals: int) -> bytes:
    digits = round(abs(kg) * 10**decimals)
    if digits > 999_999 or not 0 <= decimals <= DECIMALS_MAX:
        message = f"{kg} kg with {decimals} decimals does not fit six digits"
        raise ValueError(message)
    return (b"-" if kg < 0 and digits else b"+") + b"%06d%d" % (digits, decimals)


def encode_weight(kg: float, decimals: int = 0) -> bytes:
    """Write the frame a scale in continuous mode sends about ten times a second."""
    return _framed(_written(kg, decimals))


def encode_answer(kg: float, decimals: int = 0, *, address: str = "A", mode: Mode = "gross") -> bytes:
    """Write a scale's answer in command mode."""
    command = next(letter for letter, named in WEIGHTS.items() if named == mode)
    return _framed(f"{address}{command}".encode() + _written(kg, decimals))


def encode_text(kg: float, decimals: int = 0, *, mode: Mode = "gross") -> bytes:
    """Write the 15 bytes of an A12."""
    written = f"{kg:07.{decimals}f}"
    if len(written) > DIGITS:
        message = f"{kg} kg with {decimals} decimals does not fit seven characters"
        raise ValueError(message)
    body = f"W{'N' if mode == 'net' else 'G'}{written}kg".encode()
    return body + check(body) + b"\r\n"


def encode_text_range(*, over: bool = True) -> bytes:
    """Write what an A12 says when its load is out of range."""
    body = b"%-11s" % (b"OL" if over else b"LO")
    return body + check(body) + b"\r\n"


def encode_equals(kg: float, decimals: int = 0, *, form: Form = "reversed") -> bytes:
    """Write a weight behind "=", its digits first or last."""
    written = f"{kg:07.{decimals}f}"
    if len(written) > DIGITS:
        message = f"{kg} kg with {decimals} decimals does not fit seven characters"
        raise ValueError(message)
    return b"=" + (written[::-1] if form == "reversed" else written).encode()


def encode_request(address: str = "A", command: str = "B") -> bytes:
    """Write the question of command mode: B gross, C tare, D net, A handshake, E truck number."""
    return _framed(f"{address}{command}".encode())


def _measure(blob: bytes, at: int) -> int:
    """How long the checked frame is that begins here (see `Measure`)."""
    match blob[at]:
        case 0x02:
            end, anew = blob.find(b"\x03", at + 1, at + FRAME_MAX), blob.find(b"\x02", at + 1, at + FRAME_MAX)
            if anew >= 0 and not at < end < anew:
                return at - anew
            return end + 1 - at if end >= 0 else 0 if len(blob) - at < FRAME_MAX else -FRAME_MAX
        case 0x57 | 0x20 | 0x4F | 0x4C:
            return _measure_text(blob, at)
        case _:
            return -1


def _measure_text(blob: bytes, at: int) -> int:
    """How long the line of an A12 is that begins with `W`, a blank, `O` or `L`."""
    run = blob[at : at + FRAME_MAX]
    end, anew = run.find(b"\r\n"), run.find(b"\x02")
    if anew > 0 and not 0 <= end < anew:
        return -anew
    if end < 0:
        return 0 if len(run) < FRAME_MAX else -1
    line = run[: end + 2]
    return len(line) if _TEXT.fullmatch(line) or _TEXT_RANGE.fullmatch(line) else -1


def _measure_equals(blob: bytes, at: int) -> int:
    """How long a frame is that has neither end nor check: seven characters, and no "=" among them."""
    if blob[at : at + 1] != b"=":
        return -1
    anew = blob.find(b"=", at + 1, at + 1 + DIGITS)
    return at - anew if anew >= 0 else 1 + DIGITS


def framer(options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one scale's stream."""
    return Measured(_measure if form_of(options) == "checked" else _measure_equals, FRAME_MAX)


def decoder(options: Options) -> Decoder:
    """Make the decoder of one scale."""
    return Scale(options)


def explain(frame: Frame, options: Options) -> tuple[Mark, ...]:
    """Say what each run of a frame means; empty for one that is refused."""
    form = form_of(options)
    shape = None if frame.broken is not None else _shape(frame.blob, form)
    if shape is None or not _checked(shape):
        return ()
    named = shape.groupdict()
    meant = {} if form == "checked" or (value := _value(named, form)) is None else {"weight": f"{value:g}"}
    command = named.get("command", b"").decode()
    meant["command"] = WEIGHTS.get(command, "")
    return (*_ends(frame.blob), *marks(shape, meant)) if form == "checked" else marks(shape, meant)


def _ends(blob: bytes) -> tuple[Mark, ...]:
    return (Mark(start=0, end=1, name="start", value="02"),) if blob[:1] == b"\x02" else ()


def request(options: Options) -> bytes:
    """Ask for the gross weight where the indicator is set to command mode; otherwise it talks unasked."""
    if options.get("mode", "continuous") != "command":
        return b""
    return encode_request(str(options.get("address", "A")), str(options.get("command", "B")))
