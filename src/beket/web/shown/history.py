"""What was concluded of a device, one sentence for each fact, newest first."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from msgspec import Struct

from beket.board.panels.spoken import Found
from beket.web import moments
from beket.web.phrases import ASPECTS, ASPECTS_NOT, KINDS, MEASURES, WHY, word
from beket.words.ids import EntryRef, Instant

HISTORY_MAX: Final = 20
"""Facts of one history; the log has the others."""


class ShownFact(Struct, frozen=True, kw_only=True):
    """One fact in words."""

    dom: str
    place: str
    ref: EntryRef
    at: Instant
    word: str
    says: str
    because: tuple[EntryRef, ...]


def show_fact(found: Found, zone: str) -> ShownFact:
    """Put a fact about a device into a sentence."""
    return ShownFact(
        dom="h-" + found.ref.replace(".", "-"),
        place=found.place,
        ref=found.ref,
        at=found.at,
        word=_head(found),
        says=_rest(found, zone),
        because=found.because,
    )


def _head(found: Found) -> str:
    if found.kind != "aspect_found":
        return word(KINDS, found.kind)
    aspect, holds = str(found.fields["aspect"]), found.fields["holds"]
    if holds is None:
        return _("%(aspect)s: nobody knows") % {"aspect": word(ASPECTS, aspect)}
    return word(ASPECTS if holds else ASPECTS_NOT, aspect)


def _rest(found: Found, zone: str) -> str:
    fields = found.fields
    match found.kind:
        case "aspect_found":
            return word(WHY, fields.get("why"))
        case "device_failed":
            return word(WHY, fields.get("reason"))
        case "clock_found_wrong" | "clock_found_right":
            return moments.drift(fields.get("drift_ms"))
        case "device_doubted" | "doubt_withdrawn" | "usual_found":
            return _measured(fields)
        case "maintenance_agreed":
            start, end = (moments.exact(fields[name], zone) for name in ("from_at", "until_at"))
            return f"{fields['reason']} · {start} – {end}"
        case _:
            return str(fields.get("by") or "")


def _measured(fields: dict[str, Any]) -> str:
    title = word(MEASURES, fields.get("doubt"))
    if fields.get("measured") is None:
        usual = fields.get("usual")
        return title if usual is None else _("%(what)s: usual is %(n)s") % {"what": title, "n": _figure(usual)}
    return _("%(what)s: %(n)s instead of %(usual)s") % {
        "what": title,
        "n": _figure(fields["measured"]),
        "usual": _figure(fields["usual"]),
    }


def _figure(value: float) -> str:
    return moments.figure(value, digits=2)
