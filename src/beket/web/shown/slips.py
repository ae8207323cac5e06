"""Printed slips in words: what one says, what it is worth, and how it stands beside what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from beket.board.panels.crossings import Row
from beket.board.panels.slips import SlipSeen
from beket.web import moments
from beket.web.courses import STATES, STEP_STATES, in_language, procedure_of
from beket.web.phrases import ROLES_SEEN, word
from beket.web.procedures import shipped_procedures
from beket.web.shown.course import ShownCourse
from beket.web.shown.overload import Section
from beket.words.plates import plate_key
from beket.words.procedures import Procedure
from beket.words.slips import Checked, Slip, SlipStep, plates_of

VERDICTS: Final[dict[str, Any]] = {
    "good": gettext_lazy("The signature holds. What the slip says is claimed, not proven."),
    "no_slip": gettext_lazy("This is not the code of a slip. Scan the square code on the slip."),
    "unknown_key": gettext_lazy(
        "Refused: nobody whose key is known here signed this slip. Go by nothing that it says."
    ),
    "altered": gettext_lazy(
        "Refused: the signature does not hold. The slip was altered, or its code was not read whole: scan it once more."
    ),
    "expired": gettext_lazy("Refused: the slip has expired."),
    "ahead": gettext_lazy(
        "Refused: the slip says that it was printed later than now. See whether the clock of this house is right."
    ),
}
"""What a slip is worth (words/slips.py); a test holds this complete."""

LEVELS: Final[dict[str, str]] = {
    "good": "low", "no_slip": "medium", "unknown_key": "high", "altered": "high", "expired": "medium",
    "ahead": "medium",
}  # fmt: skip

HEADS: Final[dict[str, Any]] = {
    "good": gettext_lazy("Signed"),
    "no_slip": gettext_lazy("No slip"),
    "unknown_key": gettext_lazy("Key unknown"),
    "altered": gettext_lazy("Signature does not hold"),
    "expired": gettext_lazy("Expired"),
    "ahead": gettext_lazy("From the future"),
}


class ShownSlip(Struct, frozen=True, kw_only=True):
    """What was found of a text that somebody showed."""

    checked: Checked
    head: str
    says: str
    level: str
    signer: str
    sections: tuple[Section, ...]


class Line(Struct, frozen=True, kw_only=True):
    """One thing as the slip has it, and as it was seen here."""

    name: str
    slip: str
    seen: str
    odd: bool = False


class ShownClaim(Struct, frozen=True, kw_only=True):
    """A slip of a crossing beside what was seen of it."""

    seen: SlipSeen
    lines: tuple[Line, ...]


class Choice(Struct, frozen=True, kw_only=True):
    """A crossing that a slip may be taken in for."""

    row: Row
    place_name: str
    zone: str
    same: bool


def show_checked(checked: Checked, name: str, zone: str) -> ShownSlip:
    """Say of a text what it is worth, and what it says."""
    return ShownSlip(
        checked=checked,
        head=word(HEADS, checked.verdict),
        says=word(VERDICTS, checked.verdict),
        level=LEVELS[checked.verdict],
        signer="" if checked.verdict == "altered" else _("this house") if checked.ours else checked.signer,
        sections=() if checked.slip is None else sections(checked.slip, name, zone),
    )


def sections(slip: Slip, name: str, zone: str, procedure: Procedure | None = None) -> tuple[Section, ...]:
    """What a slip says, in the language of the page; `name` is what its checkpoint is called."""
    return (
        _crossing(slip, name, zone),
        _conveyance(slip),
        _weighings(slip, zone),
        steps(slip, procedure),
        _made(slip, zone),
    )


def _crossing(slip: Slip, name: str, zone: str) -> Section:
    way = _("into the country") if slip.direction == "in" else _("out of the country")
    rows = [
        (_("Crossing in the log"), slip.crossing),
        (_("Checkpoint"), name if name == slip.place else f"{name} ({slip.place})"),
        (_("Direction"), f"{way}, {slip.lane}"),
        (_("Arrived"), moments.exact(slip.opened_at, zone)),
    ]
    return Section(title=_("Crossing"), rows=(*rows, (_("State"), _state(slip))))


def _state(slip: Slip) -> str:
    if slip.state is None:
        return _("goes by no procedure")
    return word(STATES, slip.state) if slip.proven else f"{word(STATES, slip.state)} ({_('not proven')})"


def _conveyance(slip: Slip) -> Section:
    rows = tuple((word(ROLES_SEEN, one.role), _plate(one.country, one.value)) for one in slip.signs)
    return Section(title=_("Conveyance"), rows=rows, none=_("No plate and no number was read."))


def _weighings(slip: Slip, zone: str) -> Section:
    rows = tuple((moments.exact(one.at, zone), moments.kilograms(one.gross_kg, 1)) for one in slip.weighings)
    return Section(title=_("Weighings"), rows=rows, none=_("It was not weighed."))


def steps(slip: Slip, procedure: Procedure | None = None) -> Section:
    """How the steps stood, by their names where a procedure that is known has them."""
    rows = [_step(one, procedure) for one in slip.steps]
    rows += [(_("and more"), _("The code could not carry all."))] if slip.cut else []
    return Section(title=_("Steps"), rows=tuple(rows), none=_("No step was begun."))


def _step(one: SlipStep, procedure: Procedure | None) -> tuple[str, str]:
    found = next((step for known in _procedures(procedure) if (step := known.step(one.step)) is not None), None)
    outcome = None if found is None or one.outcome is None else found.outcome(one.outcome)
    ended = one.outcome if outcome is None else in_language(outcome.name)
    state = word(STEP_STATES, one.state)
    return one.step if found is None else in_language(found.name), f"{state}: {ended}" if ended else state


def _procedures(own: Procedure | None) -> Iterable[Procedure]:
    return (*(() if own is None else (own,)), *_shipped())


@lru_cache(1)
def _shipped() -> tuple[Procedure, ...]:
    """The procedures that come with the house: after an outage no other may be known."""
    return tuple(procedure_of(text) for text in shipped_procedures().values())


def _made(slip: Slip, zone: str) -> Section:
    rows = (
        (_("Printed"), moments.exact(slip.at, zone)),
        (_("By"), slip.by),
        (_("Stands on the log up to"), f"{slip.place}/{slip.position}"),
        (_("May be shown until"), moments.exact(slip.until_at, zone)),
    )
    return Section(title=_("Slip"), rows=rows)


def show_claim(seen: SlipSeen, row: Row, zone: str, course: ShownCourse | None) -> ShownClaim:
    """Put a slip beside what was seen of its crossing, and where that stands here."""
    slip = seen.slip
    known = {plate_key(value) for value in (row.plate, row.trailer, row.container) if value}
    another = bool(known) and known.isdisjoint(plates_of(slip))
    weighed = slip.weighings[-1].gross_kg if slip.weighings else None
    lines = (
        Line(name=_("Plates and numbers"), slip=" · ".join(plates(slip)),
             seen=" · ".join(filter(None, (row.plate, row.trailer, row.container))), odd=another),
        Line(name=_("Direction"), slip=_way(slip.direction), seen=_way(row.direction),
             odd=slip.direction != row.direction),
        Line(name=_("Checkpoint"), slip=slip.place, seen=row.place),
        Line(name=_("Arrived"), slip=moments.exact(slip.opened_at, zone), seen=moments.exact(row.opened_at, zone)),
        Line(name=_("Gross mass"), slip="" if weighed is None else moments.kilograms(weighed, 1),
             seen="" if row.gross_kg is None else moments.kilograms(row.gross_kg, 1)),
        Line(name=_("State"), slip=_state(slip), seen="" if course is None else course.word),
    )  # fmt: skip
    return ShownClaim(seen=seen, lines=(*lines, *_claimed_steps(slip, course)))


def _claimed_steps(slip: Slip, course: ShownCourse | None) -> Iterator[Line]:
    here = {} if course is None else {one.step.code: one.word for one in course.steps}
    for one in slip.steps:
        name, said = _step(one, None if course is None else course.procedure)
        yield Line(name=name, slip=said, seen=here.get(one.step, ""))


def choices(slip: Slip, rows: Iterable[Row], named: dict[str, tuple[str, str]]) -> tuple[Choice, ...]:
    """Crossings to choose from, each with whether it has a plate of the slip."""
    keys = set(plates_of(slip))
    return tuple(
        Choice(
            row=row,
            place_name=named[row.place][0],
            zone=named[row.place][1],
            same=any(plate_key(value) in keys for value in (row.plate, row.trailer) if value),
        )
        for row in rows
    )


def _way(direction: str) -> str:
    return _("into the country") if direction == "in" else _("out of the country")


def plates(slip: Slip) -> tuple[str, ...]:
    """What the conveyance was known by, each once."""
    return tuple(dict.fromkeys(_plate(one.country, one.value) for one in slip.signs))


def _plate(country: str | None, value: str) -> str:
    return " ".join(filter(None, (country, value)))
