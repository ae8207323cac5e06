"""The list of crossings: filters, search by any part of a plate, pages by key, and a count of the same query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import msgspec
from msgspec import Struct

from beket.board.panels.asking import INSIDE, OPEN, UNEXPLAINED, WAITING, Cursor, Scope, all_of, places_named, scoped
from beket.words.ids import CrossingId, Instant, PlaceId
from beket.words.plates import plate_key

State = Literal["inside", "waiting", "departed", "closed", "unexplained", "joined"]
Filter = Literal["inside", "waiting", "departed", "closed", "unexplained"]

PAGE_MAX: Final = 200
"""Most rows of one page: a panel stays under 32 KB (reference 07 §8)."""

COUNT_MAX: Final = 10_000
"""Counting stops here and says 'more': nobody reads further, and a screen must not wait for it."""

SEARCH_COUNT_MAX: Final = 1000
"""The same for a part of a plate that fits very many."""

KEYS_MAX: Final = 2000
"""A part that fits more plates than this is looked for from the newest crossing backwards instead."""

PART_MIN: Final = 3
"""Shortest part the board keeps endings for; shorter ones fit very many plates anyway."""


class Query(Struct, frozen=True, kw_only=True):
    """What someone wants to see; the same object gives the page and the count."""

    places: Scope = None
    place: PlaceId | None = None
    direction: Literal["in", "out"] | None = None
    state: Filter | None = None
    alarm: bool = False
    since: Instant | None = None
    until: Instant | None = None
    plate: str = ""


class After(Struct, frozen=True):
    """The last row of the page before."""

    opened_at: Instant
    id: CrossingId


class Row(Struct, frozen=True, kw_only=True):
    """One crossing in a list."""

    id: CrossingId
    place: PlaceId
    direction: Literal["in", "out"]
    lane: str
    opened_at: Instant
    opened_by: str
    zone: str
    plate: str | None
    country: str | None
    trailer: str | None
    trailer_country: str | None
    container: str | None
    vehicle_type: str | None
    gross_kg: float | None
    gamma_alarm: bool | None
    neutron_alarm: bool | None
    controlled_at: Instant | None
    departed_at: Instant | None
    closed_at: Instant | None
    close_reason: str | None
    unexplained: str | None
    joined_into: CrossingId | None
    evidence: int
    last_at: Instant
    picture: str | None
    plate_picture: str | None

    @property
    def state(self) -> State:
        """The one word for where this crossing is; the filters use the same words."""
        if self.joined_into is not None:
            return "joined"
        if self.departed_at is not None:
            return "departed"
        if self.closed_at is not None:
            return "closed"
        if self.unexplained is not None:
            return "unexplained"
        return "waiting" if self.controlled_at is None else "inside"

    @property
    def alarm(self) -> bool:
        """Whether a radiation portal gave alarm."""
        return bool(self.gamma_alarm or self.neutron_alarm)


class Page(Struct, frozen=True, kw_only=True):
    """Rows, newest first; `after` asks for the next page, None when this is the last."""

    rows: tuple[Row, ...]
    after: After | None


class Count(Struct, frozen=True):
    """How many there are; `more` when counting stopped at that number."""

    number: int
    more: bool = False


class _Counted(Struct, frozen=True):
    number: int


class _Key(Struct, frozen=True):
    key: str


class _Plan(Struct, frozen=True, kw_only=True):
    """A statement's parts for one query."""

    source: str
    conditions: tuple[str, ...]
    named: dict[str, object]
    distinct: bool = False
    count_max: int = COUNT_MAX


COLUMNS: Final = ", ".join(f"c.{name}" for name in Row.__struct_fields__)
"""The columns of a `Row`, of the crossing called c."""

_STATES: Final[dict[Filter, str]] = {
    "inside": INSIDE,
    "waiting": WAITING,
    "departed": "c.departed_at IS NOT NULL",
    "closed": "c.departed_at IS NULL AND c.closed_at IS NOT NULL",
    "unexplained": UNEXPLAINED,
}

_KEYS: Final = """
SELECT DISTINCT key FROM key_part WHERE part >= %(from)s AND part < %(to)s LIMIT %(most)s
"""


def page(cursor: Cursor, query: Query, after: After | None = None, limit: int = 50) -> Page:
    """Read one page, newest first."""
    plan = _plan(cursor, query)
    if plan is None:
        return Page(rows=(), after=None)
    conditions, named = list(plan.conditions), dict(plan.named)
    order = ("k.opened_at", "k.crossing") if plan.distinct else ("c.opened_at", "c.id")
    if after is not None:
        conditions.append(f"({order[0]}, {order[1]}) < (%(after_at)s, %(after_id)s)")
        named |= {"after_at": after.opened_at, "after_id": after.id}
    limit = min(limit, PAGE_MAX)
    named["most"] = limit + 1
    chosen = f"SELECT DISTINCT ON ({order[0]}, {order[1]}) {COLUMNS}" if plan.distinct else f"SELECT {COLUMNS}"
    parts = (chosen, plan.source, "WHERE", " AND ".join(conditions), f"ORDER BY {order[0]} DESC, {order[1]} DESC")
    rows = all_of(cursor, Row, " ".join((*parts, "LIMIT %(most)s")), named)
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows=rows, after=After(rows[-1].opened_at, rows[-1].id) if more else None)


def named(cursor: Cursor, names: Sequence[str], places: Scope = None) -> tuple[Row, ...]:
    """Read crossings by their names, as many as there are in scope."""
    statement = scoped(f"SELECT {COLUMNS} FROM crossing c WHERE c.id = ANY(%(names)s) AND SCOPE", places)  # noqa: S608
    return all_of(cursor, Row, statement, {"names": list(names), **places_named(places)})


def count(cursor: Cursor, query: Query) -> Count:
    """Count what `page` would list, up to a bound."""
    plan = _plan(cursor, query)
    if plan is None:
        return Count(0)
    chosen = "SELECT DISTINCT k.crossing" if plan.distinct else "SELECT 1"
    inner = (chosen, plan.source, "WHERE", " AND ".join(plan.conditions), "LIMIT %(most)s")
    statement = " ".join(("SELECT count(*) AS number FROM (", *inner, ") AS found"))
    found = all_of(cursor, _Counted, statement, {**plan.named, "most": plan.count_max + 1})[0].number
    return Count(min(found, plan.count_max), more=found > plan.count_max)


def _plan(cursor: Cursor, query: Query) -> _Plan | None:
    """Choose how to look: None when nothing can match."""
    conditions, named = _conditions(query)
    if not query.plate.strip():
        return _Plan(source="FROM crossing c", conditions=conditions, named=named)
    part = plate_key(query.plate)
    if not part:
        return None
    keys = _keys(cursor, part)
    if keys is not None:
        return _plan_keys(keys, conditions, named)
    named["like"] = f"%{part}%"
    if query.alarm or query.state in {"inside", "waiting", "unexplained"}:
        exists = "EXISTS (SELECT 1 FROM crossing_key k WHERE k.crossing = c.id AND k.key LIKE %(like)s)"
        return _Plan(
            source="FROM crossing c", conditions=(*conditions, exists), named=named, count_max=SEARCH_COUNT_MAX
        )
    source = "FROM crossing_key k JOIN crossing c ON c.id = k.crossing"
    extra = ["k.key LIKE %(like)s", *_on_keys(query)]
    return _Plan(
        source=source, conditions=(*conditions, *extra), named=named, distinct=True, count_max=SEARCH_COUNT_MAX
    )


def _plan_keys(keys: tuple[str, ...], conditions: tuple[str, ...], named: dict[str, object]) -> _Plan | None:
    if not keys:
        return None
    source = (
        "FROM (SELECT DISTINCT crossing FROM crossing_key WHERE key = ANY(%(keys)s) OFFSET 0) AS f"
        " JOIN crossing c ON c.id = f.crossing"
    )
    return _Plan(source=source, conditions=conditions, named={**named, "keys": list(keys)})


def _keys(cursor: Cursor, part: str) -> tuple[str, ...] | None:
    """The plates a part fits, None when they are too many to name."""
    if len(part) < PART_MIN:
        return None
    following = part[:-1] + chr(ord(part[-1]) + 1)
    found = all_of(cursor, _Key, _KEYS, {"from": part, "to": following, "most": KEYS_MAX + 1})
    return tuple(row.key for row in found) if len(found) <= KEYS_MAX else None


def _conditions(query: Query) -> tuple[tuple[str, ...], dict[str, object]]:
    """Say in SQL what a query asks of a crossing."""
    query = _narrowed(query)
    conditions, named = ["c.joined_into IS NULL"], places_named(query.places)
    if query.places is not None:
        conditions.append(scoped("SCOPE", query.places))
    for name, condition in _EQUALS:
        value = getattr(query, name)
        if value is not None:
            conditions.append(condition)
            named[name] = value
    if query.state is not None:
        conditions.append(_STATES[query.state])
    if query.alarm:
        conditions.append("(c.gamma_alarm OR c.neutron_alarm)")
    return tuple(conditions), named


_EQUALS: Final = (
    ("place", "c.place = %(place)s"),
    ("direction", "c.direction = %(direction)s"),
    ("since", "c.opened_at >= %(since)s"),
    ("until", "c.opened_at < %(until)s"),
)


def _narrowed(query: Query) -> Query:
    """A scope of one place is that place: an index in order of time answers for one, not for a set."""
    if query.place is None and query.places is not None and len(query.places) == 1:
        return msgspec.structs.replace(query, place=next(iter(query.places)))
    return query


def _on_keys(query: Query) -> list[str]:
    """The same bounds said of the key's own columns, so that its index can use them."""
    query = _narrowed(query)
    scope = [] if query.places is None else [scoped("SCOPE", query.places, "k.place")]
    return scope + [
        condition.replace("c.", "k.")
        for name, condition in _EQUALS
        if name != "direction" and getattr(query, name) is not None
    ]


__all__ = ["COLUMNS", "OPEN", "After", "Count", "Filter", "Page", "Query", "Row", "State", "count", "named", "page"]
