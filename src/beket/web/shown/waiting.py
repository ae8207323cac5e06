"""How a step that waits is shown to who decides it: what it waits for, what silence means, and what one press does."""

from __future__ import annotations

from django.utils.translation import gettext as _
from msgspec import Struct

from beket.board.panels.waiting import Waiting
from beket.web import moments
from beket.web.courses import AGENCIES, EFFECTS, LEVELS, PROOFS, STEP_STATES, in_language
from beket.web.phrases import word
from beket.web.shown.course import ShownProof
from beket.words.ids import Instant
from beket.words.procedures import CLEARING, Agency, Outcome, Procedure, Step


class Press(Struct, frozen=True, kw_only=True):
    """An outcome that one press gives; one that stops the conveyance asks for the reason first."""

    value: str
    name: str
    effect: str
    stops: bool


class ShownWaiting(Struct, frozen=True, kw_only=True):
    """One line of the list; `row` has the rest."""

    row: Waiting
    dom: str
    url: str
    name: str
    owner: Agency
    agency: str
    place_name: str
    zone: str
    word: str
    level: str
    proofs: tuple[ShownProof, ...]
    waits_for: tuple[str, ...]
    said: str
    left: str
    overdue: bool
    silence: str
    silent: str
    presses: tuple[Press, ...]


def show_waiting(row: Waiting, procedure: Procedure, where: tuple[str, str], now: Instant) -> ShownWaiting:
    """Show one step that waits."""
    step = procedure.step(row.step)
    assert step is not None, "the list is asked for by the procedure's own steps"
    missing = row.missing
    turn = row.asked_at is not None
    before = tuple(_earlier(row, procedure, step))
    silence = None if step.silence is None else step.outcome(step.silence.outcome)
    outcome = None if row.outcome is None else step.outcome(row.outcome)
    return ShownWaiting(
        row=row,
        dom=f"w-{row.crossing}-{row.step}".replace(":", "-").replace(".", "-"),
        url=f"/crossings/{row.crossing}/steps/{row.step}",
        name=in_language(step.name),
        owner=step.agency,
        agency=word(AGENCIES, step.agency),
        place_name=where[0],
        zone=where[1],
        word=word(STEP_STATES, row.state),
        level=LEVELS.get(row.state, ""),
        proofs=tuple(ShownProof(word=word(PROOFS, one), there=one not in missing) for one in step.proof),
        waits_for=before,
        said="" if outcome is None else in_language(outcome.name),
        left="" if row.due_at is None else moments.span(abs(row.due_at - now)),
        overdue=row.due_at is not None and row.due_at <= now,
        silence="" if silence is None or row.decided is not None else in_language(silence.name),
        silent="" if row.silent_at is None else moments.age(row.silent_at, now),
        presses=tuple(_press(row, one) for one in step.outcomes if turn and not before and _pressed(one, row, missing)),
    )


def _earlier(row: Waiting, procedure: Procedure, step: Step) -> list[str]:
    """Name the steps before this one that are not over."""
    earlier = map(procedure.step, row.waits_for(step))
    return [f"{in_language(one.name)} ({word(AGENCIES, one.agency)})" for one in earlier if one is not None]


def _pressed(outcome: Outcome, row: Waiting, missing: frozenset[str]) -> bool:
    """Whether one press may give an outcome: not what clears a step whose proof is missing, nor what stands already."""
    return outcome.code != row.outcome and not (missing and outcome.effect in CLEARING)


def _press(row: Waiting, outcome: Outcome) -> Press:
    return Press(
        value=" ".join((row.crossing, row.step, outcome.code, row.decided or "")),
        name=in_language(outcome.name),
        effect=word(EFFECTS, outcome.effect),
        stops=outcome.effect not in CLEARING,
    )


def why_asked(shown: ShownWaiting, press: Press) -> str:
    """Ask for the reason of an outcome that stops a conveyance."""
    return _("Why %(outcome)s: %(step)s, %(plate)s") % {
        "outcome": f"“{press.name}”", "step": shown.name, "plate": shown.row.plate or shown.row.crossing,
    }  # fmt: skip
