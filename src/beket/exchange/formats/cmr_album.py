"""The CMR consignment note as the album of formats writes it, any version; numbers in brackets are boxes of the paper.

Source: album of formats of electronic documents 5.23.0, CMR.xsd (DocumentModeID 1003102E). The form has no element for
the sender's instructions (13) nor for the days on which anybody signed (22 to 24): only for the day it was made out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from beket.exchange.kit.album import (
    address_of,
    album_version,
    country_of,
    document_of,
    item_of,
    packages_of,
    party_of,
)
from beket.exchange.kit.branch import Branch
from beket.exchange.kit.format import Format, bounded
from beket.words.documents import Consignment, Document, GoodsItem, Means, PartyRole, Place, PlaceRole, Totals

_PARTIES: Final[tuple[tuple[str, PartyRole], ...]] = (
    ("Consignor", "consignor"),
    ("Consignor/Guarantee", "principal"),
    ("Consignee", "consignee"),
    ("Carrier", "carrier"),
    ("NextCarrier", "successive_carrier"),
)
"""Who takes part (1, 2, 16, 17), and on whose behalf the consignor sends."""


def read(root: Branch) -> Document:
    """Read one consignment note."""
    made = root.one("RegistrationDocument")
    return Document(
        kind="consignment_note",
        format=FORMAT.name,
        version=album_version(root),
        id=root.says("DocumentID"),
        replaces=root.says("RefDocumentID"),
        number=made.says("RegID"),
        issued_at=made.date("Date"),
        language=root.says("LanguageCode"),
        places=tuple(Place(role="declaration", name=name) for name in made.every("Place")),
        consignments=(_consignment(root),),
    )


def _consignment(root: Branch) -> Consignment:
    return Consignment(
        delivery_terms=root.says("DeliveryTerms/DeliveryTermsStringCode"),
        parties=tuple(party_of(found, role) for name, role in _PARTIES for found in root.all(name)),
        means=tuple(_means(root.one("CMRTransport"))),
        places=tuple(_places(root)),
        references=tuple(document_of(found) for found in root.all("EnclosedDocument")),
        totals=Totals(packages=root.whole("GoodsQuantity"), gross_kg=root.number("CMRGoodsWeight/GrossWeightQuantity")),
        items=tuple(_item(one, at) for at, one in enumerate(bounded(root.all("CMRGoods")), 1)),
        instructions=root.says("CMRTransport/SpecialConditionsText"),
        reservations=root.says("CarrierNotice"),
    )


def _means(moved: Branch) -> Iterator[Means]:
    for name in ("PrimeMoverStateSignID", "TrailerStateSignID"):
        for plate in moved.every(name):
            yield Means(plate=plate, trailer=name.startswith("Trailer"))


def _places(root: Branch) -> Iterator[Place]:
    """Give where goods are taken over (4), delivered (3), kept before, and brought to under customs control."""
    for taken in root.all("TakingCargo"):
        yield replace(_place("taking_over", taken.one("TakingCargoPlace")), dated_at=taken.date("TakingCargoDate"))
    yield from (_place("delivery", found) for found in root.all("DeliveryPlace"))
    yield from (Place(role="delivery", name=name) for name in root.every("DeliveryTerms/DeliveryPlace"))
    for terminal in root.all("Consignor/Terminal"):
        yield Place(
            role="goods_location",
            name=terminal.says("TerminalName", "PlaceName"),
            country=terminal.says("CountryCode", "CountryName"),
        )
    for office in root.all("ConsigneeCustoms"):
        yield Place(
            role="destination",
            code=office.says("DestinationOfficeIdenifier"),
            name=office.says("DestinationOfficeName"),
        )


def _place(role: PlaceRole, where: Branch) -> Place:
    return Place(role=role, name=address_of(where), country=country_of(where))


def _item(one: Branch, position: int) -> GoodsItem:
    """Read a line of goods (6 to 12)."""
    return replace(
        item_of(one, position),
        packages=tuple(packages_of(one, "GoodsPackingInfo", "GoodsQuantity")),
        volume_m3=one.number("VolumeQuantity"),
    )


FORMAT: Final = Format(
    name="cmr_album",
    title="CMR consignment note (CMR of the album)",
    source="album of formats 5.23.0",
    shape="xml",
    knows=lambda root: root.name == "CMR",
    read=read,
    versions=("5.23.0",),
)
