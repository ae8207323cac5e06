"""The electronic CMR as Open-Logistics programs write it in JSON, alone or with the seals of those who signed it.

Source: what one public program writes in its tests (reference 02 §3). Nobody could show us a schema, so the layout is
not confirmed. Older programs turn the words of a name around (`senderNameCompany`); both are read. A seal is a
signature over a copy of the note (JWS): who sealed is told here as the seal claims it; `signatures/jws.py` checks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from beket.exchange.kit.branch import Branch
from beket.exchange.kit.format import Format, bounded
from beket.words.documents import (
    Address,
    Consignment,
    Document,
    GoodsItem,
    Means,
    Package,
    Party,
    PartyRole,
    Place,
    Reference,
    address_line,
)

_PARTIES: Final[tuple[tuple[str, PartyRole], ...]] = (
    ("sender", "consignor"),
    ("consignee", "consignee"),
    ("carrier", "carrier"),
    ("successiveCarrier", "successive_carrier"),
)
"""Who takes part, by the word that all names about them begin with."""

_SEALS: Final = ("senderSeal", "carrierSeal", "successiveCarrierSeal", "consigneeSeal")


def read(root: Branch) -> Document:
    """Read one note."""
    note = root.one("ecmr") if root.all("ecmr/ecmrConsignment") else root
    moved = note.one("ecmrConsignment")
    made = moved.one("established")
    sealed = [one for name in _SEALS for one in root.all(name) if one.branches]
    return Document(
        kind="consignment_note",
        format=FORMAT.name,
        layout_confirmed=False,
        id=note.says("ecmrId"),
        number=moved.says("referenceIdentificationNumber/value"),
        issued_at=made.says("customEstablishedDate"),
        parties=tuple(Party(role="signatory", name=one.says("sealMetadata/sealer")) for one in sealed),
        places=tuple(Place(role="declaration", name=name) for name in made.every("customEstablishedIn")),
        consignments=(_consignment(moved),),
    )


def _consignment(moved: Branch) -> Consignment:
    agreed = (
        moved.says("sendersInstructions/transportInstructionsDescription"),
        moved.says("specialAgreementsSenderCarrier/customSpecialAgreement"),
    )
    return Consignment(
        parties=tuple(_all_parties(moved)),
        means=tuple(Means(plate=plate) for plate in moved.every("carrierInformation/carrierLicensePlate")),
        places=tuple(_places(moved)),
        references=tuple(Reference(name=text) for text in moved.every("documentsHandedToCarrier/documentsRemarks")),
        items=tuple(_item(one, at) for at, one in enumerate(bounded(moved.all("itemList")), 1)),
        instructions="\n".join(filter(None, agreed)) or None,
        reservations=moved.says(
            "carriersReservationsAndObservationsOnTakingOverTheGoods/carrierReservationsObservations"
        ),
    )


def _all_parties(moved: Branch) -> Iterator[Party]:
    """Give those who are named; a company by its name, the driver as a person of his own."""
    for word, role in _PARTIES:
        found = moved.one(f"{word}Information")
        parts = _address(found, word)
        party = Party(
            role=role,
            name=found.says(f"{word}CompanyName", f"{word}NameCompany", f"{word}PersonName", f"{word}NamePerson"),
            country=found.says(f"{word}CountryCode/value"),
            address=address_line(parts),
            address_parts=parts,
        )
        if party != Party(role=role):
            yield party
        yield from (Party(role="driver", name=name) for name in found.every(f"{word}DriverName"))


def _address(found: Branch, word: str) -> Address | None:
    """Read an address; a country alone is none, and stands with its party."""
    parts = Address(
        postcode=found.says(f"{word}Postcode"), city=found.says(f"{word}City"), street=found.says(f"{word}Street")
    )
    return None if parts == Address() else replace(parts, country=found.says(f"{word}CountryCode/value"))


def _places(moved: Branch) -> Iterator[Place]:
    taken = moved.one("takingOverTheGoods")
    for name in taken.every("takingOverTheGoodsPlace"):
        yield Place(role="taking_over", name=name, dated_at=taken.says("logisticsTimeOfDepartureDateTime"))
    for name in moved.every("deliveryOfTheGoods/logisticsLocationCity"):
        yield Place(role="delivery", name=name)


def _item(one: Branch, position: int) -> GoodsItem:
    package = Package(
        quantity=one.whole("numberOfPackages/logisticsPackageItemQuantity"),
        kind=one.says("methodOfPacking/logisticsPackageType"),
        marks=one.says("marksAndNos/logisticsShippingMarksMarking"),
    )
    return GoodsItem(
        number=position,
        description=one.says("natureOfTheGoods/transportCargoIdentification"),
        gross_kg=one.number("grossWeightInKg/supplyChainConsignmentItemGrossWeight"),
        volume_m3=one.number("volumeInM3/supplyChainConsignmentItemGrossVolume"),
        packages=() if package == Package() else (package,),
    )


FORMAT: Final = Format(
    name="ecmr_json",
    title="Electronic CMR consignment note (eCMR, JSON)",
    source="Open Logistics eCMR, as public programs write it; no schema at hand",
    shape="json",
    knows=lambda root: bool(root.all("ecmrConsignment") or root.all("ecmr/ecmrConsignment")),
    read=read,
    layout_confirmed=False,
)
