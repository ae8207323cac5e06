"""How procedures are shown: in a list, and one with its steps in the language of the page."""

from __future__ import annotations

from msgspec import Struct

from beket.board.panels.procedures import ProcedureSeen
from beket.web import moments
from beket.web.courses import AGENCIES, CONDITIONS, PROOFS, STATUSES, in_language, procedure_of
from beket.web.phrases import word
from beket.words.procedures import Procedure, Step, When


class ShownProcedure(Struct, frozen=True, kw_only=True):
    """One procedure of the list; `now` says whether it is in force."""

    row: ProcedureSeen
    name: str
    status: str
    place_name: str
    zone: str
    now: bool
    url: str


class ShownPart(Struct, frozen=True, kw_only=True):
    """One step of a procedure as it is written."""

    name: str
    agency: str
    machine: bool
    releases: bool
    proofs: tuple[str, ...]
    when: tuple[str, ...]
    outcomes: tuple[str, ...]
    norm: str


def show_procedure(row: ProcedureSeen, names: tuple[str, str], *, now: bool) -> ShownProcedure:
    """Show one of the list."""
    place_name, zone = names
    return ShownProcedure(
        row=row, name=in_language(procedure_of(row.text).name), status=word(STATUSES, row.status),
        place_name=place_name, zone=zone, now=now, url=f"/procedures/{row.place}/{row.of}",
    )  # fmt: skip


def show_parts(procedure: Procedure) -> tuple[ShownPart, ...]:
    """Show the steps of a procedure."""
    return tuple(map(_part, procedure.steps))


def _part(step: Step) -> ShownPart:
    return ShownPart(
        name=in_language(step.name),
        agency=word(AGENCIES, step.agency),
        machine=step.machine,
        releases=step.releases,
        proofs=tuple(word(PROOFS, proof) for proof in step.proof),
        when=tuple(map(_when, step.when)),
        outcomes=tuple(in_language(one.name) for one in step.outcomes),
        norm="" if step.norm_s is None else moments.span(step.norm_s * 1000),
    )


def _when(when: When) -> str:
    said = word(CONDITIONS, when.condition)
    return f"{said} {', '.join(when.codes)}" if when.codes else said
