"""The machine-readable zone: its forms, its check digits, its dates (ICAO Doc 9303 parts 3 to 7)."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime
from typing import Final

from msgspec import Struct

from beket.words.ids import Instant

WEIGHTS: Final = (7, 3, 1)
_VALUES: Final = {sign: value for value, sign in enumerate(string.digits + string.ascii_uppercase)} | {"<": 0}
EXPIRY_PIVOT: Final = 70
"""Years of expiry up to this are of this century: documents run ten years, the specimens are old."""

Span = tuple[int, int, int]
"""Line, beginning, end."""


class Form(Struct, frozen=True, kw_only=True):
    """One form of the zone: how long its lines are and where each field stands.

    `checked` are fields with a check digit right behind them; `composite` is what the last digit checks.
    """

    name: str
    lines: int
    width: int
    names: Span
    number: Span
    nationality: Span
    birth: Span
    sex: Span
    expiry: Span
    personal: Span
    personal_checked: bool
    composite: tuple[Span, ...]


TD1: Final = Form(
    name="TD1", lines=3, width=30, names=(2, 0, 30), number=(0, 5, 14), nationality=(1, 15, 18), birth=(1, 0, 6),
    sex=(1, 7, 8), expiry=(1, 8, 14), personal=(0, 15, 30), personal_checked=False,
    composite=((0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29)),
)  # fmt: skip
TD2: Final = Form(
    name="TD2", lines=2, width=36, names=(0, 5, 36), number=(1, 0, 9), nationality=(1, 10, 13), birth=(1, 13, 19),
    sex=(1, 20, 21), expiry=(1, 21, 27), personal=(1, 28, 35), personal_checked=False,
    composite=((1, 0, 10), (1, 13, 20), (1, 21, 35)),
)  # fmt: skip
TD3: Final = Form(
    name="TD3", lines=2, width=44, names=(0, 5, 44), number=(1, 0, 9), nationality=(1, 10, 13), birth=(1, 13, 19),
    sex=(1, 20, 21), expiry=(1, 21, 27), personal=(1, 28, 42), personal_checked=True,
    composite=((1, 0, 10), (1, 13, 20), (1, 21, 43)),
)  # fmt: skip
MRV_A: Final = Form(
    name="MRV-A", lines=2, width=44, names=(0, 5, 44), number=(1, 0, 9), nationality=(1, 10, 13), birth=(1, 13, 19),
    sex=(1, 20, 21), expiry=(1, 21, 27), personal=(1, 28, 44), personal_checked=False, composite=(),
)  # fmt: skip
MRV_B: Final = Form(
    name="MRV-B", lines=2, width=36, names=(0, 5, 36), number=(1, 0, 9), nationality=(1, 10, 13), birth=(1, 13, 19),
    sex=(1, 20, 21), expiry=(1, 21, 27), personal=(1, 28, 36), personal_checked=False, composite=(),
)  # fmt: skip


class Zone(Struct, frozen=True, kw_only=True):
    """What one zone says; texts without their fillers, dates as ISO 8601 days or None where there is none."""

    form: Form
    document_type: str
    issuer: str
    surname: str
    given_names: str
    number: str
    nationality: str
    birth_date: str | None
    sex: str | None
    expiry_date: str | None
    personal_number: str | None
    check_digits_ok: bool


def check_digit(text: str) -> int:
    """The digit that belongs behind a field (Doc 9303-3 §4.9): weights 7, 3, 1, letters from 10, fillers nought."""
    return sum(_VALUES[sign] * WEIGHTS[at % 3] for at, sign in enumerate(text)) % 10


def form_of(lines: list[str]) -> Form | None:
    """The form of these lines, None when they are none."""
    sizes = {len(line) for line in lines}
    visa = lines[0].startswith("V") if lines else False
    for form in (MRV_A, MRV_B) if visa else (TD3, TD2, TD1):
        if len(lines) == form.lines and sizes == {form.width} and all(set(line) <= _VALUES.keys() for line in lines):
            return form
    return None


def read_zone(lines: list[str], received: Instant) -> Zone | None:
    """Read a zone; None when the lines are none. Wrong check digits are told and not mended."""
    form = form_of(lines)
    if form is None:
        return None

    def field(span: Span) -> str:
        line, start, end = span
        return lines[line][start:end]

    number, number_ok, rest = _number(lines, form)
    surname, _, given = field(form.names).partition("<<")
    personal = rest if rest is not None else field(form.personal)
    ok = number_ok and _checked(lines, form.birth) and _checked(lines, form.expiry) and _personal_ok(lines, form)
    if form.composite:
        ok = ok and lines[1][-1] == str(check_digit("".join(field(span) for span in form.composite)))
    return Zone(
        form=form,
        document_type=lines[0][:2].replace("<", ""),
        issuer=lines[0][2:5].replace("<", ""),
        surname=_text(surname),
        given_names=_text(given),
        number=number,
        nationality=field(form.nationality).replace("<", ""),
        birth_date=_birth(field(form.birth), received),
        sex=field(form.sex).replace("<", "") or None,
        expiry_date=_expiry(field(form.expiry)),
        personal_number=personal.strip("<").replace("<", " ") or None,
        check_digits_ok=ok,
    )


def _number(lines: list[str], form: Form) -> tuple[str, bool, str | None]:
    """The document's number, whether its digit holds, and the rest of TD1's optional field where it runs on there."""
    line, start, end = form.number
    short, digit = lines[line][start:end], lines[line][end]
    if form.name == "TD1" and digit == "<":
        # A longer number goes on in the optional field, with its check digit at the end (Doc 9303-5 §4.2.2.1 note j).
        more, _, rest = lines[0][15:30].partition("<")
        number = short + more[:-1]
        return number, bool(more) and more[-1] == str(check_digit(number)), rest
    return short.replace("<", ""), digit == str(check_digit(short)), None


def _checked(lines: list[str], span: Span) -> bool:
    line, start, end = span
    return lines[line][end] == str(check_digit(lines[line][start:end]))


def _personal_ok(lines: list[str], form: Form) -> bool:
    """An empty personal number may have a filler for its digit (Doc 9303-4 §4.2.2.2)."""
    if not form.personal_checked or _checked(lines, form.personal):
        return True
    line, start, end = form.personal
    return not lines[line][start:end].strip("<") and lines[line][end] == "<"


def _text(field: str) -> str:
    return " ".join(field.replace("<", " ").split())


def _birth(text: str, received: Instant) -> str | None:
    this_year = datetime.fromtimestamp(received / 1000, UTC).year
    return _day(text, 2000 if text[:2].isdigit() and 2000 + int(text[:2]) <= this_year else 1900)


def _expiry(text: str) -> str | None:
    return _day(text, 2000 if text[:2].isdigit() and int(text[:2]) < EXPIRY_PIVOT else 1900)


def _day(text: str, century: int) -> str | None:
    if not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(century + int(text[:2]), int(text[2:4]), int(text[4:])).isoformat()
    except ValueError:
        return None
