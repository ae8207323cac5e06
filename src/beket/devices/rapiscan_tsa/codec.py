"""Rapiscan / TSA radiation portals (RPM, VM-250 with SC-770): ASCII lines over TCP, both ways.

The portal talks and nobody asks (reference 03 §3.2). No line carries a time: what we have is when it came. One
occupancy is all lines between the first scan line and GX; if GX never comes, the alarm is raised all the same.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct, field

from beket.devices.kit.driver import (
    NOBODY,
    UNNAMED,
    Decoder,
    Frame,
    Framer,
    Mark,
    Message,
    Options,
    Out,
    Problem,
    ProblemKind,
    Told,
)
from beket.devices.kit.framing import Lines
from beket.words.ids import Instant
from beket.words.readings import (
    Channel,
    Reading,
    RpmBackground,
    RpmFault,
    RpmOccupancy,
    RpmSample,
    RpmSetup,
    RpmTamper,
)

INTERVALS_PER_SECOND: Final = 5
"""A scan line comes every 200 ms; an alarm needs sums over five of them."""

OCCUPANCY_BYTES_MAX: Final = 256 * 1024
"""Most raw bytes held of one occupancy: over half an hour of lines; what follows is counted, not held."""

PROFILE_MAX: Final = 1500
"""Most points of a profile: five minutes of a scan line every 200 ms."""

SILENCE_MS_MAX: Final = 10_000
"""Longest pause within an occupancy before it is taken to have ended without GX (lines come every 200 ms)."""

_CHANNELS: Final[dict[str, Channel]] = {"G": "gamma", "N": "neutron"}
_FIELD: Final = re.compile(r"-?\d{1,9}(\.\d{1,9})?")
_COUNT_LINES: Final = {"GB", "NB", "GS", "GA", "NS", "NA", "GH", "GL", "NH"}
_SETUP_LINES: Final = {"SG1", "SG2", "SG3", "SN1", "SN2"}
_PANELS: Final = 4


class Passing(Struct):
    """One occupancy of the portal as far as it has gone."""

    started: Instant
    last: Instant
    lines: list[bytes] = field(default_factory=list)
    size: int = 0
    gamma_alarm: bool = False
    neutron_alarm: bool = False
    max_gamma_1s: int = 0
    max_neutron: int = 0
    speed_kmh: float | None = None
    sums: deque[int] = field(default_factory=lambda: deque(maxlen=INTERVALS_PER_SECOND))
    gamma_profile: list[int] = field(default_factory=list)
    neutron_profile: list[int] = field(default_factory=list)

    def hold(self, blob: bytes, at: Instant) -> None:
        """Keep a line that belongs to this occupancy."""
        self.last = at
        if self.size + len(blob) <= OCCUPANCY_BYTES_MAX:
            self.lines.append(blob)
            self.size += len(blob)

    def count(self, channel: Channel, total: int, *, alarm: bool) -> None:
        """Take one counting interval."""
        if channel == "gamma":
            self.sums.append(total)
            second = sum(self.sums)
            self.max_gamma_1s = max(self.max_gamma_1s, second)
            if len(self.sums) == INTERVALS_PER_SECOND and len(self.gamma_profile) < PROFILE_MAX:
                self.gamma_profile.append(second)
            self.gamma_alarm = self.gamma_alarm or alarm
        else:
            self.max_neutron = max(self.max_neutron, total)
            if len(self.neutron_profile) < PROFILE_MAX:
                self.neutron_profile.append(total)
            self.neutron_alarm = self.neutron_alarm or alarm


class Portal:
    """Reads one portal's lines and assembles its occupancies."""

    def __init__(self) -> None:
        self._passing: Passing | None = None
        self._gamma_background: tuple[int, ...] = ()

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one line says, and the occupancy that it ends."""
        if frame.broken is not None:
            return _refused(frame.broken, "not a whole line", frame.blob)
        fields = frame.blob.decode("ascii", "replace").strip().split(",")
        head, values = fields[0].strip(), [value.strip() for value in fields[1:]]
        out = self._line(head, values, frame.blob, received)
        out.alive = not any(problem.fatal for problem in out.problems)
        return out

    def ask(self, _now: Instant) -> bytes:
        """It talks unasked."""
        return b""

    def waited(self, received: Instant) -> Out:
        """An occupancy that fell silent has ended, and its alarm must be raised."""
        passing = self._passing
        if passing is None or received - passing.last < SILENCE_MS_MAX:
            return Out()
        return self._cut_off(received, "no line for ten seconds")

    def lost(self, received: Instant) -> Out:
        """The link broke inside an occupancy: its alarm must be raised."""
        return self._cut_off(received, "the link was lost")

    def _line(self, head: str, values: list[str], blob: bytes, at: Instant) -> Out:
        if head in _COUNT_LINES:
            return self._counts(head, values, blob, at)
        if head == "SP":
            return self._speed(values, blob, at)
        if head == "GX":
            return self._end(values, blob, at)
        if head in ("TT", "TC"):
            return _said(RpmTamper(device_id=NOBODY, received=at, reading_id=UNNAMED, tampered=head == "TT"), blob)
        if head in _SETUP_LINES:
            setup = RpmSetup(device_id=NOBODY, received=at, reading_id=UNNAMED, line=head, values=tuple(values))
            return _said(setup, blob)
        return _refused("shape", "no such line", blob)

    def _counts(self, head: str, values: list[str], blob: bytes, at: Instant) -> Out:
        counts = _whole_numbers(values)
        if counts is None or len(counts) != _PANELS:
            return _refused("field", "four counts expected", blob)
        channel, kind = _CHANNELS[head[0]], head[1]
        if kind in "SA":
            passing = self._open(at)
            passing.hold(blob, at)
            passing.count(channel, sum(counts), alarm=kind == "A")
            return _said(_sample(channel, counts, at, alarm=kind == "A"), blob)
        if kind in "HL":
            return _said(_fault(channel, counts, at, high=kind == "H"), blob)
        return self._background(channel, counts, blob, at)

    def _background(self, channel: Channel, counts: tuple[int, ...], blob: bytes, at: Instant) -> Out:
        # Backgrounds are sent only with nothing inside: an occupancy still open here has lost its GX.
        cut = self._cut_off(at, "background came before GX")
        if channel == "gamma":
            self._gamma_background = counts
        said = _said(
            RpmBackground(device_id=NOBODY, received=at, reading_id=UNNAMED, channel=channel, counts=counts), blob
        )
        return Out(told=cut.told + said.told, problems=cut.problems)

    def _speed(self, values: list[str], blob: bytes, at: Instant) -> Out:
        numbers = [float(value) for value in values if _FIELD.fullmatch(value)]
        if len(numbers) != len(values) or len(numbers) < 3:
            return _refused("field", "pass time, mph, km/h expected", blob)
        passing = self._open(at)
        passing.hold(blob, at)
        passing.speed_kmh = numbers[2]
        return Out()

    def _end(self, values: list[str], blob: bytes, at: Instant) -> Out:
        numbers = _whole_numbers(values)
        if numbers is None or len(numbers) < 2:
            return _refused("field", "counter and background expected", blob)
        passing = self._open(at)
        passing.hold(blob, at)
        self._passing = None
        counter, background = numbers[0], numbers[1] / 1000
        return Out(told=(self._occupancy(passing, at, counter=counter, neutron_background_cps=background),))

    def _open(self, at: Instant) -> Passing:
        if self._passing is None:
            self._passing = Passing(started=at, last=at)
        return self._passing

    def _cut_off(self, at: Instant, why: str) -> Out:
        passing, self._passing = self._passing, None
        if passing is None:
            return Out()
        told = self._occupancy(passing, at, counter=None, neutron_background_cps=None)
        return Out(told=(told,), problems=(Problem(kind="unclosed", detail=why, fatal=False),))

    def _occupancy(
        self, passing: Passing, at: Instant, *, counter: int | None, neutron_background_cps: float | None
    ) -> Told:
        said = RpmOccupancy(
            device_id=NOBODY,
            received=at,
            reading_id=UNNAMED,
            sequence=counter,
            counter=counter,
            gamma_alarm=passing.gamma_alarm,
            neutron_alarm=passing.neutron_alarm,
            max_gamma_1s=passing.max_gamma_1s,
            max_neutron=passing.max_neutron,
            started=passing.started,
            ended=passing.last,
            gamma_background=self._gamma_background,
            neutron_background_cps=neutron_background_cps,
            speed_kmh=passing.speed_kmh,
            closed=counter is not None,
            gamma_profile=tuple(passing.gamma_profile),
            neutron_profile=tuple(passing.neutron_profile),
        )
        blob = b"".join(passing.lines)
        # The portal's own counter tells a repeat from a new occupancy; without one only our time can.
        key = blob if counter is not None else b"%d:%s" % (passing.started, blob)
        return Told(reading=said, key=key, message=Message(blob=blob))


def _whole_numbers(values: list[str]) -> tuple[int, ...] | None:
    if not all(value.isascii() and value.isdigit() and len(value) <= 9 for value in values):
        return None
    return tuple(int(value) for value in values)


def _sample(channel: Channel, counts: tuple[int, ...], at: Instant, *, alarm: bool) -> RpmSample:
    return RpmSample(device_id=NOBODY, received=at, reading_id=UNNAMED, channel=channel, counts=counts, alarm=alarm)


def _fault(channel: Channel, counts: tuple[int, ...], at: Instant, *, high: bool) -> RpmFault:
    fault: Literal["high_background", "low_background"] = "high_background" if high else "low_background"
    return RpmFault(device_id=NOBODY, received=at, reading_id=UNNAMED, channel=channel, fault=fault, counts=counts)


def _said(reading: Reading, blob: bytes) -> Out:
    return Out(told=(Told(reading=reading, key=b"%d:%s" % (reading.received, blob), message=Message(blob=blob)),))


def _refused(kind: ProblemKind, detail: str, blob: bytes) -> Out:
    return Out(problems=(Problem(kind=kind, detail=detail, raw=blob),))


def encode_counts(line: str, counts: tuple[int, ...]) -> bytes:
    """Write a line of four counts: GB NB background, GS NS scan, GA NA alarm, GH GL NH fault."""
    return (",".join((line, *(f"{count:06d}" for count in counts))) + "\r\n").encode("ascii")


def encode_background(channel: Channel, counts: tuple[int, ...]) -> bytes:
    """Write a background line, sent while nothing is inside."""
    return encode_counts("GB" if channel == "gamma" else "NB", counts)


def encode_sample(channel: Channel, counts: tuple[int, ...], *, alarm: bool = False) -> bytes:
    """Write one counting interval of an occupied portal."""
    return encode_counts(("G" if channel == "gamma" else "N") + ("A" if alarm else "S"), counts)


def encode_speed(kmh: float) -> bytes:
    """Write the speed line: seconds per foot, mph, km/h."""
    mph = kmh / 1.609344
    return f"SP,{3600 / 5280 / mph:06.4f},{mph:06.3f},{kmh:06.3f},000000\r\n".encode("ascii")


def encode_end(counter: int, neutron_background_cps: float, intervals: int = 0) -> bytes:
    """Write the line that ends an occupancy."""
    return f"GX,{counter:06d},{round(neutron_background_cps * 1000):06d},{intervals:03d}\r\n".encode("ascii")


def encode_fault(channel: Channel, counts: tuple[int, ...], *, high: bool = True) -> bytes:
    """Write a fault line: background out of bounds (a neutron channel knows only a high one)."""
    return encode_counts("NH" if channel == "neutron" else ("GH" if high else "GL"), counts)


def encode_tamper(*, tampered: bool) -> bytes:
    """Write that the case was opened, or closed again."""
    return b"TT,000000,000000,000000,000000\r\n" if tampered else b"TC,000000,000000,000000,000000\r\n"


def encode_setup(line: str, values: tuple[str, ...]) -> bytes:
    """Write one line of the portal's own settings (SG1-3, SN1-2)."""
    return (",".join((line, *values)) + "\r\n").encode("ascii")


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one portal's stream."""
    return Lines()


def decoder(_options: Options) -> Decoder:
    """Make the decoder of one portal."""
    return Portal()


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Say what each field of a line means; empty for a line that is refused."""
    if frame.broken is not None or Portal().read(frame, Instant(0)).problems:
        return ()
    head, *fields = _spans(frame.blob)
    line = _text(frame.blob, head)
    named = Mark(start=head[0], end=head[1], name="line", value=line)
    if line in _SETUP_LINES:
        # Its values are free text: every byte to the end of the line says something.
        return (named, *_marks(("settings",), [(frame.blob.find(b",") + 1 or head[1], len(frame.blob))], frame.blob))
    return (named, *_explained(line, fields, frame.blob))


def _explained(line: str, fields: list[tuple[int, int]], blob: bytes) -> tuple[Mark, ...]:
    if line in _COUNT_LINES:
        return _marks(tuple(f"{_CHANNELS[line[0]]}_{panel}" for panel in range(1, _PANELS + 1)), fields, blob)
    if line == "SP":
        return _marks(("seconds_per_foot", "speed_mph", "speed_kmh"), fields, blob)
    if line == "GX":
        return _marks(("counter", "neutron_background_per_mille"), fields, blob)
    return ()


def _marks(names: tuple[str, ...], spans: Sequence[tuple[int, int]], blob: bytes) -> tuple[Mark, ...]:
    return tuple(
        Mark(start=span[0], end=span[1], name=name, value=_text(blob, span))
        for name, span in zip(names, spans, strict=False)
        if span[0] < span[1]
    )


def _spans(blob: bytes) -> list[tuple[int, int]]:
    """Where each field of a line stands, spaces and the line's end left out."""
    spans: list[tuple[int, int]] = []
    start = 0
    for part in blob.split(b","):
        begin = start + len(part) - len(part.lstrip())
        spans.append((begin, begin + len(part.strip())))
        start += len(part) + 1
    return [span for span in spans if span[0] < span[1]]


def _text(blob: bytes, span: tuple[int, int]) -> str:
    return blob[span[0] : span[1]].decode("ascii", "replace").strip()
