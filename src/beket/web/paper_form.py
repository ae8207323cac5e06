"""What a person wrote down from a paper: read from the form, checked field by field, and put as the form's own message.

A contradiction is no mistake here: a paper says what it says, and what does not agree is found later. Only what cannot
be read is asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Final, TypeVar

import msgspec
from django.utils.translation import gettext as _
from msgspec import Struct

from beket.web import typed
from beket.web.paper_boxes import (
    ATTACHED,
    ATTACHED_FIELDS,
    ATTACHED_KINDS,
    ATTACHED_MAX,
    CERTIFICATES,
    GOODS,
    GOODS_FIELDS,
    GOODS_MAX,
    PAPERS,
    SEVERAL_MAX,
    Field,
    fields_of,
)
from beket.web.typed import Mistyped
from beket.words.documents import (
    Consignment,
    Document,
    DocumentKind,
    Equipment,
    GoodsItem,
    Means,
    Money,
    Package,
    Party,
    PartyRole,
    Place,
    PlaceRole,
    Reference,
    Seal,
    Totals,
)
from beket.words.plates import folded, plate_key

T = TypeVar("T")

VERSION: Final = 1
"""The version of the form's message (exchange/formats/beket_form.py)."""

FORMAT: Final = "beket_form"
"""By what name the message is read, and no other."""

_PARTIES: Final[tuple[PartyRole, ...]] = (
    "consignor", "consignee", "carrier", "seller", "buyer", "principal", "issuer",
)  # fmt: skip
_PLACES: Final[tuple[PlaceRole, ...]] = ("taking_over", "delivery")
_READ_BY_MACHINES: Final = ("plate", "trailer", "containers")


class Seen(Struct, frozen=True, kw_only=True):
    """What a machine read of a conveyance, and in words which machine and when."""

    value: str
    source: str


class Written(Struct, frozen=True, kw_only=True):
    """The form as it came: every text as it was typed, so that it can be shown again.

    `kept` are texts of fields that another kind of paper has: who chose the wrong kind at first loses none of them.
    """

    kind: DocumentKind
    texts: Mapping[str, str]
    goods: tuple[Mapping[str, str], ...] = ()
    attached: tuple[Mapping[str, str], ...] = ()
    kept: Mapping[str, str] = {}


class Claims(Struct, frozen=True, kw_only=True):
    """What the paper says, and by field what of it cannot be read."""

    document: Document
    wrong: Mapping[str, str]


def kind_of(said: str) -> DocumentKind:
    """Give the kind of paper that is asked for; a CMR where it is none of ours."""
    return next((kind for kind in PAPERS if kind == said), "consignment_note")


def read(given: Mapping[str, str]) -> Written:
    """Take the texts of a form."""
    kind = kind_of(given.get("kind", ""))
    texts = {field.name: _text(given, field.name, field) for field in fields_of(kind)}
    others = {field.name: field for other in PAPERS for field in fields_of(other) if field.name not in texts}
    return Written(
        kind=kind,
        texts=texts,
        kept={name: text for name, field in others.items() if (text := _text(given, name, field))},
        goods=_lines(given, "goods", GOODS_FIELDS, GOODS_MAX) if GOODS in PAPERS[kind] else (),
        attached=_lines(given, "attached", ATTACHED_FIELDS, ATTACHED_MAX) if ATTACHED in PAPERS[kind] else (),
    )


def _text(given: Mapping[str, str], name: str, field: Field) -> str:
    """Take one text; one that is longer than its field allows keeps one sign too many, so that this is said."""
    return typed.plain(given.get(name, ""))[: field.most + 1]


def _lines(given: Mapping[str, str], group: str, fields: tuple[Field, ...], most: int) -> tuple[dict[str, str], ...]:
    """Take the lines of a group up to the last that has anything; empty ones between keep their places."""
    lines = [
        {field.name: _text(given, f"{group}-{at}-{field.name}", field) for field in fields} for at in range(1, most + 1)
    ]
    filled = max((at for at, line in enumerate(lines, 1) if any(line.values())), default=0)
    return tuple(lines[:filled])


class _Checked:
    """Reads texts one by one and keeps what is wrong beside its field."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.wrong: dict[str, str] = {}

    def value(self, name: str, text: str, how: Callable[[str], T]) -> T | None:
        """Read one text; None where it cannot be read, and that is noted."""
        try:
            return how(text)
        except Mistyped as mistyped:
            self.wrong[name] = str(mistyped)
            return None

    def day(self, name: str, text: str) -> str | None:
        """Read a date."""
        return self.value(name, text, lambda one: typed.day(one, self.today))

    def lengths(self, texts: Mapping[str, str], fields: tuple[Field, ...], before: str = "") -> None:
        """Note what is longer than its field."""
        for field in fields:
            if len(texts.get(field.name, "")) > field.most:
                self.wrong[before + field.name] = _("At most %(n)s characters.") % {"n": field.most}


def claims_of(written: Written, today: date) -> Claims:
    """Read what was typed into what the paper claims."""
    checked, texts = _Checked(today), written.texts
    certificate = texts.get("certificate", "")
    document = Document(
        kind=written.kind,
        format=FORMAT,
        number=texts["number"] or None,
        tir_carnet=(texts["number"] or None) if written.kind == "tir_carnet" else None,
        issued_at=checked.day("day", texts["day"]),
        valid_until=checked.day("until", texts.get("until", "")),
        certificate_type=certificate if certificate in CERTIFICATES else None,  # type: ignore[arg-type]
        qr=texts.get("qr") or None,
        consignments=(_consignment(written, checked),),
    )
    checked.lengths(texts, fields_of(written.kind))
    if not texts["number"]:
        checked.wrong["number"] = _("Write its number: by it the paper is known.")
    return Claims(document=document, wrong=checked.wrong)


def _consignment(written: Written, checked: _Checked) -> Consignment:
    texts = written.texts
    return Consignment(
        parties=tuple(_parties(texts, checked)),
        means=tuple(_means(texts, checked)),
        equipment=tuple(Equipment(number=one) for one in _several(texts, "containers", checked)),
        seals=tuple(Seal(number=one) for one in _several(texts, "seals", checked)),
        places=tuple(_places(texts, checked)),
        references=tuple(_reference(line, before, checked) for before, line in _filled("attached", written.attached)),
        totals=Totals(invoiced=_money(texts, "total_value", "total_currency", checked)),
        items=tuple(
            msgspec.structs.replace(_item(line, before, checked), number=number)
            for number, (before, line) in enumerate(_filled("goods", written.goods), 1)
        ),
        instructions=texts.get("instructions") or None,
        reservations=texts.get("reservations") or None,
    )


def _filled(group: str, lines: tuple[Mapping[str, str], ...]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Give the lines that have anything, each with what its fields' names begin with."""
    return ((f"{group}-{at}-", line) for at, line in enumerate(lines, 1) if any(line.values()))


def _parties(texts: Mapping[str, str], checked: _Checked) -> Iterator[Party]:
    for role in _PARTIES:
        country = checked.value(f"{role}_country", texts.get(f"{role}_country", ""), typed.country)
        name, address = texts.get(f"{role}_name") or None, texts.get(f"{role}_address") or None
        if name or country or address:
            yield Party(role=role, name=name, country=country, address=address)


def _places(texts: Mapping[str, str], checked: _Checked) -> Iterator[Place]:
    for role in _PLACES:
        country = checked.value(f"{role}_country", texts.get(f"{role}_country", ""), typed.country)
        name, dated = texts.get(f"{role}_name") or None, checked.day(f"{role}_day", texts.get(f"{role}_day", ""))
        if name or country or dated:
            yield Place(role=role, name=name, country=country, dated_at=dated)


def _means(texts: Mapping[str, str], checked: _Checked) -> Iterator[Means]:
    for name in ("plate", "trailer"):
        country = checked.value(f"{name}_country", texts.get(f"{name}_country", ""), typed.country)
        if texts.get(name):
            yield Means(plate=texts[name], country=country, trailer=name == "trailer")


def _several(texts: Mapping[str, str], name: str, checked: _Checked) -> tuple[str, ...]:
    found = typed.several(texts.get(name, ""))
    if len(found) > SEVERAL_MAX:
        checked.wrong[name] = _("At most %(n)s of them.") % {"n": SEVERAL_MAX}
    return found


def _reference(line: Mapping[str, str], before: str, checked: _Checked) -> Reference:
    checked.lengths(line, ATTACHED_FIELDS, before)
    kind = line["kind"] if line["kind"] in ATTACHED_KINDS else None
    if not line["number"]:
        checked.wrong[f"{before}number"] = _("Write its number.")
    return Reference(kind=kind, number=line["number"] or None, issued_on=checked.day(f"{before}day", line["day"]))


def _item(line: Mapping[str, str], before: str, checked: _Checked) -> GoodsItem:
    code, national = checked.value(f"{before}code", line["code"], typed.code) or (None, None)
    package = Package(
        quantity=checked.value(f"{before}packages", line["packages"], typed.whole), kind=line["packing"] or None
    )
    checked.lengths(line, GOODS_FIELDS, before)
    if not (line["code"] or line["description"]):
        checked.wrong[f"{before}code"] = _("Write a code or a description.")
    return GoodsItem(
        number=1,
        code=code,
        national_code=national,
        description=line["description"] or None,
        packages=() if package == Package() else (package,),
        gross_kg=checked.value(f"{before}gross", line["gross"], typed.number),
        net_kg=checked.value(f"{before}net", line["net"], typed.number),
        invoiced=_money(line, "value", "currency", checked, before),
    )


def _money(texts: Mapping[str, str], value: str, currency: str, checked: _Checked, before: str = "") -> Money | None:
    amount = checked.value(before + value, texts.get(value, ""), typed.number)
    named = checked.value(before + currency, texts.get(currency, ""), typed.currency)
    return None if amount is None else Money(amount=amount, currency=named)


def message(claims: Claims, written: Written, seen: Mapping[str, Seen]) -> bytes:
    """Write what the paper claims as the form's message; the same form gives the same bytes."""
    plain = msgspec.to_builtins(claims.document)
    del plain["format"]
    whole: dict[str, object] = {"beket_document": VERSION, "document": plain}
    instead = [
        {"field": name, "read": seen[name].value, "typed": written.texts[name]}
        for name in _READ_BY_MACHINES
        if name in seen and _is_other(written.texts.get(name, ""), seen[name].value)
    ]
    return msgspec.json.encode(whole | ({"instead": instead} if instead else {}))


def _is_other(text: str, read_as: str) -> bool:
    """Tell whether a number was typed that is another than the one read; one that the paper lacks is not another."""
    if not text:
        return False
    meant = {plate_key(read_as), folded(read_as)}
    return not any({plate_key(one), folded(one)} & meant for one in (text, *typed.several(text)))
