"""What the panels and pages of equipment are given: the list in two views, lanes, one device, its past."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct

from beket.board.panels.equipment import EquipmentRow
from beket.board.panels.health import HealthPoint
from beket.web import access, moments
from beket.web.eyes import Eyes
from beket.web.moments import now_ms
from beket.web.phrases import FORWARD, word
from beket.web.shown.curve import ShownBucket, show_buckets
from beket.web.shown.equipment import SHOWS, by_days, by_need, count, fits, show_piece
from beket.web.shown.history import HISTORY_MAX, ShownFact, show_fact
from beket.web.shown.lanes import show_lanes
from beket.words.ids import Instant

Context = dict[str, Any]

ROWS: Final = 25
"""Pieces of one page of the list: such a panel stays near 32 KB, small enough to be pushed whole."""

PAGE_MAX: Final = 500
HISTORIES_MAX: Final = 256
"""Histories kept until their devices change: as many as engineers look at."""

_ASKED_LENGTH_MAX: Final = 64


def asked(given: Mapping[str, str]) -> dict[str, str]:
    """Read the list's filters from an address; what cannot be meant is left out."""
    found = {name: _clean(given.get(name, "")) for name in ("place", "klass", "show")}
    if found["show"] not in SHOWS:
        found["show"] = ""
    return {name: value for name, value in found.items() if value}


def page_of(given: Mapping[str, str]) -> int:
    """Read which page of the list is asked for, the first being 1."""
    text = given.get("page", "")
    return min(max(int(text), 1), PAGE_MAX) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def _clean(text: str) -> str:
    return "".join(sign for sign in text[:_ASKED_LENGTH_MAX] if sign.isprintable()).strip()


class View(Struct, frozen=True):
    """One way to look at the same list: its address, its order and what its table says of each piece."""

    address: str
    order: Callable[[EquipmentRow, Instant], Any]
    table: str


NOW: Final = View("/devices", by_need, "equipment_now.html")
"""For who is on duty and for who repairs: what is wrong now stands first."""

REGISTER: Final = View("/equipment", by_days, "equipment_register.html")
"""For who answers for the equipment: whose verification ends first stands first."""


def chosen(
    eyes: Eyes, asking: Mapping[str, str], now: Instant, view: View
) -> tuple[list[EquipmentRow], list[EquipmentRow]]:
    """The pieces of the checkpoint and class asked for, and those of them that fit the filter, in the view's order."""
    rows = list(access.equipment(eyes, asking.get("place"), asking.get("klass")))
    fitting = [row for row in rows if fits(row, asking.get("show", ""), now)]
    return rows, sorted(fitting, key=lambda row: view.order(row, now))


def as_now(eyes: Eyes, argument: str) -> Context:
    """One page of the list as things are now."""
    return _page(eyes, argument, NOW)


def register(eyes: Eyes, argument: str) -> Context:
    """One page of the list as a register."""
    return _page(eyes, argument, REGISTER)


def _page(eyes: Eyes, argument: str, view: View) -> Context:
    given = dict(parse_qsl(argument))
    asking, page, now = asked(given), page_of(given), now_ms()
    rows, fitting = chosen(eyes, asking, now, view)
    named = access.names()
    start = (page - 1) * ROWS
    within = {name: value for name, value in asking.items() if name != "show"}
    return {
        "table": view.table,
        "pieces": [show_piece(row, *named[row.place], now) for row in fitting[start : start + ROWS]],
        "piece_count": len(fitting),
        "counts": count(rows, view.address, within),
        "one_place": "place" in asking,
        "earlier_url": view.address + asked_for(asking, page - 1) if page > 1 else "",
        "later_url": view.address + asked_for(asking, page + 1) if start + ROWS < len(fitting) else "",
    }


def asked_for(asking: Mapping[str, str], page: int = 1) -> str:
    """What is asked for as the end of an address, nothing where nothing is."""
    query = urlencode({**asking, **({"page": str(page)} if page > 1 else {})})
    return f"?{query}" if query else ""


def lanes(eyes: Eyes, place: str) -> Context:
    """The lanes of a checkpoint as a drawing."""
    access.at_place(eyes, "see_devices", place)
    named, now = access.names()[place], now_ms()
    pieces = [show_piece(row, *named, now) for row in access.equipment(eyes, place)]
    worst = sum(piece.level != "normal" for piece in pieces)
    return {"drawing": show_lanes(access.lanes(eyes, place), pieces), "place": place, "worst": worst}


def one(eyes: Eyes, name: str) -> Context:
    """One piece of equipment as it is now."""
    row = access.piece(eyes, name)
    registered = access.registered(eyes, row)
    return {
        "piece": show_piece(row, *access.names()[row.place], now_ms()),
        "forward": word(FORWARD, registered.forward) if registered is not None and row.klass == "camera" else "",
        "sees_log": eyes.sees("see_log", row.place),
    }


_histories: OrderedDict[tuple[object, ...], tuple[Any, ...]] = OrderedDict()


def history(eyes: Eyes, name: str) -> Context:
    """What was concluded of a device; read from the log only when something new was."""
    row = access.piece(eyes, name)
    key = (row.id, row.state, row.since, row.clock_wrong, row.aspects, row.doubts, row.window)
    found = _histories.get(key)
    if found is None:
        found = _histories[key] = access.facts_about(eyes, row, HISTORY_MAX)
        while len(_histories) > HISTORIES_MAX:
            _histories.popitem(last=False)
    zone = access.names()[row.place][1]
    shown: list[ShownFact] = [show_fact(each, zone) for each in found]
    return {"history": shown, "zone": zone, "sees_log": eyes.sees("see_log", row.place), "place": row.place}


RANGES: Final = {"day": moments.DAY, "week": 7 * moments.DAY}
_BUCKET_MS: Final = {"day": moments.HOUR, "week": 6 * moments.HOUR}


def curve(eyes: Eyes, row: EquipmentRow, over: str) -> dict[str, list[Any]]:
    """The health curve as the chart wants it: one list of instants (seconds), one for each line; None where unknown."""
    points = access.health(eyes, row, Instant(now_ms() - RANGES[over]))
    return {
        "at": [point.at // 1000 for point in points],
        "messages": [point.messages for point in points],
        "refused": [point.refused for point in points],
        "drift_s": [None if point.drift_ms is None else point.drift_ms / 1000 for point in points],
        "unread_pct": [_unread(point) for point in points],
        "zero_kg": [point.zero_kg for point in points],
        "gamma": [point.gamma_background for point in points],
        "neutron": [point.neutron_background for point in points],
    }


def _unread(point: HealthPoint) -> float | None:
    return round(100 * point.unread / point.plates, 1) if point.plates else None


def over_of(given: Mapping[str, str]) -> str:
    """Read how far back the curve is asked for."""
    asked = given.get("over", "")
    return asked if asked in RANGES else "day"


def table(eyes: Eyes, argument: str) -> Context:
    """The same as a table: sums and extremes of an hour or of six, newest first."""
    name, _mark, query = argument.partition("?")
    row = access.piece(eyes, name)
    zone = access.names()[row.place][1]
    return {"buckets": _buckets(eyes, row, over_of(dict(parse_qsl(query))), zone), "zone": zone}


def _buckets(eyes: Eyes, row: EquipmentRow, over: str, zone: str) -> list[ShownBucket]:
    size = _BUCKET_MS[over]
    points = access.health(eyes, row, Instant(now_ms() - RANGES[over]))
    grouped = [(start * size, list(group)) for start, group in groupby(points, lambda point: point.at // size)]
    return [show_buckets(start, group, zone) for start, group in reversed(grouped)]
