"""Orders to a lane's equipment: a person says what it is to do and why; the node's port does it, or says why not."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from msgspec import Struct

from beket.web import access, gathered_switching, panels
from beket.web.access import asks, at_place, eyes_of
from beket.web.orders import Signed, order
from beket.web.phrases import word
from beket.web.shown.switching import OUTCOMES
from beket.words.decisions import EquipmentOrder, OrderEquipment
from beket.words.ids import CrossingId, DeviceId, Instant

REASON_MAX: Final = 200

VALID_MS: Final = 60_000
"""How long an order holds: who gave it stands and looks; later it would be meant for another conveyance."""


class Asked(Struct, frozen=True, kw_only=True):
    """An order as the form has it."""

    what: str
    why: str
    crossing: str
    confirmed: bool


@asks("see_devices", posting="order_equipment")
@require_http_methods(["GET", "POST"])
def orders(request: HttpRequest, name: str) -> HttpResponseBase:
    """What a device can be told, with the form for those who may, and what became of the last orders."""
    eyes = eyes_of(request)
    row = access.piece(eyes, name)
    told, inside = gathered_switching.told(eyes, name), gathered_switching.inside(eyes, name)
    asked, said = Asked(what="", why="", crossing="", confirmed=False), ""
    if request.method == "POST":
        at_place(eyes, "order_equipment", row.place)
        asked = _asked(request)
        if not (said := _why_not(asked, told, inside)):
            order(request, "order_equipment", row.place, lambda signed: _ordered(row.id, asked, signed))
            return redirect("/orders/" + quote(row.id))
    context: dict[str, Any] = {
        "here": "devices",
        "slot": f"orders:{name}",
        "standing_slot": f"standing:{name}",
        "short": row.id.removeprefix(row.place + "/"),
        "device_url": "/devices/" + quote(row.id),
        "told": told,
        "inside": inside,
        "asked": asked,
        "said": word(OUTCOMES, said),
        "may_order": eyes.sees("order_equipment", row.place),
        "reason_max": REASON_MAX,
        **panels.gather("orders", eyes, name),
    }
    return render(request, "pages/switching.html", context)


def _asked(request: HttpRequest) -> Asked:
    given = request.POST
    return Asked(
        what=given.get("what", ""),
        why=given.get("why", "").strip()[:REASON_MAX],
        crossing=given.get("crossing", ""),
        confirmed=given.get("confirmed") == "yes",
    )


def _why_not(asked: Asked, told: dict[str, str], inside: dict[CrossingId, str]) -> str:
    """Why the form is not taken; what the house forbids is refused by the port, for everyone to see in the log."""
    if asked.what not in told:
        return "no_such_order"
    if not asked.why:
        return "no_reason"
    if asked.crossing and asked.crossing not in inside:
        return "no_such_crossing"
    return "" if asked.confirmed else "not_confirmed"


def _ordered(device: DeviceId, asked: Asked, signed: Signed) -> OrderEquipment:
    what: EquipmentOrder = asked.what  # type: ignore[assignment]  # it is one of those the wiring knows
    return OrderEquipment(
        decision_id=signed.decision_id,
        by=signed.by,
        role=signed.role,
        at=signed.at,
        device=device,
        order=what,
        why=asked.why,
        crossing=CrossingId(asked.crossing) if asked.crossing else None,
        until_at=Instant(signed.at + VALID_MS),
    )
