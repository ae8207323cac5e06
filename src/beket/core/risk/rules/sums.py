"""Sums: what the lines of one document come to against what it says itself that they do."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from beket.core.documents.state import Paper
from beket.core.risk.picture import Because, because
from beket.core.risk.rounding import beyond, half_unit
from beket.core.risk.rule import rule

PARTS: Final = "plain sense: a total is the sum of its parts"


@rule("S01", harm="papers", basis=PARTS)
def gross_masses_off_total(seen: Paper) -> Iterator[Because]:
    """The gross masses of the lines do not come to the total that the document gives."""
    yield from _masses(seen, seen.gist.told.gross_kg, seen.gist.summed.gross_kg)


@rule("S02", harm="papers", basis=PARTS)
def net_masses_off_total(seen: Paper) -> Iterator[Because]:
    """The net masses of the lines do not come to the total that the document gives."""
    yield from _masses(seen, seen.gist.told.net_kg, seen.gist.summed.net_kg)


@rule("S03", harm="papers", basis=PARTS)
def packages_off_total(seen: Paper) -> Iterator[Because]:
    """The packages of the lines do not come to the number that the document gives."""
    told, summed = seen.gist.told.packages, seen.gist.summed.packages
    if not seen.gist.cancels and told is not None and summed is not None and told != summed:
        yield because((seen,), told_packages=told, summed_packages=summed)


@rule("S04", harm="papers", basis=PARTS)
def lines_off_count(seen: Paper) -> Iterator[Because]:
    """The document has another number of lines of goods than it says."""
    told, counted = seen.gist.told_items, seen.gist.summed.items
    if not seen.gist.cancels and told is not None and counted and told != counted:
        yield because((seen,), told_lines=told, counted_lines=counted)


@rule("S05", harm="papers", basis="plain sense: goods with their packing are no lighter than without it")
def net_above_gross(seen: Paper) -> Iterator[Because]:
    """The net mass of a line of goods is above its gross mass."""
    for line in () if seen.gist.cancels else seen.gist.heavier_net:
        yield because((seen,), str(line.item), item=line.item, gross_kg=line.gross_kg, net_kg=line.net_kg)


@rule("S06", harm="papers", basis=PARTS)
def values_off_total(seen: Paper) -> Iterator[Because]:
    """The values of the lines do not come to the total in the same currency."""
    told, lines = seen.gist.told_invoiced, seen.gist.invoiced
    if seen.gist.cancels or told is None or [summed.currency for summed in lines] != [told.currency]:
        return
    off = beyond(told.amount, lines[0].amount, half_unit(told.amount))
    if off is not None:
        yield because(
            (seen,), told_value=told.amount, summed_value=lines[0].amount, off_value=off, currency=told.currency
        )


def _masses(seen: Paper, told: Decimal | None, summed: Decimal | None) -> Iterator[Because]:
    if seen.gist.cancels or told is None or summed is None:
        return
    off = beyond(told, summed, half_unit(told))
    if off is not None:
        yield because((seen,), told_kg=told, summed_kg=summed, off_kg=off)
