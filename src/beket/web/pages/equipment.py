"""The equipment: its list in two views and as files, a checkpoint's lanes as a drawing, one device with its past."""

from __future__ import annotations

import logging
from typing import Any, Final

from django.http import FileResponse, HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from beket.web import access, codecs, gathered_equipment, gathered_messages, gathered_switching, panels, sheets
from beket.web.access import asks, eyes_of
from beket.web.gathered_equipment import NOW, REGISTER, View
from beket.web.moments import now_ms
from beket.web.pages.situation import places_for
from beket.web.phrases import CLASSES
from beket.web.shown.equipment import show_words

Diagnostics: Final = logging.getLogger(__name__)


@asks("see_devices")
@require_GET
def devices(request: HttpRequest) -> HttpResponseBase:
    """All equipment as it is now, the worst first; counts of the five aspects lead to their lists."""
    return _list(request, "devices", NOW)


@asks("see_devices")
@require_GET
def register(request: HttpRequest) -> HttpResponseBase:
    """The same list as a register, whose verification ends first standing first."""
    return _list(request, "equipment", REGISTER)


def _list(request: HttpRequest, panel: str, view: View) -> HttpResponseBase:
    eyes = eyes_of(request)
    given = request.GET.dict()
    asking = gathered_equipment.asked(given)
    argument = gathered_equipment.asked_for(asking, gathered_equipment.page_of(given)).removeprefix("?")
    context = {
        "here": "devices",
        "view": view,
        "asked": asking,
        "asked_for": gathered_equipment.asked_for(asking),
        "places": places_for(eyes),
        "classes": list(CLASSES.items()),
        "shows": show_words(),
        "slot": f"{panel}:{argument}",
        **panels.gather(panel, eyes, argument),
    }
    return render(request, "pages/equipment.html", context)


@asks("see_devices")
@require_GET
def export_csv(request: HttpRequest) -> HttpResponseBase:
    """The register as a text file."""
    rows = _exported(request, "csv")
    headers = {"Content-Disposition": 'attachment; filename="beket-equipment.csv"'}
    return StreamingHttpResponse(sheets.csv_lines(rows), content_type="text/csv; charset=utf-8", headers=headers)


@asks("see_devices")
@require_GET
def export_xlsx(request: HttpRequest) -> HttpResponseBase:
    """The register as a workbook."""
    book = sheets.workbook(_exported(request, "xlsx"), _("Equipment"), request.user.get_username())
    return FileResponse(book, as_attachment=True, filename="beket-equipment.xlsx", content_type=sheets.XLSX)


def _exported(request: HttpRequest, form: str) -> list[list[sheets.Cell]]:
    """The rows of an export, its head first; who took what is written down."""
    eyes, now = eyes_of(request), now_ms()
    asking = gathered_equipment.asked(request.GET.dict())
    _rows, fitting = gathered_equipment.chosen(eyes, asking, now, REGISTER)
    cut = fitting[: sheets.ROWS_MAX]
    Diagnostics.info("%s took equipment as %s, %s, rows: %d", request.user.get_username(), form, asking, len(cut))
    return sheets.equipment_rows(cut, access.names(), now)


@asks("see_devices")
@require_GET
def lanes(request: HttpRequest, name: str) -> HttpResponseBase:
    """A checkpoint's lanes as a drawing, each device where it stands."""
    context = panels.gather("lanes", eyes_of(request), name)
    frame = {"here": "devices", "asked": {"place": name}, "asked_for": gathered_equipment.asked_for({"place": name})}
    frame |= {"name": access.names()[name][0], "slot": f"lanes:{name}"}
    return render(request, "pages/lanes.html", {**frame, **context})


@asks("see_devices")
@require_GET
def device(request: HttpRequest, name: str) -> HttpResponseBase:
    """One device: five statements, its register row, its health, its messages, and what was concluded of it."""
    eyes = eyes_of(request)
    row = access.piece(eyes, name)
    over = gathered_equipment.over_of(request.GET)
    ref = request.GET.get("message", "") or gathered_messages.newest(eyes, row)
    messages_slot = gathered_messages.slot(name, {"over": over, "message": ref})
    context = {
        "here": "devices",
        "slot": f"device:{name}",
        "history_slot": f"history:{name}",
        "messages_slot": messages_slot,
        "over": over,
        "table_slot": f"health:{name}?over={over}",
        "curve": gathered_equipment.curve(eyes, row, over),
        "curve_words": curve_words(),
        "message": gathered_messages.one(eyes, row, ref) if ref else None,
        "can_read": codecs.can_read(),
        "sees_raw": eyes.sees("see_raw", row.place),
        "told": gathered_switching.told(eyes, name),
        "plans": eyes.sees("plan_maintenance", row.place),
        **panels.gather("health", eyes, f"{name}?over={over}"),
        **panels.gather("history", eyes, name),
        **panels.gather("messages", eyes, messages_slot.partition(":")[2]),
        **panels.gather("device", eyes, name),
    }
    return render(request, "pages/device.html", context)


@asks("see_devices")
@require_GET
def health(request: HttpRequest, name: str) -> HttpResponseBase:
    """The health curve, for the chart to draw it anew."""
    eyes = eyes_of(request)
    return JsonResponse(
        gathered_equipment.curve(eyes, access.piece(eyes, name), gathered_equipment.over_of(request.GET))
    )


def curve_words() -> dict[str, Any]:
    """Every word that the chart shows."""
    return {
        "messages": _("messages"),
        "refused": _("refused"),
        "drift_s": _("clock offset, s"),
        "unread_pct": _("unread plates, per cent"),
        "zero_kg": _("zero of the scales, kg"),
        "gamma": _("gamma background"),
        "neutron": _("neutron background"),
        "time": _("time"),
        "none": _("No line has come yet: the first comes within five minutes."),
    }
