"""Documents on file, whose they are, and what does not agree: rows that facts about documents bring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from msgspec import Struct, field

from beket.log.book import Frame
from beket.words.facts import (
    DocumentAttached,
    DocumentDetached,
    DocumentFiled,
    DocumentOffered,
    DocumentResent,
    Fact,
    FindingRaised,
    FindingWithdrawn,
    SourceCompared,
)
from beket.words.gist import Gist
from beket.words.ids import EntryRef, PlaceId, entry_ref, split_ref
from beket.words.readings import DocumentLodged

PAPERS: Final = (
    DocumentFiled, DocumentResent, SourceCompared, DocumentAttached, DocumentOffered, DocumentDetached, FindingRaised,
    FindingWithdrawn,
)  # fmt: skip
"""The facts that are gathered here."""

RANKS: Final = {"critical": 1, "high": 2, "medium": 3, "low": 4}
"""The order of levels: the worst first."""

_ENCODER: Final = msgspec.json.Encoder()


class LodgingRow(Struct):
    """How a document came in, and what reading it left over: from the reading itself."""

    place: str
    seq: int
    idx: int
    way: str
    by_whom: str
    file_name: str | None
    unread: int
    remarks: int


class DocumentRow(Struct):
    """A document on file."""

    id: str
    place: str
    seq: int
    idx: int
    kind: str
    format: str
    number: str | None
    version: int
    replaces: str | None
    unannounced: bool
    confirmed: bool
    cancels: bool
    issued_on: str | None
    filed_at: int
    consignor: str | None
    consignee: str | None
    plates: str
    gross_kg: str | None
    items: int
    gist: str
    fact: str


class KeyRow(Struct, frozen=True):
    """What a document is found by: a number, a plate, a container, a maker's number, a name, folded."""

    key: str
    document: str
    place: str
    filed_at: int


class OfferRow(Struct):
    """The crossings that a document may be of, a blank between; none when it is no longer offered."""

    id: str
    offered: str


class AnswerRow(Struct):
    """What the source of a certificate says of it; the differences as JSON."""

    id: str
    source: str
    answered: str
    why: str | None
    differences: str
    at: int


class FitRow(Struct):
    """Whose a document is, and why; `gone` says why it is so no longer."""

    document: str
    crossing: str
    place: str
    by_what: str
    sign: str | None
    ordered_by: str | None
    at: int
    because: str
    fact: str
    gone: str | None = None


class FindingRow(Struct):
    """What does not agree, about a crossing or one document by itself."""

    about: str
    place: str
    rule: str
    subject: str
    level: str
    ranking: int
    told: str
    documents: str
    at: int
    because: str
    fact: str
    active: bool
    device: str | None = None


class Papers(Struct):
    """The rows of one batch; of several facts about one thing the last stands."""

    documents: dict[str, DocumentRow] = field(default_factory=dict)
    keys: set[KeyRow] = field(default_factory=set)
    offers: dict[str, OfferRow] = field(default_factory=dict)
    answers: dict[str, AnswerRow] = field(default_factory=dict)
    fits: dict[tuple[str, str], FitRow] = field(default_factory=dict)
    findings: dict[tuple[str, str, str], FindingRow] = field(default_factory=dict)


def hear_lodged(frame: Frame, index: int, said: DocumentLodged) -> LodgingRow:
    """Give the row of a document that somebody brought."""
    document = said.document
    unread = sum(part.count for part in document.unread)
    return LodgingRow(
        frame.place, frame.seq, index, said.way, said.by, said.file_name, unread, len(document.remarks)
    )  # fmt: skip


def gather_papers(papers: Papers, place: PlaceId, ref: EntryRef, fact: Fact) -> None:
    """Add one fact to the batch."""
    match fact:
        case DocumentFiled():
            papers.documents[fact.document] = _document(place, ref, fact)
            papers.keys |= _keys(place, fact)
        case DocumentAttached():
            papers.fits[fact.document, fact.crossing] = FitRow(
                fact.document, fact.crossing, place, fact.by, fact.sign, fact.ordered_by, fact.at,
                " ".join(fact.because), ref,
            )  # fmt: skip
        case DocumentDetached():
            papers.fits[fact.document, fact.crossing] = FitRow(
                fact.document, fact.crossing, place, "order", None, fact.ordered_by, fact.at, " ".join(fact.because),
                ref, fact.why,
            )  # fmt: skip
        case SourceCompared():
            told = _ENCODER.encode(fact.differences).decode()
            papers.answers[fact.document] = AnswerRow(
                fact.document, fact.source, fact.answered, fact.why, told, fact.at
            )
        case DocumentOffered():
            papers.offers[fact.document] = OfferRow(fact.document, " ".join(fact.crossings))
        case FindingRaised() | FindingWithdrawn():
            row = _finding(place, ref, fact)
            before = papers.findings.get((row.about, row.rule, row.subject))
            if before is not None and not row.active:  # it goes on telling what was found
                row.level, row.ranking, row.told, row.documents = (
                    before.level, before.ranking, before.told, before.documents,
                )  # fmt: skip
            papers.findings[row.about, row.rule, row.subject] = row
        case _:
            assert isinstance(fact, DocumentResent), "every kind in PAPERS is gathered"


def _document(place: PlaceId, ref: EntryRef, fact: DocumentFiled) -> DocumentRow:
    gist = fact.gist
    seq, idx = split_ref(fact.because[0])
    return DocumentRow(
        id=fact.document, place=place, seq=seq, idx=idx, kind=gist.kind, format=gist.format, number=gist.number,
        version=fact.version, replaces=fact.replaces, unannounced=fact.unannounced, confirmed=gist.confirmed,
        cancels=gist.cancels, issued_on=gist.issued_on, filed_at=fact.at, consignor=_party(gist, "consignor"),
        consignee=_party(gist, "consignee"), plates=" ".join(plate.key for plate in gist.plates),
        gross_kg=None if gist.gross_kg is None else f"{gist.gross_kg:f}", items=gist.summed.items,
        gist=_ENCODER.encode(gist).decode(), fact=ref,
    )  # fmt: skip


def _party(gist: Gist, role: str) -> str | None:
    return next((party.name for party in gist.parties if party.role == role), None)


def _keys(place: PlaceId, fact: DocumentFiled) -> set[KeyRow]:
    gist = fact.gist
    keys = (
        *gist.own, *(plate.key for plate in gist.plates), *gist.containers, *(one.vin for one in gist.vins),
        *(party.folded for party in gist.parties),
    )  # fmt: skip
    return {KeyRow(key, fact.document, place, fact.at) for key in keys if key}


def _finding(place: PlaceId, ref: EntryRef, fact: FindingRaised | FindingWithdrawn) -> FindingRow:
    raised = isinstance(fact, FindingRaised)
    return FindingRow(
        about=fact.crossing or fact.document or "",
        place=place,
        rule=fact.rule,
        subject=fact.subject,
        level=fact.level if isinstance(fact, FindingRaised) else "",
        ranking=RANKS[fact.level] if isinstance(fact, FindingRaised) else 0,
        told=_ENCODER.encode(fact.values).decode() if isinstance(fact, FindingRaised) else "{}",
        documents=" ".join(fact.documents) if isinstance(fact, FindingRaised) else "",
        at=fact.at,
        because=" ".join(fact.because),
        fact=ref,
        active=raised,
        device=fact.values.get("device") if isinstance(fact, FindingRaised) else None,
    )


def number_papers(papers: Papers, refs: Sequence[tuple[int, int]]) -> None:
    """Give the rows the references of their facts, by which so far they only had their order."""
    rows: list[DocumentRow | FitRow | FindingRow] = [*papers.documents.values(), *papers.fits.values()]
    for row in (*rows, *papers.findings.values()):
        row.fact = entry_ref(*refs[split_ref(row.fact)[1]])


def written(papers: Papers) -> Iterator[tuple[str, Sequence[Struct]]]:
    """Give each statement with its rows, in the order in which they are written."""
    documents = list(papers.documents.values())
    yield DOCUMENTS, documents
    yield KEYS, list(papers.keys)
    yield FITS, list(papers.fits.values())
    yield REPLACED, [row for row in documents if row.replaces is not None]
    yield REPLACED_FITS, [row for row in documents if row.replaces is not None]
    yield OFFERS, list(papers.offers.values())
    yield ANSWERS, list(papers.answers.values())
    yield FINDINGS, list(papers.findings.values())


LODGINGS: Final = """
INSERT INTO BOARD.lodging (place, seq, idx, way, by_whom, file_name, unread, remarks)
SELECT * FROM SPREAD AS e ON CONFLICT DO NOTHING
"""

DOCUMENTS: Final = """
INSERT INTO BOARD.document (id, place, seq, idx, kind, format, number, version, replaces, unannounced, confirmed,
  cancels, issued_on, filed_at, consignor, consignee, plates, gross_kg, items, gist, fact)
SELECT * FROM SPREAD AS e ON CONFLICT (id) DO NOTHING
"""

KEYS: Final = """
INSERT INTO BOARD.document_key (key, document, place, filed_at) SELECT * FROM SPREAD AS e ON CONFLICT DO NOTHING
"""

FITS: Final = """
INSERT INTO BOARD.document_crossing AS f (document, crossing, place, by_what, sign, ordered_by, at, because, fact, gone)
SELECT * FROM SPREAD AS e
ON CONFLICT (crossing, document) DO UPDATE SET
  by_what = CASE WHEN excluded.gone IS NULL THEN excluded.by_what ELSE f.by_what END,
  sign = CASE WHEN excluded.gone IS NULL THEN excluded.sign ELSE f.sign END, ordered_by = excluded.ordered_by,
  at = excluded.at, because = excluded.because, fact = excluded.fact, gone = excluded.gone
"""

REPLACED: Final = """
UPDATE BOARD.document AS d SET replaced_by = e.id, offered = '' FROM SPREAD AS e WHERE d.id = e.replaces
"""

REPLACED_FITS: Final = """
UPDATE BOARD.document_crossing AS f SET gone = 'replaced' FROM SPREAD AS e
WHERE f.document = e.replaces AND f.gone IS NULL
"""

ANSWERS: Final = """
UPDATE BOARD.document AS d SET source = e.source, answered = e.answered, answered_why = e.why,
  differences = e.differences, answered_at = e.at
FROM SPREAD AS e WHERE d.id = e.id
"""

OFFERS: Final = """
UPDATE BOARD.document AS d SET offered = e.offered FROM SPREAD AS e WHERE d.id = e.id
"""

FINDINGS: Final = """
INSERT INTO BOARD.finding AS f (about, place, rule, subject, level, ranking, told, documents, at, because, fact,
  active, device)
SELECT * FROM SPREAD AS e
ON CONFLICT (about, rule, subject) DO UPDATE SET
  level = CASE WHEN excluded.active THEN excluded.level ELSE f.level END,
  ranking = CASE WHEN excluded.active THEN excluded.ranking ELSE f.ranking END,
  told = CASE WHEN excluded.active THEN excluded.told ELSE f.told END,
  documents = CASE WHEN excluded.active THEN excluded.documents ELSE f.documents END,
  at = excluded.at, because = excluded.because, fact = excluded.fact, active = excluded.active,
  device = CASE WHEN excluded.active THEN excluded.device ELSE f.device END
"""

JOIN: Final = (
    """
UPDATE BOARD.document_crossing AS f SET crossing = %(into)s WHERE crossing = %(crossing)s
  AND NOT EXISTS (SELECT 1 FROM BOARD.document_crossing o WHERE o.crossing = %(into)s AND o.document = f.document)
""",
    "DELETE FROM BOARD.document_crossing WHERE crossing = %(crossing)s",
    "DELETE FROM BOARD.finding WHERE about = %(crossing)s",
)
"""The papers of a crossing that became another's go with it; what was found about it is found anew about that one."""
