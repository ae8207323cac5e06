"""Agreement: what papers of one crossing say of the same goods, against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Context, Decimal, InvalidOperation, Overflow, localcontext
from typing import Final

from beket.core.documents.state import Paper
from beket.core.risk.couples import Papers, against_declaration, copies, couples
from beket.core.risk.kinds import CARRIED, DECLARATIONS, GOODS
from beket.core.risk.names import named, strangers
from beket.core.risk.picture import Because, Picture, alpha_2, because, label, plain, told
from beket.core.risk.rounding import beyond, half_unit
from beket.core.risk.rule import rule
from beket.core.risk.seals import declared_seals
from beket.words.documents import DocumentKind, PartyRole
from beket.words.gist import HEADING_SIGNS, Invoiced, Worth

OFF_FROM_KG: Final = Decimal(1)
"""From which difference on two declared masses differ. No tolerance: both were written by people who knew the goods,
and no scale errs in between. One paper may be in whole kilograms and the other in grams, so less than one is
rounding."""

SOM: Final = "KGS"

RATES_APART_MAX: Final = Decimal("0.02")
"""How far values may be apart that were in other currencies, of the larger: an invoice is made out days before the
declaration, each is converted at the rate of its own day, and in a week rates move by a hundredth or two."""

TYIYN: Final = Decimal("0.01")
"""What values in som are rounded to."""

_MONEY: Final = Context(prec=60, traps=[InvalidOperation, Overflow])

ONE_TRUTH: Final = "plain sense: papers of one consignment are of the same goods"
MADE_ONCE: Final = "a datum is entered once, and any second entry is looked at (reference 01 §4)"

LORRY: Final[tuple[DocumentKind, ...]] = (*GOODS, "advance_information", "control_result")
"""Documents that name the vehicle itself."""


@rule("D01", harm="goods", basis=ONE_TRUTH)
def gross_mass_differs(seen: Picture) -> Iterator[Because]:
    """The declaration gives another gross mass of the goods than the other papers."""
    for declaring, declared, carrying, carried in against_declaration(seen, lambda gist: gist.gross_kg):
        if abs(off := carried - declared) >= OFF_FROM_KG:
            yield _apart(declaring, carrying, declared_kg=declared, carried_kg=carried, off_kg=off)


@rule("D02", harm="papers", basis=ONE_TRUTH)
def packages_differ(seen: Picture) -> Iterator[Because]:
    """The declaration gives another number of packages than the other papers."""
    for declaring, declared, carrying, carried in against_declaration(seen, lambda gist: gist.packages):
        if declared != carried:
            yield _apart(declaring, carrying, declared_packages=declared, carried_packages=carried)


@rule("D03", harm="goods", basis=ONE_TRUTH)
def value_differs(seen: Picture) -> Iterator[Because]:
    """The declaration gives another value of the goods than the invoices."""
    declaring, invoicing = tuple(seen.of("goods_declaration")), tuple(seen.of("invoice"))
    declared, invoiced = _values(declaring), _values(invoicing)
    if declared and invoiced and declared.keys() != invoiced.keys():
        rates = {rate.currency: rate for paper in (*invoicing, *declaring) for rate in paper.gist.rates}
        one, other = _in_som(declared, rates), _in_som(invoiced, rates)
        if one is not None and other is not None:
            if (off := beyond(one, other, max(one, other) * RATES_APART_MAX)) is not None:
                by = told(f"{rate.currency} {plain(rate.som)} ({rate.day})" for rate in rates.values())
                yield because(
                    (*declaring, *invoicing), SOM, declared_value=one, invoiced_value=other, off_value=off,
                    currency=SOM, rates=by,
                )  # fmt: skip
            return
    for currency in (one for one in declared if one in invoiced):
        one, other = declared[currency], invoiced[currency]
        off = beyond(one, other, half_unit(one) + half_unit(other))
        if off is not None:
            yield because(
                (*declaring, *invoicing), currency, declared_value=one, invoiced_value=other, off_value=off,
                currency=currency,
            )  # fmt: skip


@rule("D04", harm="papers", basis=ONE_TRUTH)
def consignee_differs(seen: Picture) -> Iterator[Because]:
    """The declaration names another consignee than the transport document."""
    yield from _parties(seen, "consignee")


@rule("D05", harm="record", basis=ONE_TRUTH)
def consignor_differs(seen: Picture) -> Iterator[Because]:
    """The declaration names another consignor than the transport document."""
    yield from _parties(seen, "consignor")


@rule("D06", harm="goods", basis="report of goods that the declaration did not have (reference 01 §4)")
def goods_not_declared(seen: Picture) -> Iterator[Because]:
    """A transport document or an invoice has goods that the declaration does not have."""
    declaring = next((papers for kind in DECLARATIONS if (papers := tuple(seen.of(kind)))), ())
    coded = [_subheadings(paper) for paper in declaring]
    declared = {code for codes in coded for code in codes}
    if not coded or not all(coded):
        return
    for paper in seen.of(*CARRIED, "invoice"):
        codes = (line.code for line in paper.gist.lines if len(line.code) == HEADING_SIGNS)
        missing = [code for code in codes if code not in declared]
        if missing:
            yield because((*declaring, paper), label(paper), undeclared_codes=told(missing))


@rule("D07", harm="papers", basis=ONE_TRUTH)
def seals_differ(seen: Picture) -> Iterator[Because]:
    """The papers of one crossing name different seals."""
    sealed = [(papers, seals) for kind in GOODS if (seals := declared_seals(papers := tuple(seen.of(kind))))]
    for papers, seals in sealed[1:]:
        first, named_first = sealed[0]
        if set(seals) != set(named_first):
            yield _apart(first, papers, declared_seals=told(named_first), carried_seals=told(seals))


@rule("D08", harm="papers", basis=MADE_ONCE)
def entered_differently(seen: Picture) -> Iterator[Because]:
    """One and the same thing is entered differently in two papers of one crossing."""
    lorry = tuple(seen.of(*LORRY))
    yield from _copies(seen)
    yield from _net_masses(seen)
    yield from _conveyance_masses(lorry)
    yield from _of_plates("vin", [(paper, one.plate, one.vin) for paper in lorry for one in paper.gist.vins])
    yield from _of_plates(
        "country", [(paper, one.key, alpha_2(one.country)) for paper in lorry for one in paper.gist.plates]
    )
    yield from _journeys(seen)


def _copies(seen: Picture) -> Iterator[Because]:
    for one, other in copies(seen, GOODS):
        for datum in ("gross_kg", "net_kg", "packages"):
            first, second = getattr(one.gist, datum), getattr(other.gist, datum)
            if first is not None and second is not None and first != second:
                yield _twice(f"{datum} {label(other)}", (one, other), (first, second))


def _net_masses(seen: Picture) -> Iterator[Because]:
    for declaring, declared, carrying, carried in against_declaration(seen, lambda gist: gist.net_kg):
        if abs(carried - declared) >= OFF_FROM_KG:
            yield _twice(f"net_kg {carrying[0].gist.kind}", (*declaring, *carrying), (declared, carried))


def _conveyance_masses(lorry: Papers) -> Iterator[Because]:
    masses = [(paper, mass) for paper in lorry if (mass := paper.gist.conveyance_kg) is not None]
    for paper, mass in masses[1:]:
        first, known = masses[0]
        if abs(mass - known) >= OFF_FROM_KG:
            yield _twice(f"conveyance_kg {label(paper)}", (first, paper), (known, mass))


def _journeys(seen: Picture) -> Iterator[Because]:
    for one, other in couples(seen, GOODS):
        for datum in ("dispatch", "destination"):
            first, second = alpha_2(getattr(one.gist, datum)), alpha_2(getattr(other.gist, datum))
            if first is not None and second is not None and first != second:
                yield _twice(f"{datum} {label(other)}", (one, other), (first, second))


def _of_plates(datum: str, said: Iterable[tuple[Paper, str | None, str | None]]) -> Iterator[Because]:
    """What papers say of one plate: the first that says something, and whoever says something else."""
    firsts: dict[str, tuple[Paper, str]] = {}
    for paper, plate, value in said:
        if plate is None or value is None:
            continue
        first, known = firsts.setdefault(plate, (paper, value))
        if value != known:
            yield _twice(f"{datum} {plate}", (first, paper), (known, value))


def _twice(datum: str, papers: Papers, values: tuple[object, object]) -> Because:
    return because(papers, datum, datum=datum.partition(" ")[0], first=values[0], second=values[1])


def _apart(declaring: Papers, carrying: Papers, **values: object) -> Because:
    """Papers of two kinds that differ; the second kind tells findings apart."""
    return because((*declaring, *carrying), carrying[0].gist.kind, **values)


def _parties(seen: Picture, role: PartyRole) -> Iterator[Because]:
    for one, other in couples(seen, GOODS):
        if one.gist.kind not in DECLARATIONS or other.gist.kind in DECLARATIONS:
            continue
        declared, carried = named((one,), role), named((other,), role)
        if strangers(declared, carried):
            yield because(
                (one, other), label(other), declared_name=told(party.name for party in declared),
                carried_name=told(party.name for party in carried),
            )  # fmt: skip


def _values(papers: Papers) -> dict[str, Decimal]:
    """What papers come to in each currency; nothing where one of them does not say."""
    sums: dict[str, Decimal] = {}
    for paper in papers:
        values = _value(paper)
        if not values:
            return {}
        for value in values:
            sums[value.currency] = sums.get(value.currency, Decimal(0)) + value.amount
    return sums


def _in_som(values: Mapping[str, Decimal], rates: Mapping[str, Worth]) -> Decimal | None:
    """What values come to in som; None where a currency has no rate."""
    worth = {SOM: Decimal(1), **{name: rate.som for name, rate in rates.items()}}
    if not values.keys() <= worth.keys():
        return None
    with localcontext(_MONEY):
        try:
            return sum((amount * worth[name] for name, amount in values.items()), Decimal(0)).quantize(TYIYN)
        except (InvalidOperation, Overflow):  # a number that no money ever was
            return None


def _value(paper: Paper) -> tuple[Invoiced, ...]:
    return paper.gist.invoiced if paper.gist.told_invoiced is None else (paper.gist.told_invoiced,)


def _subheadings(paper: Paper) -> tuple[str, ...]:
    """The subheadings of a paper's goods; none where a line has no code or a rougher one."""
    codes = tuple(line.code for line in paper.gist.lines)
    return codes if paper.gist.coded and all(len(code) == HEADING_SIGNS for code in codes) else ()
