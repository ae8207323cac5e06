"""GS1 element strings, as codes on packages and papers carry them: elements by number, lengths and check digits kept.

Only elements whose form is listed here are read (GS1 General Specifications, section 3): one that is not cannot be told
from what follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

ELEMENTS_MAX: Final = 32
"""Most elements of one code."""

SEPARATOR: Final = "\x1d"
"""What ends an element of no fixed length (FNC1, as readers give it)."""

_MARKS: Final = ("]C1", "]d2", "]Q3", "]e0", "]J1")
"""What readers put before a text whose code says that it holds GS1 elements."""

_BRACKETED: Final = re.compile(r"\((\d{2,4})\)([^()\x1d]+)", re.ASCII)

_FORMS: Final[dict[str, str]] = {
    "00": r"\d{18}", "01": r"\d{14}", "02": r"\d{14}", "10": "T{1,20}", "11": r"\d{6}", "12": r"\d{6}", "13": r"\d{6}",
    "15": r"\d{6}", "16": r"\d{6}", "17": r"\d{6}", "20": r"\d{2}", "21": "T{1,20}", "22": "T{1,20}", "30": r"\d{1,8}",
    "37": r"\d{1,8}", "240": "T{1,30}", "241": "T{1,30}", "250": "T{1,30}", "251": "T{1,30}", "253": r"\d{13}T{0,17}",
    "400": "T{1,30}", "401": "T{1,30}", "402": r"\d{17}", "403": "T{1,30}", "410": r"\d{13}", "411": r"\d{13}",
    "412": r"\d{13}", "413": r"\d{13}", "414": r"\d{13}", "415": r"\d{13}", "416": r"\d{13}", "417": r"\d{13}",
    "420": "T{1,20}", "421": r"\d{3}T{1,9}", "422": r"\d{3}", "8200": "T{1,70}",
    **{f"{kind}{point}": r"\d{6}" for kind in (310, 311, 312, 313, 314, 315, 316, 330) for point in range(6)},
    **{str(number): "T{1,90}" for number in range(90, 100)},
}  # fmt: skip
"""What stands behind each number; T for any sign that GS1 allows."""

_SHAPES: Final = {number: re.compile(form.replace("T", r"[!-~]"), re.ASCII) for number, form in _FORMS.items()}
_OF_FIXED_LENGTH: Final = ("00", "01", "02", "11", "12", "13", "15", "16", "17", "20", "31", "33", "41")
"""Beginnings of the numbers whose elements need nothing to end them."""

_CHECKED: Final = ("00", "01", "02", "402", "410", "411", "412", "413", "414", "415", "416", "417")
"""Elements whose last digit checks the others."""


class Gs1Broken(ValueError):
    """A text that begins as GS1 elements and is none; `check` where a check digit is wrong."""

    def __init__(self, reason: str, *, check: bool = False) -> None:
        super().__init__(reason)
        self.check = check


def is_gs1(text: str) -> bool:
    """Say whether a text means to be GS1 elements."""
    return text.startswith((*_MARKS, SEPARATOR)) or _BRACKETED.match(text) is not None


def elements_of(text: str) -> dict[str, str]:
    """Read the elements; raises Gs1Broken."""
    found: dict[str, str] = {}
    for number, value in _bracketed(text) if text.startswith("(") else _joined(text):
        shape = _SHAPES.get(number)
        if shape is None or shape.fullmatch(value) is None:
            raise Gs1Broken(f"({number}) is not known here, or {value[:40]!r} has not its form")
        if number in _CHECKED and not _checks(value):
            raise Gs1Broken(f"the check digit of ({number}) {value} is wrong", check=True)
        if found.setdefault(number, value) != value:
            raise Gs1Broken(f"({number}) is there twice, and not the same")
        if len(found) > ELEMENTS_MAX:
            raise Gs1Broken(f"more than {ELEMENTS_MAX} elements")
    if not found:
        raise Gs1Broken("a code that says it holds elements, and holds none")
    return found


def _bracketed(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = _BRACKETED.match(text, at)
        if found is None:
            raise Gs1Broken(f"no element at character {at + 1}")
        yield found[1], found[2].strip()
        at = found.end()


def _joined(text: str) -> Iterator[tuple[str, str]]:
    rest = next((text.removeprefix(mark) for mark in _MARKS if text.startswith(mark)), text).lstrip(SEPARATOR)
    while rest:
        number = next((rest[:length] for length in (2, 3, 4) if rest[:length] in _SHAPES), "")
        if not number:
            raise Gs1Broken(f"no element is known that begins with {rest[:4]!r}")
        rest = rest[len(number) :]
        if number.startswith(_OF_FIXED_LENGTH):
            fixed = _SHAPES[number].match(rest)
            value = fixed[0] if fixed else rest
        else:
            value = rest.partition(SEPARATOR)[0]
        yield number, value
        rest = rest[len(value) :].removeprefix(SEPARATOR)


def _checks(digits: str) -> bool:
    """Say whether the last digit is right: weights of three and one in turn, counted from it."""
    total = sum(int(sign) * (3 if at % 2 else 1) for at, sign in enumerate(reversed(digits)))
    return total % 10 == 0
