"""The sentences of the rules in three languages, and the words for what a rule found."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

SENTENCES: Final[dict[str, Any]] = {
    "W01": _(
        "The scale showed another mass than the papers declare for the conveyance, by more than the scale can err."
    ),
    "W02": _("The goods alone are declared heavier than the whole conveyance on the scale."),
    "W03": _("The scale showed more than the declared goods and the heaviest empty lorry can weigh together."),
}
VALUE_WORDS: Final[dict[str, Any]] = {
    "declared_kg": _("declared, kg"),
    "weighed_kg": _("weighed, kg"),
}
