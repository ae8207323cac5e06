"""What a camera's event means: a plate, containers, a heartbeat or a fault (fields: reference 03 §1.1)."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from msgspec import Struct

from beket.devices.hikvision_isapi.tree import Tree, branches, number, text
from beket.devices.kit.countries import country_of
from beket.devices.kit.driver import NOBODY, UNNAMED, Message, Out, Problem, Told
from beket.words.ids import Instant
from beket.words.plates import PLATE_LENGTH_MAX, canonical
from beket.words.readings import ContainerRead, Image, Movement, PlateRead, UnreadReason

CONTAINERS_MAX: Final = 8
"""Most containers of one event: a road train carries four at most."""

WORD_MAX: Final = 64
"""Longest text taken from a descriptive field; these are hostile words until shown escaped."""

_UNREAD: Final[dict[str, UnreadReason]] = {"noplate": "no_plate", "unknown": "unreadable", "": "unreadable"}
_MOVEMENTS: Final[dict[str, Movement]] = {"forward": "approaching", "reverse": "receding"}
_EPOCH: Final = datetime.fromtimestamp(0, UTC)

_FAULTS: Final = {
    "videoloss", "shelteralarm", "tamperdetection", "scenechangedetection", "defocus", "diskfull", "diskerror",
    "hdfull", "hderror", "nicbroken", "ipconflict", "illaccess", "badvideo",
}  # fmt: skip
"""Event types in which a camera says that something is wrong with itself, or with what is done to it."""


class Given(Struct, frozen=True, kw_only=True):
    """What is known around an event: when it came, its pictures, its bytes, the zone of a time without offset."""

    received: Instant
    images: tuple[Image, ...]
    message: Message
    utc_offset_min: int = 0


class Seen(Struct, frozen=True, kw_only=True):
    """One vehicle event with its block of vehicle fields, its time, and whether it was sent late."""

    tree: Tree
    anpr: Tree
    time: Instant | None
    late: bool
    given: Given


def tell(tree: Tree, given: Given) -> Out:
    """Say what one event says."""
    kind = (text(tree, "eventType") or "").lower()
    time = _time(text(tree, "dateTime") or _taken(tree), given.utc_offset_min)
    out = Out(alive=True, identities=_identities(tree))
    anpr = next(branches(tree, "ANPR"), None)
    if anpr is None and any(name in tree for name in ("licensePlate", "plateNumber")):
        anpr = tree
    if anpr is not None:
        late = text(anpr, "alarmDataType") == "1" or text(tree, "alarmDataType") == "1"
        out.told = _told(Seen(tree=tree, anpr=anpr, time=time, late=late, given=given))
        out.clock = None if late or _true(tree, "isDataRetransmission") else time
        return out
    if kind in ("anpr", "vehicledetection"):
        problem = Problem(kind="field", detail=f"{kind} without a vehicle in it", raw=given.message.blob)
        return Out(problems=(problem,), identities=out.identities)
    out.fault = kind if kind in _FAULTS and (text(tree, "eventState") or "").lower() == "active" else None
    out.clock = time
    return out


def pictures_awaited(tree: Tree) -> int:
    """How many pictures should follow this event on a stream."""
    if any(_true(anpr, "hasMoreData") for anpr in branches(tree, "ANPR")) or _true(tree, "hasMoreData"):
        return 0
    listed = sum(1 for picture in branches(tree, "pictureInfo") if text(picture, "dataType") in (None, "0", "binary"))
    said = number(tree, "picNum")
    return listed or (min(int(said), CONTAINERS_MAX) if said is not None and said > 0 else 0)


def _identities(tree: Tree) -> tuple[str, ...]:
    names = (text(tree, "macAddress"), text(tree, "ipAddress"), text(tree, "deviceUUID"), text(tree, "deviceID"))
    channel = text(tree, "channelID", "dynChannelID")
    known = [name[:WORD_MAX] for name in names if name]
    return tuple(known + [f"{name}#{channel[:8]}" for name in known if channel])


def _told(seen: Seen) -> tuple[Told, ...]:
    containers = _containers(seen.anpr)
    named = text(seen.anpr, "licensePlate", "plateNumber", "plate", "originalLicensePlate")
    plates = (_plate(seen),) if named is not None or not containers else ()
    return plates + tuple(_container(seen, container) for container in containers)


def _key(seen: Seen, what: str) -> bytes:
    """What tells one reading of a camera from another; a resend has it again, whatever flags were set on it.

    A vehicle that is announced first and shown later (hasMoreData) was said twice: both are kept, and have the
    event's UUID in common.
    """
    uuid = text(seen.tree, "UUID")
    if seen.time is None and uuid is None:
        return seen.given.message.blob
    first = "first" if _true(seen.anpr, "hasMoreData") else ""
    return "|".join((uuid or "", text(seen.tree, "channelID") or "", first, what)).encode()


def _plate(seen: Seen) -> Told:
    tree, anpr = seen.tree, seen.anpr
    original = text(anpr, "originalLicensePlate")
    raw = text(anpr, "licensePlate", "plateNumber", "plate") or original or ""
    body = next(branches(anpr, "vehicleInfo"), {})
    unread = _UNREAD.get(raw.lower()) or (None if canonical(raw) else "unreadable")
    length_dm = number(body, "length")
    reading = PlateRead(
        device_id=NOBODY,
        time=seen.time,
        received=seen.given.received,
        reading_id=UNNAMED,
        buffered=seen.late,
        plate=None if unread else canonical(raw),
        plate_raw=raw[: 2 * PLATE_LENGTH_MAX] or None,
        plate_original=original[: 2 * PLATE_LENGTH_MAX] if original else None,
        country=_country(anpr),
        confidence=_share(number(anpr, "confidenceLevel", "confidence")),
        char_confidences=_char_confidences(text(anpr, "plateCharBelieve")),
        lane=_whole(number(anpr, "line", "lane", "laneNo")),
        direction=_MOVEMENTS.get((text(anpr, "direction") or "").lower(), "unknown"),
        plate_color=_word(anpr, "plateColor"),
        plate_type=_word(anpr, "plateType"),
        vehicle_type=_word(anpr, "vehicleType"),
        vehicle_color=_word(body, "color"),
        vehicle_make=_word(body, "vehicleLogoRecog", "vehicleLogo"),
        speed_kmh=number(body, "speed"),
        length_m=length_dm / 10 if length_dm else None,
        adr=_adr(anpr),
        unread_reason=unread,
        plate_box_scene_permille=_plate_box(tree),
        event_id=_word(tree, "UUID"),
        retransmitted=_true(tree, "isDataRetransmission") or _true(anpr, "isDataRetransmission"),
        images=seen.given.images,
    )
    return Told(reading=reading, key=_key(seen, raw), message=seen.given.message)


def _container(seen: Seen, container: Tree) -> Told:
    raw = text(container, "containerMainNum") or ""
    number_read = "".join(sign for sign in raw.upper() if sign.isascii() and sign.isalnum())[:WORD_MAX]
    reading = ContainerRead(
        device_id=NOBODY,
        time=seen.time,
        received=seen.given.received,
        reading_id=UNNAMED,
        valid=check_digit_holds(number_read),
        buffered=seen.late,
        number=number_read,
        iso_type=_word(container, "containerISONum"),
        confidence=_share(number(container, "confidence", "confidenceLevel", "containerMainNumConfidence")),
        lane=_whole(number(seen.anpr, "line", "lane", "laneNo")),
        images=seen.given.images,
    )
    return Told(reading=reading, key=_key(seen, raw), message=seen.given.message)


def _containers(anpr: Tree) -> list[Tree]:
    found: list[Tree] = []
    for info in branches(anpr, "containerInfo"):
        found += [info] if "containerMainNum" in info else []
        for listed in branches(info, "containerList"):
            found += [listed] if "containerMainNum" in listed else []
            for inner in listed.values():
                rows = inner if isinstance(inner, list) else [inner]
                found += [row for row in rows if isinstance(row, dict)]
    return [one for one in found if (text(one, "containerMainNum") or "unknown").lower() != "unknown"][:CONTAINERS_MAX]


def check_digit_holds(container: str) -> bool:
    """Tell whether a container number's last digit fits the others (ISO 6346)."""
    if len(container) != 11 or not (container.isascii() and container[:4].isalpha() and container[4:].isdigit()):
        return False
    # Letters count from 10 upwards and leave out the multiples of 11 (ISO 6346 annex A).
    values = {letter: 10 + at + (at + 9) // 10 for at, letter in enumerate(string.ascii_uppercase)}
    total = sum((values[sign] if sign.isalpha() else int(sign)) << at for at, sign in enumerate(container[:10]))
    return total % 11 % 10 == int(container[10])


def _country(anpr: Tree) -> str | None:
    for name in ("ISO-CR", "CRIndex", "country"):
        held = text(anpr, name)
        code = country_of(held) if held else None
        if code is not None:
            return code
    return None


def _plate_box(tree: Tree) -> tuple[int, int, int, int] | None:
    for picture in branches(tree, "pictureInfo"):
        named = text(picture, "type", "fileName") or "detectionPicture"
        if not named.lower().startswith("detectionpicture"):
            continue
        for box in branches(picture, "plateRect"):
            sides = [number(box, name, name.lower()) for name in ("X", "Y", "width", "height")]
            known = [round(side) for side in sides if side is not None and 0 <= side <= 1000]
            if len(known) == 4:
                return known[0], known[1], known[2], known[3]
    return None


def _adr(anpr: Tree) -> str | None:
    return _word(anpr, "ADRNo") or ("unread" if _true(anpr, "dangmark") else None)


def _word(tree: Tree, *names: str) -> str | None:
    held = text(tree, *names)
    return None if held is None or held.lower() in ("unknown", "null") else held[:WORD_MAX]


def _true(tree: Tree, name: str) -> bool:
    return (text(tree, name) or "").lower() in ("true", "yes", "1")


def _whole(value: float | None) -> int | None:
    return int(value) if value is not None else None


def _share(percent: float | None) -> float | None:
    return None if percent is None or not 0 <= percent <= 100 else round(percent / 100, 6)


def _char_confidences(said: str | None) -> tuple[float, ...]:
    shares: list[float] = []
    for piece in (said or "").split(",")[:PLATE_LENGTH_MAX]:
        if not piece.strip().isdigit() or int(piece) > 100:
            return ()
        shares.append(int(piece) / 100)
    return tuple(shares)


def _taken(tree: Tree) -> str | None:
    """When its pictures were taken (absTime, yyyyMMddHHmmssSSS), for an event that does not say its own time."""
    for picture in branches(tree, "pictureInfo"):
        said = text(picture, "absTime") or ""
        if len(said) == 17 and said.isascii() and said.isdigit():
            return f"{said[:8]}T{said[8:14]}.{said[14:]}"
    return None


def _time(said: str | None, utc_offset_min: int) -> Instant | None:
    """Read the camera's time; an offset that a query string turned from + into a blank is mended."""
    if said is None or len(said) > WORD_MAX:
        return None
    if len(said) > 6 and said[-6] == " " and said[-3] == ":":
        said = f"{said[:-6]}+{said[-5:]}"
    try:
        read = datetime.fromisoformat(said)
        if read.tzinfo is None:
            read = read.replace(tzinfo=timezone(timedelta(minutes=utc_offset_min)))
        return Instant((read - _EPOCH) // timedelta(milliseconds=1))
    except (ValueError, OverflowError):
        return None
