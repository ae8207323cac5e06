"""What the panels and pages of situations are given, all of it through the access door."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404

from beket.board.panels import situations as board
from beket.board.panels.similar import SIMILAR_MAX, similar
from beket.board.panels.situations import Counted, ShiftSeen, SituationSeen, Sounding
from beket.web import access
from beket.web.eyes import Eyes
from beket.web.moments import now_ms
from beket.web.once import once_a_tick
from beket.web.shown.situations import (
    ShownLine,
    ShownShift,
    ShownSimilar,
    ShownSituation,
    show_card,
    show_line,
    show_shifts,
    show_signal,
    show_similar,
    show_situation,
    show_step,
)
from beket.words.ids import CrossingId, PlaceId, SituationId

Context = dict[str, Any]

CLOSED_MAX: Final = 10
"""Most of those that were closed last that stand below the open ones."""


@once_a_tick
def seen(eyes: Eyes, place: str = "") -> tuple[SituationSeen, ...]:
    """The open situations, the worst first."""
    named = PlaceId(place) if place else None
    return access.scoped(eyes, "see_situations", lambda cursor, scope: board.situations(cursor, scope, named))


@once_a_tick
def counted(eyes: Eyes) -> tuple[Counted, ...]:
    """How many situations are open, by level."""
    return access.scoped(eyes, "see_situations", board.counted)


@once_a_tick
def worst_and_sounding(eyes: Eyes) -> tuple[SituationSeen | None, tuple[Sounding, ...]]:
    """The worst situation that is open, and all that ask with a sound: what every screen says first."""
    return access.scoped(
        eyes, "see_situations", lambda cursor, scope: (board.worst(cursor, scope), board.sounding(cursor, scope))
    )


def listed(eyes: Eyes, place: str = "") -> tuple[ShownSituation, ...]:
    """The open situations as lines."""
    return _shown(seen(eyes, place))


def held_by(eyes: Eyes, account: str) -> tuple[ShownSituation, ...]:
    """What somebody has taken, as far as these eyes see it."""
    return _shown(
        access.scoped(eyes, "see_situations", lambda cursor, scope: board.held_by(cursor, account, scope))
    )  # fmt: skip


def about(eyes: Eyes, crossing: str) -> tuple[ShownSituation, ...]:
    """The situations of a visit, the open one first."""
    name = CrossingId(crossing)
    return _shown(access.scoped(eyes, "see_situations", lambda cursor, scope: board.about(cursor, name, scope)))


def _shown(rows: tuple[SituationSeen, ...]) -> tuple[ShownSituation, ...]:
    names, now = access.names(), now_ms()
    return tuple(show_situation(row, *names[row.place], now) for row in rows)


def of_list(eyes: Eyes, place: str) -> Context:
    """The list: what needs somebody, messages apart, and what was closed last."""
    shown, where = listed(eyes, place), PlaceId(place) if place else None
    closed = access.scoped(eyes, "see_situations", lambda cursor, scope: board.closed(cursor, scope, where))
    return {
        "open": [one for one in shown if one.row.level != "low"],
        "messages": [one for one in shown if one.row.level == "low"],
        "closed": _shown(closed[:CLOSED_MAX]),
        "counts": counted(eyes),
    }


def row_of(eyes: Eyes, name: str) -> SituationSeen:
    """One situation, or the answer for what is not there."""
    found = access.scoped(
        eyes, "see_situations", lambda cursor, scope: board.situation(cursor, SituationId(name), scope)
    )  # fmt: skip
    if found is None:
        raise Http404
    return found


def one(eyes: Eyes, name: str) -> Context:
    """One situation: signals, card and history."""
    row = row_of(eyes, name)
    signals, checks, facts = access.scoped(
        eyes,
        "see_situations",
        lambda cursor, _scope: (
            board.signals_of(cursor, row.id), board.checks_of(cursor, row.id), board.facts_of(cursor, row.id),
        ),
    )  # fmt: skip
    (shown,) = _shown((row,))
    said = [show_signal(signal, row.place, row.subject) for signal in signals]
    return {
        "shown": shown,
        "zone": shown.zone_name,
        "standing": [signal for signal in said if signal.row.gone_at is None],
        "gone": [signal for signal in said if signal.row.gone_at is not None],
        "card": show_card(row.sort, checks),
        "similar": _similar(eyes, row),
        "similar_max": SIMILAR_MAX,
        "history": [show_step(fact) for fact in facts],
        "sees_log": eyes.sees("see_log", row.place),
        "sees_evidence": eyes.sees("see_evidence", row.place),
    }


def _similar(eyes: Eyes, row: SituationSeen) -> tuple[ShownSimilar, ...]:
    """Earlier situations that share something with it, as far as these eyes see them, and its papers."""
    papers, names = eyes.sees("see_documents", row.place), access.names()
    found = access.scoped(
        eyes, "see_situations", lambda cursor, scope: similar(cursor, row, scope, papers=papers)
    )  # fmt: skip
    return tuple(show_similar(one, *names[one.place]) for one in found)


def of_line(eyes: Eyes, _argument: str) -> Context:
    """Whether anything is wrong, for the head of every screen."""
    return {"line": line(eyes)}


def line(eyes: Eyes) -> ShownLine | None:
    """Whether anything is wrong; nothing for eyes that see no situations."""
    if not eyes.can("see_situations"):
        return None
    counts = counted(eyes)
    if all(one.level == "low" for one in counts):
        return show_line(counts, None, (), inspects=False)
    worst, sounding = worst_and_sounding(eyes)
    shown = _shown(() if worst is None else (worst,))
    return show_line(counts, next(iter(shown), None), sounding, inspects="inspector" in eyes.roles)


def of_shifts(eyes: Eyes, _argument: str) -> Context:
    """Who is on shift, and what waits for the relief."""
    now = access.scoped(eyes, "see_situations", board.on_shift)
    over = access.scoped(eyes, "see_situations", board.waiting_for_relief)
    names = access.names()
    return {"on_shift": show_shifts(now, names), "waiting": show_shifts(over, names)}


def own_shifts(account: str, eyes: Eyes) -> tuple[ShiftSeen, ...]:
    """Where somebody is on shift now."""
    return access.scoped(eyes, "see_situations", lambda cursor, _scope: board.shifts_of(cursor, account))


def shown_shift(shifts: tuple[ShiftSeen, ...]) -> ShownShift | None:
    """One person's own shift in one piece."""
    return next(iter(show_shifts(shifts, access.names())), None)


def shift_places(eyes: Eyes) -> tuple[str, ...]:
    """Every place where these eyes may be on shift."""
    return tuple(tile.place for tile in access.places(eyes, "take_shift"))


def handed_places(eyes: Eyes, account: str) -> tuple[str, ...]:
    """The places at which something of somebody's waits for the relief."""
    over = access.scoped(eyes, "take_shift", board.waiting_for_relief)
    return tuple(shift.place for shift in over if shift.account == account)
