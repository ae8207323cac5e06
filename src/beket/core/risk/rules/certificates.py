"""Certificates: whether they are of these goods, for this consignee, of this day, and what their issuer says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from beket.core.documents.state import Paper
from beket.core.risk.kinds import CARRIED, DECLARATIONS, GOODS
from beket.core.risk.names import named, strangers
from beket.core.risk.picture import Because, Picture, because, label, told
from beket.core.risk.rule import rule
from beket.words.moments import day_of, day_said

HEADING: Final = 4
"""Signs of a heading: certificates name goods more roughly than declarations, and a subheading would be too fine."""

NOT_THERE: Final = ("not_found", "leads_elsewhere")
"""Answers that are findings without a field: the issuer has no such certificate, or the code is not the issuer's."""

ONION_CASE: Final = "report of a certificate that was not of the goods in the transport document (reference 01 §4)"
QR_CASE: Final = "report of a certificate a year out of date whose code led to another one (reference 01 §1)"


@rule("C01", harm="goods", basis=QR_CASE)
def certificate_not_valid(seen: Picture) -> Iterator[Because]:
    """A certificate was not valid on the day on which the conveyance came."""
    came = day_of(seen.visit.opened_at)
    for paper in seen.of("certificate"):
        first, last = day_said(paper.gist.valid_from), day_said(paper.gist.valid_until)
        if (first is not None and came < first) or (last is not None and came > last):
            yield because(
                (paper,), label(paper), (seen.visit.opened_by,), came_on=came, valid_from=first or "",
                valid_until=last or "",
            )  # fmt: skip


@rule("C02", harm="goods", basis=ONION_CASE)
def certificate_for_other_goods(seen: Picture) -> Iterator[Because]:
    """A certificate is for other goods than are declared: they have no heading of the nomenclature in common."""
    certificates = tuple(seen.of("certificate"))
    declaring = _coded(seen) if certificates else ()
    declared = {heading for paper in declaring for heading in _headings(paper)}
    for paper in certificates if declared else ():
        certified = _headings(paper) if paper.gist.coded else ()
        if certified and declared.isdisjoint(certified):
            yield because(
                (paper, *declaring),
                label(paper),
                certified_codes=told(certified),
                declared_codes=told(sorted(declared)),
            )


@rule("C03", harm="papers", basis=ONION_CASE)
def certificate_for_another(seen: Picture) -> Iterator[Because]:
    """A certificate is made out for another consignee than is declared."""
    for paper in seen.of("certificate"):
        certified = named((paper,), "consignee")
        declaring = tuple(seen.of(*DECLARATIONS)) or tuple(seen.of(*CARRIED))
        declared = named(declaring, "consignee")
        if strangers(certified, declared):
            yield because(
                (paper, *declaring), label(paper), certified_name=told(one.name for one in certified),
                declared_name=told(one.name for one in declared),
            )  # fmt: skip


@rule("C04", harm="loss", basis=QR_CASE)
def issuer_says_otherwise(seen: Paper) -> Iterator[Because]:
    """The certificate is not what its issuer has under this number or code."""
    for odd in seen.gist.source_says:
        yield because((seen,), odd.where or odd.said, where=odd.where, said=odd.said)
    for one in seen.differences:
        yield because((seen,), one.field, printed=one.printed or "–", at_source=one.at_source or "–")
    if seen.answered in NOT_THERE:
        yield because((seen,), seen.answered, said=seen.answered)


def _coded(seen: Picture) -> tuple[Paper, ...]:
    """The papers that tell all goods by codes: those of the first kind that are there, if each of them does."""
    found = next((papers for kind in GOODS if (papers := tuple(seen.of(kind)))), ())
    return found if all(paper.gist.coded and _headings(paper) for paper in found) else ()


def _headings(paper: Paper) -> tuple[str, ...]:
    """The headings of a paper's goods; none where a code is too rough to have one."""
    codes = [line.code for line in paper.gist.lines]
    return tuple(code[:HEADING] for code in codes) if all(len(code) >= HEADING for code in codes) else ()
