"""The words of who has a conveyance: what each figure of the release times means, and what people say of it."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from beket.board.panels.release import WHOLE
from beket.web.courses import AGENCIES

PARTIES: Final[dict[str, Any]] = {
    "own": _("own side alone"),
    "other": _("other agencies alone"),
    "both": _("own side and others at once"),
    "driver": _("driver, carrier, papers"),
    "neighbour": _("the neighbour"),
    "unknown": _("not known who"),
}
"""The parts that add up to the whole stay."""

HOLDERS: Final[dict[str, Any]] = {WHOLE: _("the whole stay"), **AGENCIES, **PARTIES}

_AGENCY: Final = _(
    "The turn of one of its steps had come, and the step was not done. Times in which a paper that the step needs was "
    "missing do not count, nor those in which the agency said that it waits for the driver or for papers. Where two "
    "agencies had a step at once each counts it, so that these figures may add up to more than the whole."
)

DEFINITIONS: Final[dict[str, Any]] = {
    WHOLE: _(
        "From when the conveyance was first seen at the checkpoint until it was seen at the exit. What was before the "
        "entry gate and after the exit nobody here has seen."
    ),
    "own": _(
        "A step of customs or of the operator could be done and was not done yet, and no other agency had one. A step "
        "that was decided without its paper, for a reason that was given, counts here to its end."
    ),
    "other": _(
        "A step of another agency could be done and was not done yet, and neither customs nor the operator had one."
    ),
    "both": _(
        "Customs or the operator had a step that could be done, and at the same time another agency had one. It is "
        "counted once and to neither of them."
    ),
    "driver": _(
        "No agency had a step that could be done, and the conveyance waited for itself: a paper that a step needs, or "
        "that tells whether it is needed, had not come; one that came later in the same lane had been at the machine "
        "already; an agency said that it waits for the driver or for papers; or it was released and did not drive off: "
        "on the way in always, on the way out from when one that was released later has left."
    ),
    "neighbour": _(
        "Released to go out and still here, no agency had a step and nothing was awaited of the trade, while somebody "
        "of this checkpoint said that the neighbour takes nobody. What was said, by whom and until when stands below "
        "the records."
    ),
    "unknown": _(
        "What neither evidence nor a statement gives to anybody: between two steps, after the release to go out while "
        "nobody says anything of the neighbour, a step that nobody did and whose paper never came. It is not shared "
        "out among the others."
    ),
    **dict.fromkeys(AGENCIES, _AGENCY),
}
"""What each figure is of; a test holds this complete."""

STOPPED: Final[dict[str, Any]] = {
    "out": _("The neighbour takes nobody"),
    "in": _("The neighbour sends nobody"),
}

WAITS: Final[dict[str, Any]] = {
    "driver": _("waits for the driver"),
    "papers": _("waits for papers"),
}

ENDED: Final[dict[str, Any]] = {
    "said": _("somebody said so"),
    "ran_out": _("nobody said it again in time"),
    "decided": _("the agency decided a step"),
    "papers_came": _("papers came"),
    "left": _("the conveyance has gone"),
}
"""Why what was said holds no longer."""

OUTCOMES: Final[dict[str, Any]] = {
    "awaited": _("It is in the log; what follows from it is still awaited."),
    "not_allowed": _("Your role may not decide this."),
    "neighbour_passes_already": _("Nobody says of the neighbour that it stopped, or its time has run out already."),
    "not_since_then": _("It can be said for an hour back at most, and not ahead."),
    "crossing_is_over": _("The conveyance has gone; nothing more is decided of its steps."),
    "nothing_awaited": _("Your agency does not say that it waits for anything."),
    "too_long": _("That is too long."),
    "time_unusable": _("Write the time as hours and minutes, such as 14:10."),
}
"""What became of a statement (core/holding/react); a test holds this complete."""
