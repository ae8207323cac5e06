"""The lines of goods of a transit declaration (R.048), as its form has them.

Source: album of formats 5.23.0, TransitGoodsItemDetails of EEC_M_CA_ComplexDataObjects 1.8.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from beket.exchange.kit.eec_writing import (
    CARNET,
    amount_in,
    as_numbered,
    coded,
    kind_and_name,
    mass,
    measure,
    registered_under,
    serial_of,
)
from beket.exchange.kit.writing import Written, group, leaf
from beket.words.documents import Equipment, GoodsItem, Package, Reference

LINE_CHARS: Final = 250
"""Characters of one line of a description (Text250Type)."""

_KIND_CODE: Final = re.compile("[A-Z0-9]{2}", re.ASCII)


def item_written(one: GoodsItem) -> Iterator[Written]:
    """Give a line of goods with its packages, its containers and its papers."""
    papers = [(f"{one.number}/{at}", paper) for at, paper in enumerate(one.references, 1)]
    return group(
        "cacdo:TransitGoodsItemDetails",
        leaf("casdo:ConsignmentItemOrdinal", one.number),
        leaf("csdo:CommodityCode", one.code),
        *_lines("casdo:GoodsDescriptionText", one.description),
        mass("csdo:UnifiedGrossMassMeasure", one.gross_kg),
        mass("csdo:UnifiedNetMassMeasure", one.net_kg),
        *(
            group("cacdo:GoodsMeasureDetails", measure("casdo:GoodsMeasure", measured.amount, measured.unit))
            for measured in one.quantities
        ),
        group("cacdo:CargoPackagePalletDetails", *_packages(one.packages)),
        *(_container(held) for held in one.equipment),
        amount_in("casdo:CAValueAmount", one.invoiced),
        *(_preceding(line, paper) for line, paper in papers if paper.preceding),
        *(_presented(line, paper) for line, paper in papers if not paper.preceding),
    )


def _lines(name: str, said: str | None) -> Iterator[Iterator[Written]]:
    """Give a text in lines that are as long as may be, parted where a blank is, which the reader puts back."""
    line = ""
    for word in (said or "").split(" "):
        if line and len(line) + 1 + len(word) > LINE_CHARS:
            yield leaf(name, line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line:
        yield leaf(name, line)


def _packages(packages: tuple[Package, ...]) -> Iterator[Iterator[Written]]:
    """Give packages by kind; without a code there is room for one number, and a word for what is counted."""
    if len(packages) == 1 and not packages[0].marks and not _KIND_CODE.fullmatch(packages[0].kind or ""):
        yield leaf("casdo:CargoQuantity", packages[0].quantity)
        yield leaf("casdo:CargoKindName", packages[0].kind)
        return
    for one in packages:
        yield group(
            "cacdo:PackagePalletDetails",
            coded("csdo:PackageKindCode", one.kind),
            leaf("csdo:PackageQuantity", one.quantity),
            *_lines("casdo:CargoDescriptionText", one.marks),
            required=True,
        )


def _container(held: Equipment) -> Iterator[Written]:
    return group(
        "cacdo:ContainerListDetails",
        coded("csdo:PackageKindCode", held.kind),
        group("cacdo:ContainerDetails", leaf("casdo:ContainerId", held.number)),
    )


def _preceding(line: str, paper: Reference) -> Iterator[Written]:
    number, serial = paper.number or "", serial_of(paper)
    numbered = as_numbered(paper)
    if serial is not None:
        numbered = registered_under("cacdo:CustomsDocIdDetails", paper, leaf("casdo:CustomsDocumentId", serial))
    elif CARNET.fits(number):
        parts = (leaf("casdo:TIRSeriesId", number[:2]), leaf("casdo:TIRId", number[2:]))
        numbered = chain(group("cacdo:TIRIdDetails", *parts), leaf("csdo:DocCreationDate", paper.issued_on))
    return group(
        "cacdo:TDPrecedingDocDetails",
        leaf("casdo:LineId", line),
        kind_and_name(paper),
        numbered,
        leaf("casdo:ConsignmentItemOrdinal", paper.item),
    )


def _presented(line: str, paper: Reference) -> Iterator[Written]:
    return group(
        "cacdo:TDPresentedDocDetails",
        kind_and_name(paper),
        as_numbered(paper),
        leaf("csdo:DocStartDate", paper.valid_from),
        leaf("csdo:DocValidityDate", paper.valid_until),
        leaf("casdo:LineId", line),
        leaf("casdo:ConsignmentItemOrdinal", paper.item),
        group("cacdo:DocumentPresentingDetails", required=True),
    )
