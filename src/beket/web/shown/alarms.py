"""A radiation alarm as people judge it."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from beket.board.panels.alarms import AlarmSeen
from beket.web import moments
from beket.web.judging import ADJUDICATIONS
from beket.web.shown.tiles import Level

JUDGED_MAX: Final = 30
"""Most alarms shown of those that were judged; the log has all of them."""


class ShownAlarm(Struct, frozen=True, kw_only=True):
    """One alarm, ready to be drawn; `row` has the rest."""

    row: AlarmSeen
    dom: str
    url: str
    place_name: str
    zone_name: str
    device: str
    device_url: str
    level: Level
    waited: str
    found: str
    half: bool


def show_alarm(row: AlarmSeen, place_name: str, zone_name: str, now: int) -> ShownAlarm:
    """Put an alarm into words: neutrons are critical, one judgement of two is half."""
    return ShownAlarm(
        row=row,
        dom=f"a-{row.place}-{row.of}".replace(".", "-"),
        url=f"/alarms/{row.place}/{row.of}",
        place_name=place_name,
        zone_name=zone_name,
        device=row.device.removeprefix(row.place + "/"),
        device_url=f"/devices/{row.device}",
        level="normal" if row.settled else "critical" if row.neutron else "high",
        waited=moments.span((row.judged_at or now if row.settled else now) - row.raised_at),
        found=str(ADJUDICATIONS[row.code]) if row.code in ADJUDICATIONS else "",
        half=row.code is not None and not row.settled,
    )
