"""The closed list of transforms that a map may name: from what a device wrote to what a reading holds.

Each takes the value as written and the field's own settings. It gives the value, None for "the device says that it
does not know", or raises ValueError for what it cannot read.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from msgspec import Struct

from beket.devices.kit.countries import BY_INDEX, country_in
from beket.devices.kit.driver import Options
from beket.devices.kit.mapped_tree import word_of
from beket.words.ids import Instant
from beket.words.plates import canonical

TEXT_MAX: Final = 256
"""Longest text that is taken; these are hostile words until shown escaped."""

LIST_MAX: Final = 256
"""Most items of one list inside a reading."""

NUMBER_MAX: Final = 1e12
"""Largest number that is believed."""

INSTANT_MAX: Final = 253_402_300_799_999
"""The last millisecond of the year 9999."""

_UNKNOWN: Final = {"", "unknown", "null", "none", "n/a"}
_TRUE: Final = {"true", "yes", "1", "on"}
_FALSE: Final = {"false", "no", "0", "off"}
_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_BLANK_OFFSET: Final = re.compile(r" (\d\d:?\d\d)\Z")

_WORDS: Final = {
    "approaching": "approaching in inbound enter entry approach forward front obverse towards toward oncoming coming",
    "receding": "receding out outbound exit depart away reverse backward rear leaving going",
}
_MOVEMENTS: Final = {word: way for way, words in _WORDS.items() for word in words.split()}


class Taken(Struct, frozen=True, kw_only=True):
    """A field's own settings, as its transform sees them; `table` is keyed in lower case."""

    times: float = 1.0
    format: str = ""
    table: Mapping[str, Any] = {}
    otherwise: Any = None
    item: str = ""
    of: str = "text"
    utc_offset_min: int = 0


def taken_options(options: Options) -> int:
    """The offset of a time without one, as the device's options have it."""
    try:
        return max(-1440, min(1440, int(options.get("utc_offset_min", 0))))
    except (TypeError, ValueError):
        return 0


def text(value: object, _given: Taken) -> str | None:
    """A text as written, without blanks around it; "unknown" and the like are None."""
    said = word_of(value)[:TEXT_MAX]
    return None if said.lower() in _UNKNOWN else said


def upper(value: object, given: Taken) -> str | None:
    """A text in capitals."""
    said = text(value, given)
    return said.upper() if said is not None else None


def lower(value: object, given: Taken) -> str | None:
    """A text in small letters."""
    said = text(value, given)
    return said.lower() if said is not None else None


def plate(value: object, _given: Taken) -> str | None:
    """A plate in its canonical form; None when nothing of it was read."""
    return canonical(word_of(value)[:TEXT_MAX]) or None


def container(value: object, _given: Taken) -> str | None:
    """A container number without blanks and dashes, in capitals."""
    said = word_of(value)[:TEXT_MAX].upper()
    return "".join(sign for sign in said if sign.isascii() and sign.isalnum()) or None


def number(value: object, given: Taken) -> float | None:
    """A finite number, times the field's factor."""
    said = word_of(value)
    if said.lower() in _UNKNOWN:
        return None
    if len(said) > 32:
        raise ValueError("too long for a number")
    read = float(said)
    if not -NUMBER_MAX < read < NUMBER_MAX:
        raise ValueError("out of all bounds")
    # Twelve digits, so that 94.97 percent is 0.9497 and not 0.9496999999999999.
    return float(f"{read * given.times:.12g}")


def whole(value: object, given: Taken) -> int | None:
    """A whole number, times the field's factor."""
    read = number(value, given)
    return None if read is None else round(read)


def truth(value: object, _given: Taken) -> bool | None:
    """Yes or no, in any of the words for it."""
    said = word_of(value).lower()
    if said in _TRUE or said in _FALSE:
        return said in _TRUE
    if said in _UNKNOWN:
        return None
    raise ValueError("neither yes nor no")


def share(value: object, given: Taken) -> float | None:
    """A share from 0 to 1."""
    read = number(value, given)
    if read is not None and not 0 <= read <= 1:
        raise ValueError("not between 0 and 1")
    return read


def _factor(factor: float, then: Callable[[object, Taken], Any] = number) -> Callable[[object, Taken], Any]:
    def converted(value: object, given: Taken) -> Any:  # noqa: ANN401
        return then(value, Taken(times=factor * given.times))

    return converted


def _instant(milliseconds: float) -> Instant:
    if not 0 <= milliseconds <= INSTANT_MAX:
        raise ValueError("not a time in the years 1970 to 9999")
    return Instant(round(milliseconds))


def epoch_ms(value: object, _given: Taken) -> Instant | None:
    """Milliseconds since 1970, UTC."""
    said = word_of(value)
    if said.lower() in _UNKNOWN:
        return None
    if len(said) > 24:
        raise ValueError("too long for a time")
    return _instant(int(said) if said.isdigit() else float(said))


def epoch_s(value: object, _given: Taken) -> Instant | None:
    """Seconds since 1970, UTC; fractions count."""
    said = word_of(value)
    if said.lower() in _UNKNOWN:
        return None
    if len(said) > 24:
        raise ValueError("too long for a time")
    return _instant(float(said) * 1000)


def iso8601(value: object, given: Taken) -> Instant | None:
    """ISO 8601; without an offset the field's own is taken. A + that became a blank on its way is mended."""
    said = word_of(value)
    if said.lower() in _UNKNOWN:
        return None
    if len(said) > 64:
        raise ValueError("too long for a time")
    return _at(datetime.fromisoformat(_BLANK_OFFSET.sub(r"+\1", said)), given)


def local_time(value: object, given: Taken) -> Instant | None:
    """A time by the clock on the wall, in the form that the map names."""
    if not given.format:
        return iso8601(value, given)
    said = word_of(value)
    if said.lower() in _UNKNOWN:
        return None
    if len(said) > 64:
        raise ValueError("too long for a time")
    return _at(datetime.strptime(said, given.format), given)  # noqa: DTZ007  the offset is the field's


def _at(read: datetime, given: Taken) -> Instant:
    if read.tzinfo is None:
        read = read.replace(tzinfo=timezone(timedelta(minutes=given.utc_offset_min)))
    return _instant((read - _EPOCH) / timedelta(milliseconds=1))


def country(value: object, _given: Taken) -> str | None:
    """A country as alpha-2, from alpha-2, alpha-3 or a region's code (us-ca), in any case."""
    return country_in(word_of(value)[:16])


def alpha3_to_alpha2(value: object, _given: Taken) -> str | None:
    """A country as alpha-2, from ISO 3166-1 alpha-3."""
    said = word_of(value)[:8]
    return country_in(said) if len(said) == 3 and said.isalpha() else None


def country_hik(value: object, _given: Taken) -> str | None:
    """A country as alpha-2, from Hikvision's index."""
    said = word_of(value)[:8]
    return BY_INDEX.get(int(said)) if said.isascii() and said.isdigit() else None


Box = tuple[int, int, int, int]
"""x, y, width, height."""


def box_px(value: object, given: Taken) -> Box | None:
    """A box in pixels as x, y, width, height: a list of four, members of those names, or corners of any kind."""
    sides = _sides(value)
    if sides is None:
        return None
    box = tuple(round(side * given.times) for side in sides)
    if any(not -100_000 < side < 100_000 for side in box) or box[2] < 0 or box[3] < 0:
        raise ValueError("not a box")
    return box[0], box[1], box[2], box[3]


def permille_box(value: object, given: Taken) -> Box | None:
    """A box in thousandths of the picture's sides."""
    box = box_px(value, given)
    if box is not None and not all(0 <= side <= 1000 for side in box):
        raise ValueError("not within the picture")
    return box


def _sides(value: object) -> tuple[float, float, float, float] | None:
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, str):
        value = value.split(",")
    if isinstance(value, list) and value and all(isinstance(point, dict) for point in value):
        return _around(value)
    if isinstance(value, list):
        sides = [_side(side) for side in value]
        if len(sides) != 4:
            raise ValueError("a box has four numbers")
        return sides[0], sides[1], sides[2], sides[3]
    if isinstance(value, dict):
        return _named_sides({str(name).lower().lstrip("@"): side for name, side in value.items()})
    raise ValueError("not a box")


def _around(points: list[dict[str, Any]]) -> tuple[float, float, float, float]:
    """The box around some points."""
    corners = [{name.lower().lstrip("@"): side for name, side in point.items()} for point in points[:LIST_MAX]]
    if not all({"x", "y"} <= set(corner) for corner in corners):
        raise ValueError("a corner has x and y")
    xs, ys = [_side(corner["x"]) for corner in corners], [_side(corner["y"]) for corner in corners]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


_CORNERS: Final = (("xmin", "ymin", "xmax", "ymax"), ("left", "top", "right", "bottom"), ("x1", "y1", "x2", "y2"))
_SIZES: Final = (("x", "y", "width", "height"), ("left", "top", "width", "height"), ("x", "y", "w", "h"))


def _named_sides(sides: Mapping[str, Any]) -> tuple[float, float, float, float]:
    for names in _SIZES:
        if set(names) <= set(sides):
            x, y, width, height = (_side(sides[name]) for name in names)
            return x, y, width, height
    for names in _CORNERS:
        if set(names) <= set(sides):
            left, top, right, bottom = (_side(sides[name]) for name in names)
            return left, top, right - left, bottom - top
    raise ValueError("a box has x, y, width and height, or two corners")


def _side(value: object) -> float:
    read = number(value, Taken())
    if read is None:
        raise ValueError("a side of the box is not known")
    return read


def lookup(value: object, given: Taken) -> Any:  # noqa: ANN401  what the map's table holds
    """What the map's own table has for this word, in any case; else what it has for all others."""
    return given.table.get(word_of(value).lower(), given.otherwise)


def direction_words(value: object, given: Taken) -> str | None:
    """Which way a vehicle moves, from the words that cameras use; the field's table adds to them."""
    said = word_of(value).lower()
    return str(given.table.get(said) or _MOVEMENTS.get(said, "unknown"))


def listed(value: object, given: Taken) -> tuple[Any, ...]:
    """A list, or a text with commas; each item by the transform `of`, from its member `item` if one is named."""
    if isinstance(value, str):
        value = value.split(",") if value.strip() else []
    rows = value if isinstance(value, list) else [] if value is None else [value]
    inner = [row.get(given.item) if given.item and isinstance(row, dict) else row for row in rows[:LIST_MAX]]
    read = (TRANSFORMS[given.of](row, given) for row in inner)
    return tuple(one for one in read if one is not None)


def picture_bytes(value: object) -> bytes | None:
    """The bytes of a picture that is written as base64, with or without `data:…,` before it."""
    said = word_of(value)
    if not said:
        return None
    if said.startswith("data:"):
        said = said.partition(",")[2]
    try:
        return base64.b64decode(said.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as broken:
        raise ValueError(f"not base64: {broken}") from broken


def media_type_of(blob: bytes) -> str | None:
    """What kind of picture these bytes are, by how they begin; None for what is none."""
    if blob.startswith(b"\xff\xd8"):
        return "image/jpeg"
    return "image/png" if blob.startswith(b"\x89PNG") else None


KNOTS_TO_KMH: Final = 1.852
MPS_TO_KMH: Final = 3.6
MPH_TO_KMH: Final = 1.609344

TRANSFORMS: Final[Mapping[str, Callable[[object, Taken], Any]]] = {
    "text": text,
    "upper": upper,
    "lower": lower,
    "plate": plate,
    "container": container,
    "number": number,
    "whole": whole,
    "truth": truth,
    "share": share,
    "percent_to_unit": _factor(0.01, share),
    "permille_to_unit": _factor(0.001, share),
    "epoch_ms": epoch_ms,
    "epoch_s": epoch_s,
    "iso8601": iso8601,
    "local_time": local_time,
    "country": country,
    "alpha3_to_alpha2": alpha3_to_alpha2,
    "country_hik": country_hik,
    "box_px": box_px,
    "permille_box": permille_box,
    "lookup": lookup,
    "direction_words": direction_words,
    "knots_to_kmh": _factor(KNOTS_TO_KMH),
    "mps_to_kmh": _factor(MPS_TO_KMH),
    "mph_to_kmh": _factor(MPH_TO_KMH),
    "list": listed,
}
"""By the name that a map gives; `rows`, which makes structs of a list, is the codec's own."""

SAMPLES: Final[Mapping[str, Any]] = {
    "text": "a", "upper": "A", "lower": "a", "plate": "A1", "container": "A1", "number": 1.5, "whole": 1, "truth": True,
    "share": 0.5, "percent_to_unit": 0.5, "permille_to_unit": 0.5, "epoch_ms": 1, "epoch_s": 1, "iso8601": 1,
    "local_time": 1, "country": "KG", "alpha3_to_alpha2": "KG", "country_hik": "KG", "box_px": (1, 2, 3, 4),
    "permille_box": (1, 2, 3, 4), "direction_words": "approaching", "knots_to_kmh": 1.5, "mps_to_kmh": 1.5,
    "mph_to_kmh": 1.5,
}  # fmt: skip
"""What each gives, so that a map which puts it into a field of another kind is refused at the start."""
