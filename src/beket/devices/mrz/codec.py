"""Travel-document readers: lines of the machine-readable zone to one document, both ways (reference 03 §6).

Readers type the lines one after the other; a zone is whole when its last lines have one of the known forms.
"""

from __future__ import annotations

from typing import Final

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
    Quiet,
    Told,
)
from beket.devices.kit.framing import Texts
from beket.devices.mrz.zone import TD1, Form, Span, Zone, check_digit, form_of, read_zone
from beket.words.ids import Instant
from beket.words.readings import DocumentRead

LINES_MAX: Final = 3
PAUSE_MS_MAX: Final = 3000
"""Longest pause between lines of one zone: a reader types them at once."""


class Reader(Quiet):
    """Puts lines together until they are a zone."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._last = Instant(0)

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what a line completes, or what of it is no zone."""
        if frame.broken is not None:
            return Out(problems=(Problem(kind=frame.broken, detail="the line is too long", raw=frame.blob),))
        line = _line(frame.blob)
        if len(line) not in (30, 36, 44):
            left = self._forgotten()
            refused = Problem(kind="shape", detail=f"a line of {len(line)} signs", raw=frame.blob)
            return Out(alive=True, problems=(*left.problems, refused))
        before = self._forgotten() if self._lines and self._is_other(line, received) else Out()
        self._lines.append(frame.blob)
        self._last = received
        out = self._whole(received)
        out.problems = before.problems + out.problems
        return out

    def waited(self, received: Instant) -> Out:
        """Lines whose rest does not come are no zone."""
        return self._forgotten() if self._lines and received - self._last > PAUSE_MS_MAX else Out()

    def lost(self, _received: Instant) -> Out:
        """The rest will not come."""
        return self._forgotten()

    def _is_other(self, line: str, received: Instant) -> bool:
        return len(line) != len(_line(self._lines[0])) or received - self._last > PAUSE_MS_MAX

    def _whole(self, received: Instant) -> Out:
        zone = read_zone([_line(one) for one in self._lines], received)
        if zone is None:
            return self._forgotten() if len(self._lines) >= LINES_MAX else Out(alive=True)
        blob, self._lines = b"\r\n".join(self._lines), []
        told = Told(reading=_document(zone, received), key=b"%d:%s" % (received, blob), message=Message(blob=blob))
        problems: tuple[Problem, ...] = ()
        if not zone.check_digits_ok:
            problems = (Problem(kind="checksum", detail="a check digit does not hold", raw=blob, fatal=False),)
        return Out(told=(told,), problems=problems, alive=True)

    def _forgotten(self) -> Out:
        blob, self._lines = b"\r\n".join(self._lines), []
        return Out(problems=(Problem(kind="shape", detail="no machine-readable zone", raw=blob),)) if blob else Out()


def _line(blob: bytes) -> str:
    return blob.decode("ascii", "replace").strip().upper().replace(" ", "")


def _document(zone: Zone, received: Instant) -> DocumentRead:
    return DocumentRead(
        device_id=NOBODY,
        received=received,
        reading_id=UNNAMED,
        valid=zone.check_digits_ok,
        document_type=zone.document_type or None,
        number=zone.number,
        issuer=zone.issuer or None,
        surname=zone.surname or None,
        given_names=zone.given_names or None,
        nationality=zone.nationality or None,
        birth_date=zone.birth_date,
        sex=zone.sex,
        expiry_date=zone.expiry_date,
        personal_number=zone.personal_number,
        check_digits_ok=zone.check_digits_ok,
    )


def encode_td3(read: DocumentRead) -> bytes:
    """Write a passport's zone with right check digits; days are ISO 8601."""
    names = f"{_signs(read.surname)}<<{_signs(read.given_names)}"
    first = f"{_fill(read.document_type or 'P', 2)}{_fill(read.issuer, 3)}{_fill(names, 39)}"
    number, personal = _fill(read.number, 9), _fill(read.personal_number, 14)
    birth, expiry = _six(read.birth_date), _six(read.expiry_date)
    line = f"{_with(number)}{_fill(read.nationality, 3)}{_with(birth)}{read.sex or '<'}{_with(expiry)}{_with(personal)}"
    composite = check_digit(line[0:10] + line[13:20] + line[21:43])
    return f"{first}\r\n{line}{composite}\r\n".encode("ascii")


def _with(field: str) -> str:
    return f"{field}{check_digit(field)}"


def _fill(text: str | None, width: int) -> str:
    return _signs(text)[:width].ljust(width, "<")


def _signs(text: str | None) -> str:
    return (text or "").upper().replace(" ", "<")


def _six(day: str | None) -> str:
    return "<<<<<<" if day is None else day[2:4] + day[5:7] + day[8:10]


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one reader's stream."""
    return Texts()


def decoder(_options: Options) -> Decoder:
    """Make the decoder of one reader."""
    return Reader()


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Name the fields of a line, or of a whole zone where all its lines came in one message."""
    texts = frame.blob.split(b"\r\n")
    lines = [_line(text) for text in texts]
    form = form_of(lines)
    if form is None:
        if frame.broken is not None or len(lines) != 1 or len(lines[0]) not in (30, 36, 44):
            return ()
        return (Mark(start=0, end=len(frame.blob), name="line", value=lines[0]),)
    starts = [0]
    for text in texts[:-1]:
        starts.append(starts[-1] + len(text) + 2)
    if any(len(text) != form.width for text in texts):
        return (Mark(start=0, end=len(frame.blob), name="zone", value=form.name),)
    return tuple(_marks(form, lines, starts))


def _marks(form: Form, lines: list[str], starts: list[int]) -> list[Mark]:
    spans: list[tuple[str, Span]] = [("document_type", (0, 0, 2)), ("issuer", (0, 2, 5))]
    for name in ("names", "number", "nationality", "birth", "sex", "expiry", "personal"):
        line, start, end = getattr(form, name)
        spans.append((name, (line, start, end)))
        if name in ("number", "birth", "expiry") or (name == "personal" and form.personal_checked):
            spans.append((f"{name} check digit", (line, end, end + 1)))
    if form.composite:
        line = 1
        spans.append(("composite check digit", (line, form.width - 1, form.width)))
    if form is TD1:
        spans.append(("optional", (1, 18, 29)))
    marks = [
        Mark(start=starts[line] + start, end=starts[line] + end, name=name, value=lines[line][start:end])
        for name, (line, start, end) in spans
    ]
    return sorted(marks, key=lambda mark: mark.start)
