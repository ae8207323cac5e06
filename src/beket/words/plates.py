"""Plates: one key for what two eyes read alike, and the formats of the countries whose vehicles come.

Formats, codes and letter sets are those of reference 06 §6. Keys are Latin capitals and digits without separators.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from msgspec import Struct

from beket.words.folding import LOOK_ALIKES

_PERSIAN_DIGITS: Final = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
"""Digits of Persian and Arabic script; the letter of an Iranian plate stays (reference 06 §6)."""

PLATE_LENGTH_MAX: Final = 32
"""The longest plate a camera may claim (Hikvision ISAPI: 1-32 characters)."""

FORMATS_REMEMBERED: Final = 4096
"""Plates whose formats and keys are kept at hand: more than come to the country in a day."""


@lru_cache(maxsize=FORMATS_REMEMBERED)
def canonical(text: str) -> str:
    """Fold a plate as anyone may write it to its key: upper case, Latin, letters and digits only.

    Letters of other scripts stay (a Chinese province sign is part of the plate); separators, marks and
    invisible characters go; full-width forms become plain.
    """
    if text.isascii() and text.isalnum() and len(text) <= PLATE_LENGTH_MAX:
        return text.upper()
    return folded(text[: 4 * PLATE_LENGTH_MAX])[:PLATE_LENGTH_MAX]


def folded(text: str) -> str:
    """Fold any number that two people may write differently, whatever its length: of a document, of a seal."""
    plain = unicodedata.normalize("NFKC", text).upper().translate(LOOK_ALIKES).translate(_PERSIAN_DIGITS)
    return "".join(sign for sign in plain if sign.isalnum())


class Format(Struct, frozen=True, kw_only=True):
    """One kind of plate of one country.

    `pattern` is a row of places: a plain sign stands for itself, ``{name}`` for one of `_SETS[name]`, so the same
    row both recognises a plate and makes one.
    """

    country: str
    kind: str
    pattern: str
    example: str


_DIGITS: Final = "0123456789"
_LATIN: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_RUSSIAN: Final = "ABEKMHOPCTYX"
_CHINESE: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
"""The first signs of Chinese plates: the only ones that no Latin keyboard has."""


def _numbers(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"{number:02d}" for number in range(first, last + 1))


_SETS: Final[dict[str, tuple[str, ...]]] = {
    "d": tuple(_DIGITS),
    "L": tuple(_LATIN),
    "R": tuple(_RUSSIAN),
    "B": tuple("ABEIKMHOPCTX"),
    "C": tuple(_CHINESE),
    "c": tuple(_CHINESE + _DIGITS),
    "kg": _numbers(1, 9),
    "kg94": tuple("ABCDEINOSTZ"),
    "kz": _numbers(1, 20),
    "kzf": tuple("HKMPTDF"),
    "uz": ("01", "10", "20", "25", "30", "40", "50", "60", "70", "75", "80", "85", "90", "95"),
    "uzd": ("CMD", "D", "T", "X"),
    "tj": _numbers(1, 8),
    "ru": tuple(_numbers(1, 99)) + tuple(f"{first}{rest}" for first in "1279" for rest in _numbers(0, 99)),
    "rud": ("CD", "D", "T", "K"),
    "by": tuple("01234567"),
    "cn": tuple(PROVINCES),
    "cnx": tuple("挂学警港澳"),
    "ne": tuple("DF"),
    "tr": _numbers(1, 81),
    "trl": tuple("ABCDEFGHIJKLMNOPRSTUVYZ"),
    "ir": tuple("ابپتثجدزسشصطعفقکگلمنوهی"),
    "ua": tuple("ABCEHIKMOPTX"),
}

_ROWS: Final = (
    ("KG", "private", "{kg}{d}{d}{d}{L}{L}{L}", "01774AFB"),
    ("KG", "legal", "{kg}{d}{d}{d}{L}{L}", "08420AV"),
    ("KG", "government", "{kg}{d}{d}{d}PT", "01001PT"),
    ("KG", "foreign", "{kg}{d}{d}{d}{d}{L}", "011234H"),
    ("KG", "old", "{kg94}{d}{d}{d}{d}{L}{L}", "B0123BI"),
    ("KG", "old short", "{kg94}{d}{d}{d}{d}{L}", "B0123B"),
    ("KG", "foreign old", "KG{L}{L}{d}{d}{d}{d}", "KGAB1234"),
    ("KZ", "private", "{d}{d}{d}{L}{L}{L}{kz}", "498VDZ08"),
    ("KZ", "legal", "{d}{d}{d}{L}{L}{kz}", "389BK01"),
    ("KZ", "trailer", "{d}{d}{L}{L}{L}{kz}", "12ABC01"),
    ("KZ", "foreign", "{kzf}{d}{d}{d}{d}{kz}", "H444501"),
    ("KZ", "old", "{L}{d}{d}{d}{L}{L}{L}", "A082ZPO"),
    ("KZ", "old short", "{L}{d}{d}{d}{L}{L}", "A082ZP"),
    ("UZ", "private", "{uz}{L}{d}{d}{d}{L}{L}", "40H053PA"),
    ("UZ", "legal", "{uz}{d}{d}{d}{L}{L}{L}", "10123ABC"),
    ("UZ", "trailer", "{uz}{d}{d}{d}{d}{L}{L}", "101234AB"),
    ("UZ", "motorcycle", "{uz}{d}{d}{d}{L}{L}", "10123AB"),
    ("UZ", "foreign", "{uz}H{d}{d}{d}{d}{d}{d}", "01H123456"),
    ("UZ", "joint firm", "{uz}M{d}{d}{d}{d}{d}{d}", "01M123456"),
    ("UZ", "temporary", "T{d}{d}{d}{d}{d}{d}{uz}", "T12345601"),
    ("UZ", "diplomatic", "{uzd}{d}{d}{d}{d}", "CMD1234"),
    ("UZ", "diplomatic", "{uzd}{d}{d}{d}{d}{d}", "D12345"),
    ("UZ", "diplomatic", "{uzd}{d}{d}{d}{d}{d}{d}", "X123456"),
    ("TJ", "private", "{d}{d}{d}{d}{L}{L}{tj}", "1234AB01"),
    ("TJ", "state", "{d}{d}{d}{L}{L}{tj}", "123AB01"),
    ("TJ", "motorcycle", "{d}{d}{d}{d}{L}{tj}", "1234A01"),
    ("RU", "car", "{R}{d}{d}{d}{R}{R}{ru}", "M203AK761"),
    ("RU", "taxi", "{R}{R}{d}{d}{d}{ru}", "HK45777"),
    ("RU", "trailer", "{R}{R}{d}{d}{d}{d}{ru}", "AB123477"),
    ("RU", "police", "{R}{d}{d}{d}{d}{ru}", "A123477"),
    ("RU", "military", "{d}{d}{d}{d}{R}{R}{ru}", "1234AB77"),
    ("RU", "transit", "{R}{R}{d}{d}{d}{R}{ru}", "AB123C77"),
    ("RU", "diplomatic", "{d}{d}{d}{rud}{d}{d}{d}{ru}", "558T00177"),
    ("BY", "car", "{d}{d}{d}{d}{B}{B}{by}", "2914KC7"),
    ("BY", "lorry", "{B}{B}{d}{d}{d}{d}{by}", "AB12345"),
    ("BY", "trailer", "{B}{d}{d}{d}{d}{B}{by}", "A1234B5"),
    ("BY", "electric", "E{d}{d}{d}{B}{B}{by}", "E123AB7"),
    ("BY", "taxi", "{d}TAX{d}{d}{d}{d}", "7TAX1234"),
    ("BY", "temporary", "{d}{L}{L}T{d}{d}{d}{d}", "7ABT1234"),
    ("AM", "private", "{d}{d}{L}{L}{d}{d}{d}", "37GM947"),
    ("AM", "private", "{d}{d}{d}{L}{L}{d}{d}", "123AB45"),
    ("CN", "car", "{cn}{C}{c}{c}{c}{c}{c}", "新Q53D57"),
    ("CN", "trailer", "{cn}{C}{c}{c}{c}{c}{cnx}", "新Q1234挂"),
    ("CN", "electric", "{cn}{C}{ne}{c}{d}{d}{d}{d}", "新AD12345"),
    ("CN", "electric lorry", "{cn}{C}{d}{d}{d}{d}{d}{ne}", "新A12345F"),
    ("TR", "one letter", "{tr}{trl}{d}{d}{d}{d}", "34A1234"),
    ("TR", "one letter long", "{tr}{trl}{d}{d}{d}{d}{d}", "34A12345"),
    ("TR", "two letters", "{tr}{trl}{trl}{d}{d}{d}", "34AB123"),
    ("TR", "two letters long", "{tr}{trl}{trl}{d}{d}{d}{d}", "34AB1234"),
    ("TR", "three letters", "{tr}{trl}{trl}{trl}{d}{d}", "34ABC12"),
    ("TR", "three letters long", "{tr}{trl}{trl}{trl}{d}{d}{d}", "34ABC123"),
    ("IR", "private", "{d}{d}{ir}{d}{d}{d}{d}{d}", "12ب34567"),
    ("GE", "private", "{L}{L}{d}{d}{d}{L}{L}", "OO964GG"),
    ("AZ", "private", "{d}{d}{L}{L}{d}{d}{d}", "10AB123"),
    ("TM", "private", "{L}{L}{d}{d}{d}{d}{L}{L}", "AB1234AH"),
    ("UA", "private", "{ua}{ua}{d}{d}{d}{d}{ua}{ua}", "AA1234BB"),
    ("SU", "private", "{L}{d}{d}{d}{d}{L}{L}", "B8233XA"),
)

FORMATS: Final[tuple[Format, ...]] = tuple(
    Format(country=country, kind=kind, pattern=pattern, example=example) for country, kind, pattern, example in _ROWS
)
"""Every format the house knows, the neighbours' first."""

_PLACE: Final = re.compile(r"\{(\w+)\}|(.)")


def _places(pattern: str) -> Iterator[tuple[str, ...]]:
    for name, sign in _PLACE.findall(pattern):
        yield _SETS[name] if name else (sign,)


def _compiled(row: Format) -> re.Pattern[str]:
    return re.compile("".join(f"(?:{'|'.join(map(re.escape, signs))})" for signs in _places(row.pattern)))


_READERS: Final = tuple((row, _compiled(row)) for row in FORMATS)


def fill(row: Format, choose: Callable[[tuple[str, ...]], str]) -> str:
    """Make a plate of a format: `choose` picks one of the signs that may stand at each place."""
    return "".join(choose(signs) if len(signs) > 1 else signs[0] for signs in _places(row.pattern))


@lru_cache(maxsize=FORMATS_REMEMBERED)
def formats_of(plate: str) -> tuple[tuple[str, str], ...]:
    """List the countries and kinds a plate may be of; several, because formats collide (reference 06 §6)."""
    key = plate_key(plate)
    return tuple(dict.fromkeys((row.country, row.kind) for row, reader in _READERS if reader.fullmatch(key)))


_KG_BOX: Final = re.compile(r"([0-9A-Z]{2})KG([0-9A-Z]{5,6})")
"""A region, the box's KG read along, the number. No plate of another country has nine signs or more with KG there, so
it is the box's even if a sign beside it was misread (Q8KG104OG for 08KG104OG, 0LKG458AL for 01KG458AL)."""

_KZ_TWO_LINES: Final = re.compile(r"(\d{3})(0[1-9]|1\d|20)([A-Z]{2,3})")


@lru_cache(maxsize=FORMATS_REMEMBERED)
def plate_key(text: str, country: str | None = None) -> str:
    """Give one key for all writings of one plate.

    A Kyrgyz plate carries KG in its box, and some cameras read it along: 01KG777ABC is 01777ABC. A Kazakh plate on two
    lines reads 241 / 10 VBZ and is 241VBZ10; it is put in order only where the camera says it is Kazakh, because
    the same signs may be a plate of another country.
    """
    key = canonical(text)
    if country in (None, "KG"):
        infix = _KG_BOX.fullmatch(key)
        return key if infix is None else infix[1] + infix[2]
    lines = _KZ_TWO_LINES.fullmatch(key) if country == "KZ" else None
    return key if lines is None else lines[1] + lines[3] + lines[2]
