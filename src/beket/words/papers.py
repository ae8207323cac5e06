"""What a document says in all, wherever it says it: of the whole, of a consignment, or of a line of goods.

A format puts a plate, a seal or a mass where its own form has it. Who matches and compares asks here and gets one
answer. Numbers are folded, so that two writings of one are equal; what is given as a word of ours is as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import Final

import msgspec
from msgspec.structs import replace

from beket.words.documents import (
    Document,
    Equipment,
    GoodsItem,
    Means,
    Party,
    PartyRole,
    Reference,
    Seal,
    Totals,
)
from beket.words.ids import sha256
from beket.words.plates import folded, plate_key

NUMBER_CHARS_MAX: Final = 256
"""Characters of a number that are looked at: the longest that any schema at hand allows has 70."""

NUMBERS_REMEMBERED: Final = 4096
"""Folded numbers that are kept at hand: the same few stand on every line of a declaration."""

PLATE_CODES: Final = frozenset({None, "30", "31"})
"""What a means is identified by where that is a plate: nothing is said, a road vehicle's, a trailer's."""

_SEVERAL: Final = re.compile(r"[/,;+]")
"""What is written between a lorry's plate and its trailer's where a form has one field for both; in no plate."""

_MADE_BY: Final[tuple[PartyRole, ...]] = ("issuer", "declarant", "seller", "consignor", "carrier", "principal")
"""Whose document it is: the first of these that it names."""


def means_of(document: Document) -> tuple[Means, ...]:
    """Give every vehicle that it names, each once; those of a control's result are the ones that were looked at."""
    looked_at = document.control.means if document.control else ()
    found = (
        document.means,
        *(one.means for one in document.consignments),
        (Means(plate=one.plate, country=one.country, vin=one.vin) for one in looked_at),
    )
    return tuple(dict.fromkeys(chain.from_iterable(found)))


def plates_of(document: Document) -> tuple[str, ...]:
    """Give the keys of the plates that it names, each once; numbers of ships and flights are no plates."""
    return tuple(dict.fromkeys(chain.from_iterable(plates_of_means(one) for one in means_of(document))))


def plates_of_means(means: Means) -> tuple[str, ...]:
    """Give the keys of the plates in one field: a form may have one for a lorry and its trailer."""
    if not means.plate or means.identified_by not in PLATE_CODES:
        return ()
    keys = (plate_key(part, means.country) for part in _SEVERAL.split(means.plate))
    return tuple(dict.fromkeys(filter(None, keys)))


def equipment_of(document: Document) -> tuple[Equipment, ...]:
    """Give the containers that it names, as often as it does."""
    return tuple(
        chain(
            document.equipment,
            *(chain(one.equipment, *(item.equipment for item in one.items)) for one in document.consignments),
        )
    )


def containers_of(document: Document) -> tuple[str, ...]:
    """Give the numbers of the containers that it names, folded, each once."""
    return _folded_once(one.number for one in equipment_of(document))


def seals_of(document: Document) -> tuple[Seal, ...]:
    """Give the seals that it claims, of the vehicle and of containers, each number once; not those of a control."""
    claimed = chain(
        document.seals,
        *(one.seals for one in document.consignments),
        *(one.seals for one in equipment_of(document) if one.seals),
    )
    once: dict[str, Seal] = {}
    for seal in claimed:
        once.setdefault(_folded(seal.number) or seal.number, seal)
    return tuple(once.values())


def parties_of(document: Document, role: PartyRole) -> tuple[Party, ...]:
    """Give those who have a role, each once; one that is "the same as" another has the other's name and address."""
    found = [
        _resolved(party, (*within, *document.parties))
        for within in (document.parties, *(one.parties for one in document.consignments))
        for party in within
        if party.role == role
    ]
    return tuple(dict.fromkeys(found))


def _resolved(party: Party, beside: tuple[Party, ...]) -> Party:
    """Fill in what is said of the one that a party is the same as; as it is where nobody with a name is meant."""
    if party.same_as is None or party.name is not None:
        return party
    meant = next((one for one in beside if one.role == party.same_as and one.name is not None), None)
    if meant is None:
        return party
    numbers = (*party.identifiers, *meant.identifiers)
    return replace(meant, role=party.role, identifiers=numbers, same_as=party.same_as, role_code=party.role_code)


def items_of(document: Document) -> tuple[GoodsItem, ...]:
    """Give all lines of goods, in the order written."""
    return tuple(chain.from_iterable(one.items for one in document.consignments))


def gross_kg_of(document: Document) -> Decimal | None:
    """Give the gross mass of the goods: the total that is declared, else what the lines come to."""
    declared = declared_gross_kg_of(document)
    return summed_gross_kg_of(document) if declared is None else declared


def declared_gross_kg_of(document: Document) -> Decimal | None:
    """Give the gross mass that the document writes as its total, or as the totals of all its consignments."""
    return _declared(document, lambda totals: totals.gross_kg)


def summed_gross_kg_of(document: Document) -> Decimal | None:
    """Give the gross mass that the lines of goods come to; None where one of them tells none."""
    return _summed(item.gross_kg for item in items_of(document))


def packages_of(document: Document) -> int | None:
    """Give the number of packages: the total that is declared, else what the lines come to."""
    declared = declared_packages_of(document)
    return summed_packages_of(document) if declared is None else declared


def declared_packages_of(document: Document) -> int | None:
    """Give the packages that the document writes as its total, or as the totals of all its consignments."""
    found = _declared(document, lambda totals: None if totals.packages is None else Decimal(totals.packages))
    return None if found is None else int(found)


def summed_packages_of(document: Document) -> int | None:
    """Give the packages that the lines of goods come to; None where none is counted, or one kind of a line is not."""
    packed = [package.quantity for item in items_of(document) for package in item.packages]
    found = _summed(None if quantity is None else Decimal(quantity) for quantity in packed)
    return None if found is None else int(found)


def _declared(document: Document, told: Callable[[Totals], Decimal | None]) -> Decimal | None:
    whole = told(document.totals)
    return _summed(told(one.totals) for one in document.consignments) if whole is None else whole


def _summed(told: Iterable[Decimal | None]) -> Decimal | None:
    """Add up; None where there is nothing, or where something is not told, because the sum would be too small."""
    total, counted = Decimal(0), False
    for one in told:
        if one is None:
            return None
        total, counted = total + one, True
    return total if counted else None


def references_of(document: Document) -> tuple[Reference, ...]:
    """Give every document that this one names, as often as it does; a guarantee secures many, and is not among them."""
    return tuple(
        chain(
            document.references,
            document.control.basis if document.control else (),
            *(chain(one.references, *(item.references for item in one.items)) for one in document.consignments),
        )
    )


def numbers_of(document: Document) -> tuple[str, ...]:
    """Give what others know this document by, folded: its number, and that of the carnet it is written in."""
    return _numbers((document.number, document.tir_carnet))


def named_numbers_of(document: Document) -> tuple[str, ...]:
    """Give the numbers of the documents that this one names, folded, each once."""
    return _numbers(reference.number for reference in references_of(document))


def identity_of(document: Document) -> str | None:
    """Give what makes it the same document in a resend; None where it does not say enough of itself.

    Its sender's id, else its number with the day and who made it; with what tells a correction, a cancellation or a
    release from what it was made of, because these go by the same id in some formats. It is a digest: ids may be long.
    """
    day, maker = (document.issued_at or document.accepted_at or "")[: len("2026-11-02")], _maker(document)
    version = (document.correction, document.function, document.released_on)
    if document.id:
        return _digest(document.kind, document.id, document.number, maker, *version)
    if not (document.number and day and maker):
        return None
    return _digest(document.kind, _folded(document.number), day, maker, *version)


def lineage_of(document: Document) -> str | None:
    """Give what all versions of one document have in common; None where it does not say enough of itself.

    Its number and who made it, else its sender's id: a correction goes by the same number as what it corrects.
    """
    maker = _maker(document)
    if document.number and maker:
        return _digest(document.kind, _folded(document.number), maker)
    return _digest(document.kind, document.id, maker) if document.id else None


def _maker(document: Document) -> str | None:
    """Give the number or the name of whose document it is."""
    for role in _MADE_BY:
        for party in parties_of(document, role):
            if party.identifiers:
                return _folded(party.identifiers[0].value)
            if party.name:
                return _folded(party.name)
    return None


def _digest(*parts: str | int | None) -> str:
    return sha256(msgspec.json.encode(parts))


def _numbers(written: Iterable[str | None]) -> tuple[str, ...]:
    """Fold numbers; one without a digit is none: "without number" is what people write where a form insists."""
    return tuple(one for one in _folded_once(written) if any(sign.isdigit() for sign in one))


def _folded_once(written: Iterable[str | None]) -> tuple[str, ...]:
    """Fold each once: first as written, because a declaration names one invoice on every line."""
    return tuple(dict.fromkeys(filter(None, (_folded(one) for one in dict.fromkeys(written) if one))))


@lru_cache(maxsize=NUMBERS_REMEMBERED)
def _folded(number: str) -> str:
    return folded(number[:NUMBER_CHARS_MAX])
