"""How statements about the neighbour and the trade are shown: what, since when, by whom, and how each ended."""

from __future__ import annotations

from msgspec import Struct

from beket.board.panels.holding import Stop, Wait
from beket.web import moments
from beket.web.courses import AGENCIES
from beket.web.holding_words import ENDED, STOPPED, WAITS
from beket.web.phrases import word
from beket.words import facts
from beket.words.ids import Instant


class ShownSaid(Struct, frozen=True, kw_only=True):
    """One statement; `row` has the rest. It holds while nobody ended it and its time has not run out."""

    row: Stop | Wait
    words: str
    agency: str
    since_at: Instant
    ended_at: Instant | None
    ended: str
    holds: bool
    left: str


def show_stop(row: Stop, now: Instant) -> ShownSaid:
    """Show what was said of the neighbour."""
    return _shown(row, word(STOPPED, row.direction), row.since_at, now)


def show_wait(row: Wait, now: Instant) -> ShownSaid:
    """Show what an agency waits for."""
    return _shown(row, word(WAITS, row.what), row.began_at, now)


def _shown(row: Stop | Wait, words: str, since: Instant, now: Instant) -> ShownSaid:
    over = row.ended_at if row.ended_at is not None else row.until_at if row.until_at <= now else None
    return ShownSaid(
        row=row,
        words=words,
        agency=word(AGENCIES, row.agency),
        since_at=since,
        ended_at=over,
        ended=word(ENDED, row.ended_why or "ran_out") if over is not None else "",
        holds=over is None,
        left=moments.span(row.until_at - now) if over is None else "",
    )


def of_holding(fact: facts.Fact) -> str:
    """Say in the story of a crossing what an agency waits for, or why it does not any more."""
    match fact:
        case facts.TradeAwaited():
            said = (word(AGENCIES, fact.agency), word(WAITS, fact.what), fact.by, fact.remark)
            return " · ".join(filter(None, said))
        case facts.AwaitingEnded():
            return " · ".join(filter(None, (word(AGENCIES, fact.agency), word(ENDED, fact.why), fact.by)))
        case _:
            return ""
