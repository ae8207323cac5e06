"""Masses: what papers declare against what a scale showed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from beket.core.documents.state import Paper, Scale, Weighed
from beket.core.risk.picture import Because, Picture, ids, plain
from beket.core.risk.rule import rule
from beket.words.documents import DocumentKind
from beket.words.ids import EntryRef

EMPTY_KG_MAX: Final = Decimal(20_000)
"""The heaviest that an empty lorry with its trailer is taken to be. A tractor has 7 to 10 t, a trailer 5 to 9 t; no
source settles it, and a tare history will know better (reference 03 §2)."""

WIM_ERROR: Final = Decimal("0.10")
"""What a scale in the road may err by, as a share, where the register does not say (OIML R 134, class 10)."""

SCALE_ERROR_KG: Final = Decimal(60)
"""What a platform scale may err by where the register does not say: three intervals of 20 kg, twice what is allowed at
its verification (OIML R 76-1, class III)."""

GOODS: Final[tuple[DocumentKind, ...]] = (
    "goods_declaration",
    "transit_declaration",
    "consignment_note",
    "tir_carnet",
    "waybill",
)
"""Documents whose mass is that of the goods on this lorry; an invoice or a certificate may be for more than it."""


def error_kg(weighed: Weighed, scale: Scale) -> Decimal:
    """Say by how much a scale may err at this load: as the register has it, else as its kind may."""
    if scale.error_kg is not None:
        return Decimal(str(scale.error_kg))
    if scale.wim or weighed.evidence == "wim_pass":
        return (Decimal(str(weighed.gross_kg)) * WIM_ERROR).quantize(Decimal(1))
    return SCALE_ERROR_KG


@rule("W01", level="high", basis="EEC Collegium decision 56 of 2018: advance information declares the vehicle's mass")
def weighed_off_declared_conveyance(seen: Picture) -> Iterator[Because]:
    """The scale showed another mass than the papers declare for the conveyance, by more than the scale can err."""
    for paper in seen.papers:
        declared = paper.gist.conveyance_kg
        for ref, weighed, error in _weighed(seen):
            off = Decimal(0) if declared is None else Decimal(str(weighed.gross_kg)) - declared
            if declared is not None and abs(off) > error:
                yield _because(
                    paper, ref, declared_kg=declared, weighed_kg=weighed.gross_kg, error_kg=error, off_kg=off
                )


@rule("W02", level="high", basis="plain sense: the whole is heavier than its part")
def goods_outweigh_conveyance(seen: Picture) -> Iterator[Because]:
    """The goods alone are declared heavier than the whole conveyance on the scale."""
    for papers, declared in _declared(seen):
        for ref, weighed, error in _weighed(seen):
            if declared > Decimal(str(weighed.gross_kg)) + error:
                yield _together(papers, ref, declared_kg=declared, weighed_kg=weighed.gross_kg, error_kg=error)


@rule("W03", level="critical", basis="plain sense; report of 337 kg recorded where 22 t were found (reference 01 §4)")
def more_on_the_scale_than_goods_and_lorry(seen: Picture) -> Iterator[Because]:
    """The scale showed more than the declared goods and the heaviest empty lorry can weigh together."""
    for papers, declared in _declared(seen):
        for ref, weighed, error in _weighed(seen):
            over = Decimal(str(weighed.gross_kg)) - error - declared - EMPTY_KG_MAX
            if over > 0:
                yield _together(
                    papers, ref, declared_kg=declared, weighed_kg=weighed.gross_kg, error_kg=error,
                    empty_kg_max=EMPTY_KG_MAX, over_kg=over,
                )  # fmt: skip


def _weighed(seen: Picture) -> Iterator[tuple[EntryRef, Weighed, Decimal]]:
    """The last that was shown: a lorry that is weighed twice was weighed anew for a reason."""
    for ref, weighed in seen.weighings()[-1:]:
        yield ref, weighed, error_kg(weighed, seen.scales.get(weighed.device, Scale()))


def _declared(seen: Picture) -> Iterator[tuple[tuple[Paper, ...], Decimal]]:
    """What papers of one kind say together of the goods on this lorry; with a mass missing, nothing is said."""
    for kind in GOODS:
        papers = tuple(seen.of(kind))
        masses = [paper.gist.gross_kg for paper in papers]
        told = [mass for mass in masses if mass is not None]
        if told and len(told) == len(masses):
            yield papers, sum(told, Decimal(0))


def _because(paper: Paper, ref: EntryRef, **values: object) -> Because:
    return _together((paper,), ref, **values)


def _together(papers: tuple[Paper, ...], ref: EntryRef, **values: object) -> Because:
    """Two kinds of papers that declare wrongly are two findings: the kind tells them apart."""
    return Because(
        values={name: plain(value) for name, value in values.items()},
        documents=ids(papers),
        entries=(ref,),
        subject=papers[0].gist.kind,
    )
