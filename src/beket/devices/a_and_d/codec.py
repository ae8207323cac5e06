"""A&D indicators: the standard line, streamed or asked for, both ways.

Line (reference 03 §2.1; AD-4402, AD-4406A and AD-4410 manuals): `ST,GS,+00123.4kg` CR LF. First stable, unstable, held
or out of range (then the digits are blank), then gross, net, tare or preset tare. Asked with RW, RG, RN or RT; `I` says
that it is busy, `?` that it does not know the question.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from beket.devices.kit.driver import NOBODY, UNNAMED, Decoder, Frame, Framer, Mark, Options, Problem
from beket.devices.kit.framing import Lines
from beket.devices.kit.weighing import Indicator, marks, number, rules_of
from beket.words.ids import Instant
from beket.words.readings import Weight

Mode = Literal["gross", "net", "tare"]
State = Literal["ST", "US", "OL", "LO", "HD"]

MODES: Final[dict[bytes, Mode]] = {b"GS": "gross", b"NT": "net", b"TR": "tare", b"PT": "tare"}
STATES: Final = {b"ST": "stable", b"US": "unstable", b"OL": "over range", b"LO": "under range", b"HD": "held"}

_LINE: Final = re.compile(
    rb"(?:@(?P<address>\d\d))?(?P<state>ST|US|OL|LO|HD),(?P<mode>GS|NT|TR|PT),"
    rb"(?P<weight>[ 0-9.+-]{8,9})(?P<unit>kg|lb| g|g | t|t |  )\r\n"
)
_OTHER: Final = re.compile(rb"(?:@(?P<address>\d\d))?(?P<said>I|[A-Z]{1,3})\r\n")
_UNKNOWN: Final = re.compile(rb"(?:@(?P<address>\d\d))?(?P<said>\?[A-Z0-9]{0,4})\r\n")


class Scale(Indicator):
    """Reads one indicator's lines, and asks for them where it is set to be asked."""

    shape = "no line of this indicator"

    def __init__(self, options: Options) -> None:
        self._options = options
        super().__init__(rules_of(options))

    def parse(self, blob: bytes, received: Instant) -> Weight | Problem | None:
        """Read one line."""
        return parse(blob, received)

    def asked(self, _weight: Weight, _blob: bytes) -> bytes:
        """Where it is asked, what it says answers the question."""
        return request(self._options)

    def ask(self, _now: Instant) -> bytes:
        """The question, where it is set to be asked."""
        return request(self._options)


def parse(blob: bytes, received: Instant) -> Weight | Problem | None:
    """Read one line: a weight, a problem, or None for one that only says that it is busy or has done as told."""
    line = _LINE.fullmatch(blob)
    if line is None:
        return _other(blob)
    out = line["state"] in (b"OL", b"LO")
    value = None if out else number(line["weight"])
    if value is None and not out:
        return Problem(kind="field", detail="no weight where one stands", raw=blob)
    return Weight(
        device_id=NOBODY,
        received=received,
        reading_id=UNNAMED,
        value=value,
        unit=line["unit"].decode().strip() or "kg",
        mode=MODES[line["mode"]],
        stable={b"ST": True, b"US": False}.get(line["state"]),
        overload=line["state"] == b"OL",
        address=None if line["address"] is None else line["address"].decode(),
        held=line["state"] == b"HD",
    )


def _other(blob: bytes) -> Problem | None:
    if _UNKNOWN.fullmatch(blob):
        return Problem(kind="device", detail="it does not know the question", raw=blob, fatal=False)
    if _OTHER.fullmatch(blob):
        return None
    return Problem(kind="shape", detail="not a line of this indicator", raw=blob)


def encode(value: float | None, *, state: State = "ST", mode: str = "GS", unit: str = "kg", decimals: int = 0) -> bytes:
    """Write one line; a value of None is blank, as it is out of range."""
    text = "+" + " " * 7 if value is None else f"{value:+08.{decimals}f}"
    if len(text) > 9:
        message = f"{value} with {decimals} decimals does not fit nine characters"
        raise ValueError(message)
    return f"{state},{mode},{text}{unit:>2}\r\n".encode()


def encode_request(command: str = "RW", address: str = "") -> bytes:
    """Write a question: RW what is shown, RG gross, RN net, RT tare."""
    return f"{'@' if address else ''}{address}{command}\r\n".encode()


def request(options: Options) -> bytes:
    """Ask where the indicator is set to command mode; otherwise it talks unasked."""
    if options.get("mode", "stream") != "command":
        return b""
    return encode_request(str(options.get("command", "RW")), str(options.get("address", "")))


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one scale's stream."""
    return Lines()


def decoder(options: Options) -> Decoder:
    """Make the decoder of one scale."""
    return Scale(options)


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Say what each field of a line means; empty for one that is refused."""
    said = None if frame.broken is not None else parse(frame.blob, Instant(0))
    line = _LINE.fullmatch(frame.blob)
    if line is None or not isinstance(said, Weight):
        return ()
    return marks(line, {"state": STATES[line["state"]], "mode": said.mode or "", "unit": said.unit})
