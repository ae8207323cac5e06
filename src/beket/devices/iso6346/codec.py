"""Container numbers as text, one a line, perhaps with the size and type code behind (ISO 6346), both ways."""

from __future__ import annotations

import re
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
from beket.words.containers import check_digit, is_container
from beket.words.ids import Instant
from beket.words.readings import ContainerRead

_SHAPE: Final = re.compile(
    rb"\s*(?P<number>[A-Za-z]{3}[ -]?[A-Za-z][ -]?\d{3}[ -]?\d{3}[ -]*\d)"
    rb"(?:[ ,;/-]+(?P<type>\d{2}[A-Za-z]\d|[A-Za-z0-9]{4}))?\s*"
)


class Reader(Quiet):
    """Reads one line at a time."""

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say which container a line names; one whose check digit is wrong is kept and marked so."""
        if frame.broken is not None:
            return Out(problems=(Problem(kind=frame.broken, detail="the line is too long", raw=frame.blob),))
        found = _SHAPE.fullmatch(frame.blob)
        if found is None:
            return Out(alive=True, problems=(Problem(kind="shape", detail="no container number", raw=frame.blob),))
        number = _plain(found["number"])
        right = is_container(number)
        reading = ContainerRead(
            device_id=NOBODY,
            received=received,
            reading_id=UNNAMED,
            valid=right,
            number=number,
            iso_type=_plain(found["type"]) if found["type"] else None,
        )
        told = Told(reading=reading, key=b"%d:%s" % (received, frame.blob), message=Message(blob=frame.blob))
        wrong = Problem(kind="checksum", detail="the check digit does not hold", raw=frame.blob, fatal=False)
        return Out(told=(told,), alive=True, problems=() if right else (wrong,))


def _plain(text: bytes) -> str:
    return "".join(sign for sign in text.decode("ascii").upper() if sign.isalnum())


def encode_number(first_ten: str, iso_type: str | None = None) -> bytes:
    """Write a container number with its right check digit, and its size and type code if there is one."""
    number = f"{first_ten}{check_digit(first_ten)}"
    return f"{number} {iso_type}\r\n".encode("ascii") if iso_type else f"{number}\r\n".encode("ascii")


def framer(_options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one reader's stream."""
    return Texts()


def decoder(_options: Options) -> Decoder:
    """Make the decoder of one reader."""
    return Reader()


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Name the number, its check digit, and the size and type code."""
    found = None if frame.broken is not None else _SHAPE.fullmatch(frame.blob)
    if found is None:
        return ()
    number = _plain(found["number"])
    marks = [
        Mark(start=found.start("number"), end=found.end("number") - 1, name="number", value=number[:-1]),
        Mark(start=found.end("number") - 1, end=found.end("number"), name="check digit", value=number[-1]),
    ]
    if found["type"]:
        marks.append(
            Mark(start=found.start("type"), end=found.end("type"), name="iso_type", value=_plain(found["type"]))
        )
    return tuple(marks)
