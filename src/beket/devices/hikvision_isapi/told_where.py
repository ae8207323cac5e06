"""Where in a camera's message each value stands that is used: elements and members by name, parts, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from beket.devices.kit.driver import Mark, Problem
from beket.devices.kit.explain import (
    Used,
    form_marks,
    json_marks,
    named_paths,
    part_marks,
    picture_mark,
    plain,
    read_xml,
    tidy,
    xml_marks,
)
from beket.devices.kit.multipart import Part

_NAMES: Final = """
eventType eventState dateTime absTime macAddress ipAddress deviceUUID deviceID channelID dynChannelID UUID
licensePlate plateNumber plate originalLicensePlate alarmDataType isDataRetransmission hasMoreData picNum
confidenceLevel confidence plateCharBelieve line lane laneNo direction plateColor plateType vehicleType
color speed length vehicleLogoRecog vehicleLogo ADRNo dangmark ISO-CR CRIndex country type fileName dataType
X Y width height x y containerMainNum containerISONum containerMainNumConfidence
"""

USED: Final = frozenset(_NAMES.split())
"""Names that the codec reads, wherever in the event they stand."""


def where(blob: bytes, parts: Sequence[Part], pictures: Sequence[Part]) -> tuple[Mark, ...]:
    """Mark what a message says; `parts` are all of it, or the one that is the whole message."""
    marks = part_marks(blob, parts)
    for part in parts:
        marks += [picture_mark(part)] if part in pictures else _document_marks(blob, part)
    return tidy([mark for mark in marks if mark.end > mark.start])


def _document_marks(blob: bytes, part: Part) -> list[Mark]:
    content = blob[part.start : part.end].removeprefix(b"\xef\xbb\xbf").strip()
    if content.startswith((b"{", b"[")):
        return _json(blob, part)
    if content.startswith(b"<"):
        read = read_xml(blob, part.start, part.end)
        return [] if isinstance(read, Problem) else xml_marks(read, named_paths(plain(read), USED))
    if part.content_type == "application/x-www-form-urlencoded":
        used: Used = {(name,): (name, "") for name in USED}
        return form_marks(blob, used, part.start)
    return []


def _json(blob: bytes, part: Part) -> list[Mark]:
    try:
        read = msgspec.json.decode(blob[part.start : part.end].removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return []
    return json_marks(blob, named_paths(read, USED), part.start)
