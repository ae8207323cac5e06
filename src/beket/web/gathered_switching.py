"""What the page of orders to one device is given, and its panel."""

from __future__ import annotations

from typing import Any, Final

from beket.board.panels.crossings import Query
from beket.web import access, wirings
from beket.web.eyes import Eyes
from beket.web.moments import now_ms
from beket.web.shown.switching import ORDERS, show_order, show_standing
from beket.words.ids import CrossingId

Context = dict[str, Any]

ORDERS_MAX: Final = 30
"""Orders of one list; the log has all of them."""

CROSSINGS_MAX: Final = 40
"""Conveyances that the form offers: more than stand in one lane."""


def told(eyes: Eyes, name: str) -> dict[str, str]:
    """What a device can be told to do, each with its word; nothing for one that is only read."""
    known = wirings.orders_known(access.registered(eyes, access.piece(eyes, name)))
    return {one: str(ORDERS[one]) for one in known}


def inside(eyes: Eyes, name: str) -> dict[CrossingId, str]:
    """The crossings that an order may be for: what stands in the lane of the device now, each with its plate."""
    row = access.piece(eyes, name)
    if not eyes.sees("see_crossings", row.place):
        return {}
    page, _count = access.crossings(eyes, Query(place=row.place, state="inside"), None, 200)
    here = [one for one in page.rows if not row.lane or one.lane == row.lane]
    return {one.id: one.plate or one.container or one.id for one in here[:CROSSINGS_MAX]}


def panel(eyes: Eyes, name: str) -> Context:
    """How a device stands, what blocks its lane, and the last orders to it."""
    row, now = access.piece(eyes, name), now_ms()
    place_name, zone = access.names()[row.place]
    orders, standings, blocks = access.switching(eyes, row, ORDERS_MAX)
    return {
        "device": row,
        "place_name": place_name,
        "zone": zone,
        "orders": [show_order(one, now) for one in orders],
        "standings": [show_standing(one) for one in standings],
        "blocks": blocks,
        "sees_log": eyes.sees("see_log", row.place),
        "sees_dossier": eyes.sees("see_dossier", row.place),
    }
