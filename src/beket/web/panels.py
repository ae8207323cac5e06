"""Every panel of the desk: who may watch it, what makes it dirty, how it is drawn; pages draw the same panels."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from django.db import Error
from django.http import Http404
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _
from msgspec import Struct

from beket.log.book import Trouble
from beket.web import (
    access,
    asked,
    asked_documents,
    gathered_courses,
    gathered_documents,
    gathered_equipment,
    gathered_messages,
    gathered_situations,
    gathered_slips,
    gathered_switching,
    gathered_waiting,
)
from beket.web.eyes import Eyes
from beket.web.gathered_documents import see_documents
from beket.web.moments import now_ms
from beket.web.shown.acts import show_act
from beket.web.shown.alarms import JUDGED_MAX, profiles, show_alarm
from beket.web.shown.course import ShownCourse, own_steps, show_course
from beket.web.shown.crossings import ShownRow, show_row
from beket.web.shown.dossier import show_dossier
from beket.web.shown.holding import show_wait
from beket.web.shown.slips import show_claim
from beket.web.shown.tiles import ShownTile, ShownWall, show_wall
from beket.web.stream import Panel
from beket.words.roles import Verb

SLOT_LENGTH_MAX: Final = 400
"""The longest name of a panel a browser may ask for: a place, and every filter filled in."""

Context = dict[str, Any]


class Kind(Struct, frozen=True):
    """One kind of panel: the verb to watch it, its template, and what the template is given."""

    verb: Verb
    template: str
    gather: Callable[[Eyes, str], Context]
    place_of: Callable[[str], str | None]


def see_wall(eyes: Eyes) -> ShownWall:
    """The wall as it is now."""
    return show_wall(access.wall(eyes).tiles, access.alarms(eyes), now_ms())


def see_tile(eyes: Eyes, place: str) -> ShownTile:
    """One checkpoint as it is now."""
    tile = access.place(eyes, place)
    alarms = tuple(row for row in access.alarms(eyes) if row.place == place)
    return show_wall((tile,), alarms, now_ms()).tiles[0]


def see_crossings(eyes: Eyes, asking: asked.Asked) -> Context:
    """One page of the list."""
    page, count = access.crossings(eyes, asking.query(), asking.after, asked.ROWS)
    named = access.names()
    worst = access.worst_of([row.id for row in page.rows]) if eyes.can("see_documents") else {}
    rows: list[ShownRow] = [show_row(row, *named[row.place], worst.get(row.id, "")) for row in page.rows]
    return {"rows": rows, "count": count, "older": page.after, "one_place": bool(asking.place)}


def _wall(eyes: Eyes, _argument: str) -> Context:
    return {"wall": see_wall(eyes)}


def _map(eyes: Eyes, _argument: str) -> Context:
    return {"places": map_places(see_wall(eyes)), "at": now_ms()}


def map_places(wall: ShownWall) -> list[dict[str, Any]]:
    """What the map island needs of each checkpoint (its contract: islands/contract.ts)."""
    return [
        {
            "id": tile.id,
            "lat": tile.latitude,
            "lon": tile.longitude,
            "mode": tile.mode,
            "href": f"/places/{tile.id}",
            "inside": tile.inside,
            "waiting": tile.waiting,
            "level": tile.level,
            "name": tile.short,
        }
        for tile in wall.tiles
    ]


def _place(eyes: Eyes, place: str) -> Context:
    sees = eyes.sees("see_devices", place)
    devices = gathered_equipment.as_now(eyes, urlencode({"place": place})) if sees else {}
    return {"tile": see_tile(eyes, place), **devices}


def _crossings(eyes: Eyes, argument: str) -> Context:
    return see_crossings(eyes, asked.read(dict(parse_qsl(argument))))


def _dossier(eyes: Eyes, crossing: str) -> Context:
    held = access.dossier(eyes, crossing)
    shown = show_dossier(held, now_ms())
    name, zone = access.names()[shown.row.place]
    place, course = shown.row.place, see_course(eyes, crossing)
    return {
        "dossier": shown,
        "zone": zone,
        "place_name": name,
        "sees_log": eyes.sees("see_log", place),
        "eyes_evidence": eyes.sees("see_evidence", place),
        "situations": gathered_situations.about(eyes, crossing),
        "course": course,
        "waits": [show_wait(one, now_ms()) for one in gathered_courses.waits(eyes, crossing)],
        "decides_steps": own_steps(course, eyes.serves("decide_steps", place)) if course is not None else (),
        "sees_procedures": eyes.sees("see_procedures", place),
        **gathered_documents.of_crossing(eyes, held),
        "acts": [show_act(one) for one in access.acts(eyes, held.crossing, held.joined)],
        "may_issue": eyes.sees("issue_acts", place),
        "slips": [show_claim(one, held.crossing, zone, course) for one in gathered_slips.slips_of(eyes, held)],
        "may_print": eyes.sees("handle_documents", place),
    }


def see_course(eyes: Eyes, crossing: str) -> ShownCourse | None:
    """Where a crossing stands in its procedure."""
    seen = gathered_courses.course(eyes, crossing)
    return None if seen is None else show_course(seen, now_ms())


def _documents(eyes: Eyes, argument: str) -> Context:
    return see_documents(eyes, asked_documents.read(dict(parse_qsl(argument))))


def _quarantine(eyes: Eyes, _argument: str) -> Context:
    return {"kinds": access.quarantine(eyes), "names": access.names()}


def _alarms(eyes: Eyes, _argument: str) -> Context:
    named = access.names()
    waiting = [show_alarm(row, *named[row.place], now_ms()) for row in access.radiation_alarms(eyes)]
    judged = [show_alarm(row, *named[row.place], now_ms()) for row in access.radiation_alarms(eyes, settled=True)]
    return {"waiting": waiting, "judged": judged[:JUDGED_MAX]}


def _alarm(eyes: Eyes, argument: str) -> Context:
    place, _, ref = argument.partition(":")
    row = access.alarm(eyes, place, ref)
    shown = show_alarm(row, *access.names()[row.place], now_ms())
    said = access.entry(eyes, "see_dossier", place, row.of).fields
    return {
        "alarm": shown,
        "profiles": profiles(said),
        "sees_log": eyes.sees("see_log", place),
        "sees_evidence": eyes.sees("see_evidence", place),
    }


def _log(eyes: Eyes, _argument: str) -> Context:
    named = access.names()
    heads = [(head, *named[head.place]) for head in access.heads(eyes)]
    return {"heads": heads, "faults": access.faults(eyes), "verifies": eyes.can("verify_log")}


def _anywhere(_argument: str) -> None:
    return None


def _itself(argument: str) -> str:
    return argument


def _place_of_device(name: str) -> str:
    return name.partition("/")[0]


def _place_asked(argument: str) -> str | None:
    return dict(parse_qsl(argument)).get("place")


KINDS: Final[dict[str, Kind]] = {
    "wall": Kind("see_wall", "panels/wall.html", _wall, _anywhere),
    "places": Kind("see_wall", "panels/places.html", _wall, _anywhere),
    "map": Kind("see_wall", "", _map, _anywhere),
    "place": Kind("see_wall", "panels/place.html", _place, _itself),
    "crossings": Kind(
        "see_crossings", "panels/crossings.html", _crossings, lambda text: dict(parse_qsl(text)).get("place")
    ),
    "dossier": Kind("see_dossier", "panels/dossier.html", _dossier, lambda crossing: crossing.partition(":")[0]),
    "documents": Kind("see_documents", "panels/documents.html", _documents, _place_asked),
    "document": Kind(
        "see_documents", "panels/document.html", gathered_documents.document, lambda name: name.partition(":")[0]
    ),
    "findings": Kind("see_documents", "panels/findings.html", gathered_documents.findings, lambda text: text or None),
    "devices": Kind("see_devices", "panels/equipment.html", gathered_equipment.as_now, _place_asked),
    "device": Kind("see_devices", "panels/device.html", gathered_equipment.one, _place_of_device),
    "orders": Kind("see_devices", "panels/switching.html", gathered_switching.panel, _place_of_device),
    "standing": Kind("see_devices", "panels/standing.html", gathered_switching.panel, _place_of_device),
    "health": Kind("see_devices", "panels/health.html", gathered_equipment.table, _place_of_device),
    "messages": Kind("see_devices", "panels/messages.html", gathered_messages.panel, _place_of_device),
    "history": Kind("see_devices", "panels/history.html", gathered_equipment.history, _place_of_device),
    "lanes": Kind("see_devices", "panels/lanes.html", gathered_equipment.lanes, _itself),
    "equipment": Kind("see_devices", "panels/equipment.html", gathered_equipment.register, _place_asked),
    "steps": Kind("decide_steps", "panels/steps.html", gathered_waiting.of_list, lambda text: text or None),
    "quarantine": Kind("handle_quarantine", "panels/quarantine.html", _quarantine, _anywhere),
    "alarms": Kind("see_dossier", "panels/alarms.html", _alarms, _anywhere),
    "alarm": Kind("see_dossier", "panels/alarm.html", _alarm, lambda text: text.partition(":")[0]),
    "situations": Kind(
        "see_situations", "panels/situations.html", gathered_situations.of_list, lambda text: text or None
    ),
    "situation": Kind(
        "see_situations", "panels/situation.html", gathered_situations.one, lambda name: name.partition(":")[0]
    ),
    "shifts": Kind("see_situations", "panels/shifts.html", gathered_situations.of_shifts, _anywhere),
    "line": Kind("see_situations", "panels/line.html", gathered_situations.of_line, _anywhere),
    "log": Kind("see_log", "panels/log.html", _log, _anywhere),
}


def gather(name: str, eyes: Eyes, argument: str) -> Context:
    """What a page gives the template of the same panel."""
    return KINDS[name].gather(eyes, argument)


def wanted(eyes: Eyes, slot: str, language: str) -> Panel | None:
    """The panel a browser asks for by its slot's name; None when there is none or these eyes may not watch it."""
    name, _colon, argument = slot.partition(":")
    kind = KINDS.get(name)
    if kind is None or len(slot) > SLOT_LENGTH_MAX or not slot.isprintable() or not eyes.can(kind.verb):
        return None
    place = kind.place_of(argument)
    if place is not None and not eyes.sees(kind.verb, place):
        return None
    return Panel(slot, name, argument, eyes, language, place)


def draw(panel: Panel) -> str:
    """Draw a panel in its language."""
    kind = KINDS[panel.kind]
    with translation.override(panel.language):
        context = kind.gather(panel.eyes, panel.argument)
        if not kind.template:
            return json.dumps(context, ensure_ascii=False, separators=(",", ":"))
        return render_to_string(kind.template, {**context, "eyes": panel.eyes})


def render(panel: Panel) -> str:
    """Draw a panel for the stream: Trouble when the database is away, words when the thing is gone."""
    try:
        return draw(panel)
    except Http404:
        return _note(panel, _("This is not here any more, or not for you."))
    except Error as error:
        raise Trouble(str(error)) from error


def failed(panel: Panel) -> str:
    """What stands where a panel could not be drawn."""
    return _note(panel, _("This panel could not be drawn. The fault was written down."))


def _note(panel: Panel, words: str) -> str:
    if not KINDS[panel.kind].template:
        return "{}"
    return str(format_html('<p class="error" role="alert">{}</p>', words))
