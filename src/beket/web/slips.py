"""Draws up printed slips: from a dossier to what a slip says, and from that to a page for a roll of 80 mm or for A4."""

from __future__ import annotations

from typing import Any, Final

import segno
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from msgspec import Struct

from beket.board.panels.dossier import Dossier
from beket.web import gathered_slips
from beket.web.courses import in_language
from beket.web.eyes import Eyes
from beket.web.moments import now_ms
from beket.web.open_door import place_words
from beket.web.shown.acts import beside, both
from beket.web.shown.course import ShownCourse
from beket.web.shown.slips import plates, sections
from beket.web.slipping import CannotSeal, the_slips
from beket.words.ids import Instant
from beket.words.slips import SIGNS_MAX, STANDS_MS, WEIGHINGS_MAX, Slip, SlipSign, SlipStep, SlipWeighing, whole_s

ERRORS_BORNE: Final = "m"
"""How much of the code may be torn or soiled: a seventh."""

TELLING: Final = frozenset({"in_progress", "held", "cleared", "cleared_with_conditions", "refused", "waived_by_rule"})
"""States of steps that a slip tells: what is not begun, or not needed, is no news to whoever reads it."""


class Printed(Struct, frozen=True, kw_only=True):
    """A slip with the text of its code; without one it is preliminary, and `why` says what hindered, if anything did.

    `cut`: the code could not carry all that the slip says.
    """

    slip: Slip
    text: str = ""
    why: str = ""
    cut: bool = False
    demo: bool = False

    @property
    def preliminary(self) -> bool:
        """Whether nothing is signed: nobody can go by it."""
        return not self.text


def signed(slip: Slip) -> Printed:
    """Have a slip signed; what is handed out was checked as whoever scans it will."""
    try:
        slips = the_slips()
        text = slips.seal(slip)
    except CannotSeal as error:
        return Printed(slip=slip, why=str(error))
    found = slips.check(text, now_ms())
    if found.verdict != "good" or found.slip is None:
        return Printed(slip=slip, why=_("The signature of the slip did not hold; it was not handed out."))
    return Printed(slip=slip, text=text, cut=found.slip.cut, demo=slips.demo)


def slip_of(eyes: Eyes, held: Dossier, course: ShownCourse | None, by: str) -> Slip:
    """Say what the log has of a crossing now."""
    row, now = held.crossing, whole_s(now_ms())
    signs = {sign.role: sign for sign in held.signs}
    weighed = [piece for piece in held.evidence if piece.gross_kg is not None]
    return Slip(
        place=row.place,
        crossing=row.id,
        direction=row.direction,
        lane=row.lane,
        opened_at=whole_s(row.opened_at),
        state=None if course is None else course.seen.state,
        proven=course is not None and course.seen.proven,
        signs=tuple(SlipSign(role=one.role, value=one.value, country=one.country) for one in signs.values())[
            :SIGNS_MAX
        ],
        weighings=tuple(
            SlipWeighing(gross_kg=piece.gross_kg or 0.0, at=whole_s(piece.at)) for piece in weighed[-WEIGHINGS_MAX:]
        ),
        steps=() if course is None else _steps(course),
        position=gathered_slips.folded_to(eyes, row.place),
        by=by,
        at=now,
        until_at=Instant(now + STANDS_MS),
    )


def _steps(course: ShownCourse) -> tuple[SlipStep, ...]:
    return tuple(
        SlipStep(
            step=one.step.code,
            state=course.seen.steps[one.step.code],
            outcome=None if one.stamp is None else one.stamp.outcome,
        )
        for one in course.steps
        if one.state in TELLING
    )


def slip_context(printed: Printed, course: ShownCourse | None) -> dict[str, Any]:
    """Give the template of a slip all that it needs; `preliminary` stands on it where nothing is signed."""
    slip = printed.slip
    name, zone = place_words(slip.place)
    procedure = None if course is None else course.procedure
    return {
        "slip": slip,
        "plates": plates(slip),
        "preliminary": printed.preliminary,
        "why": printed.why,
        "cut": printed.cut,
        "demo": printed.demo,
        "code": "" if printed.preliminary else code_of(printed.text),
        "text": printed.text,
        "sections": beside(lambda: sections(slip, in_language(name), zone, procedure)),
        "words": {word: both(said) for word, said in _WORDS.items()},
    }


def code_of(text: str) -> SafeString:
    """Draw a text as a square code."""
    code = segno.make_qr(text, error=ERRORS_BORNE, boost_error=False)
    return mark_safe(code.svg_inline(border=4, omitsize=True))  # noqa: S308 - drawn here


_WORDS: Final = {
    "title": lambda: _("Slip of a crossing"),
    "customs": lambda: _("Customs situation centre"),
    "preliminary": lambda: _("PRELIMINARY"),
    "unsigned": lambda: _("The log has not got this yet, or it could not be signed: nobody can go by this slip."),
    "meaning": lambda: _(
        "Keep this slip until you have left. If the system fails, show it: the code says what was done so far."
        " It is a claim and no release."
    ),
    "cut": lambda: _("The code carries the last steps only; the paper has all."),
    "demo": lambda: _("DEMONSTRATION: signed by a key that stands for nobody, without legal force"),
}
"""What stands on every slip."""
