"""Signs: the plates, containers and seals of papers against those that were seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from beket.core.documents.state import Paper, Sign
from beket.core.risk.kinds import GOODS
from beket.core.risk.misread import is_among
from beket.core.risk.picture import Because, Picture, alpha_2, because, label, told
from beket.core.risk.rule import rule
from beket.core.risk.seals import apart, declared_seals
from beket.words.containers import is_container
from beket.words.facts import IdentityRole
from beket.words.slips import plates_of

SEEN: Final = "plain sense: what the papers name is what stands here"

FRONTS: Final[tuple[IdentityRole, ...]] = ("front", "exit_front")
"""Where a tractor shows its own plate; what is read behind may be a trailer's."""


@rule("P01", harm="goods", basis=SEEN)
def another_tractor(seen: Picture) -> Iterator[Because]:
    """A paper names another tractor than the one that was seen."""
    fronts = [sign for role in FRONTS if (sign := seen.visit.signs.get(role)) is not None]
    known = seen.visit.known_by()
    for paper in seen.papers if fronts else ():
        tractors = [plate for plate in paper.gist.plates if not plate.trailer]
        if tractors and not paper.gist.cancels and not any(is_among(plate.key, known) for plate in tractors):
            yield because(
                (paper,), label(paper), (sign.ref for sign in fronts),
                declared_plates=told(plate.key for plate in tractors), seen_plates=told(sign.key for sign in fronts),
            )  # fmt: skip


@rule("P02", harm="papers", basis=SEEN)
def another_trailer(seen: Picture) -> Iterator[Because]:
    """A paper names another trailer than the one that was seen."""
    read, known = seen.visit.signs.get("trailer"), seen.visit.known_by()
    for paper in seen.papers if read is not None else ():
        trailers = [plate.key for plate in paper.gist.plates if plate.trailer and not paper.gist.cancels]
        if read is not None and trailers and not any(is_among(key, known) for key in trailers):
            yield because((paper,), label(paper), (read.ref,), declared_plates=told(trailers), seen_plates=read.key)


@rule("P03", harm="goods", basis=SEEN)
def another_container(seen: Picture) -> Iterator[Because]:
    """A container was seen that no paper of the goods names."""
    papers = tuple(seen.of(*GOODS))
    declared = tuple(dict.fromkeys(number for paper in papers for number in paper.gist.containers))
    read = {number: ref for ref, number in seen.visit.containers.items() if is_container(number)}
    for number, ref in read.items() if papers else ():
        if number not in declared:
            yield because(papers, number, (ref,), seen_container=number, declared_containers=told(declared))


@rule("P04", harm="papers", basis=SEEN)
def another_country(seen: Picture) -> Iterator[Because]:
    """A plate was seen of another country than the paper gives."""
    signs = {sign.key: sign for sign in seen.visit.signs.values() if sign.country is not None}
    for paper in seen.papers if signs else ():
        for plate in () if paper.gist.cancels else paper.gist.plates:
            sign = signs.get(plate.key)
            if sign is not None and plate.country is not None and _differ(sign, plate.country):
                yield because(
                    (paper,), f"{label(paper)} {plate.key}", (sign.ref,), plate=plate.key,
                    declared_country=plate.country, seen_country=sign.country,
                )  # fmt: skip


@rule("P05", harm="loss", basis="the Union's control result (structure R.051): seals found, changed and put on")
def other_seals_found(seen: Picture) -> Iterator[Because]:
    """A control recorded other seals than the papers name."""
    papers = tuple(seen.of(*GOODS))
    declared = declared_seals(papers)
    for control in seen.of("control_result") if declared else ():
        sealed = control.gist.sealed
        if sealed is None:
            continue
        there = (*sealed.found, *sealed.changed)
        looked = bool(there) or sealed.present is False
        missing, foreign = apart(declared, there)
        missing = [seal for seal in missing if looked and seal not in sealed.placed]
        if missing or foreign:
            yield because(
                (*papers, control), label(control), declared_seals=told(declared), found_seals=told(there),
                missing_seals=told(missing), foreign_seals=told(foreign),
            )  # fmt: skip


def _differ(sign: Sign, country: str) -> bool:
    seen, said = alpha_2(sign.country), alpha_2(country)
    return seen is not None and said is not None and seen != said


@rule("P06", harm="loss", basis="report of six tankers with tampered maker's numbers (reference 01 §4)")
def another_vin_than_before(seen: Picture) -> Iterator[Because]:
    """A plate has another VIN than in the papers of an earlier visit here."""
    before: dict[str, tuple[Paper, str]] = {}
    for paper in seen.earlier:
        for one in () if paper.gist.cancels else paper.gist.vins:
            if one.plate is not None:
                before.setdefault(one.plate, (paper, one.vin))
    told_of: set[str] = set()
    for paper in seen.papers if before else ():
        for one in () if paper.gist.cancels else paper.gist.vins:
            known = before.get(one.plate or "")
            if one.plate is not None and known is not None and known[1] != one.vin and one.plate not in told_of:
                told_of.add(one.plate)
                yield because((known[0], paper), one.plate, plate=one.plate, vin_before=known[1], vin=one.vin)


@rule("P07", harm="loss", basis="plain sense: a slip is of the lorry that it was printed for (reference 01 §6)")
def slip_of_another(seen: Picture) -> Iterator[Because]:
    """A printed slip was shown that names another vehicle than the one that was seen."""
    known = seen.visit.known_by()
    for ref, shown in seen.visit.slips.items() if seen.visit.signs else ():
        plates = plates_of(shown.slip)
        if plates and not any(is_among(key, known) for key in plates):
            yield because((), shown.slip.crossing, (ref,), slip_plates=told(plates), seen_plates=told(known))
