"""Barcodes and QR codes as text, one a line: AIM symbology identifiers and GS1 element strings read, both ways.

Sources: ISO/IEC 15424 (symbology identifiers: `]`, a letter, a modifier), GS1 General Specifications §3 (application
identifiers) and §7.8 (element strings: FNC1 comes as GS, hexadecimal 1D).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
from beket.words.ids import Instant
from beket.words.readings import CodeRead

TEXT_MAX: Final = 4300
"""Longest text: a QR code of the largest kind holds 4,296 signs (ISO/IEC 18004 §5.1)."""

FIELDS_MAX: Final = 24
"""Most element strings of one code."""

_AIM: Final = re.compile(r"\]([A-Za-z])([0-9A-Za-z])")
_SYMBOLOGIES: Final = {
    "A": "CODE_39", "C": "CODE_128", "E": "EAN", "F": "CODABAR", "G": "CODE_93", "I": "ITF", "L": "PDF_417",
    "d": "DATA_MATRIX", "Q": "QR_CODE", "z": "AZTEC", "e": "GS1_DATABAR",
}  # fmt: skip
_GS1: Final = frozenset({"C1", "e0", "d2", "Q3"})
"""Identifiers of symbols that hold GS1 element strings."""

_FIXED: Final = {"00": 18, "01": 14, "02": 14, "11": 6, "13": 6, "15": 6, "17": 6}
_NAMES: Final = {
    "00": "sscc", "01": "gtin", "02": "content_gtin", "10": "batch", "11": "made_on", "13": "packed_on",
    "15": "best_before", "17": "expires_on", "21": "serial", "37": "count", "400": "order", "401": "consignment",
    "402": "shipment", "410": "ship_to", "421": "ship_to_postcode", "8006": "piece_of_trade_item",
}  # fmt: skip
_VARIABLE: Final = re.compile(r"(10|21|37|400|401|402|410|421|8006)([^\x1d]{1,90})(?:\x1d|\Z)")
_WEB: Final = re.compile(r"https?://[^\s/?#]{1,253}(?:[/?#]\S{0,2048})?")


class Reader(Quiet):
    """Reads one code at a time."""

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say which code a line is."""
        if frame.broken is not None:
            detail = "the text is too long" if frame.broken == "size" else "the text has no end: the link broke in it"
            return Out(problems=(Problem(kind=frame.broken, detail=detail, raw=frame.blob),))
        try:
            text = frame.blob.decode("utf-8")
        except UnicodeDecodeError:
            return Out(alive=True, problems=(Problem(kind="content", detail="no UTF-8", raw=frame.blob),))
        aim = _AIM.match(text)
        body = text[aim.end() :] if aim else text
        body = body.strip(" \t\x00")
        if not body:
            return Out(alive=True, problems=(Problem(kind="shape", detail="an empty code", raw=frame.blob),))
        reading = CodeRead(
            device_id=NOBODY,
            received=received,
            reading_id=UNNAMED,
            text=body,
            symbology=_SYMBOLOGIES.get(aim[1]) if aim else None,
            fields=_fields(body, aim[1] + aim[2] if aim else ""),
        )
        told = Told(reading=reading, key=b"%d:%s" % (received, frame.blob), message=Message(blob=frame.blob))
        return Out(told=(told,), alive=True)


def _fields(text: str, kind: str) -> dict[str, str]:
    """What the text's own form says: element strings of GS1, or the address a QR code leads to."""
    if _WEB.fullmatch(text):
        return {"address": text}
    if kind in _GS1 or "\x1d" in text:
        return _elements(text.removeprefix("\x1d"))
    return {}


def _elements(text: str) -> dict[str, str]:
    """Element strings in a row; nothing where any part of them is none."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        identifier = text[at : at + 2]
        if identifier in _FIXED:
            end = at + 2 + _FIXED[identifier]
            value = text[at + 2 : end]
            if len(value) != _FIXED[identifier] or not value.isdigit():
                return {}
            at = end + (text[end : end + 1] == "\x1d")
        else:
            variable = _VARIABLE.match(text, at)
            if variable is None:
                return {}
            identifier, value, at = variable[1], variable[2], variable.end()
        if len(found) >= FIELDS_MAX:
            return {}
        found[_NAMES[identifier]] = value
    return found


def encode_code(text: str, aim: str = "") -> bytes:
    """Write a code as a reader types it; `aim` is the symbology identifier without its bracket, like `Q1`."""
    return f"{f']{aim}' if aim else ''}{text}\r\n".encode()


def encode_elements(elements: Mapping[str, str]) -> str:
    """Write GS1 element strings by identifier; those without a fixed length end with FNC1 as GS, but for the last."""
    written = [f"{identifier}{value}" for identifier, value in elements.items()]
    ends = ["" if identifier in _FIXED else "\x1d" for identifier in elements]
    return "".join(text + end for text, end in zip(written, ends, strict=True)).removesuffix("\x1d")


def framer(options: Options, _content_type: str = "") -> Framer:
    """Make the framer of one reader's stream."""
    return Texts(TEXT_MAX, ends=bool(options.get("ends")))


def decoder(_options: Options) -> Decoder:
    """Make the decoder of one reader."""
    return Reader()


def explain(frame: Frame, options: Options) -> tuple[Mark, ...]:
    """Name the symbology identifier and the text."""
    out = decoder(options).read(frame, Instant(0))
    if not out.told:
        return ()
    reading = out.told[0].reading
    assert isinstance(reading, CodeRead)
    aim = _AIM.match(frame.blob.decode("utf-8"))
    start = aim.end() if aim else 0
    head = (Mark(start=0, end=start, name="symbology", value=str(reading.symbology)),) if aim else ()
    return (*head, Mark(start=start, end=len(frame.blob), name="text", value=reading.text[:80]))
