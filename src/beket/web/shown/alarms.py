"""A radiation alarm as people judge it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct

from beket.board.panels.alarms import AlarmSeen
from beket.web import moments
from beket.web.judging import ADJUDICATIONS
from beket.web.shown.tiles import Level

JUDGED_MAX: Final = 30
"""Most alarms shown of those that were judged; the log has all of them."""


HEIGHT: Final = 64
WIDTH: Final = 320
"""The drawing's own units; the page stretches it."""


class Profile(Struct, frozen=True, kw_only=True):
    """What was counted while it passed, as a line, and the background as a height; most and background in counts."""

    channel: str
    points: str
    background_y: float | None
    most: int
    background: float | None
    alarm: bool


def profiles(fields: dict[str, Any]) -> list[Profile]:
    """Draw the profiles of one passage through a portal, as its reading has them; none of a reading without."""
    gamma, neutron = fields.get("gamma_profile") or (), fields.get("neutron_profile") or ()
    usual = fields.get("gamma_background") or ()
    drawn = (
        _profile("gamma", gamma, float(sum(usual)) if usual else None, alarm=bool(fields.get("gamma_alarm"))),
        _profile("neutron", neutron, fields.get("neutron_background_cps"), alarm=bool(fields.get("neutron_alarm"))),
    )
    return [one for one in drawn if one is not None]


def _profile(channel: str, counts: Sequence[int], background: float | None, *, alarm: bool) -> Profile | None:
    if len(counts) < 2:
        return None
    top = max(*counts, background or 0, 1) * 1.1
    step = WIDTH / (len(counts) - 1)
    points = " ".join(f"{at * step:.1f},{HEIGHT - HEIGHT * count / top:.1f}" for at, count in enumerate(counts))
    level = None if background is None else round(HEIGHT - HEIGHT * background / top, 1)
    return Profile(
        channel=channel, points=points, background_y=level, most=max(counts), background=background, alarm=alarm
    )  # fmt: skip


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
    """Put an alarm into words: neutrons are critical, what goods have by nature is medium, one of two is half."""
    return ShownAlarm(
        row=row,
        dom=f"a-{row.place}-{row.of}".replace(".", "-"),
        url=f"/alarms/{row.place}/{row.of}",
        place_name=place_name,
        zone_name=zone_name,
        device=row.device.removeprefix(row.place + "/"),
        device_url=f"/devices/{row.device}",
        level="normal" if row.settled else "critical" if row.neutron else "medium" if row.by_nature else "high",
        waited=moments.span((row.judged_at or now if row.settled else now) - row.raised_at),
        found=str(ADJUDICATIONS[row.code]) if row.code in ADJUDICATIONS else "",
        half=row.code is not None and not row.settled,
    )
