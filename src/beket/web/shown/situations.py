"""Situations as people see them: a line of the list, what one rests on, its card, and its history in sentences."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from msgspec import Struct

from beket.board.panels.similar import Similar
from beket.board.panels.situations import (
    CheckSeen,
    Counted,
    FactSeen,
    ShiftSeen,
    SignalSeen,
    SituationSeen,
    Sounding,
)
from beket.web import moments
from beket.web.phrases import DOUBTS, UNEXPLAINED, WHY, word
from beket.web.rules import SENTENCES, VALUE_WORDS
from beket.web.shown.documents import worded
from beket.web.situation_words import AGAIN, CHECKS, DID, ENDS, RUNGS, SHARED, SIGNALS, SORTS
from beket.words.situations import CARDS

GRAVE: Final = ("critical", "high")
"""Levels that have a sound."""


class ShownSituation(Struct, frozen=True, kw_only=True):
    """One line; `row` has the rest."""

    row: SituationSeen
    dom: str
    url: str
    sort: str
    place_name: str
    zone_name: str
    about: str
    about_url: str
    state: str
    state_word: str
    age: str
    asks_for: str
    again: str
    ended: str
    proposed: str
    grave: bool


class ShownSignal(Struct, frozen=True, kw_only=True):
    """One signal as a sentence with its things."""

    row: SignalSeen
    sentence: str
    values: tuple[tuple[str, str], ...]
    url: str


class ShownSimilar(Struct, frozen=True, kw_only=True):
    """An earlier situation in a line: what it shares, where and when it was, how it ended and by whom."""

    row: Similar
    url: str
    sort: str
    place_name: str
    zone_name: str
    how: str
    by_whom: str
    shared: tuple[tuple[str, str], ...]


class ShownCheck(Struct, frozen=True, kw_only=True):
    """One step of the card."""

    code: str
    words: str
    mandatory: bool
    done: bool
    by_whom: str
    at: int | None


class ShownStep(Struct, frozen=True, kw_only=True):
    """One line of the history."""

    ref: str
    at: int
    did: str
    says: str
    by: str


class ShownShift(Struct, frozen=True, kw_only=True):
    """Somebody's shift, at all the places where it runs."""

    account: str
    role: str
    since: int
    until: int | None
    places: tuple[str, ...]
    handed: tuple[str, ...]


def show_situation(row: SituationSeen, place_name: str, zone_name: str, now: int) -> ShownSituation:
    """Put a situation into a line."""
    state = state_of(row)
    return ShownSituation(
        row=row,
        dom="s-" + row.id.replace(":", "-").replace(".", "-"),
        url=f"/situations/{row.id}",
        sort=word(SORTS, row.sort),
        place_name=place_name,
        zone_name=zone_name,
        about=_about(row),
        about_url=_about_url(row),
        state=state,
        state_word=_state_word(row, state, zone_name),
        age=moments.span((row.closed_at or now) - row.opened_at),
        asks_for=word(RUNGS, row.rung),
        again=word(AGAIN, row.again) if row.asks else "",
        ended=word(ENDS, row.outcome),
        proposed=word(ENDS, row.proposed),
        grave=row.four_eyes,
    )


def state_of(row: SituationSeen) -> str:
    """One of three words: raised, taken, closed; and whether it is put off."""
    if row.closed_at is not None or row.merged_into is not None:
        return "closed"
    if row.snoozed_until is not None:
        return "snoozed"
    return "raised" if row.asks or row.holder is None else "taken"


def _state_word(row: SituationSeen, state: str, zone: str) -> str:
    if state == "closed":
        return _("closed")
    if state == "snoozed":
        until = moments.clock(row.snoozed_until or 0, zone)
        return _("put off by %(who)s until %(at)s") % {"who": row.holder, "at": until}
    if state == "taken":
        handing = _(", whose shift is over") if row.handing else ""
        return _("taken by %(who)s") % {"who": row.holder} + handing
    if row.level == "low":
        return _("to be known")
    return _("raised") if row.holder is None else _("raised again; %(who)s had it") % {"who": row.holder}


def _about(row: SituationSeen) -> str:
    if row.subject == "device":
        return row.about.removeprefix(row.place + "/")
    return row.number or "" if row.subject == "document" else ""


def _about_url(row: SituationSeen) -> str:
    match row.subject:
        case "crossing":
            return f"/crossings/{row.about}"
        case "document":
            return f"/documents/{row.about}"
        case "device":
            return f"/devices/{row.about}"
        case "post":
            return f"/places/{row.about}"
        case _:
            return f"/alarms/{row.place}/{row.about}"


def show_signal(row: SignalSeen, place: str, subject: str = "") -> ShownSignal:
    """Put a signal into a sentence; where a whole post is silent, each names its device."""
    told: dict[str, str] = json.loads(row.told) if row.told else {}
    values = tuple((word(VALUE_WORDS, name), worded(name, value)) for name, value in told.items())
    sentence, url = _sentence(row), _signal_url(row, place)
    if subject == "post" and row.kind == "failed":
        sentence, url = f"{row.about.removeprefix(place + '/')}: {word(WHY, row.name)}", f"/devices/{row.about}"
    return ShownSignal(row=row, sentence=sentence, values=values, url=url)


def _sentence(row: SignalSeen) -> str:
    match row.kind:
        case "finding":
            return word(SENTENCES, row.name)
        case "unexplained":
            return word(UNEXPLAINED, row.name)
        case "failed":
            return _("The device does not work: %(why)s") % {"why": word(WHY, row.name)}
        case "doubted":
            return word(DOUBTS, row.name)
        case "unused":
            return word(SIGNALS, row.kind)
        case _:
            return word(SIGNALS, row.name)


def _signal_url(row: SignalSeen, place: str) -> str:
    return f"/alarms/{place}/{row.about}" if row.kind == "radiation" else ""


def show_similar(row: Similar, place_name: str, zone_name: str) -> ShownSimilar:
    """Put an earlier situation into a line."""
    people = (row.closed_by, row.second) if row.closed_at is not None else (row.holder,)
    return ShownSimilar(
        row=row,
        url=f"/situations/{row.id}",
        sort=word(SORTS, row.sort),
        place_name=place_name,
        zone_name=zone_name,
        how=word(ENDS, row.outcome) if row.closed_at is not None else _("still open"),
        by_whom=", ".join(filter(None, people)),
        shared=tuple((word(SHARED, one.kind), one.value.removeprefix(row.place + "/")) for one in row.shared),
    )


def show_card(sort: str, ticked: dict[str, CheckSeen]) -> tuple[ShownCheck, ...]:
    """The card of a sort, with what was done of it."""
    return tuple(
        ShownCheck(
            code=check.code, words=word(CHECKS, check.code), mandatory=check.mandatory,
            done=(seen := ticked.get(check.code)) is not None and seen.done,
            by_whom=seen.by_whom if seen is not None else "", at=seen.at if seen is not None else None,
        )
        for check in CARDS.get(sort, ())  # type: ignore[call-overload]
    )  # fmt: skip


def _did(fields: dict[str, Any]) -> str:
    again = fields["kind"] == "situation_taken" and fields.get("out_of") == fields.get("by")
    return word(DID, "still_at_it" if again else fields["kind"])


def show_step(row: FactSeen) -> ShownStep:
    """Put a fact about a situation into a line."""
    fields = row.fields()
    return ShownStep(ref=row.ref, at=fields["at"], did=_did(fields), says=_says(fields), by=fields.get("by") or "")


def _says(fields: dict[str, Any]) -> str:
    tell = _TOLD.get(fields["kind"])
    return str(fields.get("why") or "") if tell is None else tell(fields)


def _signals(fields: dict[str, Any]) -> str:
    came = [f"+ {_named(one)}" for one in fields.get("raised", ())]
    return " · ".join([*came, *(f"− {_named(one)}" for one in fields.get("gone", ()))])


def _named(signal: dict[str, Any]) -> str:
    """A signal in few words: of several devices of one situation each says which."""
    device = signal["about"].partition("/")[2] if signal["kind"] == "failed" else ""
    return " ".join(filter(None, (device, signal["name"])))


def _ticked(fields: dict[str, Any]) -> str:
    return f"{'✓' if fields.get('done', True) else '✗'} {word(CHECKS, fields['check'])}"


def _closed(fields: dict[str, Any]) -> str:
    second = f"+ {fields['second']}" if fields.get("second") else ""
    return " · ".join(filter(None, (word(ENDS, fields["outcome"]), fields.get("remark"), second)))


_TOLD: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "situation_opened": lambda fields: word(SORTS, fields["sort"]),
    "situation_changed": _signals,
    "situation_raised_again": lambda fields: word(AGAIN, fields["why"]),
    "situation_escalated": lambda fields: " · ".join(filter(None, (word(RUNGS, fields["to"]), fields.get("why")))),
    "check_ticked": _ticked,
    "situation_dispatched": lambda fields: str(fields["what"]),
    "closing_proposed": _closed,
    "situation_closed": _closed,
    "situations_merged": lambda fields: f"{fields['situation']} → {fields['into']}",
}
"""What each fact says beside its name; the others have their reason."""


def show_shifts(rows: Iterable[ShiftSeen], names: dict[str, tuple[str, str]]) -> tuple[ShownShift, ...]:
    """Put shifts together that one person has at many places."""
    of: dict[tuple[str, str], list[ShiftSeen]] = {}
    for row in rows:
        of.setdefault((row.account, row.role), []).append(row)
    return tuple(
        ShownShift(
            account=account, role=role, since=min(one.started_at for one in own),
            until=max((one.ended_at or 0 for one in own), default=0) or None,
            places=tuple(names[one.place][0] for one in own),
            handed=tuple(name for one in own for name in one.handed.split()),
        )
        for (account, role), own in of.items()
    )  # fmt: skip


class ShownLine(Struct, frozen=True, kw_only=True):
    """What every screen says first: whether anything is wrong, and the worst of it."""

    counts: tuple[Counted, ...]
    number: int
    worst: ShownSituation | None
    critical: tuple[str, ...]
    high: tuple[str, ...]


def show_line(
    counts: Sequence[Counted], worst: ShownSituation | None, sounding: Sequence[Sounding], *, inspects: bool
) -> ShownLine:
    """Answer whether anything is wrong; messages are not. What has a sound is named, so that the new is told apart."""
    wrong = tuple(one for one in counts if one.level != "low")
    loud = [one for one in sounding if inspects or one.rung != "post"]
    return ShownLine(
        counts=wrong, number=sum(one.number for one in wrong),
        worst=worst,
        critical=tuple(f"{one.id}@{one.asked_at}" for one in loud if one.level == "critical"),
        high=tuple(f"{one.id}@{one.asked_at}" for one in loud if one.level == "high"),
    )  # fmt: skip
