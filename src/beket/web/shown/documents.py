"""Documents as people see them: a line of a list, the papers of a dossier side by side, and what does not agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from msgspec import Struct

from beket.board.panels.crossings import Row as CrossingRow
from beket.board.panels.dossier import Dossier
from beket.board.panels.papers import Finding, Fit, Held, Row
from beket.web import moments
from beket.web.papers import ANSWERS, COMPARED, FITS, GONE, KINDS_OF_DOCUMENT, MARKS, STATES_OF_DOCUMENT, WAYS
from beket.web.phrases import word
from beket.web.rules import CONFIRMED_WORDS, DATUM_WORDS, SENTENCES, SHIPPED_WORDS, VALUE_WORDS
from beket.words.gist import Gist

CELL_PARTS_MAX: Final = 6
"""Most codes, seals or plates told in one cell; the document's page has all."""


DIGITS_MAX: Final = 6
"""Most digits behind the point that are told; masses are written to the gram."""


DIGITS_TOLD_MAX: Final = 20
"""Longest number that is told as one; a longer row of digits is somebody's name for something."""


class ShownDocument(Struct, frozen=True, kw_only=True):
    """One line of the list of documents; `row` has the rest."""

    row: Row
    dom: str
    url: str
    kind: str
    place_name: str
    zone_name: str
    state: str
    way: str
    level: str
    plates: tuple[str, ...]


class ShownFinding(Struct, frozen=True, kw_only=True):
    """What does not agree, as a sentence with its things."""

    row: Finding
    dom: str
    sentence: str
    values: tuple[tuple[str, str], ...]
    subject: str
    url: str
    plate: str | None
    country: str | None
    place_name: str
    zone_name: str


class ShownFit(Struct, frozen=True, kw_only=True):
    """Whose a document is, and why."""

    row: Fit
    why: str
    gone: str


class Cell(Struct, frozen=True):
    """What one paper, or the checkpoint itself, says of one thing."""

    text: str
    odd: bool
    refs: tuple[str, ...] = ()


class Line(Struct, frozen=True):
    """One thing compared: what each paper says of it, and what was seen."""

    word: str
    cells: tuple[Cell, ...]
    seen: Cell
    odd: bool


class Head(Struct, frozen=True):
    """A paper at the head of its column."""

    held: Held
    kind: str
    url: str
    why: str
    level: str


class Comparison(Struct, frozen=True):
    """The papers of a crossing side by side with what was seen."""

    heads: tuple[Head, ...]
    lines: tuple[Line, ...]


def url_of(document: str) -> str:
    """The address of a document's page."""
    return f"/documents/{document}"


def show_document(row: Row, place_name: str, zone_name: str, worst: Mapping[str, str]) -> ShownDocument:
    """Put a document into a line."""
    state = "offered" if row.offered else "joined" if row.crossings else "waiting"
    return ShownDocument(
        row=row,
        dom="d-" + row.id.replace(":", "-").replace(".", "-"),
        url=url_of(row.id),
        kind=word(KINDS_OF_DOCUMENT, row.kind),
        place_name=place_name,
        zone_name=zone_name,
        state=word(STATES_OF_DOCUMENT, state),
        way=word(WAYS, row.way),
        level=worst.get(row.id, ""),
        plates=tuple(row.plates.split())[:CELL_PARTS_MAX],
    )


def show_finding(row: Finding, names: tuple[str, str], crossings: Mapping[str, CrossingRow]) -> ShownFinding:
    """Put a finding into its sentence; about a crossing where `crossings` has it, else about a document."""
    crossing = crossings.get(row.about)
    name = f"{row.about}-{row.rule}-{row.subject}"
    return ShownFinding(
        row=row,
        dom="f-" + "".join(sign if sign.isalnum() else "-" for sign in name),
        sentence=word(SENTENCES, row.rule),
        values=tuple((word(VALUE_WORDS, name), worded(name, value)) for name, value in row.values.items()),
        subject=word(KINDS_OF_DOCUMENT, row.subject),
        url=f"/crossings/{row.about}" if crossing is not None else url_of(row.about),
        plate=None if crossing is None else crossing.plate,
        country=None if crossing is None else crossing.country,
        place_name=names[0],
        zone_name=names[1],
    )


def show_fit(row: Fit) -> ShownFit:
    """Say why a document is a crossing's, or is no longer."""
    sign = f" {row.sign}" if row.sign else ""
    return ShownFit(row=row, why=word(FITS, row.by_what) + sign, gone=word(GONE, row.gone))


def worded(name: str, value: str) -> str:
    """A value as people read it: a code of ours as its word, all else as it is."""
    table = _WORDED.get(name)
    if name in _AS_WRITTEN:
        return value
    return _value(value) if table is None else word(table, value)


_WORDED: Final = {
    "datum": DATUM_WORDS,
    "said": ANSWERS,
    "limit_confirmed": CONFIRMED_WORDS,
    "limit_source": SHIPPED_WORDS,
}


_AS_WRITTEN: Final = frozenset({"weighing", "axles", "limit_row", "permit", "accuracy_class"})
"""Values that may look like numbers and are names."""


def _value(value: str) -> str:
    """A number or a day as people read it; any other word as it is."""
    try:
        number = Decimal(value)
    except ArithmeticError:
        return moments.written_day(value)
    plain = number.is_finite() and len(value) <= DIGITS_TOLD_MAX and not (value[:1] == "0" and value[1:2].isdigit())
    return moments.figure(number, DIGITS_MAX) if plain else value


def compare(dossier: Dossier, papers: Sequence[Held], findings: Iterable[Finding]) -> Comparison:
    """Lay the papers of a crossing side by side; what a finding is about is marked, with the papers it names."""
    odd: dict[str, set[str]] = {}
    for finding in findings:
        for name in MARKS.get(finding.rule, ()) if finding.active else ():
            odd.setdefault(name, set()).update((*finding.documents, finding.about))
    lines = []
    for name, words in COMPARED.items():
        told = [_told(name, held.gist) for held in papers]
        seen, refs = _seen(name, dossier)
        if any(told) or (seen and name in _SEEN):
            marked = odd.get(name, set())
            cells = tuple(Cell(text, held.row.id in marked) for text, held in zip(told, papers, strict=True))
            lines.append(Line(str(words), cells, Cell(seen, bool(seen) and name in odd, refs), name in odd))
    return Comparison(tuple(_head(held) for held in papers), tuple(lines))


_SEEN: Final = frozenset({"gross", "plates", "containers"})
"""What is shown even where no paper tells it: the checkpoint saw it."""


def _head(held: Held) -> Head:
    level = {1: "critical", 2: "high", 3: "medium", 4: "low"}.get(held.row.worst or 0, "")
    why = "" if held.fit is None else show_fit(held.fit).why
    return Head(held, word(KINDS_OF_DOCUMENT, held.row.kind), url_of(held.row.id), why, level)


def _told(name: str, gist: Gist) -> str:
    """What a document says of one thing."""
    if name in _NUMBERS:
        return _number(_NUMBERS[name](gist))
    if name == "value":
        told = (gist.told_invoiced,) if gist.told_invoiced is not None else gist.invoiced
        return " · ".join(f"{_number(one.amount)} {one.currency}" for one in told)
    return gist.valid_until or "" if name == "valid" else _listed(name, gist)


_NUMBERS: Final[dict[str, Callable[[Gist], Decimal | int | None]]] = {
    "gross": lambda gist: gist.gross_kg,
    "net": lambda gist: gist.net_kg,
    "conveyance": lambda gist: gist.conveyance_kg,
    "packages": lambda gist: gist.packages,
    "items": lambda gist: gist.told_items or gist.summed.items or None,
}


def _listed(name: str, gist: Gist) -> str:
    match name:
        case "goods":
            parts = [line.code for line in gist.lines]
        case "plates":
            parts = [plate.written for plate in gist.plates]
        case "containers":
            parts = list(gist.containers)
        case "seals":
            parts = list(gist.seals)
        case _:
            parts = [party.name for party in gist.parties if party.role == name]
    more = len(parts) - CELL_PARTS_MAX
    return ", ".join(parts[:CELL_PARTS_MAX]) + (f" +{more}" if more > 0 else "")


def _seen(name: str, dossier: Dossier) -> tuple[str, tuple[str, ...]]:
    """What the checkpoint itself saw of one thing, and the entries that say so."""
    match name:
        case "gross" | "conveyance":
            weighed = [piece for piece in dossier.evidence if piece.gross_kg is not None][-1:]
            told = ", ".join(moments.figure(piece.gross_kg or 0) for piece in weighed)
            whole = _("%(kg)s with the vehicle") % {"kg": told} if told and name == "gross" else told
            return whole, tuple(piece.ref for piece in weighed)
        case "plates":
            held = {sign.role: sign for sign in dossier.signs if sign.role != "container"}
        case "containers":
            held = {sign.value: sign for sign in dossier.signs if sign.role == "container"}
        case _:
            held = {}
    signs = {sign.value: sign for sign in held.values()}
    return ", ".join(signs), tuple(sign.because[0] for sign in signs.values() if sign.because)


def _number(value: Decimal | int | None) -> str:
    return "" if value is None else moments.figure(value, DIGITS_MAX)
