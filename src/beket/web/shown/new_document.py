"""The form for a paper as a page shows it: boxes with their fields, what was typed, what is wrong, what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from msgspec import Struct

from beket.board.panels.dossier import Dossier, Sign
from beket.web import moments
from beket.web.paper_boxes import (
    ATTACHED_FIELDS,
    ATTACHED_FIRST,
    ATTACHED_MAX,
    GOODS_FIELDS,
    GOODS_FIRST,
    GOODS_MAX,
    PAPERS,
    Box,
    Field,
)
from beket.web.paper_form import Seen, Written

_PLATE_ROLES: Final = ("front", "exit_front", "rear", "exit_rear")
"""Where the plate of a conveyance is read, the best place first."""


class ShownField(Struct, frozen=True, kw_only=True):
    """One field; `seen` is what a machine read for it, `source` says which and when."""

    name: str
    field: Field
    text: str
    wrong: str = ""
    seen: str = ""
    source: str = ""


class ShownLine(Struct, frozen=True, kw_only=True):
    """One line of a list."""

    number: int
    fields: tuple[ShownField, ...]

    @property
    def word(self) -> str:
        """Its number as text, of which templates make names."""
        return str(self.number)


class ShownList(Struct, frozen=True, kw_only=True):
    """Lines of goods, or of attached documents; `more` whether lines can be added."""

    group: str
    heads: tuple[Field, ...]
    lines: tuple[ShownLine, ...]
    most: int
    more: bool


class ShownBox(Struct, frozen=True, kw_only=True):
    """One box: its fields, or its list."""

    box: Box
    fields: tuple[ShownField, ...] = ()
    lines: ShownList | None = None


class Sheet(Struct, frozen=True, kw_only=True):
    """What the form is drawn from."""

    written: Written
    wrong: Mapping[str, str]
    seen: Mapping[str, Seen]
    more: bool = False


def show_sheet(sheet: Sheet) -> tuple[ShownBox, ...]:
    """Lay the form out."""
    return tuple(_box(box, sheet) for box in PAPERS[sheet.written.kind])


def _box(box: Box, sheet: Sheet) -> ShownBox:
    if box.name == "goods":
        first = (GOODS_FIRST, GOODS_MAX)
        return ShownBox(box=box, lines=_list(box.name, GOODS_FIELDS, sheet.written.goods, first, sheet))
    if box.name == "attached":
        first = (ATTACHED_FIRST, ATTACHED_MAX)
        return ShownBox(box=box, lines=_list(box.name, ATTACHED_FIELDS, sheet.written.attached, first, sheet))
    texts = sheet.written.texts
    return ShownBox(box=box, fields=tuple(_field(field.name, field, texts, sheet) for field in box.fields))


def _list(
    group: str, heads: tuple[Field, ...], lines: Sequence[Mapping[str, str]], sizes: tuple[int, int], sheet: Sheet
) -> ShownList:
    first, most = sizes
    length = min(max(first, len(lines) + (first if sheet.more else 0)), most)
    shown = tuple(
        ShownLine(number=at + 1, fields=_line(group, heads, lines[at] if at < len(lines) else {}, at + 1, sheet))
        for at in range(length)
    )
    return ShownList(group=group, heads=heads, lines=shown, most=most, more=length < most)


def _line(
    group: str, heads: tuple[Field, ...], line: Mapping[str, str], at: int, sheet: Sheet
) -> tuple[ShownField, ...]:
    return tuple(_field(f"{group}-{at}-{field.name}", field, line, sheet) for field in heads)


def _field(name: str, field: Field, texts: Mapping[str, str], sheet: Sheet) -> ShownField:
    read = sheet.seen.get(name)
    return ShownField(
        name=name,
        field=field,
        text=texts.get(field.name, ""),
        wrong=sheet.wrong.get(name, ""),
        seen="" if read is None else read.value,
        source="" if read is None else read.source,
    )


def wrong_in_order(boxes: Sequence[ShownBox]) -> tuple[ShownField, ...]:
    """Give the fields that are wrong, in the order of the page."""
    every = (field for box in boxes for field in (*box.fields, *_fields_of(box.lines)))
    return tuple(field for field in every if field.wrong)


def _fields_of(lines: ShownList | None) -> tuple[ShownField, ...]:
    return () if lines is None else tuple(field for line in lines.lines for field in line.fields)


def seen_at(dossier: Dossier | None, zone: str) -> dict[str, Seen]:
    """Give what machines read of a crossing, by the field that it fills."""
    if dossier is None:
        return {}
    row = dossier.crossing
    found = (
        ("plate", row.plate, _PLATE_ROLES),
        ("trailer", row.trailer, ("trailer",)),
        ("containers", row.container, ("container",)),
    )
    countries = (("plate_country", row.country), ("trailer_country", row.trailer_country))
    read = {
        name: Seen(value=value, source=_source(value, dossier.signs, roles, zone))
        for name, value, roles in found
        if value
    }
    return read | {name: Seen(value=value, source="") for name, value in countries if value}


def texts_at(dossier: Dossier | None) -> dict[str, str]:
    """Give what the form begins with at a crossing."""
    if dossier is None:
        return {}
    row = dossier.crossing
    known = {
        "plate": row.plate, "plate_country": row.country, "trailer": row.trailer,
        "trailer_country": row.trailer_country, "containers": row.container,
    }  # fmt: skip
    return {name: text for name, text in known.items() if text}


def _source(value: str, signs: Sequence[Sign], roles: Sequence[str], zone: str) -> str:
    """Say which device read a sign, and when."""
    read: list[Any] = [sign for role in roles for sign in signs if sign.role == role and sign.value == value]
    if not read:
        return _("Read here: %(value)s") % {"value": value}
    sign = read[0]
    at = f"{moments.clock(sign.at, zone)} {moments.zone_name(zone)}"
    device = (sign.device or "").rpartition("/")[2]
    return _("Read here: %(value)s, %(device)s, %(time)s") % {"value": value, "device": device, "time": at}
