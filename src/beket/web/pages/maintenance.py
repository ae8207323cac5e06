"""Maintenance windows: an engineer agrees that a device may be silent, for how long and why, or ends that early."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from msgspec import Struct

from beket.web import access
from beket.web.access import asks, at_place, eyes_of
from beket.web.judging import OUTCOMES
from beket.web.moments import HOUR, now_ms
from beket.web.orders import Signed, order
from beket.web.phrases import word
from beket.words.decisions import AgreeMaintenance, EndMaintenance
from beket.words.ids import DeviceId, Instant

REASON_MAX: Final = 200


class Asked(Struct, frozen=True, kw_only=True):
    """A window as the form has it: instants, or None where a field holds no time."""

    from_at: Instant | None
    until_at: Instant | None
    reason: str


@asks("plan_maintenance")
@require_http_methods(["GET", "POST"])
def maintenance(request: HttpRequest, name: str) -> HttpResponseBase:
    """The form for one device; the window goes to the log as a decision with a name."""
    eyes = eyes_of(request)
    row = access.piece(eyes, name)
    at_place(eyes, "plan_maintenance", row.place)
    place_name, zone = access.names()[row.place]
    said, done = "", False
    if request.method == "POST":
        if request.POST.get("end"):
            taken = order(request, "plan_maintenance", row.place, lambda signed: _end(row.id, signed))
            outcome = taken.outcome
        else:
            asked = _asked(request, zone)
            if asked.from_at is None or asked.until_at is None:
                outcome = "no_time"
            else:
                taken = order(request, "plan_maintenance", row.place, lambda signed: _agree(row.id, asked, signed))
                outcome = taken.outcome
        said, done = word(OUTCOMES, outcome), outcome == "done"
        row = access.piece(eyes, name)
    context = {
        "here": "devices",
        "device": row,
        "short": row.id.removeprefix(row.place + "/"),
        "device_url": "/devices/" + quote(row.id),
        "place_name": place_name,
        "zone": zone,
        "said": said,
        "done": done,
        "reason_max": REASON_MAX,
        "from_text": _local(now_ms(), zone),
        "until_text": _local(now_ms() + 4 * HOUR, zone),
    }
    return render(request, "pages/maintenance.html", context)


def _agree(device: DeviceId, asked: Asked, signed: Signed) -> AgreeMaintenance:
    assert asked.from_at is not None
    assert asked.until_at is not None
    return AgreeMaintenance(
        decision_id=signed.decision_id,
        by=signed.by,
        role=signed.role,
        at=signed.at,
        device=device,
        from_at=asked.from_at,
        until_at=asked.until_at,
        reason=asked.reason,
    )


def _end(device: DeviceId, signed: Signed) -> EndMaintenance:
    return EndMaintenance(decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at, device=device)


def _asked(request: HttpRequest, zone: str) -> Asked:
    reason = request.POST.get("reason", "").strip()[:REASON_MAX]
    return Asked(
        from_at=_instant(request.POST.get("from", ""), zone),
        until_at=_instant(request.POST.get("until", ""), zone),
        reason=reason,
    )


def _instant(text: str, zone: str) -> Instant | None:
    """Read a local time of the checkpoint as a browser writes it, 2026-11-22T14:30."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    local = read if read.tzinfo is not None else read.replace(tzinfo=ZoneInfo(zone))
    return Instant(int(local.timestamp() * 1000))


def _local(at: int, zone: str) -> str:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
