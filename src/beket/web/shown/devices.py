"""A device as an engineer reads it."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from django.utils.translation import gettext as _
from msgspec import Struct

from beket.board.panels.devices import DeviceRow
from beket.web import moments
from beket.web.phrases import DEVICE_STATES, KINDS, VIEWS, ZONES, word
from beket.web.shown.tiles import Level

_ORDER = {"down": 0, "unknown": 1, "up": 2}


class ShownDevice(Struct, frozen=True, kw_only=True):
    """One device, ready to be drawn; `row` has the rest."""

    row: DeviceRow
    dom: str
    url: str
    short: str
    place_name: str
    zone_name: str
    level: Level
    state_word: str
    lasting: str
    drift: str
    kind_word: str
    stands: str
    period: str


def show_device(row: DeviceRow, place_name: str, zone_name: str, now: int) -> ShownDevice:
    """Put a device's state into words."""
    levels: dict[str, Level] = {"up": "normal", "down": "high", "unknown": "unknown"}
    return ShownDevice(
        row=row,
        dom="d-" + row.id.replace("/", "-").replace(".", "-"),
        url="/devices/" + quote(row.id),
        short=row.id.removeprefix(row.place + "/"),
        place_name=place_name,
        zone_name=zone_name,
        level=levels[row.state],
        state_word=word(DEVICE_STATES, row.state),
        lasting=moments.span(now - row.since) if row.since is not None else "–",
        drift=drift(row.drift_ms),
        kind_word=word(KINDS, row.last_kind),
        stands=", ".join(filter(None, (row.lane, word(ZONES, row.zone), word(VIEWS, row.view)))),
        period=moments.span(row.expected_period_s * moments.SECOND),
    )


_NOTHING_MS: Final = 50
"""Below this the tenth of a second shown would be nought, with a sign that says nothing."""


def drift(drift_ms: int | None) -> str:
    """How far a clock is off: ahead is plus; under ten seconds to the tenth."""
    if drift_ms is None:
        return "–"
    if abs(drift_ms) < _NOTHING_MS:
        return _("%(n)s s") % {"n": moments.figure(0)}
    sign = "+" if drift_ms >= 0 else "−"
    if abs(drift_ms) < 10 * moments.SECOND:
        return sign + _("%(n)s s") % {"n": moments.figure(abs(drift_ms) / moments.SECOND, digits=1)}
    return sign + moments.span(abs(drift_ms))


def worst_first(rows: list[ShownDevice]) -> list[ShownDevice]:
    """What is down stands first, then what has a wrong clock; places stay together otherwise."""
    return sorted(rows, key=lambda shown: (_ORDER[shown.row.state], not shown.row.clock_wrong))
