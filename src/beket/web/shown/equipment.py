"""A piece of equipment as people read it: five statements, doubts, dates, and one level for the worst of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, get_args
from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from msgspec import Struct

from beket.board.panels.equipment import SOON_DAYS, DoubtSeen, EquipmentRow
from beket.web import moments
from beket.web.names import short
from beket.web.phrases import ASPECTS, ASPECTS_NOT, CLASSES, DEVICE_STATES, DOUBTS, KINDS, VIEWS, WHY, ZONES, word
from beket.web.shown.tiles import LEVELS, Level
from beket.words.facts import Aspect
from beket.words.ids import EntryRef, Instant
from beket.words.site import MEASURING

Holds = Literal["yes", "no", "unknown", "apart"]
"""Whether an aspect holds; `apart` where the question does not arise: nobody verifies a camera."""

NAMES: Final[tuple[Aspect, ...]] = get_args(Aspect)

IN_MAINTENANCE: Final = gettext_lazy("In maintenance")
RUN_OUT: Final = gettext_lazy("Verification has run out")
DUE: Final = gettext_lazy("Verification is due")
CLOCK_WRONG: Final = gettext_lazy("Device clock wrong")
"""Translated when shown: a whole country is judged at each drawing of its list, and one word of each piece is read."""


class ShownAspect(Struct, frozen=True, kw_only=True):
    """One statement: what is asked, whether it holds, why, since when, and the fact that says so."""

    name: Aspect
    title: str
    holds: Holds
    says: str
    why: str
    since: Instant | None
    lasting: str
    fact: EntryRef | None


class ShownDoubt(Struct, frozen=True, kw_only=True):
    """One doubt: what was measured beside what is usual, and how far apart they may be."""

    title: str
    measured: str
    usual: str
    bound: str
    since: Instant
    fact: EntryRef


class ShownPiece(Struct, frozen=True, kw_only=True):
    """One piece, ready to be drawn; `row` has the rest."""

    row: EquipmentRow
    dom: str
    url: str
    short: str
    label: str
    klass: str
    place_name: str
    place_short: str
    zone_name: str
    level: Level
    word: str
    reason: str
    lasting: str
    stands: str
    where: str
    drift: str
    period: str
    kind_word: str
    aspects: tuple[ShownAspect, ...]
    doubts: tuple[ShownDoubt, ...]
    resting: bool
    days: int | None
    days_says: str
    days_level: Level


def show_piece(row: EquipmentRow, place_name: str, zone_name: str, now: Instant) -> ShownPiece:
    """Put all that is known of a piece into words."""
    level, worst = judge(row, now)
    view = word(VIEWS, row.view)
    days = row.days_left(now)
    return ShownPiece(
        row=row,
        dom="e-" + row.id.replace("/", "-").replace(".", "-"),
        url="/devices/" + quote(row.id),
        short=row.id.removeprefix(row.place + "/"),
        label=", ".join(filter(None, (word(CLASSES, row.klass) or row.driver, view))),
        klass=word(CLASSES, row.klass) or "–",
        place_name=place_name,
        place_short=short(place_name),
        zone_name=zone_name,
        level=level,
        word=worst,
        reason=word(WHY, row.reason),
        lasting=moments.span(now - row.since) if row.since is not None else "–",
        stands=", ".join(filter(None, (row.lane, word(ZONES, row.zone) if row.lane else "", view))) or "–",
        where=word(ZONES, row.zone) if row.lane else "",
        drift=moments.drift(row.drift_ms),
        period=moments.span(row.expected_period_s * moments.SECOND),
        kind_word=word(KINDS, row.last_kind),
        aspects=tuple(show_aspect(row, name, now) for name in NAMES),
        doubts=tuple(show_doubt(one) for one in row.doubts),
        resting=row.in_maintenance(now),
        days=days,
        days_says=days_left(days),
        days_level=_due(days),
    )


def judge(row: EquipmentRow, now: Instant) -> tuple[Level, str]:
    """The worst thing that is so of a piece, as a level and in words; work that was agreed on is no fault."""
    held = {name: holds_of(row, name) for name in NAMES}
    days = row.days_left(now)
    doubt = row.doubts[0].doubt if row.doubts else ""
    candidates: tuple[tuple[bool, Level, object], ...] = (
        (row.in_maintenance(now), "low", IN_MAINTENANCE),
        (row.state == "down", "high", DEVICE_STATES["down"]),
        (held["powered"] == "no", "high", ASPECTS_NOT["powered"]),
        (held["sending"] == "no", "high", ASPECTS_NOT["sending"]),
        (held["calibrated"] == "no", "medium", RUN_OUT),
        (bool(row.doubts), "medium", DOUBTS.get(doubt, doubt)),
        (held["used"] == "no", "medium", ASPECTS_NOT["used"]),
        (row.clock_wrong, "low", CLOCK_WRONG),
        (held["installed"] == "no", "low", ASPECTS_NOT["installed"]),
        (row.state == "unknown", "unknown", DEVICE_STATES["unknown"]),
        (days is not None and days <= SOON_DAYS, "low", DUE),
        (True, "normal", DEVICE_STATES["up"]),
    )
    return next((level, str(says)) for wrong, level, says in candidates if wrong)


def holds_of(row: EquipmentRow, name: Aspect) -> Holds:
    """Whether an aspect holds, by one of four words."""
    if (name == "calibrated" and row.klass not in MEASURING) or (name == "used" and not row.lane):
        return "apart"
    seen = row.aspect(name)
    if seen is None or seen.holds is None:
        return "unknown"
    return "yes" if seen.holds else "no"


def show_aspect(row: EquipmentRow, name: Aspect, now: Instant) -> ShownAspect:
    """Put one aspect into a sentence of its own."""
    holds, seen = holds_of(row, name), row.aspect(name)
    says = {
        "yes": word(ASPECTS, name),
        "no": word(ASPECTS_NOT, name),
        "unknown": _("Nobody knows"),
        "apart": _("Does not apply"),
    }[holds]
    return ShownAspect(
        name=name,
        title=word(ASPECTS, name),
        holds=holds,
        says=says,
        why=word(WHY, seen.why) if seen is not None else "",
        since=seen.since if seen is not None else None,
        lasting=moments.span(now - seen.since) if seen is not None else "",
        fact=seen.fact if seen is not None else None,
    )


def show_doubt(seen: DoubtSeen) -> ShownDoubt:
    """Put a doubt's measures into the units they were taken in."""
    return ShownDoubt(
        title=word(DOUBTS, seen.doubt),
        measured=_measure(seen.doubt, seen.measured),
        usual=_measure(seen.doubt, seen.usual),
        bound=_measure(seen.doubt, seen.bound),
        since=seen.since,
        fact=seen.fact,
    )


def _measure(doubt: str, value: float) -> str:
    if doubt in ("unread_plates", "bad_frames"):
        return _("%(n)s %%") % {"n": moments.figure(100 * value, digits=1)}
    if doubt == "zero_drift":
        return moments.kilograms(value, 1)
    return moments.figure(value, digits=1)


def days_left(days: int | None) -> str:
    """How long the nearest verification or calibration still stands."""
    if days is None:
        return "–"
    if days < 0:
        return ngettext("%(n)s day over", "%(n)s days over", -days) % {"n": moments.figure(-days)}
    return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": moments.figure(days)}


def _due(days: int | None) -> Level:
    if days is None or days > SOON_DAYS:
        return "normal"
    return "medium" if days < 0 else "low"


STATES: Final = ("down", "unknown", "up")
SHOWS: Final[tuple[str, ...]] = (
    *(f"{name}-{holds}" for holds in ("no", "unknown", "yes") for name in NAMES),
    *(*STATES, "expired", "due", "doubted", "maintenance"),
)
"""What a list of equipment may be narrowed to; an address that asks for anything else asks for nothing."""


def show_words() -> list[tuple[str, str]]:
    """Every choice of the filter with its words, what is wrong first."""
    words = {
        **{state: word(DEVICE_STATES, state) for state in STATES},
        "expired": str(RUN_OUT),
        "due": _("Verification within 30 days"),
        "doubted": _("With doubts"),
        "maintenance": str(IN_MAINTENANCE),
    }
    for name in NAMES:
        words[f"{name}-no"] = word(ASPECTS_NOT, name)
        words[f"{name}-yes"] = word(ASPECTS, name)
        words[f"{name}-unknown"] = _("%(aspect)s: nobody knows") % {"aspect": word(ASPECTS, name)}
    order = ["down", "unknown", *(f"{name}-no" for name in NAMES), "expired", "due", "doubted", "maintenance"]
    return [(key, words[key]) for key in (*order, *(key for key in SHOWS if key not in order))]


def fits(row: EquipmentRow, show: str, now: Instant) -> bool:
    """Tell whether a piece is what the filter asks for."""
    name, _dash, holds = show.rpartition("-")
    if name in NAMES:
        return holds_of(row, name) == holds
    days = row.days_left(now)
    so = {
        **{state: row.state == state for state in STATES},
        "expired": days is not None and days < 0,
        "due": days is not None and 0 <= days <= SOON_DAYS,
        "doubted": bool(row.doubts),
        "maintenance": row.in_maintenance(now),
    }
    return so.get(show, True)


def by_need(row: EquipmentRow, now: Instant) -> int:
    """The order of what is to be looked at now: the worst first; within one level places stay together."""
    return LEVELS.index(judge(row, now)[0])


def by_days(row: EquipmentRow, now: Instant) -> tuple[bool, int, str, str]:
    """The order of the register: whose verification ends first stands first, what has no date stands last."""
    days = row.days_left(now)
    return days is None, days or 0, row.place, row.id


class Counted(Struct, frozen=True, kw_only=True):
    """How many pieces an aspect holds of, of how many it is asked of, each with the address of its list."""

    title: str
    yes: int
    no: int
    unknown: int
    of: int
    yes_url: str
    no_url: str
    unknown_url: str
    no_word: str
    bar_no: str
    bar_unknown: str


def count(rows: Sequence[EquipmentRow], address: str, asked: dict[str, str]) -> tuple[Counted, ...]:
    """Count the five aspects over the pieces of the list at an address, whatever it is narrowed to."""
    return tuple(_counted(rows, name, address, asked) for name in NAMES)


def _counted(rows: Sequence[EquipmentRow], name: Aspect, address: str, asked: dict[str, str]) -> Counted:
    held = [holds_of(row, name) for row in rows]
    yes, no, unknown = (held.count(holds) for holds in ("yes", "no", "unknown"))
    total = yes + no + unknown

    def url(holds: str) -> str:
        return f"{address}?" + urlencode({**asked, "show": f"{name}-{holds}"})

    return Counted(
        title=word(ASPECTS, name),
        yes=yes,
        no=no,
        unknown=unknown,
        of=total,
        yes_url=url("yes"),
        no_url=url("no"),
        unknown_url=url("unknown"),
        no_word=word(ASPECTS_NOT, name),
        bar_no=f"{100 * no / max(total, 1):.2f}",
        bar_unknown=f"{100 * unknown / max(total, 1):.2f}",
    )
