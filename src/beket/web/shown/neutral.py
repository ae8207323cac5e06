"""A document's neutral form as people read it: sections of named values, goods as a table."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from msgspec import Struct

from beket.web import moments
from beket.web.paper_boxes import ATTACHED_KINDS
from beket.web.papers import PARTIES, PLACES
from beket.web.phrases import word
from beket.words.documents import Document, Equipment, GoodsItem, Means, Money, Party, Place, Reference
from beket.words.papers import equipment_of, items_of, means_of, references_of, seals_of

ITEMS_MAX: Final = 100
"""Most lines of goods on a page; the original has all."""

LISTED_MAX: Final = 60
"""Most parties, places or references of one section."""


class Section(Struct, frozen=True):
    """Named values that belong together."""

    title: str
    values: tuple[tuple[str, str], ...]


class Goods(Struct, frozen=True, kw_only=True):
    """One line of goods."""

    number: int
    code: str
    description: str
    origin: str
    packages: str
    gross: str
    net: str
    value: str


class Neutral(Struct, frozen=True, kw_only=True):
    """All that a document claims, in the order in which people look for it."""

    sections: tuple[Section, ...]
    goods: tuple[Goods, ...]
    more: int


def show_neutral(document: Document) -> Neutral:
    """Lay a document out."""
    items = items_of(document)
    sections = (
        Section(_("Document"), _own(document)),
        Section(_("Parties"), _parties(document)),
        Section(_("Vehicles and containers"), _vehicles(document)),
        Section(_("Places"), _places(document)),
        Section(_("Totals as written"), _totals(document)),
        Section(_("Other documents that it names"), _references(references_of(document))),
        Section(_("National parts"), tuple(document.national.items())[:LISTED_MAX]),
    )
    return Neutral(
        sections=tuple(section for section in sections if section.values),
        goods=tuple(_goods(item) for item in items[:ITEMS_MAX]),
        more=max(len(items) - ITEMS_MAX, 0),
    )


def _own(document: Document) -> tuple[tuple[str, str], ...]:
    return _filled(
        (_("Number"), document.number),
        (_("Sender's own name"), document.id),
        (_("Correction"), document.correction),
        (_("Function"), document.function),
        (_("Issued"), document.issued_at),
        (_("Accepted"), document.accepted_at),
        (_("Released"), document.released_on),
        (_("Valid from"), document.valid_from),
        (_("Valid until"), document.valid_until),
        (_("Procedure"), document.procedure),
        (_("Type of declaration"), document.declaration_type),
        (_("TIR carnet"), document.tir_carnet),
        (_("Format"), f"{document.format} {document.version or ''}"),
    )


def _parties(document: Document) -> tuple[tuple[str, str], ...]:
    every = (*document.parties, *(party for one in document.consignments for party in one.parties))
    return tuple((word(PARTIES, party.role), _party(party)) for party in every[:LISTED_MAX])


def _party(party: Party) -> str:
    same = _("the same as: %(role)s") % {"role": word(PARTIES, party.same_as)} if party.same_as else None
    numbers = (f"{one.register} {one.value}" for one in party.identifiers)
    return " · ".join(filter(None, (party.name, party.country, party.address, *numbers, same)))


def _vehicles(document: Document) -> tuple[tuple[str, str], ...]:
    means = [(_("Trailer") if one.trailer else _("Vehicle"), _means(one)) for one in means_of(document)]
    boxes = [(_("Container"), _equipment(one)) for one in equipment_of(document)]
    seals = [(_("Seal"), seal.number) for seal in seals_of(document)]
    return (*means, *boxes, *seals)[:LISTED_MAX]


def _means(means: Means) -> str:
    return " · ".join(filter(None, (means.plate, means.country, means.make, means.vin and f"VIN {means.vin}")))


def _equipment(equipment: Equipment) -> str:
    return " · ".join(filter(None, (equipment.number, equipment.kind)))


def _places(document: Document) -> tuple[tuple[str, str], ...]:
    every = (*document.places, *(place for one in document.consignments for place in one.places))
    return tuple((word(PLACES, place.role), _place(place)) for place in every[:LISTED_MAX])


def _place(place: Place) -> str:
    return " · ".join(
        filter(None, (place.code, place.name, place.country, place.checkpoint, place.expected_at, place.dated_at))
    )


def _totals(document: Document) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for totals in (document.totals, *(one.totals for one in document.consignments)):
        found += _filled(
            (_("Lines of goods"), totals.items),
            (_("Packages"), totals.packages),
            (_("Gross mass, kg"), totals.gross_kg),
            (_("Net mass, kg"), totals.net_kg),
            (_("Mass of the vehicle, kg"), totals.conveyance_kg),
            (pgettext("money", "Value"), _money(totals.invoiced)),
            (_("Customs value"), _money(totals.customs_value)),
        )
    return tuple(found[:LISTED_MAX])


def _references(references: Iterable[Reference]) -> tuple[tuple[str, str], ...]:
    """Each once: a declaration names one invoice on every line."""
    told = dict.fromkeys(
        (one.name or word(ATTACHED_KINDS, one.kind) or _("Document"), _reference(one)) for one in references
    )
    return tuple(told)[:LISTED_MAX]


def _named(one: Reference) -> str:
    return one.name or word(ATTACHED_KINDS, one.kind) or _("Document")


def _reference(one: Reference) -> str:
    return " · ".join(filter(None, (one.number, one.issued_on, one.valid_until and f"→ {one.valid_until}")))


def _goods(item: GoodsItem) -> Goods:
    return Goods(
        number=item.number,
        code=" ".join(filter(None, (item.code, item.national_code))),
        description=item.description or "",
        origin=item.origin or "",
        packages=", ".join(" ".join(filter(None, (_number(one.quantity), one.kind))) for one in item.packages),
        gross=_number(item.gross_kg),
        net=_number(item.net_kg),
        value=_money(item.invoiced) or _money(item.customs_value) or "",
    )


def _money(money: Money | None) -> str | None:
    return None if money is None else " ".join(filter(None, (_number(money.amount), money.currency)))


def _number(value: Decimal | int | None) -> str:
    return "" if value is None else moments.figure(value, 6)


def _filled(*named: tuple[str, Any]) -> tuple[tuple[str, str], ...]:
    """Keep what has a value."""
    return tuple(
        (name, _number(value) if isinstance(value, Decimal | int) else str(value).strip())
        for name, value in named
        if value not in (None, "")
    )
