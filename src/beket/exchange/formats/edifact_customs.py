"""Customs messages of UN/EDIFACT: the declaration CUSDEC, the cargo report CUSCAR, the conveyance report CUSREP.

Source: the code lists of directory D.99B (3227 places, 3035 parties, 8051 stages, 5025 amounts, 6069 totals). Which
segments a country takes stands in its own guide, and none was given to us: what only a guide explains stays unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from beket.exchange.kit.album import goods_code, money_of
from beket.exchange.kit.branch import Branch
from beket.exchange.kit.edifact import parted, qualified
from beket.exchange.kit.format import Format, bounded
from beket.words.documents import (
    Address,
    Consignment,
    Document,
    DocumentKind,
    Equipment,
    GoodsItem,
    Identifier,
    Means,
    MeansStage,
    Money,
    Package,
    Party,
    PartyRole,
    Place,
    PlaceRole,
    Quantity,
    Reference,
    Seal,
    Totals,
    address_line,
)

_KINDS: Final[dict[str, DocumentKind]] = {
    "CUSDEC": "goods_declaration",
    "CUSCAR": "advance_information",
    "CUSREP": "advance_information",
}
_PARTIES: Final[tuple[tuple[str, PartyRole], ...]] = (
    ("CZ", "consignor"),
    ("CN", "consignee"),
    ("EX", "exporter"),
    ("IM", "importer"),
    ("DT", "declarant"),
    ("AE", "representative"),
    ("CA", "carrier"),
    ("SE", "seller"),
    ("BY", "buyer"),
)
_PLACES: Final[tuple[tuple[str, PlaceRole], ...]] = (
    ("5", "departure"),
    ("8", "destination"),
    ("7", "delivery"),
    ("9", "loading"),
    ("11", "unloading"),
    ("12", "unloading"),
    ("13", "reloading"),
    ("14", "goods_location"),
    ("17", "border"),
    ("41", "entry"),
    ("42", "exit"),
)
_STAGES: Final[tuple[tuple[str, MeansStage], ...]] = (("20", "only"), ("11", "border"), ("12", "departure"))

KILOGRAMS: Final = frozenset({"KGM", "KG"})
COMMODITY: Final = "122"
"""The list (1131) that a code of goods is from, where a customs item has its codes in CST."""

CODES_OF_AN_ITEM: Final = range(2, 7)


def read(message: Branch) -> Document:
    """Read one message."""
    opening, *sections = parted(message, "UNS")
    head, *shipments = parted(opening, "CNI")
    held = parted(head, "EQD")
    items = [item for section in sections for item in parted(section, "CST")[1:]]
    bounded(items)
    bounded(message.all("GID"))
    return Document(
        kind=_KINDS[message.name],
        format=FORMAT.name,
        version=_version(message),
        layout_confirmed=False,
        id=head.says("BGM/2/1"),
        function=head.says("BGM/3/1"),
        issued_at=_issued(head),
        declaration_type=head.says("BGM/1/4", "BGM/1/1"),
        parties=tuple(_parties(head)),
        means=tuple(_means(head)),
        equipment=tuple(_equipment(part) for part in held[1:]),
        seals=tuple(_seals(held[0])),
        places=tuple(_places(head)),
        references=tuple(_references(head)),
        totals=_totals(message, head),
        consignments=tuple(_shipment(one) for one in shipments) or tuple(_declared(head, items)),
    )


def _version(message: Branch) -> str | None:
    return ".".join(message.namespace.split(":")[:2]).strip(".") or None


def _issued(head: Branch) -> str | None:
    return next((_moment(one) for one in qualified(head, "DTM", "137")), None)


def _moment(found: Branch) -> str | None:
    return found.moment("1/2", found.says("1/3"))


def _shipment(part: Branch) -> Consignment:
    """Read one consignment of a report of cargo."""
    before, *lines = parted(part, "GID")
    return Consignment(
        number=before.says("CNI/2/1"),
        parties=tuple(_parties(before)),
        places=tuple(_places(before)),
        references=tuple(_references(before)),
        items=tuple(_item(one) for one in lines),
    )


def _declared(head: Branch, items: Sequence[Branch]) -> Iterator[Consignment]:
    """Give what a declaration is about: one consignment with its items, and none where it has no items."""
    if items:
        yield Consignment(
            dispatch_country=_country(head, "35"),
            destination_country=_country(head, "28"),
            items=tuple(_item(one) for one in items),
        )


def _country(part: Branch, qualifier: str) -> str | None:
    return next((one.says("2/1") for one in qualified(part, "LOC", qualifier)), None)


def _item(part: Branch) -> GoodsItem:
    code, national = goods_code(_code(part))
    return GoodsItem(
        number=part.whole("CST/1/1", "GID/1/1") or 0,
        code=code,
        national_code=national,
        description=_description(part),
        origin=_country(part, "27"),
        gross_kg=_kilograms(part, "G"),
        net_kg=_kilograms(part, "N"),
        packages=tuple(_packages(part)),
        quantities=tuple(_quantities(part)),
        invoiced=_money(part, "38"),
        customs_value=_money(part, "40"),
        references=tuple(_references(part)),
    )


def _code(part: Branch) -> str | None:
    """Give the code of goods: a reference of its own, or the one of an item's codes that is from that list."""
    for reference in qualified(part, "RFF", "HS"):
        return reference.says("1/2")
    for place in CODES_OF_AN_ITEM:
        named = part.one(f"CST/{place}/2")
        if named.text == COMMODITY:
            named.taken = True
            return part.says(f"CST/{place}/1")
    return None


def _description(part: Branch) -> str | None:
    found = qualified(part, "FTX", "AAA")
    return " ".join(line for one in found for element in one.all("4") for line in _components(element)) or None


def _components(element: Branch) -> Iterator[str]:
    for component in element.branches:
        component.taken = True
        if component.text:
            yield component.text


def _kilograms(part: Branch, dimension: str) -> Decimal | None:
    """Give a weight in kilograms; one that does not say whether it is gross or net stays unread."""
    for measured in part.all("MEA"):
        said = [measured.one(path) for path in ("1/1", "2/1", "3/1")]
        if [one.text for one in said[:2]] == ["WT", dimension] and said[2].text in KILOGRAMS:
            for one in said:
                one.taken = True
            return measured.number("3/2")
    return None


def _packages(part: Branch) -> Iterator[Package]:
    """Give the packages of a line of cargo, and those of a customs item, each with the marks that follow it."""
    line, *packed = parted(part, "PAC")
    for paths, found in (("GID/2/1", "GID/2/2"), line), *((("PAC/1/1", "PAC/3/1"), one) for one in packed):
        quantity = found.whole(paths[0])
        if quantity is not None:
            yield Package(quantity=quantity, kind=found.says(paths[1]), marks=_marks(found))


def _marks(part: Branch) -> str | None:
    return " ".join(mark for element in part.all("PCI/2") for mark in _components(element)) or None


def _quantities(part: Branch) -> Iterator[Quantity]:
    for measured in part.all("QTY"):
        amount = measured.number("1/2")
        if amount is not None:
            yield Quantity(amount=amount, unit=measured.says("1/3"))


def _money(part: Branch, qualifier: str) -> Money | None:
    for amount in qualified(part, "MOA", qualifier):
        return money_of(amount, amount.says("1/3"), "1/2")
    return None


def _totals(message: Branch, head: Branch) -> Totals:
    counted = {kind: next(iter(qualified(message, "CNT", kind)), None) for kind in ("5", "7", "11")}
    items, gross, packages = counted["5"], counted["7"], counted["11"]
    return Totals(
        items=items.whole("1/2") if items else None,
        packages=packages.whole("1/2") if packages else None,
        gross_kg=gross.number("1/2") if gross and gross.says("1/3") in KILOGRAMS else None,
        invoiced=_money(head, "39"),
    )


def _parties(part: Branch) -> Iterator[Party]:
    for qualifier, role in _PARTIES:
        for party in qualified(part, "NAD", qualifier):
            number, parts = party.says("2/1"), _address(party)
            yield Party(
                role=role,
                name=_lines(party, "4", " "),
                country=party.says("9/1"),
                address=address_line(parts),
                identifiers=() if number is None else (Identifier(register="NAD/2/1", value=number),),
                address_parts=parts,
            )


def _address(party: Branch) -> Address | None:
    """Read an address; a country alone is none, and stands with its party."""
    parts = Address(
        postcode=party.says("8/1"), city=party.says("6/1"), street=_lines(party, "5"), text=_lines(party, "3")
    )
    return None if parts == Address() else replace(parts, country=party.says("9/1"))


def _lines(party: Branch, place: str, between: str = ", ") -> str | None:
    return between.join(line for element in party.all(place) for line in _components(element)) or None


def _means(head: Branch) -> Iterator[Means]:
    for qualifier, stage in _STAGES:
        for moved in qualified(head, "TDT", qualifier):
            yield Means(
                stage=stage,
                mode=moved.says("3/1"),
                kind=moved.says("4/1"),
                plate=moved.says("8/1"),
                country=moved.says("8/5"),
            )


def _equipment(part: Branch) -> Equipment:
    return Equipment(number=part.says("EQD/2/1") or "", kind=part.says("EQD/3/1"), seals=tuple(_seals(part)))


def _seals(part: Branch) -> Iterator[Seal]:
    return (Seal(number=number) for number in part.every("SEL/1/1"))


def _places(part: Branch) -> Iterator[Place]:
    for qualifier, role in _PLACES:
        for place in qualified(part, "LOC", qualifier):
            yield Place(role=role, code=place.says("2/1"), name=place.says("2/4"))


def _references(part: Branch) -> Iterator[Reference]:
    for said in part.all("RFF"):
        if said.one("1/1").text != "HS":
            yield Reference(kind=said.says("1/1"), number=said.says("1/2"))
    for said in part.all("DOC"):
        yield Reference(kind=said.says("1/1"), name=said.says("1/4"), number=said.says("2/1"))


FORMAT: Final = Format(
    name="edifact_customs",
    title="Customs messages of UN/EDIFACT (CUSDEC, CUSCAR, CUSREP)",
    source="UN/EDIFACT D.99B",
    shape="edifact",
    knows=lambda message: message.name in _KINDS,
    read=read,
    versions=("D.99B",),
)
