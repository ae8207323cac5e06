"""Draws up acts: from a dossier to what an act would say, and from an issued act to the markup of its paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast
from urllib.parse import urlencode

import segno
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from msgspec.structs import replace

from beket.board.panels.acts import ActSeen
from beket.board.panels.dossier import Dossier
from beket.board.panels.papers import Finding, Held
from beket.web import access, moments
from beket.web.eyes import Eyes
from beket.web.fees import fees_now
from beket.web.open_door import place_words
from beket.web.phrases import word
from beket.web.pressing import Sheet
from beket.web.shown.acts import ROLES, SORTS, both, paired, place_name
from beket.words.acts import (
    LINES_MAX,
    OUTCOMES,
    ActContent,
    ActFinding,
    ActKind,
    ActPaper,
    ActSign,
    ActWeighing,
    check_of,
)
from beket.words.concluded import Level
from beket.words.facts import FindingRaised
from beket.words.overload import ABOVE, overload_act

ERRORS_BORNE: Final = "m"
"""How much of the code on the paper may be torn or soiled: a seventh."""


def drawn_up(eyes: Eyes, held: Dossier, sort: ActKind) -> ActContent:
    """Say what an act about a crossing would hold now, before an officer says how it ends."""
    row = held.crossing
    name, zone = place_words(row.place)
    papers = access.papers(eyes, row)
    about = access.findings_about(eyes, row.place, [row.id, *(one.row.id for one in papers)])
    signs = {sign.role: sign for sign in held.signs}
    content = ActContent(
        place=row.place,
        place_name=name,
        zone_name=zone,
        drawn_on=moments.local(moments.now_ms(), zone).date().isoformat(),
        crossing=row.id,
        direction=row.direction,
        lane=row.lane,
        opened_at=row.opened_at,
        departed_at=row.departed_at,
        signs=tuple(ActSign(role=one.role, value=one.value, country=one.country) for one in signs.values()),
        papers=tuple(
            ActPaper(document=one.row.id, kind=one.row.kind, number=one.row.number, issued_on=one.row.issued_on)
            for one in papers[:LINES_MAX]
        ),
        weighings=_weighings(eyes, held),
        findings=tuple(
            ActFinding(rule=one.rule, level=one.level, values=tuple(one.values.items()))
            for one in about
            if one.active
        )[:LINES_MAX],
        outcome=OUTCOMES[sort][0],
    )  # fmt: skip
    return _overloaded(content, about, papers) if sort == "overload" else content


def _overloaded(content: ActContent, about: Sequence[Finding], papers: Sequence[Held]) -> ActContent:
    """Fill in what was found to be above a limit, each load told once; nothing where nothing is."""
    found = [
        FindingRaised(
            at=one.at, because=one.because, rule=one.rule, level=cast(Level, one.level), crossing=content.crossing,
            documents=one.documents, subject=one.subject, values=one.values,
        )
        for one in about
        if one.active and one.about == content.crossing
    ]  # fmt: skip
    made = overload_act(content.place, content.crossing, found, [one.gist for one in papers], fees_now().fees)
    if made is None:
        return content
    others = tuple(one for one in content.findings if one.rule not in ABOVE)
    return replace(content, findings=others, excesses=made.excesses, carriers=made.carriers, fees=made.fees)


def _weighings(eyes: Eyes, held: Dossier) -> tuple[ActWeighing, ...]:
    """What scales showed, with what the register says of them now."""
    register = {one.id: one for one in access.equipment(eyes, held.crossing.place)}
    found = []
    for piece in held.evidence:
        if piece.gross_kg is None:
            continue
        scale = register.get(piece.device)
        weighing = ActWeighing(of=piece.ref, device=piece.device, gross_kg=piece.gross_kg, at=piece.at)
        if scale is not None:
            weighing = replace(
                weighing, klass=scale.klass, accuracy_class=scale.accuracy_class, verified_until=scale.verified_until
            )
        found.append(weighing)
    return tuple(found[-LINES_MAX:])


def sheet_of(seen: ActSeen, origin: str, *, demo: bool) -> Sheet:
    """Draw the markup of an act's paper; the same act gives the same markup."""
    act = seen.act
    address = f"{origin}/verify?" + urlencode({"number": act.number, "check": seen.sha256})
    context: dict[str, Any] = {
        "act": act,
        "sha256": seen.sha256,
        "check": check_of(seen.sha256),
        "demo": demo,
        "origin": origin,
        "code": _code(address),
        "sort": both(lambda: word(SORTS, act.sort)),
        "role": both(lambda: word(ROLES, act.role)),
        "place_name": both(lambda: place_name(act.content)),
        "issued": both(lambda: moments.exact(act.at, act.content.zone_name)),
        "sections": paired(act.content),
        "words": {name: both(said) for name, said in _WORDS.items()},
    }
    markup = render_to_string("papers/act.html", context) + ""  # a plain text: it goes to another process
    return Sheet(markup=markup, number=act.number, digest=seen.sha256, account=act.by, place=act.content.place)


def _code(address: str) -> str:
    """The address as a code that a telephone reads."""
    return mark_safe(segno.make_qr(address, error=ERRORS_BORNE).svg_inline(border=2, omitsize=True))  # noqa: S308 - drawn here


_WORDS: Final = {
    "number": lambda: _("Number"),
    "issued_at": lambda: _("Issued"),
    "issued_by": lambda: _("Issued by"),
    "replaces": lambda: _("Takes the place of act"),
    "signature": lambda: _("Signature"),
    "signed": lambda: _("Signed electronically by the officer who issued it; the signature is inside this file."),
    "digest": lambda: _("SHA-256 of what this act says"),
    "verify": lambda: _("Anybody can check this act: scan the code, or enter the number and the check signs."),
    "check": lambda: _("Check signs"),
    "demo": lambda: _("DEMONSTRATION: signed by a key that stands for nobody, without legal force"),
    "page": lambda: _("page"),
    "customs": lambda: _("Customs situation centre"),
}
"""What stands on every act."""
