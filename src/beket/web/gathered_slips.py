"""Printed slips through the one door: those of a crossing, those that wait, and how far the tables of a post are."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from beket.board.panels import slips as board
from beket.board.panels.crossings import Query, Row
from beket.board.panels.dossier import Dossier
from beket.board.panels.slips import SlipSeen
from beket.web import access
from beket.web.eyes import Eyes
from beket.web.moments import DAY, now_ms
from beket.words.ids import Instant, PlaceId
from beket.words.readings import CodeRead
from beket.words.slips import Slip

SINCE_MS = 30 * DAY
"""How old a crossing may be that a slip is taken in for."""

ROWS_MAX = 20
"""Most crossings of one list to choose from: more lorries of one plate in a month are looked for by hand."""


def slips_of(eyes: Eyes, held: Dossier) -> tuple[SlipSeen, ...]:
    """The slips that were shown for a crossing, also by the names that it had before."""
    access.at_place(eyes, "see_dossier", held.crossing.place)
    names = (held.crossing.id, *held.joined)
    return access.scoped(eyes, "see_dossier", lambda cursor, _scope: board.slips_of(cursor, names))


def waiting(eyes: Eyes) -> tuple[SlipSeen, ...]:
    """Slips whose conveyance no camera has seen since."""
    return access.scoped(eyes, "handle_documents", lambda cursor, scope: board.waiting(cursor, now_ms(), scope))


def folded_to(eyes: Eyes, place: str) -> int:
    """The last frame of a post that its tables stand on."""
    access.at_place(eyes, "see_dossier", place)
    return access.scoped(eyes, "see_dossier", lambda cursor, _scope: board.folded_to(cursor, PlaceId(place)))


def named_by(eyes: Eyes, slip: Slip) -> tuple[Row, ...]:
    """The crossings of late that a slip may be of, by the plates on it: those that are here first."""
    since = Instant(now_ms() - SINCE_MS)
    found = {
        row.id: row
        for sign in slip.signs
        for row in _rows(eyes, Query(plate=sign.value, since=since))
        if row.joined_into is None
    }
    return tuple(sorted(found.values(), key=lambda row: (row.departed_at is not None, -row.opened_at)))[:ROWS_MAX]


def here_now(eyes: Eyes, but: Iterable[Row]) -> tuple[Row, ...]:
    """Other lorries that are here: one of them may have been read wrongly, or not at all."""
    named = {row.id for row in but}
    return tuple(row for row in _rows(eyes, Query(state="inside")) if row.id not in named)


def _rows(eyes: Eyes, query: Query) -> tuple[Row, ...]:
    page, _count = access.crossings(eyes, replace(query, places=None), None, ROWS_MAX)
    return tuple(row for row in page.rows if eyes.sees("handle_documents", row.place))


def code_read(eyes: Eyes, place: str, ref: str) -> str:
    """The whole text of a code that a reader of a lane read; nothing where the entry is none."""
    body = access.entry(eyes, "see_dossier", place, ref).body
    return body.text if isinstance(body, CodeRead) else ""
