"""MT-SICS: the questions S, SI, SIR and TA to METTLER TOLEDO scales and terminals, and their answers, both ways.

Answers (reference 03 §2.1; MT-SICS reference): `S S` stable or `S D` moving with value and unit, `S I` not now, `S +`
and `S -` out of range, ES, ET and EL for a question not understood, garbled, or not possible. S gives the net weight;
the tare is asked for beside it, so that the gross weight is known.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from beket.devices.kit.driver import NOBODY, UNNAMED, Decoder, Frame, Framer, Mark, Options, Out, Problem
from beket.devices.kit.framing import Lines
from beket.devices.kit.weighing import Indicator, Rules, marks, number, rules_of
from beket.words.ids import Instant
from beket.words.readings import Weight

Command = Literal["S", "SI", "SIR"]

TARE_EVERY_MS: Final = 20_000
"""How often the tare is asked for in place of the weight: what was told is believed three times as long."""

SILENCE_MS_MAX: Final = 3000
"""A scale that was told to repeat its weight by itself, and falls silent for so long, is told again."""

_NUMBER: Final = rb"(?P<weight>[+-]? *[0-9.]{1,12}) +(?P<unit>[A-Za-z]{1,5}) *(?P<ending>\r?\n)"
_WEIGHT: Final = re.compile(rb"(?P<answer>S) (?P<state>[SD]) +" + _NUMBER)
_TARE: Final = re.compile(rb"(?P<answer>TA) (?P<state>A) +" + _NUMBER)
_RANGE: Final = re.compile(rb"(?P<answer>S) (?P<range>[+-]) *\r?\n")
_NOT_NOW: Final = re.compile(rb"(?:S|TA|T|Z) (?:I|L|\+|-) *\r?\n")
_ERROR: Final = re.compile(rb"(?P<error>E[STL]) *\r?\n")
_OTHER: Final = re.compile(rb"[A-Z@][A-Z0-9]{0,4}(?: [ -~]{0,80})?\r?\n")
_ERRORS: Final = {b"ES": "question not understood", b"ET": "question garbled", b"EL": "question not possible"}
_STATES: Final = {b"S": "stable", b"D": "moving", b"A": "in force"}


class Scale(Indicator):
    """Asks one scale for its weight, and now and then for its tare."""

    shape = "no line of MT-SICS"

    def __init__(self, options: Options) -> None:
        self._command = command_of(options)
        self._tare = bool(options.get("ask_tare", True))
        self._tare_asked: Instant | None = None
        self._heard: Instant | None = None
        # Vehicle terminals are seldom tared; one that never tells its tare is taken to have none, and says so.
        super().__init__(rules_of(options, Rules(net_is_gross=True)))

    def parse(self, blob: bytes, received: Instant) -> Weight | Problem | None:
        """Read one answer."""
        self._heard = received
        return parse(blob, received)

    def ask(self, now: Instant) -> bytes:
        """The next question; one that makes the scale repeat itself is asked again only when it falls silent."""
        tare = self._tare and (self._tare_asked is None or now - self._tare_asked >= TARE_EVERY_MS)
        self._tare_asked = now if tare else self._tare_asked
        if self._command != "SIR":
            return encode_request("TA" if tare else self._command)
        told = self._heard is not None and now - self._heard < SILENCE_MS_MAX
        # Any other question ends the repeating: it is asked for anew.
        return b"" if told and not tare else (encode_request("TA") if tare else b"") + encode_request("SIR")

    def lost(self, received: Instant) -> Out:
        """The next link begins with a question."""
        self._heard = None
        self._tare_asked = None
        return super().lost(received)


def command_of(options: Options) -> Command:
    """How a scale is asked: SI for the weight as it is, S for the next stable one, SIR to have it repeated."""
    match options.get("command", "SI"):
        case "S":
            return "S"
        case "SIR":
            return "SIR"
        case _:
            return "SI"


def parse(blob: bytes, received: Instant) -> Weight | Problem | None:
    """Read one answer: a weight, a problem, or None for a good answer to another question."""
    shape = _WEIGHT.fullmatch(blob) or _TARE.fullmatch(blob)
    if shape is not None:
        return _weight(shape, received)
    out = _RANGE.fullmatch(blob)
    if out is not None:
        over = out["range"] == b"+"
        return Weight(device_id=NOBODY, received=received, reading_id=UNNAMED, value=None, mode="net", overload=over)
    error = _ERROR.fullmatch(blob)
    if error is not None:
        return Problem(kind="device", detail=f"{error['error'].decode()}: {_ERRORS[error['error']]}", fatal=False)
    if _NOT_NOW.fullmatch(blob):
        return Problem(kind="device", detail="it cannot say that now", fatal=False)
    if _OTHER.fullmatch(blob) and not blob.startswith((b"S ", b"TA ")):
        return None
    return Problem(kind="shape", detail="not a line of MT-SICS", raw=blob)


def _weight(shape: re.Match[bytes], received: Instant) -> Weight | Problem:
    value = number(shape["weight"])
    if value is None:
        return Problem(kind="field", detail="no weight where one stands", raw=shape.string)
    tare = shape["answer"] == b"TA"
    return Weight(
        device_id=NOBODY,
        received=received,
        reading_id=UNNAMED,
        value=value,
        unit=shape["unit"].decode(),
        mode="tare" if tare else "net",
        stable=None if tare else shape["state"] == b"S",
    )


def encode(value: float, *, stable: bool = True, unit: str = "kg", decimals: int = 0) -> bytes:
    """Write an answer to S, SI or SIR."""
    return f"S {'S' if stable else 'D'} {value:10.{decimals}f} {unit}\r\n".encode()


def encode_tare(value: float, *, unit: str = "kg", decimals: int = 0) -> bytes:
    """Write an answer to TA."""
    return f"TA A {value:10.{decimals}f} {unit}\r\n".encode()


def encode_state(state: Literal["I", "+", "-"]) -> bytes:
    """Write an answer that has no weight: not now, over range, under range."""
    return f"S {state}\r\n".encode()


def encode_error(error: Literal["ES", "ET", "EL"]) -> bytes:
    """Write that a question could not be taken."""
    return f"{error}\r\n".encode()


def encode_request(command: str = "SI") -> bytes:
    """Write a question."""
    return f"{command}\r\n".encode()


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one scale's stream."""
    return Lines()


def decoder(options: Options) -> Decoder:
    """Make the decoder of one scale."""
    return Scale(options)


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Say what each field of an answer means; empty for one that says no weight."""
    shape = _WEIGHT.fullmatch(frame.blob) or _TARE.fullmatch(frame.blob) or _RANGE.fullmatch(frame.blob)
    if frame.broken is not None or shape is None or not isinstance(parse(frame.blob, Instant(0)), Weight):
        return ()
    named = shape.groupdict()
    meant = {
        "range": "over" if named.get("range") == b"+" else "under",
        "state": _STATES.get(named.get("state", b""), ""),
    }
    return marks(shape, meant)
