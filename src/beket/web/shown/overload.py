"""A load above its limit in words, as an act has it: held against what, weighed on what, how far above, at what fee."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from msgspec import Struct

from beket.web import moments
from beket.web.names import device_here
from beket.web.phrases import word
from beket.web.rules import SHIPPED_WORDS
from beket.web.shown.weights import LOADS
from beket.words.excess import Excess
from beket.words.fees import Fee


class Section(Struct, frozen=True, kw_only=True):
    """A part of an act: lines of a name and a value, or with `heads` a table."""

    title: str
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    none: str = ""


def excess_told(one: Excess, fees: str | None) -> Section:
    """Say of one load all that an act says of it; `fees` are the titles of the tables, None where there is none."""
    load = " ".join(filter(None, (word(LOADS, one.limits), one.axles)))
    title = _("Above a limit of mass: %(load)s") % {"load": load}
    return Section(title=title, rows=(*_measured(one), *_allowed(one), *_due(one, fees)))


def _measured(one: Excess) -> Iterator[tuple[str, str]]:
    """What was weighed, and what the scale is worth."""
    yield _("Weighed"), f"{moments.kilograms(one.weighed_kg, 1)}, {moments.written_day(one.weighed_on)}"
    entry = _("entry %(ref)s") % {"ref": one.weighing}
    yield _("Scale"), f"{device_here(one.device)} ({entry})"
    yield _("Accuracy class"), one.accuracy_class or _("not in the register")
    yield _("Verification"), _verified(one)
    yield _("Tolerance of the scale"), f"± {moments.kilograms(one.error_kg, 1)}"


def _verified(one: Excess) -> str:
    if one.verified_on is None and one.verified_until is None:
        return _("not in the register")
    days = " – ".join(moments.written_day(day or "…") for day in (one.verified_on, one.verified_until))
    return ", ".join((days, _("had run out when it was weighed"))) if one.run_out else days


def _allowed(one: Excess) -> Iterator[tuple[str, str]]:
    """The limit, how far above it that is, and what permits it."""
    yield _("Mass allowed"), moments.kilograms(one.limit_kg, 1)
    since = _("law since %(day)s") % {"day": moments.written_day(one.law_from)} if one.law_from else ""
    doubt = "" if one.confirmed else _("not confirmed against the text of the law")
    yield _("Taken from"), "; ".join(filter(None, (f"{word(SHIPPED_WORDS, one.source)} ({one.row})", since, doubt)))
    share = moments.figure(one.above_percent, 1)
    yield (
        _("Above the limit by"),
        _("%(kg)s, less the tolerance (%(n)s %%)") % {"kg": moments.kilograms(one.above_kg, 1), "n": share},
    )
    yield _("Permit"), one.permits or _("none that covers it was shown")


def _due(one: Excess, fees: str | None) -> Iterator[tuple[str, str]]:
    """The fee with where it is from, or why none is told."""
    if one.fee is not None:
        yield _("Fee"), f"{moments.figure(one.fee.amount, 2)} {one.fee.currency}"
        doubt = "" if one.fee.confirmed else _("not confirmed against the text of the law")
        yield (
            _("Fee taken from"),
            "; ".join(filter(None, (f"{one.fee.source} ({one.fee.id})", validity(one.fee), doubt))),
        )
    elif fees is None:
        yield _("Fee"), _("no table of fees is in force here")
    else:
        yield _("Fee"), _("no table for such an excess on this day")


def validity(fee: Fee) -> str:
    """The days on which a fee is law."""
    first = moments.written_day(fee.valid_from)
    if fee.valid_until is None:
        return _("law since %(day)s") % {"day": first}
    return _("law from %(day)s to %(last)s") % {"day": first, "last": moments.written_day(fee.valid_until)}
