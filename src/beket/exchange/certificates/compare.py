"""Holds a printed certificate against what its source says, field by field.

A code that leads to another certificate is the finding that matters most: a forged paper borrows a true one's code.
Only what both say can differ; what the paper says and the source does not is told as not confirmed. Which of the two is
right is nothing that this knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Final, Literal

from msgspec import Struct

from beket.words.documents import Document, GoodsItem, PartyRole
from beket.words.folding import folded_name, folded_number, folded_text
from beket.words.papers import items_of, parties_of, plates_of

LINES_MAX: Final = 200
"""Most lines of goods that are put beside each other; a certificate has a page of them."""

DIFFERENCES_MAX: Final = 500
"""Most differences that are told of one certificate; one with more is another."""

CODE_LENGTH_MIN: Final = 4
"""Digits from which on one code may be the beginning of another: a chapter alone says too little."""

_DAY: Final = len("2026-01-01")


class Difference(Struct, frozen=True, kw_only=True):
    """One field that the paper and the source say differently; None where one has no such line of goods."""

    field: str
    printed: str | None
    at_source: str | None


class Comparison(Struct, frozen=True, kw_only=True):
    """What came of it.

    `another` is not empty where the code leads to another certificate: its number or its type is not the printed one.
    `differences` are those of all other fields, `unconfirmed` the fields of the paper of which the source says nothing.
    """

    another: tuple[Difference, ...]
    differences: tuple[Difference, ...]
    unconfirmed: tuple[str, ...]


class _Pair(Struct, frozen=True):
    """One field on both sides, and how two texts of it are known to be alike."""

    field: str
    printed: str | None
    at_source: str | None
    alike: Callable[[str, str], bool]

    def differs(self) -> bool:
        return self.printed is not None and self.at_source is not None and not self.alike(self.printed, self.at_source)

    def told(self) -> Difference:
        return Difference(field=self.field, printed=self.printed, at_source=self.at_source)


def compared(printed: Document, at_source: Document) -> Comparison:
    """Compare a paper, as it was entered or read, with what its source says."""
    identity = list(_identity(printed, at_source))
    lines, lonely = _lines(items_of(printed)[:LINES_MAX], items_of(at_source)[:LINES_MAX])
    pairs = [*_rest(printed, at_source), *lines]
    differences = [*(pair.told() for pair in pairs if pair.differs()), *lonely]
    unsaid = [pair.field for pair in (*identity, *pairs) if pair.printed is not None and pair.at_source is None]
    if max(len(items_of(printed)), len(items_of(at_source))) > LINES_MAX:
        unsaid.append(f"goods beyond {LINES_MAX}")
    return Comparison(
        another=tuple(pair.told() for pair in identity if pair.differs()),
        differences=tuple(differences[:DIFFERENCES_MAX]),
        unconfirmed=tuple(unsaid)[:DIFFERENCES_MAX],
    )


def _identity(one: Document, other: Document) -> Iterator[_Pair]:
    yield _Pair("number", one.number, other.number, _by(folded_number))
    yield _Pair("certificate_type", one.certificate_type, other.certificate_type, _by(str))


def _rest(one: Document, other: Document) -> Iterator[_Pair]:
    yield _Pair("issued_at", one.issued_at, other.issued_at, _by(_day))
    yield _Pair("valid_from", one.valid_from, other.valid_from, _by(_day))
    yield _Pair("valid_until", one.valid_until, other.valid_until, _by(_day))
    for role in _ROLES:
        yield _Pair(role, _name(one, role), _name(other, role), _by(folded_name))
    yield _Pair("vehicle", _plates(one), _plates(other), _same_plates)
    yield _Pair("gross_kg", _mass(one, "gross_kg"), _mass(other, "gross_kg"), _same_number)
    yield _Pair("net_kg", _mass(one, "net_kg"), _mass(other, "net_kg"), _same_number)


_ROLES: Final[tuple[PartyRole, ...]] = ("consignor", "consignee", "issuer")


def _by(fold: Callable[[str], str]) -> Callable[[str, str], bool]:
    def alike(one: str, other: str) -> bool:
        return fold(one) == fold(other)

    return alike


def _day(moment: str) -> str:
    return moment[:_DAY]


def _same_number(one: str, other: str) -> bool:
    return Decimal(one) == Decimal(other)


def _same_code(one: str, other: str) -> bool:
    """Say whether two codes agree as far as both go: a source may know six digits and the paper ten."""
    short, long = sorted((folded_number(one), folded_number(other)), key=len)
    return short == long or (len(short) >= CODE_LENGTH_MIN and long.startswith(short))


def _same_plates(one: str, other: str) -> bool:
    return set(one.split(_AND)) == set(other.split(_AND))


_AND: Final = ", "


def _plates(document: Document) -> str | None:
    return _AND.join(plates_of(document)) or None


def _name(document: Document, role: PartyRole) -> str | None:
    return next((party.name for party in parties_of(document, role) if party.name), None)


def _mass(document: Document, which: Literal["gross_kg", "net_kg"]) -> str | None:
    """Give a total: the document's own, else the sum of its consignments', else of its lines, if all have one."""
    own: Decimal | None = getattr(document.totals, which)
    if own is not None:
        return f"{own:f}"
    for parts in ([one.totals for one in document.consignments], list(items_of(document))):
        masses: list[Decimal] = [mass for one in parts if (mass := getattr(one, which)) is not None]
        if masses and len(masses) == len(parts):
            return f"{sum(masses, Decimal(0)):f}"
    return None


def _lines(printed: Sequence[GoodsItem], at_source: Sequence[GoodsItem]) -> tuple[list[_Pair], list[Difference]]:
    """Put lines of goods beside each other, and tell those that stand alone.

    Lines of one code belong together, then those of one description, then any that are left, in their order.
    """
    if not printed or not at_source:
        said = _shown(printed[0]) if printed else None
        return [_Pair("goods", said, None, _by(str))], []
    left = list(at_source)
    partners: dict[int, GoodsItem] = {}
    for fits in (_same_goods_code, _same_description, _any):
        for at, item in enumerate(printed):
            found = next((other for other in left if fits(item, other)), None) if at not in partners else None
            if found is not None:
                partners[at] = found
                left.remove(found)
    pairs = [pair for at, other in sorted(partners.items()) for pair in _line(printed[at], other)]
    alone = [item for at, item in enumerate(printed) if at not in partners]
    lonely = [Difference(field=f"goods {item.number}", printed=_shown(item), at_source=None) for item in alone]
    lonely += [Difference(field="goods", printed=None, at_source=_shown(item)) for item in left]
    return pairs, lonely


def _line(one: GoodsItem, other: GoodsItem) -> Iterator[_Pair]:
    where = f"goods {one.number}"
    yield _Pair(f"{where} code", one.code, other.code, _same_code)
    yield _Pair(f"{where} description", one.description, other.description, _by(folded_text))
    yield _Pair(f"{where} origin", one.origin, other.origin, _by(str.upper))
    yield _Pair(f"{where} gross_kg", _written(one.gross_kg), _written(other.gross_kg), _same_number)
    yield _Pair(f"{where} net_kg", _written(one.net_kg), _written(other.net_kg), _same_number)


def _written(mass: Decimal | None) -> str | None:
    return None if mass is None else f"{mass:f}"


def _shown(item: GoodsItem) -> str:
    return " ".join(filter(None, (item.code, item.description))) or str(item.number)


def _same_goods_code(one: GoodsItem, other: GoodsItem) -> bool:
    return one.code is not None and other.code is not None and _same_code(one.code, other.code)


def _same_description(one: GoodsItem, other: GoodsItem) -> bool:
    said = (one.description, other.description)
    return None not in said and folded_text(said[0] or "") == folded_text(said[1] or "")


def _any(_one: GoodsItem, _other: GoodsItem) -> bool:
    return True
