"""Reads what a source answers into the neutral form, by the paths of its map."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from beket.exchange.certificates.source_map import Field, GoodsField, Source
from beket.exchange.kit.branch import Branch
from beket.exchange.kit.format import bounded
from beket.exchange.kit.refusal import Refused
from beket.exchange.reference.tables import day_of
from beket.words.documents import (
    CertificateType,
    Consignment,
    Document,
    GoodsItem,
    Means,
    Package,
    Party,
    PartyRole,
    Totals,
)

DAY_LENGTH: Final = 10
"""Characters of a day, written from its year on or from its day on; an hour behind it does not count."""

_PARTIES: Final[tuple[tuple[PartyRole, Field, Field | None], ...]] = (
    ("consignor", "consignor", "consignor_country"),
    ("consignee", "consignee", "consignee_country"),
    ("issuer", "issuer", None),
)


def is_absent(source: Source, root: Branch) -> bool:
    """Say whether an answer tells that there is no such certificate."""
    return source.absent is not None and root.says(source.absent.path) in source.absent.words


def certificate_of(source: Source, root: Branch) -> Document:
    """Read one certificate; raises Refused where it has more lines of goods than any document."""
    at = _Places(source, root)
    plate = at.says("plate")
    consignment = Consignment(
        dispatch_country=at.says("origin"),
        destination_country=at.says("destination"),
        parties=tuple(at.parties()),
        means=() if plate is None else (Means(plate=plate),),
        totals=Totals(packages=at.whole("packages"), gross_kg=at.number("gross_kg"), net_kg=at.number("net_kg")),
        items=tuple(at.goods()),
    )
    return Document(
        kind="certificate",
        format=source.name,
        layout_confirmed=source.confirmed,
        number=at.says("number"),
        certificate_type=at.type(),
        issued_at=at.day("issued_at"),
        valid_from=at.day("valid_from"),
        valid_until=at.day("valid_until"),
        consignments=(consignment,),
        unread=root.unread(),
        remarks=tuple(root.remarks),
    )


class _Places:
    """Where one source's answer says what."""

    def __init__(self, source: Source, root: Branch) -> None:
        self._source = source
        self._root = root

    def _paths(self, name: Field) -> tuple[str, ...]:
        return self._source.fields.get(name, ())

    def says(self, name: Field) -> str | None:
        return self._root.says(*self._paths(name))

    def number(self, name: Field) -> Decimal | None:
        return self._root.number(*self._paths(name))

    def whole(self, name: Field) -> int | None:
        return self._root.whole(*self._paths(name))

    def day(self, name: Field) -> str | None:
        """Give a day as ISO 8601; what is none is remarked."""
        said = self.says(name)
        if said is None:
            return None
        try:
            return str(day_of(said[:DAY_LENGTH], name))
        except Refused:
            self._root.remark("date", said, "no date", self._paths(name)[0])
            return None

    def type(self) -> CertificateType | None:
        """Give what the certificate is of: by the map's words, else as it says of all; other words are remarked."""
        said = self.says("type")
        if said is None:
            return self._source.type
        known = self._source.types.get(said.casefold())
        if known is None:
            self._root.remark("code", said, "no type of certificate that the map knows", self._paths("type")[0])
        return known

    def parties(self) -> Iterator[Party]:
        for role, name, country in _PARTIES:
            party = Party(role=role, name=self.says(name), country=self.says(country) if country else None)
            if party != Party(role=role):
                yield party

    def goods(self) -> Iterator[GoodsItem]:
        if self._source.goods_at:
            lines = bounded(self._root.all(self._source.goods_at))
            yield from (self._item(line, number) for number, line in enumerate(lines, 1))

    def _item(self, line: Branch, number: int) -> GoodsItem:
        def at(name: GoodsField) -> tuple[str, ...]:
            return self._source.goods.get(name, ())

        packages = line.whole(*at("packages"))
        return GoodsItem(
            number=number,
            code=line.says(*at("code")),
            description=line.says(*at("description")),
            origin=line.says(*at("origin")),
            gross_kg=line.number(*at("gross_kg")),
            net_kg=line.number(*at("net_kg")),
            packages=() if packages is None else (Package(quantity=packages),),
        )
