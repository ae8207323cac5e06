"""The words of decisions: what an alarm can be found to be, and why a decision could not be taken."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

ADJUDICATIONS: Final[dict[int, Any]] = {
    1: _("Real: contraband found"),
    2: _("Real: other"),
    3: _("Innocent: medical isotope"),
    4: _("Innocent: naturally radioactive goods"),
    5: _("Innocent: declared shipment"),
    6: _("False: physical inspection found nothing"),
    7: _("False: the identifier shows background only"),
    8: _("False: other"),
    9: _("Test, maintenance or training, authorised"),
    10: _("Unauthorised activity at the portal"),
    11: _("Other"),
}
"""The eleven codes of words/decisions.py; a test holds this complete."""

SECONDARIES: Final[dict[str, Any]] = {
    "none": _("No secondary inspection"),
    "requested": _("Secondary inspection asked for"),
    "completed": _("Secondary inspection done"),
}

OUTCOMES: Final[dict[str, Any]] = {
    "done": _("Done."),
    "awaited": _("It is in the log; what follows from it is still awaited."),
    "not_allowed": _("Your role may not decide this."),
    "no_such_alarm": _("This alarm does not wait any more."),
    "no_such_code": _("Choose what the alarm was."),
    "neutron_needs_inspection": _("A neutron alarm is called innocent only after a secondary inspection."),
    "second_person": _("You judged this alarm first; the second judgement is another person's."),
    "unknown_device": _("No layout in force names this device."),
    "no_reason": _("Write down the reason."),
    "no_time": _("Write both times."),
    "ends_before_it_begins": _("The window must end after it begins, and in the future."),
    "too_long": _("A window lasts seven days at most."),
    "no_window": _("No maintenance is agreed for this device."),
}
"""What became of a decision (core/radiation, core/equipment/maintenance); a test holds this complete."""
