"""Acts of the house in words: the same lines for the form, for the page, and twice for the paper in two languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from beket.board.panels.acts import ActSeen
from beket.web import moments
from beket.web.names import device_here
from beket.web.papers import KINDS_OF_DOCUMENT
from beket.web.phrases import CLASSES, ROLES_SEEN, word
from beket.web.rules import SENTENCES, VALUE_WORDS
from beket.web.shown.documents import worded
from beket.web.shown.overload import Section, excess_told
from beket.words.acts import ActContent, ActLimit, ActWeighing, check_of

SORTS: Final[dict[str, Any]] = {
    "crossing": gettext_lazy("Crossing act"),
    "examination": gettext_lazy("Examination act"),
    "overload": gettext_lazy("Overload act"),
    "refusal": gettext_lazy("Act of refusal"),
}
"""Every sort of act (words/acts.py); a test holds this and the next complete."""

ACT_OUTCOMES: Final[dict[str, Any]] = {
    "released": gettext_lazy("Let go on its way"),
    "referred": gettext_lazy("Sent on to a further control"),
    "held": gettext_lazy("Held back"),
    "agrees": gettext_lazy("What was found agrees with the papers"),
    "differs": gettext_lazy("What was found does not agree with the papers"),
    "unfinished": gettext_lazy("The examination was not finished"),
    "reloaded": gettext_lazy("Reloaded down to the limit"),
    "fee_due": gettext_lazy("A fee for the excess is due"),
    "permitted": gettext_lazy("Goes on under a special permit"),
    "turned_back": gettext_lazy("Turned back"),
    "entry_refused": gettext_lazy("Entry is refused"),
    "exit_refused": gettext_lazy("Exit is refused"),
    "release_refused": gettext_lazy("Release of the goods is refused"),
}

ROLES: Final[dict[str, Any]] = {
    "duty_officer": gettext_lazy("duty officer"),
    "inspector": gettext_lazy("inspector"),
}
"""Roles that issue acts; a test holds this complete."""

SAID: Final[dict[str, Any]] = {
    "awaited": gettext_lazy("It is in the log; what follows from it is still awaited."),
    "not_allowed": gettext_lazy("Your role may not decide this."),
    "no_such_crossing": gettext_lazy(
        "An act is issued about a crossing that is not long over; this one is not held any more."
    ),
    "act_torn": gettext_lazy("What was to be issued is not what was shown. Look at it again."),
    "act_changed": gettext_lazy(
        "The dossier has changed since the form was shown. Look at it again; what you wrote is kept."
    ),
    "act_of_another_day": gettext_lazy("An act is drawn up on the day on which it is issued."),
    "no_outcome": gettext_lazy("Choose the outcome."),
    "no_reason": gettext_lazy("Write down the reasons: this outcome does not speak for itself."),
    "not_over": gettext_lazy(
        "Nothing of this crossing was found to be above a limit of mass: there is no such act about it."
    ),
    "not_as_found": gettext_lazy("What the act says of loads is not what was found. Look at the dossier again."),
    "act_too_long": gettext_lazy("This is more than an act can hold."),
    "act_is_there": gettext_lazy(
        "There is such an act about this crossing. A mistake in it is mended by a new act that replaces it."
    ),
    "no_such_act": gettext_lazy("The act that is to be replaced or signed does not stand any more."),
    "act_of_another_officer": gettext_lazy("An act is signed by the officer who issued it."),
    "act_signed_already": gettext_lazy("This act is signed already; its paper does not change."),
    "not_confirmed": gettext_lazy("Confirm that you have checked the act."),
}
"""Why an act could not be issued or signed (core/acts); a test holds this complete."""


DAY_SIGNS: Final = len("2026-11-18")
"""Of a moment that a document was issued at, its day."""


class Pair(Struct, frozen=True):
    """A text in the two languages of the house's papers."""

    ky: str
    ru: str

    @property
    def same(self) -> bool:
        """Whether one writing serves both."""
        return self.ky == self.ru


class PairedSection(Struct, frozen=True, kw_only=True):
    """A part of an act on paper."""

    title: Pair
    heads: tuple[Pair, ...]
    rows: tuple[tuple[Pair, ...], ...]
    none: Pair


class ShownAct(Struct, frozen=True, kw_only=True):
    """An act as a list or a page has it."""

    seen: ActSeen
    sort: str
    outcome: str
    role: str
    check: str
    url: str
    zone: str
    stands: bool


def show_act(seen: ActSeen) -> ShownAct:
    """Say of an act what it is and how it stands."""
    act = seen.act
    return ShownAct(
        seen=seen,
        sort=word(SORTS, act.sort),
        outcome=word(ACT_OUTCOMES, act.content.outcome),
        role=word(ROLES, act.role),
        check=check_of(seen.sha256),
        url=f"/acts/{act.number}",
        zone=act.content.zone_name,
        stands=seen.replaced_by is None,
    )


def both(told: Callable[[], str]) -> Pair:
    """Tell something in both languages of a paper."""
    return Pair(*_twice(told))


def paired(content: ActContent) -> tuple[PairedSection, ...]:
    """Tell what an act says in both languages, line by line beside each other."""
    return beside(lambda: (*sections(content), concluded(content)))


def beside(told: Callable[[], tuple[Section, ...]]) -> tuple[PairedSection, ...]:
    """Tell parts of a paper in both of its languages, line by line beside each other."""
    ky, ru = _twice(told)
    return tuple(
        PairedSection(
            title=Pair(one.title, other.title),
            heads=tuple(map(Pair, one.heads, other.heads)),
            rows=tuple(tuple(map(Pair, line, beside)) for line, beside in zip(one.rows, other.rows, strict=True)),
            none=Pair(one.none, other.none),
        )
        for one, other in zip(ky, ru, strict=True)
    )


def _twice(told: Callable[[], Any]) -> tuple[Any, Any]:
    with translation.override("ky"):
        ky = told()
    with translation.override("ru"):
        return ky, told()


def sections(content: ActContent) -> tuple[Section, ...]:
    """What an act says of the crossing, in the language of the page: all but how it ends."""
    found = [_crossing(content), _conveyance(content), _papers(content), _weighings(content)]
    found += [_findings(content)] if content.findings or not content.excesses else []
    found += [excess_told(one, content.fees) for one in content.excesses]
    return (*found, _limit(content.limit)) if content.limit is not None else tuple(found)


def concluded(content: ActContent) -> Section:
    """How an act ends, with what the officer wrote."""
    rows = [(_("Outcome"), word(ACT_OUTCOMES, content.outcome))]
    rows += [(_("Reasons"), content.reasons)] if content.reasons else []
    rows += [(_("Remarks"), content.remarks)] if content.remarks else []
    return Section(title=_("Conclusion"), rows=tuple(rows))


def place_name(content: ActContent) -> str:
    """The checkpoint's name in the language of the page."""
    return str(getattr(content.place_name, moments.language()) or content.place)


def _crossing(content: ActContent) -> Section:
    zone = content.zone_name
    rows = [
        (_("Checkpoint"), f"{place_name(content)} ({content.place})"),
        (
            _("Direction"),
            f"{_('into the country') if content.direction == 'in' else _('out of the country')}, {content.lane}",
        ),
        (_("Arrived"), moments.exact(content.opened_at, zone)),
    ]
    rows += [(_("Departed"), moments.exact(content.departed_at, zone))] if content.departed_at is not None else []
    return Section(title=_("Crossing"), rows=(*rows, (_("Crossing in the log"), content.crossing)))


def _conveyance(content: ActContent) -> Section:
    rows = [(word(ROLES_SEEN, one.role), " ".join(filter(None, (one.country, one.value)))) for one in content.signs]
    rows += [(_("Carrier"), one) for one in content.carriers]
    return Section(title=_("Conveyance"), rows=tuple(rows), none=_("No plate and no number was read."))


def _papers(content: ActContent) -> Section:
    rows = tuple(
        (word(KINDS_OF_DOCUMENT, one.kind), one.number or "–", moments.written_day((one.issued_on or "–")[:DAY_SIGNS]))
        for one in content.papers
    )
    heads = (_("Kind"), _("Number"), _("Date"))
    return Section(title=_("Documents"), heads=heads, rows=rows, none=_("No paper was in the dossier."))


def _weighings(content: ActContent) -> Section:
    rows = tuple(_weighing(one, content.zone_name) for one in content.weighings)
    heads = (_("Weighed"), _("Scale"), _("Class"), _("Verified until"), _("Gross mass"))
    return Section(title=_("Weighings"), heads=heads, rows=rows, none=_("It was not weighed."))


def _weighing(one: ActWeighing, zone: str) -> tuple[str, ...]:
    klass = " ".join(filter(None, (word(CLASSES, one.klass), one.accuracy_class)))
    device = device_here(one.device)
    return (
        moments.exact(one.at, zone),
        device,
        klass or "–",
        moments.written_day(one.verified_until or "–"),
        moments.kilograms(one.gross_kg, 1),
    )


def _findings(content: ActContent) -> Section:
    rows = tuple((one.rule, word(SENTENCES, one.rule), _values(one.values)) for one in content.findings)
    heads = (_("Rule"), _("What does not agree"), _("Values"))
    return Section(
        title=_("What does not agree"), heads=heads, rows=rows, none=_("Nothing was found that does not agree.")
    )


def _values(values: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{word(VALUE_WORDS, name)}: {worded(name, value)}" for name, value in values)


def _limit(limit: ActLimit) -> Section:
    rows = [
        (_("Mass allowed"), moments.kilograms(limit.limit_kg, 1)),
        (_("Taken from"), limit.basis),
        (_("Above the limit by"), moments.kilograms(limit.over_kg, 1)),
    ]
    rows += [(_("Fee"), " ".join(filter(None, (limit.fee, limit.currency))))] if limit.fee is not None else []
    return Section(title=_("Limit of mass"), rows=tuple(rows))
