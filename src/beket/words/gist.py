"""What is held and compared of a document: its signs, sums and names, folded; its lines of goods by their codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Final

from msgspec import Struct

from beket.words import papers
from beket.words.documents import ControlResult, Document, DocumentKind, GoodsItem, PartyRole, Remark, SealGroup
from beket.words.folding import folded_name, folded_seal
from beket.words.plates import canonical

LINES_MAX: Final = 400
"""Most different codes whose sums are held of one document; a declaration has at most 999 lines, few with own codes."""

NUMBERS_MAX: Final = 200
"""Most numbers, seals, containers or plates held of one document: more are a register's, not a lorry's."""

RATES_MAX: Final = 20
"""Most rates of currencies that are held of one document: who pays in more than a few is no trader."""

ODD_MAX: Final = 20
"""Most odd lines of one kind that are held of one document: one with more is wrong throughout."""

ODD_CHARS_MAX: Final = 200
"""Characters that are held of what was odd; the document itself has the rest."""

HEADING_SIGNS: Final = 6
"""Signs of a code that all countries write alike: a subheading of the Harmonized System."""

ORIGINAL: Final = "9"
CANCELS: Final = "1"
"""The function of a message that is the first of its kind, and of one that takes back what was said (UN/EDIFACT 1225;
WCO data element 017)."""

_COMPARED: Final[tuple[PartyRole, ...]] = ("consignor", "consignee", "carrier", "declarant")


class Plate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A plate that a document names: as written, and its key."""

    written: str
    key: str
    country: str | None = None
    trailer: bool = False


class Named(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A party: its name as written and folded."""

    role: PartyRole
    name: str
    folded: str
    country: str | None = None


class Sum(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What lines of goods come to; None where no line told any."""

    items: int = 0
    gross_kg: Decimal | None = None
    net_kg: Decimal | None = None
    packages: int | None = None


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The goods of one subheading."""

    code: str
    sum: Sum


class Invoiced(Struct, frozen=True, kw_only=True):
    """The value of goods in one currency, as the parties agreed it."""

    currency: str
    amount: Decimal


class Worth(Struct, frozen=True, kw_only=True):
    """What one unit of a currency was worth in som on a day, as the National Bank published it."""

    currency: str
    som: Decimal
    day: str


class Masses(Struct, frozen=True, kw_only=True):
    """One line of goods whose net mass is above its gross mass."""

    item: int
    gross_kg: Decimal
    net_kg: Decimal


class Odd(Struct, frozen=True, kw_only=True):
    """What was found odd about a document when it was read: about one line of goods, or one field."""

    where: str
    said: str


class Vin(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The number that a vehicle's maker gave it, folded, and the key of the plate beside it."""

    vin: str
    plate: str | None = None


class Sealed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a control recorded of seals: those it saw, what it took off or put on, by their folded numbers."""

    present: bool | None = None
    found: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    placed: tuple[str, ...] = ()


class Gist(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is held of a document on file.

    `id` is its sender's name for it, `corrects` that of the one it corrects; `lineage` is the same for all versions of
    one document. `own` are the numbers it is known by, `named` those of documents that it refers to, both folded.
    `told` is what it says itself that its lines come to, `summed` what they do come to. `heavier_net` are lines that
    contradict themselves, `codes_odd` those whose code a table does not have (`where` is the line's number),
    `source_says` what the issuer says otherwise, `rates` what its currencies were worth when it was looked at.
    `sealed` is what a control recorded; `dispatch` and `destination` are the countries, where it names one.
    """

    kind: DocumentKind
    format: str
    number: str | None = None
    id: str | None = None
    lineage: str | None = None
    corrects: str | None = None
    own: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    plates: tuple[Plate, ...] = ()
    containers: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    parties: tuple[Named, ...] = ()
    lines: tuple[Line, ...] = ()
    told: Sum = Sum()
    told_items: int | None = None
    summed: Sum = Sum()
    conveyance_kg: Decimal | None = None
    invoiced: tuple[Invoiced, ...] = ()
    told_invoiced: Invoiced | None = None
    issued_on: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    expected_at: str | None = None
    cancels: bool = False
    corrected: bool = False
    confirmed: bool = True
    heavier_net: tuple[Masses, ...] = ()
    codes_odd: tuple[Odd, ...] = ()
    source_says: tuple[Odd, ...] = ()
    vins: tuple[Vin, ...] = ()
    sealed: Sealed | None = None
    dispatch: str | None = None
    destination: str | None = None
    rates: tuple[Worth, ...] = ()

    @property
    def gross_kg(self) -> Decimal | None:
        """The declared gross mass of the goods: what the document says, else what its lines come to."""
        return self.summed.gross_kg if self.told.gross_kg is None else self.told.gross_kg

    @property
    def net_kg(self) -> Decimal | None:
        """The declared net mass of the goods."""
        return self.summed.net_kg if self.told.net_kg is None else self.told.net_kg

    @property
    def packages(self) -> int | None:
        """The declared number of packages."""
        return self.summed.packages if self.told.packages is None else self.told.packages

    @property
    def coded(self) -> bool:
        """Whether every line of goods has a code, and all of them are held."""
        return 0 < self.summed.items == sum(line.sum.items for line in self.lines)


def gist_of(document: Document) -> Gist:
    """Take from a document what is held of it; the same document gives the same gist."""
    items = papers.items_of(document)
    return Gist(
        kind=document.kind,
        format=document.format,
        number=document.number,
        id=document.id,
        lineage=papers.lineage_of(document),
        corrects=document.replaces,
        own=papers.numbers_of(document)[:NUMBERS_MAX],
        named=papers.named_numbers_of(document)[:NUMBERS_MAX],
        plates=_plates(document),
        containers=papers.containers_of(document)[:NUMBERS_MAX],
        seals=_seals(one.number for one in papers.seals_of(document)),
        parties=_parties(document),
        lines=_lines(items),
        told=_told(document),
        told_items=document.totals.items,
        summed=_sum(items),
        conveyance_kg=document.totals.conveyance_kg,
        invoiced=_invoiced(items),
        told_invoiced=_told_invoiced(document),
        issued_on=document.issued_at,
        valid_from=document.valid_from,
        valid_until=document.valid_until,
        expected_at=_expected(document),
        cancels=(document.function or "").lstrip("0") == CANCELS,
        corrected=_says_that_it_corrects(document),
        confirmed=document.layout_confirmed,
        heavier_net=_heavier_net(items),
        codes_odd=_odd(one for one in document.remarks if one.kind == "code" and one.where.isdecimal()),
        source_says=_odd(one for one in document.remarks if one.kind == "source"),
        vins=_vins(document),
        sealed=None if document.control is None else _sealed(document.control),
        dispatch=_only(one.dispatch_country for one in document.consignments),
        destination=_only(one.destination_country for one in document.consignments),
        rates=tuple(Worth(currency=one.currency, som=one.per_unit, day=one.day) for one in document.rates[:RATES_MAX]),
    )


def _says_that_it_corrects(document: Document) -> bool:
    """Whether it says that it takes the place of something: a correction, a replacement, or a release of the same."""
    function = (document.function or "").lstrip("0")
    return bool(document.replaces or document.correction or document.released_on or function not in ("", ORIGINAL))


def _expected(document: Document) -> str | None:
    """When somebody is to be at the border: at a place of the document's own, or of a consignment."""
    places = (*document.places, *(place for one in document.consignments for place in one.places))
    return next((place.expected_at for place in places if place.expected_at), None)


def _plates(document: Document) -> tuple[Plate, ...]:
    found: dict[str, Plate] = {}
    for means in papers.means_of(document):
        for key in papers.plates_of_means(means):
            plate = Plate(written=means.plate or key, key=key, country=means.country, trailer=means.trailer)
            found.setdefault(key, plate)
    return tuple(found.values())[:NUMBERS_MAX]


def _parties(document: Document) -> tuple[Named, ...]:
    named = [
        Named(role=party.role, name=party.name, folded=folded_name(party.name), country=party.country)
        for role in _COMPARED
        for party in papers.parties_of(document, role)
        if party.name
    ]
    return tuple(dict.fromkeys(named))[:NUMBERS_MAX]


def _seals(numbers: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(folded_seal, numbers))))[:NUMBERS_MAX]


def _sealed(control: ControlResult) -> Sealed | None:
    seals = control.seals
    if seals is None:
        return None
    return Sealed(
        present=seals.present,
        found=_seals(_numbers(seals.found)),
        changed=_seals(_numbers(change.seals for change in seals.changed)),
        placed=_seals(_numbers(one.seals for one in seals.placed)),
    )


def _numbers(groups: Iterable[SealGroup]) -> Iterator[str]:
    for group in groups:
        yield from group.numbers


def _vins(document: Document) -> tuple[Vin, ...]:
    """Every maker's number, beside the plate where there is one plate beside it; "none" is no number."""
    found: dict[Vin, None] = {}
    for means in papers.means_of(document):
        vin = canonical(means.vin or "")
        if any(sign.isdigit() for sign in vin):
            keys = papers.plates_of_means(means)
            found[Vin(vin=vin, plate=keys[0] if len(keys) == 1 else None)] = None
    return tuple(found)[:NUMBERS_MAX]


def _odd(remarks: Iterable[Remark]) -> tuple[Odd, ...]:
    found = (Odd(where=one.where[:ODD_CHARS_MAX], said=one.detail[:ODD_CHARS_MAX]) for one in remarks)
    return tuple(islice(found, ODD_MAX))


def _heavier_net(items: Iterable[GoodsItem]) -> tuple[Masses, ...]:
    found = (
        Masses(item=item.number, gross_kg=item.gross_kg, net_kg=item.net_kg)
        for item in items
        if item.gross_kg is not None and item.net_kg is not None and item.net_kg > item.gross_kg
    )
    return tuple(islice(found, ODD_MAX))


def _only(told: Iterable[str | None]) -> str | None:
    """The one value that all say; None where they differ or somebody says nothing."""
    values = set(told)
    return values.pop() if len(values) == 1 else None


def _told(document: Document) -> Sum:
    """What a document says itself: of all its consignments, else what they say one by one, where each does."""
    own = document.totals
    parts = [one.totals for one in document.consignments]
    return Sum(
        gross_kg=own.gross_kg if own.gross_kg is not None else _all_of(part.gross_kg for part in parts),
        net_kg=own.net_kg if own.net_kg is not None else _all_of(part.net_kg for part in parts),
        packages=own.packages if own.packages is not None else _all_counts(part.packages for part in parts),
    )


def _sum(items: Iterable[GoodsItem]) -> Sum:
    """Add lines up; a datum that one line lacks has no sum."""
    lines = tuple(items)
    return Sum(
        items=len(lines),
        gross_kg=_all_of(line.gross_kg for line in lines),
        net_kg=_all_of(line.net_kg for line in lines),
        packages=_all_counts(_packages(line) for line in lines),
    )


def _packages(line: GoodsItem) -> int | None:
    return _all_counts(package.quantity for package in line.packages)


def _all_of(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total, told = Decimal(0), False
    for amount in amounts:
        if amount is None:
            return None
        total, told = total + amount, True
    return total if told else None


def _all_counts(counts: Iterable[int | None]) -> int | None:
    total, told = 0, False
    for count in counts:
        if count is None:
            return None
        total, told = total + count, True
    return total if told else None


def _lines(items: Iterable[GoodsItem]) -> tuple[Line, ...]:
    by_code: dict[str, list[GoodsItem]] = {}
    for item in items:
        if item.code:
            by_code.setdefault(item.code[:HEADING_SIGNS], []).append(item)
    return tuple(Line(code=code, sum=_sum(lines)) for code, lines in list(by_code.items())[:LINES_MAX])


def _invoiced(items: Iterable[GoodsItem]) -> tuple[Invoiced, ...]:
    """What the lines are worth in each currency; nothing where a line has no value or no currency."""
    sums: dict[str, Decimal] = {}
    for item in items:
        if item.invoiced is None or item.invoiced.currency is None:
            return ()
        sums[item.invoiced.currency] = sums.get(item.invoiced.currency, Decimal(0)) + item.invoiced.amount
    return tuple(Invoiced(currency=currency, amount=amount) for currency, amount in sums.items())


def _told_invoiced(document: Document) -> Invoiced | None:
    told = document.totals.invoiced
    if told is None and len(document.consignments) == 1:
        told = document.consignments[0].totals.invoiced
    if told is None or told.currency is None:
        return None
    return Invoiced(currency=told.currency, amount=told.amount)
