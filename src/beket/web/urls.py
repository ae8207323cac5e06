"""Every address of the desk."""

from django.urls import path, re_path

from beket.web.api import described
from beket.web.pages import (
    alarms,
    claims,
    documents,
    equipment,
    field,
    front,
    lists,
    lodging,
    maintenance,
    maps,
    memory,
    new_document,
    outgoing,
    procedures,
    refusals,
    release,
    shifts,
    situation,
    situations,
    steps,
    stream,
    switching,
)

PLACE = r"(?P<place>[\w.-]{1,64})"
DEVICE = r"(?P<name>[\w./ -]{1,160})"
CROSSING = r"(?P<crossing>[\w.-]{1,64}:\d{1,18}\.\d{1,6})"
DOCUMENT = r"(?P<name>[\w.-]{1,64}:\d{1,18}\.\d{1,6})"
SITUATION = r"(?P<name>[\w.-]{1,64}:\d{1,18}\.\d{1,6}\.\d{1,6})"
REF = r"(?P<ref>\d{1,18}\.\d{1,6})"

urlpatterns = [
    path("", front.home),
    path("sign-in", front.sign_in),
    path("sign-out", front.sign_out),
    path("language", front.choose_language),
    path("theme", front.choose_theme),
    path("keys", front.choose_keys),
    path("help", front.help_page),
    path("wall", situation.wall),
    path("places", situation.places),
    re_path(r"^places/(?P<name>[\w.-]{1,64})$", situation.place),
    path("crossings", lists.crossings),
    re_path(rf"^crossings/{CROSSING}$", lists.dossier),
    re_path(rf"^crossings/{CROSSING}/papers.asice$", outgoing.papers),
    re_path(rf"^crossings/{CROSSING}/event.json$", outgoing.event),
    re_path(rf"^crossings/{CROSSING}/steps/(?P<code>[a-z][a-z0-9_]{{0,39}})$", steps.step),
    path("release-times", release.release_times),
    path("release-times.csv", release.export_csv),
    re_path(rf"^release-times/{PLACE}/(?P<direction>in|out)/(?P<holder>[a-z]{{1,20}})$", release.records),
    path("procedures", procedures.procedures),
    path("procedures/new", procedures.new),
    re_path(rf"^procedures/{PLACE}/{REF}$", procedures.procedure),
    path("documents.csv", outgoing.register, {"form": "csv"}),
    path("documents.xlsx", outgoing.register, {"form": "xlsx"}),
    path("documents", documents.documents),
    path("documents/new", new_document.new_document),
    path("documents/codes", new_document.goods_codes),
    path("documents/lodge", lodging.lodge),
    path("documents/inbox", lodging.inbox),
    path("documents/inbox/<int:number>", lodging.brought),
    path("documents/inbox/<int:number>/map", maps.map_for),
    path("documents/inbox/<int:number>/again", maps.again),
    path("documents/maps", maps.maps),
    re_path(r"^documents/maps/(?P<name>[a-z][a-z0-9_]{0,63})$", maps.versions),
    re_path(rf"^documents/{DOCUMENT}$", documents.document),
    re_path(rf"^documents/{DOCUMENT}/original$", documents.original),
    path("findings", documents.findings),
    re_path(rf"^pictures/{PLACE}/(?P<sha256>[0-9a-f]{{64}})$", lists.picture),
    path("alarms", alarms.alarms),
    re_path(rf"^alarms/{PLACE}/{REF}$", alarms.alarm),
    re_path(r"^maintenance/(?P<name>[\w./ -]{1,160})$", maintenance.maintenance),
    path("devices", equipment.devices),
    re_path(rf"^devices/{DEVICE}$", equipment.device),
    re_path(rf"^orders/{DEVICE}$", switching.orders),
    re_path(rf"^health/{DEVICE}$", equipment.health),
    re_path(rf"^places/{PLACE.replace('place', 'name')}/equipment$", equipment.lanes),
    path("equipment", equipment.register),
    path("equipment.csv", equipment.export_csv),
    path("equipment.xlsx", equipment.export_xlsx),
    path("quarantine", field.quarantine),
    path("quarantine/<int:number>", field.set_aside),
    path("quarantine/<int:number>/decide", field.decide),
    path("quarantine/<int:number>/claim", claims.claim),
    path("log", memory.heads),
    re_path(rf"^log/{PLACE}/verify$", memory.verify),
    re_path(rf"^log/{PLACE}/{REF}$", memory.entry),
    re_path(rf"^log/{PLACE}/{REF}/raw$", memory.raw),
    path("situations", situations.situations),
    re_path(rf"^situations/{SITUATION}$", situations.situation),
    path("shift", shifts.shift),
    re_path(r"^shift/(?P<login>[\w.@+-]{1,150})$", shifts.sheet),
    path("stream", stream.stream),
    *described.urlpatterns,
]
handler403 = refusals.forbidden
handler404 = refusals.not_found
handler500 = refusals.failed
