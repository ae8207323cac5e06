"""Yaohua XK3190-A9/A9+ scale indicators: continuous (tF=0) and command (tF=1) frames, both ways.

Frames (reference 03 §2.1; XK3190-A9+ manual p. 10-11): 02, sign, six digits, decimals, two check characters, 03;
the answer of command mode has address and command before the sign. The check is the XOR of all bytes between
02 and the check, its nibbles as 0-9A-F. No frame says whether the weight is stable: that comes from repetition.
"""

from __future__ import annotations

import re
from functools import reduce
from operator import xor
from typing import Final, Literal

from msgspec import Struct, field

from beket.devices.kit.driver import (
    NOBODY,
    UNNAMED,
    Decoder,
    Frame,
    Framer,
    Message,
    Options,
    Out,
    Problem,
    ProblemKind,
    Told,
)
from beket.devices.kit.framing import StxEtx
from beket.words.ids import Instant
from beket.words.readings import Weighing, Weight

STX: Final = 0x02
ETX: Final = 0x03
DECIMALS_MAX: Final = 4

FRAME_MAX: Final = 20
"""Longest frame: 14 bytes in command mode, and some to spare so that a glued pair is refused as one."""

FRAMES_HELD_MAX: Final = 64
"""Most frames that one weighing rests on: a plateau is found within seconds at 10 frames/s."""

Mode = Literal["gross", "net", "tare"]

WEIGHTS: Final[dict[str, Mode]] = {"B": "gross", "C": "tare", "D": "net"}
"""Commands whose answer is a weight; A is a handshake, E and F give numbers typed at the indicator."""

_VALUE: Final = rb"(?P<sign>[+-])(?P<digits>\d{6})(?P<decimals>[0-4])[0-9A-F]{2}\x03"
_CONTINUOUS: Final = re.compile(rb"\x02" + _VALUE, re.DOTALL)
_ANSWER: Final = re.compile(rb"\x02(?P<address>[A-Z])(?P<command>[BCD])" + _VALUE, re.DOTALL)
_OTHER: Final = re.compile(rb"\x02[A-Z][AEF][0-9A-Z +-]{0,12}[0-9A-F]{2}\x03", re.DOTALL)


class Rules(Struct, frozen=True, kw_only=True):
    """What makes a weighing on this scale; each can be set in the device's row of the site file."""

    threshold_kg: float = 200.0
    repeats_min: int = 5
    window_ms: int = 3000
    tolerance_kg: float = 0.0
    overload_kg: float = 999_999.0


def rules_of(options: Options) -> Rules:
    """Read a scale's rules from its options; what is not said there stays as it is here."""
    usual = Rules()
    return Rules(
        threshold_kg=float(options.get("threshold_kg", usual.threshold_kg)),
        repeats_min=min(max(int(options.get("repeats_min", usual.repeats_min)), 2), FRAMES_HELD_MAX),
        window_ms=int(options.get("window_ms", usual.window_ms)),
        tolerance_kg=float(options.get("tolerance_kg", usual.tolerance_kg)),
        overload_kg=float(options.get("overload_kg", usual.overload_kg)),
    )


class Standing(Struct):
    """One occupancy of the scale as far as it has gone: from over the threshold to under it again."""

    readings: int = 0
    overloaded: bool = False
    weighed: bool = False
    equal: list[tuple[Instant, float, bytes]] = field(default_factory=list)

    def add(self, at: Instant, kg: float, blob: bytes, rules: Rules) -> None:
        """Take one reading: it lengthens the run of equal ones, or begins a new run."""
        self.readings += 1
        if kg > rules.overload_kg:
            self.overloaded = True
        if self.equal and abs(kg - self.equal[0][1]) > rules.tolerance_kg:
            self.equal.clear()
        self.equal.append((at, kg, blob))
        while len(self.equal) > FRAMES_HELD_MAX or at - self.equal[0][0] > rules.window_ms:
            self.equal.pop(0)

    def settled(self, rules: Rules) -> bool:
        """Tell whether the weight has just come to rest for the first time in this occupancy."""
        return not self.weighed and not self.overloaded and len(self.equal) >= rules.repeats_min


class Scale:
    """Reads one indicator's frames: a weight from each, and one weighing per occupancy."""

    def __init__(self, options: Options) -> None:
        self._rules = rules_of(options)
        self._options = options
        self._standing: Standing | None = None

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one frame says, and the weighing that it completes."""
        if frame.broken is not None:
            return _refused(frame.broken, "no frame of 12 or 14 bytes between 02 and 03", frame.blob)
        parsed = parse(frame.blob, received, self._rules)
        if isinstance(parsed, Problem):
            return Out(problems=(parsed,))
        if parsed is None:
            return Out(alive=True)
        key = b"%d:%s" % (received, frame.blob)
        told = [Told(reading=parsed, key=key, message=Message(blob=frame.blob))]
        problems: tuple[Problem, ...] = ()
        if parsed.mode in (None, "gross"):
            weighing, problems = self._stood(parsed, frame.blob, received)
            told += weighing
        asked = encode_request(parsed.address, chr(frame.blob[2])) if parsed.address else b""
        return Out(told=tuple(told), problems=problems, alive=True, asked=asked)

    def waited(self, _received: Instant) -> Out:
        """A silent scale says nothing; the kit notices the silence."""
        return Out()

    def ask(self, _now: Instant) -> bytes:
        """The question of command mode."""
        return request(self._options)

    def lost(self, _received: Instant) -> Out:
        """What stood on the scale when the link ended may drive off unseen: begin afresh."""
        self._standing = None
        return Out()

    def _stood(self, weight: Weight, blob: bytes, at: Instant) -> tuple[list[Told], tuple[Problem, ...]]:
        if weight.value is None:
            return [], ()
        if weight.value < self._rules.threshold_kg:
            standing, self._standing = self._standing, None
            return [], _unsettled(standing)
        if self._standing is None:
            self._standing = Standing()
        standing = self._standing
        standing.add(at, weight.value, blob, self._rules)
        if not standing.settled(self._rules):
            return [], ()
        standing.weighed = True
        return [_weighing(standing, at)], ()


def _weighing(standing: Standing, at: Instant) -> Told:
    values = [kg for _, kg, _ in standing.equal]
    started = standing.equal[0][0]
    said = Weighing(
        device_id=NOBODY,
        received=at,
        reading_id=UNNAMED,
        gross_kg=values[-1],
        min_kg=min(values),
        max_kg=max(values),
        n=standing.readings,
        started=started,
        ended=at,
        repeats=len(values),
    )
    blob = b"".join(blob for _, _, blob in standing.equal)
    return Told(reading=said, key=b"%d:%s" % (started, blob), message=Message(blob=blob))


def _unsettled(standing: Standing | None) -> tuple[Problem, ...]:
    if standing is None or standing.weighed:
        return ()
    why = "overloaded" if standing.overloaded else "left before the weight came to rest"
    return (Problem(kind="unsettled", detail=f"{why} after {standing.readings} readings", fatal=False),)


def _refused(kind: ProblemKind, detail: str, blob: bytes) -> Out:
    return Out(problems=(Problem(kind=kind, detail=detail, raw=blob),))


def parse(blob: bytes, received: Instant, rules: Rules) -> Weight | Problem | None:
    """Read one frame: a weight, a problem, or None for a good frame that holds no weight on the platform."""
    shape = _CONTINUOUS.fullmatch(blob) or _ANSWER.fullmatch(blob) or _OTHER.fullmatch(blob)
    if shape is None:
        return Problem(kind="shape", detail="not a frame of this indicator", raw=blob)
    if blob[-3:-1] != check(blob[1:-3]):
        return Problem(kind="checksum", detail=f"sent {blob[-3:-1].decode()}", raw=blob)
    named = shape.groupdict()
    command = (named.get("command") or b"").decode()
    if "digits" not in named:
        return None
    value = int(named["digits"]) * (-1 if named["sign"] == b"-" else 1) / 10 ** int(named["decimals"])
    return Weight(
        device_id=NOBODY,
        received=received,
        reading_id=UNNAMED,
        value=value,
        mode=WEIGHTS.get(command),
        address=named["address"].decode() if command else None,
        overload=value > rules.overload_kg,
    )


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


def encode_request(address: str = "A", command: str = "B") -> bytes:
    """Write the question of command mode: B gross, C tare, D net, A handshake, E truck number."""
    return _framed(f"{address}{command}".encode())


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one scale's stream."""
    return StxEtx(STX, ETX, FRAME_MAX)


def decoder(options: Options) -> Decoder:
    """Make the decoder of one scale."""
    return Scale(options)


def request(options: Options) -> bytes:
    """Ask for the gross weight where the indicator is set to command mode; otherwise it talks unasked."""
    if options.get("mode", "continuous") != "command":
        return b""
    return encode_request(str(options.get("address", "A")), str(options.get("command", "B")))
