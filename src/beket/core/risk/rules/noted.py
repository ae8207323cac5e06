"""Notes: what an inspector wrote of a conveyance against what machines read of it and what its papers say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from beket.core.documents.state import Noted, Scale
from beket.core.risk.couples import together
from beket.core.risk.kinds import DECLARATIONS, GOODS
from beket.core.risk.misread import is_among
from beket.core.risk.picture import Because, Picture, because, told
from beket.core.risk.rule import rule
from beket.core.risk.scales import error_kg
from beket.core.risk.seals import apart, declared_seals
from beket.words.ids import EntryRef
from beket.words.passages import PLATES

ENTRY: Final = "order of 2021 on the situation centre: a clear algorithm for entering data (reference 01 §7.4)"


@rule("E01", harm="goods", basis=ENTRY)
def noted_otherwise_than_read(seen: Picture) -> Iterator[Because]:
    """An officer noted another plate or container than machines read."""
    visit = seen.visit
    for field, roles in PLATES.items():
        noted = visit.noted.get(field)
        read = {sign.key: sign.ref for role in roles if (sign := visit.signs.get(role)) is not None}
        if noted is not None and read and not is_among(noted.value, read):
            yield _apart(noted, read.values(), field, told(read))
    noted = visit.noted.get("container")
    if noted is not None and visit.containers and noted.value not in visit.containers.values():
        yield _apart(noted, visit.containers, "container", told(visit.containers.values()))


@rule("E02", harm="loss", basis="Customs Code of the Union: means of identification are held against the papers")
def noted_seals_differ(seen: Picture) -> Iterator[Because]:
    """The seals that an officer found are not those of the papers."""
    noted, papers = seen.visit.noted.get("seals"), tuple(seen.of(*GOODS))
    declared = declared_seals(papers)
    if noted is None or not declared:
        return
    found = noted.value.split()
    missing, foreign = apart(declared, found)
    if missing or foreign:
        yield because(
            (paper for paper in papers if paper.gist.seals), "", (noted.ref,), declared_seals=told(declared),
            found_seals=told(found), missing_seals=told(missing), foreign_seals=told(foreign),
        )  # fmt: skip


@rule("E03", harm="loss", basis="report of six tankers with tampered maker's numbers (reference 01 §4)")
def noted_vin_differs(seen: Picture) -> Iterator[Because]:
    """The VIN on the vehicle is not that of its papers."""
    noted = seen.visit.noted.get("vin")
    for paper in () if noted is None else seen.papers:
        own = {one.vin for one in paper.gist.vins if one.plate in (None, seen.visit.vehicle)}
        if noted is not None and own and not paper.gist.cancels and noted.value not in own:
            yield because((paper,), paper.id, (noted.ref,), noted=noted.value, vin=told(own))


@rule("E04", harm="papers", basis="plain sense: what was counted is what is declared")
def noted_packages_differ(seen: Picture) -> Iterator[Because]:
    """An officer counted another number of packages than the declaration gives."""
    noted = seen.visit.noted.get("packages")
    declared = {} if noted is None else together(seen, DECLARATIONS, lambda gist: gist.packages)
    for papers, packages in declared.values():
        if noted is not None and packages != int(noted.value):
            yield because(papers, "", (noted.ref,), noted=noted.value, declared_packages=packages)


@rule("E05", harm="loss", basis=ENTRY)
def noted_mass_differs(seen: Picture) -> Iterator[Because]:
    """An officer noted another mass than a scale of the house showed, beyond what it can err."""
    noted = seen.visit.noted.get("gross_kg")
    shown = seen.weighings()
    if noted is None or not shown:
        return
    ref, weighed = shown[-1]
    error = error_kg(weighed, seen.scales.get(weighed.device, Scale()))
    if abs(Decimal(noted.value) - Decimal(str(weighed.gross_kg))) > error:
        yield because(
            (), "", (ref, noted.ref), noted=noted.value, weighed_kg=weighed.gross_kg, error_kg=error
        )  # fmt: skip


def _apart(noted: Noted, entries: Iterable[EntryRef], subject: str, read: str) -> Because:
    return because((), subject, (*entries, noted.ref), noted=noted.value, read=read)
