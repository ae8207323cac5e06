"""Steps that wait for those who look, through the access door: of their own agencies, at their checkpoints."""

from __future__ import annotations

from typing import Any, Final

from beket.board.panels import waiting as board
from beket.board.panels.asking import Cursor, Scope
from beket.board.panels.waiting import Part, Waiting
from beket.web import access
from beket.web.courses import procedure_of
from beket.web.eyes import Eyes
from beket.web.moments import now_ms
from beket.web.once import once_a_tick
from beket.web.shown.waiting import ShownWaiting, show_waiting
from beket.words.ids import Sha256
from beket.words.procedures import Procedure, deciders
from beket.words.roles import AGENCIES, Verb

Context = dict[str, Any]
Procedures = dict[Sha256, Procedure]

ROWS_MAX: Final = 200
"""Most steps of the list; what is due soonest is among them."""


@once_a_tick
def waiting(eyes: Eyes, verb: Verb, part: Part) -> tuple[tuple[Waiting, ...], Procedures]:
    """The steps that wait for an answer of those who look, with the procedures that they are of."""

    def ask(cursor: Cursor, scope: Scope) -> tuple[tuple[Waiting, ...], Procedures]:
        known = {sha256: procedure_of(text) for sha256, text in board.gone_by(cursor, scope).items()}
        steps = {
            (sha256, step.code): step for sha256, one in known.items() for step in one.steps if not step.machine
        }  # fmt: skip
        return board.waiting(cursor, steps, _owners(eyes, verb), part, scope), known

    return access.scoped(eyes, verb, ask)


def of_list(eyes: Eyes, place: str) -> Context:
    """What the panel is given: the steps that wait at one checkpoint or at all, what is due soonest first."""
    rows, known = waiting(eyes, "decide_steps", Part(limit=ROWS_MAX + 1, place=place or None))
    names, now = access.names(), now_ms()
    shown: list[ShownWaiting] = [show_waiting(row, known[row.procedure], names[row.place], now) for row in rows]
    owners = {one.agency for one in shown}
    return {"rows": shown[:ROWS_MAX], "more": len(rows) > ROWS_MAX, "several": len(owners) > 1}


def _owners(eyes: Eyes, verb: Verb) -> frozenset[tuple[str, str]]:
    """Whose steps those who look decide, each with the place, or "" for the country."""
    served = eyes.served(verb)
    return frozenset((owner, place) for agency, place in served for owner in AGENCIES if agency in deciders(owner))
