"""What a person orders: one decision with a name and a power, appended to the log like anything that is said.

Nothing is changed here. The loop concludes what follows, or that the decision could not be taken so; a page waits a
moment for that and shows which.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Final, Literal

import msgspec
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest
from msgspec import Struct

from beket.board.panels.alarms import refused
from beket.log.draft import request as request_of
from beket.log.postgres import PostgresBook
from beket.web.access import at_place, dsn, eyes_of
from beket.web.accounts.duties import duty_for
from beket.web.accounts.presence import demanded
from beket.web.moments import now_ms
from beket.words.decisions import Decision
from beket.words.ids import Instant, PlaceId
from beket.words.roles import DECIDES, Role, Verb
from beket.words.wire import Entry, Raw

CONCLUDED_S_MAX: Final = 3.0
"""Longest wait for the loop's conclusion: it follows within tenths of a second, or the page says that it is awaited."""

LOOK_EVERY_S: Final = 0.05

_KNOWN: Final = """
SELECT count(*) FROM (SELECT id FROM place UNION SELECT place FROM layout) known WHERE id = ANY(%s)
"""
"""Places that are laid out or for which somebody proposed that."""

Outcome = Literal["done", "awaited"] | str
"""What became of a decision: concluded, not yet, or the one word why it was refused."""


class Under(Struct, frozen=True):
    """A verb used for one of some agencies, where whoever decides serves several."""

    verb: Verb
    agencies: frozenset[str]


class Signed(Struct, frozen=True, kw_only=True):
    """What every decision begins with: its own name, who takes it, in which role, and when."""

    decision_id: str
    by: str
    role: Role
    at: Instant


class Taken(Struct, frozen=True, kw_only=True):
    """A decision that is in the log, and what became of it."""

    decision_id: str
    outcome: Outcome


def order(  # noqa: PLR0913 - who, by which power, where, what
    request: HttpRequest,
    verb: Verb | Under,
    place: str,
    decided: Callable[[Signed], Decision],
    raw: Raw | None = None,
    *,
    begins: bool = False,
) -> Taken:
    """Append one decision of this person at a place, with the proof that it is them, and the bytes that it brings.

    One that `begins` a place is its chain's first entry. Raises Trouble, Http404, PresenceWanted.
    """
    if not begins:
        _there([place])
    return _order_at(request, verb, [place], decided, raw)[place]


def order_at(
    request: HttpRequest,
    verb: Verb | Under,
    places: Sequence[str],
    decided: Callable[[Signed], Decision],
    raw: Raw | None = None,
) -> dict[str, Taken]:
    """Append one decision of this person at each of some places, all or none, as `order`.

    What follows from them is waited for once.
    """
    _there(places)
    return _order_at(request, verb, places, decided, raw)


def _order_at(
    request: HttpRequest,
    verb: Verb | Under,
    places: Sequence[str],
    decided: Callable[[Signed], Decision],
    raw: Raw | None,
) -> dict[str, Taken]:
    under = verb if isinstance(verb, Under) else Under(verb, frozenset())
    signed = {place: _signed(request, under, place) for place in places}
    proof = demanded(request) if under.verb in DECIDES else None
    decisions = {
        place: msgspec.structs.replace(decided(who), agency=agency, proof=proof)
        for place, (who, agency) in signed.items()
    }
    wanted = [request_of(PlaceId(place), [Entry(body=one, raw=raw)]) for place, one in decisions.items()]
    with closing(PostgresBook(dsn())) as book, book.transaction() as writing:
        frames = writing.append_all(wanted)
    appended = {
        place: (one.decision_id, frame.seq or 0) for (place, one), frame in zip(decisions.items(), frames, strict=True)
    }
    until = time.monotonic() + CONCLUDED_S_MAX
    return {
        place: Taken(decision_id=name, outcome=_outcome(place, name, seq, until))
        for place, (name, seq) in appended.items()
    }  # fmt: skip


def _there(places: Sequence[str]) -> None:
    """See that there are such checkpoints: who may decide anywhere begins no chain by a name that was typed."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [list(places)])
        if cursor.fetchone() != (len(set(places)),):
            raise Http404


def _signed(request: HttpRequest, under: Under, place: str) -> tuple[Signed, str]:
    """Say who decides in which role, and for which agency; raises Http404, PermissionDenied."""
    at_place(eyes_of(request), under.verb, place)
    duty = duty_for(request.user.pk, under.verb, place, under.agencies)
    if duty is None:
        raise PermissionDenied(under.verb)
    role, agency = duty
    name = request.user.get_username()
    return Signed(decision_id=uuid.uuid4().hex, by=name, role=role, at=Instant(now_ms())), agency


def say(request: HttpRequest, verb: Verb, place: str, entries: Sequence[Entry]) -> int:
    """Append readings that a person brought in (a claimed message); gives how many were not known.

    Raises Trouble, Http404.
    """
    at_place(eyes_of(request), verb, place)
    _there([place])
    with closing(PostgresBook(dsn())) as book:
        return len(entries) - book.append(PlaceId(place), entries).known


def concluded(place: str, decision_id: str, seq: int) -> Outcome:
    """Wait a moment for what follows from a decision in this frame of a place's chain."""
    return _outcome(place, decision_id, seq, time.monotonic() + CONCLUDED_S_MAX)


def _outcome(place: str, decision_id: str, seq: int, until: float) -> Outcome:
    """Wait a moment for the board to have folded what follows from this frame."""
    looked = False
    while not looked or time.monotonic() < until:
        looked = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT seq FROM position WHERE place = %s", [place])
            row = cursor.fetchone()
            if row is not None and row[0] >= seq:
                return refused(cursor, PlaceId(place), decision_id) or "done"
        time.sleep(LOOK_EVERY_S)
    return "awaited"
