"""A passage as the inspector's desk is given it: every field with all who told it, every step with what may be decided.

The desk's own half of these shapes is islands/passages-contract.ts.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, Literal

from django.utils.translation import gettext as _
from msgspec import Struct

from beket.board.panels.passages import Paper, Passage, Recorded
from beket.web.courses import AGENCIES, EFFECTS, STATES, in_language
from beket.web.names import device_here
from beket.web.papers import KINDS_OF_DOCUMENT, paper_named
from beket.web.phrases import PICTURES, word
from beket.web.rules import SENTENCES
from beket.web.shown.course import ShownStep, own_steps, show_course
from beket.words.ids import Instant
from beket.words.passages import PLATES, NoteField
from beket.words.procedures import WAITING, Agency

Source = Literal["camera", "scale", "paper", "noted"]

FIELDS: Final[tuple[NoteField, ...]] = (
    "plate", "trailer", "container", "vin", "seals", "gross_kg", "packages", "persons",
)  # fmt: skip
"""In the order in which an inspector walks round a conveyance."""


class Claim(Struct, frozen=True, kw_only=True):
    """Somebody's word on one thing."""

    source: Source
    by: str
    at: Instant
    value: str
    country: str | None = None
    machine: bool = False


class Field(Struct, frozen=True, kw_only=True):
    """One thing: the word that is shown first, and all words on it."""

    name: NoteField
    value: str
    country: str | None
    claims: tuple[Claim, ...]


class ShownOutcome(Struct, frozen=True, kw_only=True):
    """One way in which a step may end."""

    code: str
    name: str
    effect: str
    effect_word: str


class ShownProof(Struct, frozen=True, kw_only=True):
    """What a step needs to be proven."""

    word: str
    there: bool


class PassageStep(Struct, frozen=True, kw_only=True):
    """A step of a passage."""

    code: str
    name: str
    agency: Agency
    agency_word: str
    state: str
    state_word: str
    level: str
    machine: bool
    mine: bool
    due: bool
    outcomes: tuple[ShownOutcome, ...]
    proofs: tuple[ShownProof, ...]
    decided: str | None
    decided_as: str
    norm_s: int | None
    asked_at: Instant | None


class ShownPaper(Struct, frozen=True, kw_only=True):
    """A paper of a passage."""

    word: str
    number: str
    url: str


class ShownFinding(Struct, frozen=True, kw_only=True):
    """What does not agree."""

    level: str
    sentence: str
    code: str


class ShownPicture(Struct, frozen=True, kw_only=True):
    """A picture and what it shows."""

    url: str
    word: str


class ShownPassage(Struct, frozen=True, kw_only=True):
    """A passage; without a procedure it has no state and no steps, and is noted and signed all the same."""

    id: str
    plate: str | None
    country: str | None
    lane: str
    direction: str
    opened_at: Instant
    procedure: bool
    state: str
    state_word: str
    proven: bool
    level: str
    taken_by: str | None
    after: str | None
    fields: tuple[Field, ...]
    papers: tuple[ShownPaper, ...]
    findings: tuple[ShownFinding, ...]
    pictures: tuple[ShownPicture, ...]
    steps: tuple[PassageStep, ...]
    records: tuple[Recorded, ...]


def show_passage(passage: Passage, agencies: frozenset[str], now: Instant) -> ShownPassage | None:
    """Show a passage to an officer of some agencies; None where its procedure cannot be told."""
    seen, row = passage.course, passage.row
    course = None if seen is None else show_course(seen, now)
    if seen is not None and course is None:
        return None
    own = frozenset[str]() if course is None else own_steps(course, agencies)
    return ShownPassage(
        id=row.id,
        plate=row.plate,
        country=row.country,
        lane=row.lane,
        direction=row.direction,
        opened_at=row.opened_at,
        procedure=seen is not None,
        state="" if seen is None else seen.state,
        state_word=_("no procedure") if seen is None else word(STATES, seen.state),
        proven=seen is not None and seen.proven,
        level=passage.findings[0].level if passage.findings else "",  # the worst stands first
        taken_by=passage.taken_by,
        after=passage.records[-1].ref if passage.records else None,
        fields=tuple(_field(passage, name) for name in FIELDS),
        papers=tuple(_paper(paper) for paper in passage.papers),
        findings=tuple(
            ShownFinding(level=one.level, sentence=word(SENTENCES, one.rule), code=one.rule) for one in passage.findings
        ),
        pictures=tuple(_pictures(passage)),
        steps=() if course is None else tuple(_step(step, own) for step in course.steps),
        records=passage.records,
    )


def _field(passage: Passage, name: NoteField) -> Field:
    """A machine's word stands first, unless an officer said that it is wrong; then what was noted last, then papers."""
    machines, noted = list(_by_machines(passage, name)), list(_noted(passage, name))
    mended = [claim for claim, why in noted if why][-1:]
    written = [claim for claim, why in noted if claim not in mended]
    seen = {claim.value for claim in (*mended, *machines, *written)}
    claims = (*mended, *reversed(machines), *reversed(written), *_by_papers(passage, name, seen))
    first = claims[0] if claims else None
    return Field(
        name=name,
        value="" if first is None else first.value,
        country=None if first is None else first.country,
        claims=claims,
    )


def _by_machines(passage: Passage, name: NoteField) -> Iterator[Claim]:
    """What was read of a sign where it is held now, and what scales showed."""
    devices = {one.ref: one.device for one in passage.heard}
    roles = PLATES.get(name, ())
    for sign in {sign.role: sign for sign in passage.signs if sign.role in roles}.values():
        by = next((devices[ref] for ref in sign.because if ref in devices), "")
        yield Claim(
            source="camera", by=device_here(by), at=sign.at, value=sign.value, country=sign.country, machine=True
        )  # fmt: skip
    for box in {one.value: one for one in passage.heard if one.kind == "container_read"}.values():
        if name == "container" and box.value:
            yield Claim(source="camera", by=device_here(box.device), at=box.at, value=box.value, machine=True)
    for one in passage.heard if name == "gross_kg" else ():
        if one.gross_kg is not None:
            yield Claim(source="scale", by=device_here(one.device), at=one.at, value=_plain(one.gross_kg), machine=True)


def _noted(passage: Passage, name: NoteField) -> Iterator[tuple[Claim, str | None]]:
    for record in passage.records:
        for note in record.notes:
            if note.field == name:
                said = Claim(source="noted", by=record.by, at=record.at, value=note.value, country=note.country)
                yield said, note.why


def _by_papers(passage: Passage, name: NoteField, seen: set[str]) -> Iterator[Claim]:
    for paper in passage.papers:
        told = [] if paper.gist.cancels else list(_told(paper, name))
        for value, country in agreeing(told, seen):
            by = paper_named(paper.gist.kind, paper.gist.number)
            yield Claim(source="paper", by=by, at=passage.row.opened_at, value=value, country=country)


def agreeing(told: list[tuple[str, str | None]], seen: set[str]) -> list[tuple[str, str | None]]:
    """Of several that a paper names in one field, a tractor and its trailer, give those that were seen; else all."""
    return [one for one in told if one[0] in seen] or told


def _told(paper: Paper, name: NoteField) -> Iterator[tuple[str, str | None]]:
    """What a paper says of a thing, as it is compared."""
    gist = paper.gist
    match name:
        case "plate" | "trailer":
            yield from ((one.key, one.country) for one in gist.plates if one.trailer == (name == "trailer"))
        case "container":
            yield from ((one, None) for one in gist.containers)
        case "vin":
            yield from ((one.vin, None) for one in gist.vins)
        case "seals" if gist.seals:
            yield " ".join(gist.seals), None
        case "gross_kg" if gist.conveyance_kg is not None:
            yield _plain(gist.conveyance_kg), None
        case "packages" if gist.packages is not None:
            yield str(gist.packages), None
        case _:
            pass


def _plain(kg: float | Decimal) -> str:
    written = f"{Decimal(str(kg)):f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _paper(paper: Paper) -> ShownPaper:
    kind = word(KINDS_OF_DOCUMENT, paper.gist.kind)
    return ShownPaper(word=kind, number=paper.gist.number or "", url=f"/documents/{paper.id}")


def _pictures(passage: Passage) -> Iterator[ShownPicture]:
    row = passage.row
    for sha256, what in ((row.picture, "vehicle"), (row.plate_picture, "plate")):
        if sha256 is not None:
            yield ShownPicture(url=f"/pictures/{row.place}/{sha256}", word=word(PICTURES, what))
    for record in passage.records:
        for photo in record.photos:
            yield ShownPicture(url=f"/pictures/{row.place}/{photo.sha256}", word=word(PICTURES, photo.of))


def _step(shown: ShownStep, own: frozenset[str]) -> PassageStep:
    step, stamp = shown.step, shown.stamp
    silent = stamp is not None and stamp.decided is not None and stamp.by_whom is None
    return PassageStep(
        code=step.code,
        name=shown.name,
        agency=step.agency,
        agency_word=word(AGENCIES, step.agency),
        state=shown.state,
        state_word=shown.word,
        level=shown.level,
        machine=step.machine,
        mine=not step.machine and step.code in own,
        due=shown.due and shown.state in WAITING,
        outcomes=tuple(
            ShownOutcome(
                code=one.code, name=in_language(one.name), effect=one.effect, effect_word=word(EFFECTS, one.effect)
            )
            for one in step.outcomes
        ),
        proofs=tuple(ShownProof(word=proof.word, there=proof.there) for proof in shown.proofs),
        decided=None if stamp is None else stamp.decided,
        decided_as=_("nobody answered in time") if silent else shown.outcome,
        norm_s=step.norm_s,
        asked_at=None if stamp is None else stamp.asked_at,
    )
