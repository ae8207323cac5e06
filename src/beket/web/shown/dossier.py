"""A dossier as a story: who it is, and what was said and concluded, in the order it happened."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from msgspec import Struct

from beket.board.panels.crossings import Row
from beket.board.panels.dossier import Conclusion, Dossier, Evidence, Sign
from beket.web import moments
from beket.web.names import device_here
from beket.web.papers import FITS, GONE
from beket.web.phrases import (
    CLOSED,
    DOCUMENTS,
    KINDS,
    PICTURES,
    ROLES_SEEN,
    UNEXPLAINED,
    VEHICLES,
    VERDICTS,
    ZONES,
    word,
)
from beket.web.rules import SENTENCES
from beket.web.shown.course import of_step
from beket.web.shown.crossings import ShownRow, show_row
from beket.web.shown.holding import of_holding
from beket.words import facts
from beket.words.slips import MARK

_PLATES_AND_NUMBERS: Final = frozenset({"plate_read", "container_read", "scan_result"})
"""Kinds whose value is drawn as a plate."""

CLUSTER: Final = ("front", "rear", "trailer", "container", "exit_front", "exit_rear")


class Shot(Struct, frozen=True):
    """A picture with its address and what it shows."""

    url: str
    word: str
    role: str


class ShownSign(Struct, frozen=True, kw_only=True):
    """One sign of the identity cluster as it is held now."""

    role: str
    word: str
    value: str
    country: str | None
    confidence: str
    corrects: str | None
    device: str
    because: tuple[str, ...]
    fact: str
    is_plate: bool


class Moment(Struct, frozen=True, kw_only=True):
    """One line of the timeline: something said (evidence) or something concluded."""

    at: int
    concluded: bool
    word: str
    says: str
    plate: str | None = None
    country: str | None = None
    gamma: bool | None = None
    neutron: bool | None = None
    radiation: bool = False
    meta: tuple[str, ...] = ()
    ref: str = ""
    fact: str = ""
    because: tuple[str, ...] = ()
    shots: tuple[Shot, ...] = ()
    dom: str = ""
    slip: str = ""


class ShownDossier(Struct, frozen=True, kw_only=True):
    """Everything a dossier's page shows."""

    row: Row
    line: ShownRow
    cluster: tuple[ShownSign, ...]
    moments: tuple[Moment, ...]
    shots: tuple[Shot, ...]
    disagreements: tuple[str, ...]
    stayed: str
    joined: tuple[str, ...]


def show_dossier(dossier: Dossier, now: int) -> ShownDossier:
    """Tell the story of one crossing."""
    row = dossier.crossing
    cluster = tuple(_held(dossier.signs, role) for role in CLUSTER if any(sign.role == role for sign in dossier.signs))
    told = tuple(
        _said(row.place, moment) if isinstance(moment, Evidence) else _concluded(row.place, moment)
        for moment in dossier.timeline
    )
    pictured = {shot.url: shot for moment in told for shot in moment.shots}
    left = row.departed_at or row.closed_at or now
    return ShownDossier(
        row=row,
        line=show_row(row, "", ""),
        cluster=cluster,
        moments=told,
        shots=tuple(sorted(pictured.values(), key=lambda shot: shot.role == "plate")),
        disagreements=disagreements(cluster),
        stayed=moments.span(left - row.opened_at),
        joined=dossier.joined,
    )


def disagreements(cluster: tuple[ShownSign, ...]) -> tuple[str, ...]:
    """Signs that should be the same and are not: front against the exit's front."""
    held = {sign.role: sign.value for sign in cluster}
    front, leaving = held.get("front"), held.get("exit_front")
    if front and leaving and front != leaving:
        return (
            _("At the exit the front plate was read as %(leaving)s, on arrival as %(front)s.")
            % {"leaving": leaving, "front": front},
        )
    return ()


def _held(signs: tuple[Sign, ...], role: str) -> ShownSign:
    """The last word on a role is the one that is held."""
    sign = [each for each in signs if each.role == role][-1]
    return ShownSign(
        role=role,
        word=word(ROLES_SEEN, role),
        value=sign.value,
        country=sign.country,
        confidence=""
        if sign.confidence is None
        else _("%(n)s %% sure") % {"n": moments.figure(_percent(sign.confidence))},
        corrects=sign.corrects,
        device=device_here(sign.device or ""),
        because=tuple(sign.because),
        fact=sign.fact,
        is_plate=role != "container",
    )


def _percent(confidence: float) -> float:
    """Cameras say 0–1 or 0–100; the words of the log carry what they said."""
    return confidence * 100 if confidence <= 1 else confidence


def _said(place: str, said: Evidence) -> Moment:
    """What a device said."""
    meta = [device_here(said.device), said.lane, word(ZONES, said.zone)]
    if said.confidence is not None and said.value:
        meta.append(_("%(n)s %% sure") % {"n": moments.figure(_percent(said.confidence))})
    if said.vehicle_type:
        meta.append(word(VEHICLES, said.vehicle_type))
    return Moment(
        at=said.at,
        concluded=False,
        word=word(KINDS, said.kind),
        says=_measured(said),
        plate=said.value if said.kind in _PLATES_AND_NUMBERS else None,
        country=said.country,
        gamma=said.gamma_alarm,
        neutron=said.neutron_alarm,
        radiation=said.gamma_alarm is not None or said.neutron_alarm is not None,
        meta=tuple(part for part in meta if part),
        ref=said.ref,
        fact=said.fact,
        because=tuple(said.because),
        shots=tuple(
            Shot(f"/pictures/{place}/{shot.sha256}", word(PICTURES, shot.role), shot.role) for shot in said.pictures
        ),
        dom="m-" + said.ref.replace(".", "-"),
        slip=f"{place}/{said.ref}" if said.kind == "code" and (said.value or "").startswith(MARK) else "",
    )


def _measured(said: Evidence) -> str:
    """The mass that was shown, that a plate could not be read, what paper it was, or how the analyst judged."""
    match said.kind:
        case "plate_read":
            return "" if said.value else _("Plate not readable")
        case "document":
            kind = word(DOCUMENTS, (said.sort or "")[:1])
            return " · ".join(filter(None, (kind, said.country, said.value)))
        case "code":
            return said.value or ""
        case "scan_result":
            return word(VERDICTS, said.sort)
        case _:
            return "" if said.gross_kg is None else moments.kilograms(said.gross_kg)


def _concluded(place: str, concluded: Conclusion) -> Moment:
    """What the house made of it."""
    plate, country, says = _sentence(concluded.fact)
    return Moment(
        at=concluded.at,
        concluded=True,
        word=word(KINDS, concluded.kind),
        says=says,
        plate=plate,
        country=country,
        ref=concluded.ref,
        fact=concluded.ref,
        because=tuple(concluded.because),
        dom="m-" + concluded.ref.replace(".", "-"),
        shots=_photographed(place, concluded.fact),
    )


def _photographed(place: str, fact: facts.Fact) -> tuple[Shot, ...]:
    """What an inspector photographed."""
    photos = fact.photos if isinstance(fact, facts.PassageRecorded) else ()
    return tuple(Shot(f"/pictures/{place}/{one.sha256}", word(PICTURES, one.of), one.of) for one in photos)


def _sentence(fact: facts.Fact) -> tuple[str | None, str | None, str]:
    """The plate, the country and the words of a conclusion."""
    if isinstance(fact, facts.CrossingIdentified):
        corrected = _("before: %(old)s") % {"old": fact.corrects} if fact.corrects else ""
        return fact.value, fact.country, " · ".join(filter(None, (word(ROLES_SEEN, fact.role), corrected)))
    return None, None, _words_of(fact)


def _words_of(fact: facts.Fact) -> str:
    """What a conclusion adds to its own name."""
    words = ""
    match fact:
        case facts.CrossingUnexplained():
            words = word(UNEXPLAINED, fact.why)
        case facts.CrossingClosed():
            words = word(CLOSED, fact.reason)
        case facts.CrossingOpened():
            way = _("in") if fact.direction == "in" else _("out")
            words = f"{way} · {fact.lane} · {word(ZONES, fact.zone)}"
        case facts.CrossingDeparted():
            words = fact.lane
        case facts.CrossingsJoined():
            words = fact.into
        case facts.EvidenceMoved():
            words = word(KINDS, fact.evidence)
        case facts.DocumentAttached():
            words = " ".join(filter(None, (fact.document, word(FITS, fact.by), fact.sign, fact.ordered_by)))
        case facts.DocumentDetached():
            words = " ".join(filter(None, (fact.document, word(GONE, fact.why), fact.ordered_by)))
        case facts.FindingRaised() | facts.FindingWithdrawn():
            words = f"{word(SENTENCES, fact.rule)} ({fact.rule})"
        case _:
            words = of_step(fact) or of_holding(fact) or _of_own_paper(fact)
    return words


def _of_own_paper(fact: facts.Fact) -> str:
    """Which act or slip, and whose."""
    if isinstance(fact, facts.SlipClaimed):
        return f"{fact.slip.crossing} · {fact.by}"
    if isinstance(fact, facts.ActSigned):
        return f"{fact.number} · {fact.by}"
    return f"{fact.act.number} · {fact.act.by}" if isinstance(fact, facts.ActIssued) else ""
