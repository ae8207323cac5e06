"""Claiming what was set aside: read again as the words of a device of ours, looked at, and only then kept."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from beket.board.panels.equipment import EquipmentRow
from beket.log.quarantine import Marking, SetAside
from beket.web import access, codecs
from beket.web.access import asks, eyes_of
from beket.web.codecs import ReadAgain
from beket.web.eyes import Eyes
from beket.web.moments import now_ms
from beket.web.orders import say
from beket.web.shown.entries import DUMP_BYTES_MAX, dump
from beket.words.ids import sha256
from beket.words.readings import Reading
from beket.words.wire import Entry, Piece, Raw

CHOICES_MAX: Final = 400
"""Most devices that are offered: those of one checkpoint, or of a small country."""


@asks("handle_quarantine")
@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show what the driver of a chosen device makes of the last bytes; a POST keeps it as that device's words."""
    eyes = eyes_of(request)
    kind = access.set_aside(eyes, number)
    devices = _devices(eyes, kind)
    chosen = _chosen(devices, request, kind)
    read = None if chosen is None else _read(eyes, chosen, kind)
    if request.method == "POST" and chosen is not None and read is not None and read.readings and kind.verdict is None:
        kept = _keep(request, chosen, kind, read)
        note = _("%(n)s readings kept as the words of %(device)s") % {"n": kept, "device": chosen.id}
        by = request.user.get_username()
        access.judge(eyes, number, Marking(verdict="claimed", by=by, at=now_ms(), note=note))
        return redirect(f"/quarantine/{number}")
    context: dict[str, Any] = {
        "here": "quarantine",
        "kind": kind,
        "devices": devices,
        "chosen": chosen,
        "read": read,
        "readings": [] if read is None else [_plain(one) for one in read.readings],
        "whole": len(kind.last_raw) == kind.last_size,
        "dump": dump(kind.last_raw[:DUMP_BYTES_MAX]),
        "sees_raw": eyes.can("see_raw"),
    }
    return render(request, "pages/claim.html", context)


def _devices(eyes: Eyes, kind: SetAside) -> list[EquipmentRow]:
    """The devices it may have been: those of its checkpoint where it has one, else all in reach."""
    rows = access.equipment(eyes, kind.place)
    return [row for row in rows if eyes.sees("handle_quarantine", row.place)][:CHOICES_MAX]


def _chosen(devices: list[EquipmentRow], request: HttpRequest, kind: SetAside) -> EquipmentRow | None:
    asked = request.POST.get("device") or request.GET.get("device") or kind.device
    return next((row for row in devices if row.id == asked), None)


def _read(eyes: Eyes, chosen: EquipmentRow, kind: SetAside) -> ReadAgain | None:
    device = access.registered(eyes, chosen)
    return None if device is None else codecs.read_again(device, kind.last_raw, kind.last_at)


def _keep(request: HttpRequest, chosen: EquipmentRow, kind: SetAside, read: ReadAgain) -> int:
    """Append what was read: late, so that nothing takes it for live, and with the bytes it rests on."""
    raw = Raw(sha256=sha256(kind.last_raw), pieces=(Piece(inline=kind.last_raw),))
    said = [msgspec.convert({**one, "buffered": True, "raw_sha256": raw.sha256}, Reading) for one in read.readings]
    entries = [Entry(body=body, raw=raw if at == 0 else None) for at, body in enumerate(said)]
    return say(request, "handle_quarantine", chosen.place, entries)


def _plain(reading: dict[str, Any]) -> str:
    """A reading as an engineer reads it, without what says nothing to him."""
    quiet = {"reading_id", "raw_sha256", "device_id"}
    told = {name: value for name, value in reading.items() if name not in quiet}
    return msgspec.json.format(msgspec.json.encode(told), indent=1).decode()
