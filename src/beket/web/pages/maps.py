"""Maps of documents: made for a paper that nobody reads, saved for the whole house, and told with who saved them."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from msgspec import Struct

from beket.board.panels.maps import MapSeen
from beket.log.inbox import Brought
from beket.web import access, lodging
from beket.web.access import asks, eyes_of
from beket.web.again import alike, bring_again, mappable
from beket.web.eyes import Eyes
from beket.web.mapping import MAPPED, CannotTry, Tried, named, renamed, workbench
from beket.web.orders import Signed, order
from beket.web.papers import OUTCOMES, REFUSALS
from beket.web.phrases import word
from beket.web.shown.maps import show_map, show_tried, show_versions
from beket.words.decisions import MAP_CHARS_MAX, RetireMap, SaveMap
from beket.words.ids import Sha256, sha256

REASON_MAX: Final = 200


class Bench(Struct, kw_only=True):
    """The page on which a map is made: what was typed, what it makes of the paper, and what there is to say of it.

    `seen` is the hash of the version in force under this name that the page showed: what saving takes the place of.
    """

    text: str
    seen: str = ""
    tried: Tried | None = None
    said: str = ""


@asks("map_documents")
@require_http_methods(["GET", "POST"])
def map_for(request: HttpRequest, number: int) -> HttpResponseBase:
    """The map for a paper that was refused: begun here, tried, saved; nothing that was typed is lost."""
    eyes = eyes_of(request)
    paper, blob = _refused(eyes, number)
    if request.method != "POST":
        return _shown(request, paper, _begun(eyes, request.GET.get("of", ""), blob))
    bench = _typed(request)
    if not bench.said:
        _try(bench, blob)
    if request.POST.get("do") == "save" and bench.tried is not None and bench.tried.reads:
        bench.said = _save(request, paper, bench)
        if not bench.said:
            return redirect(f"/documents/inbox/{paper.id}#again")
    return _shown(request, paper, bench)


def _refused(eyes: Eyes, number: int) -> tuple[Brought, bytes]:
    """A paper that a map may help, with its bytes; as if there were none where there are no bytes any more."""
    paper = access.brought(eyes, number)
    refused = paper.outcome is not None and paper.outcome.refused in MAPPED
    blob = access.brought_bytes(eyes, paper) if refused and paper.state == "refused" else None
    if blob is None:
        raise Http404
    return paper, blob


def _begun(eyes: Eyes, name: str, blob: bytes) -> Bench:
    """Begin with a map that is in force, where one is named, else with what the paper itself suggests."""
    known = next((one for one in access.maps(eyes) if one.name == name), None)
    if known is not None:
        return Bench(text=known.text or "", seen=known.sha256)
    try:
        begun = workbench().begin(blob)
    except CannotTry as cannot:
        return Bench(text="", said=str(cannot))
    return Bench(text=begun.text, said=begun.reason)


def _typed(request: HttpRequest) -> Bench:
    """What was typed; too much of it is given back as it is, and not read."""
    text = request.POST.get("text", "").replace("\r\n", "\n").replace("\x00", "")
    name = request.POST.get("name", "").strip()
    text = renamed(text, name) if name and name != named(text) else text
    bench = Bench(text=text, seen=request.POST.get("seen", "")[:64])
    if len(text) > MAP_CHARS_MAX:
        bench.said = word(OUTCOMES, "map_too_long")
    return bench


def _try(bench: Bench, blob: bytes) -> None:
    try:
        bench.tried = workbench().attempt(blob, bench.text)
    except CannotTry as cannot:
        bench.said = str(cannot)


def _name(bench: Bench) -> str:
    return (bench.tried.name if bench.tried is not None else "") or named(bench.text)


def _save(request: HttpRequest, paper: Brought, bench: Bench) -> str:
    """Have the map saved; gives why it is not. Its versions follow each other where the first was saved."""
    tried = bench.tried
    assert tried is not None, "only what was tried is saved"
    before = next(iter(access.map_versions(eyes_of(request), tried.name)), None)
    in_force = before.sha256 if before is not None and before.active else None
    if in_force != (bench.seen or None):
        return word(OUTCOMES, "map_changed_meanwhile" if bench.seen else "map_name_in_use")

    def decided(signed: Signed) -> SaveMap:
        return SaveMap(
            decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at, name=tried.name,
            title=tried.title, text=bench.text, sha256=sha256(bench.text.encode()), replaces=in_force,
            made_from=paper.sha256,
        )  # fmt: skip

    place = before.place if before is not None else paper.place
    taken = order(request, "map_documents", place, decided)
    return "" if taken.outcome == "done" else word(OUTCOMES, taken.outcome)


def _shown(request: HttpRequest, paper: Brought, bench: Bench) -> HttpResponseBase:
    outcome, name = paper.outcome, _name(bench)
    before = next((one for one in access.maps(eyes_of(request)) if one.name == name), None)
    context: dict[str, Any] = {
        "here": "documents",
        "paper": paper,
        "place_name": access.names()[paper.place][0],
        "refused": word(REFUSALS, outcome.refused) if outcome is not None and outcome.refused else "",
        "reason": outcome.reason if outcome is not None else "",
        "name": name,
        "bench": bench,
        "before": before,
        "zone": access.names()[paper.place][1],
        "tried": None if bench.tried is None else show_tried(bench.tried),
        "chars_max": MAP_CHARS_MAX,
    }
    return render(request, "pages/map.html", context)


@asks("handle_documents")
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponseBase:
    """Bring a refused paper again, to be read by a saved map, and those refused for the same reason where asked."""
    eyes = eyes_of(request)
    paper = access.brought(eyes, number)
    wanted = request.POST.get("map", "")
    read_by = next((one for one in access.maps(eyes) if one.name == wanted), None)
    if read_by is None or not mappable(eyes, paper):
        return redirect(f"/documents/inbox/{paper.id}")
    papers = [paper, *(alike(eyes, paper) if request.POST.get("others") == "yes" else ())]
    numbers = bring_again(eyes, request.user.get_username(), papers, read_by.name, read_by.sha256)
    return redirect(lodging.shown_at(numbers))


@asks("see_documents")
@require_GET
def maps(request: HttpRequest) -> HttpResponseBase:
    """Every map that was ever saved here: who saved it when, whether it is in force, and whether it can be used."""
    eyes = eyes_of(request)
    named = access.names()
    rows = [show_map(one, named[one.place], _faults(one)) for one in access.maps(eyes, all_of_them=True)]
    return render(request, "pages/maps.html", {"here": "documents", "rows": rows})


def _faults(one: MapSeen) -> str:
    """Why a map in force cannot be used by the program of today; empty where it can, and where nobody can tell."""
    if not one.active:
        return ""
    try:
        return "; ".join(f"{fault.key}: {fault.reason}" for fault in workbench().faults(one.name, one.text or ""))
    except CannotTry:
        return ""


@asks("see_documents", posting="map_documents")
@require_http_methods(["GET", "POST"])
def versions(request: HttpRequest, name: str) -> HttpResponseBase:
    """One map: each version with who saved it when and what it changed, and the form that puts it out of force."""
    eyes = eyes_of(request)
    rows = access.map_versions(eyes, name)
    if not rows:
        raise Http404
    said = ""
    if request.method == "POST":
        taken = order(request, "map_documents", rows[0].place, lambda signed: _retired(request, name, signed))
        if taken.outcome == "done":
            return redirect(f"/documents/maps/{name}")
        said = word(OUTCOMES, taken.outcome)
    places = access.names()
    context: dict[str, Any] = {
        "here": "documents",
        "name": name,
        "newest": show_map(rows[0], places[rows[0].place], _faults(rows[0])),
        "versions": show_versions(rows, places),
        "may_map": eyes.can("map_documents"),
        "sees_log": eyes.can("see_log"),
        "said": said,
        "reason_max": REASON_MAX,
    }
    return render(request, "pages/map_versions.html", context)


def _retired(request: HttpRequest, name: str, signed: Signed) -> RetireMap:
    return RetireMap(
        decision_id=signed.decision_id, by=signed.by, role=signed.role, at=signed.at, name=name,
        sha256=Sha256(request.POST.get("seen", "")[:64]), why=request.POST.get("why", "").strip()[:REASON_MAX],
    )  # fmt: skip
