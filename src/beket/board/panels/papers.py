"""Documents on file: the list with its filters, one document, the papers of a crossing, and what does not agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from beket.board.panels.asking import Cursor, Scope, all_of, places_named, scoped
from beket.words.gist import Gist
from beket.words.ids import CrossingId, DocumentId, EntryRef, Instant, PlaceId
from beket.words.readings import Compared

ROWS_MAX: Final = 200
"""Most documents of one page or one dossier."""

FINDINGS_MAX: Final = 200
"""Most findings of one dossier or one list."""


class Row(Struct, frozen=True, kw_only=True):
    """A document in a list; `crossings` are those it belongs to, `offered` those it may belong to."""

    id: DocumentId
    place: PlaceId
    ref: EntryRef
    kind: str
    format: str
    number: str | None
    version: int
    replaces: DocumentId | None
    replaced_by: DocumentId | None
    unannounced: bool
    confirmed: bool
    cancels: bool
    issued_on: str | None
    filed_at: Instant
    consignor: str | None
    consignee: str | None
    plates: str
    gross_kg: str | None
    items: int
    way: str | None
    by_whom: str | None
    file_name: str | None
    unread: int | None
    remarks: int | None
    offered: str
    crossings: tuple[CrossingId, ...] = ()
    worst: int | None = None


class Fit(Struct, frozen=True, kw_only=True):
    """Whose a document is, or was (`gone`), and what says so."""

    document: DocumentId
    crossing: CrossingId
    by_what: str
    sign: str | None
    ordered_by: str | None
    at: Instant
    because: tuple[EntryRef, ...]
    fact: EntryRef
    gone: str | None
    plate: str | None
    opened_at: Instant | None


class Finding(Struct, frozen=True, kw_only=True):
    """What does not agree: the rule, and the declared and measured things by name."""

    about: str
    place: PlaceId
    rule: str
    subject: str
    level: str
    values: dict[str, str]
    documents: tuple[DocumentId, ...]
    at: Instant
    because: tuple[EntryRef, ...]
    fact: EntryRef
    active: bool


class Answer(Struct, frozen=True, kw_only=True):
    """What the source of a certificate says of it."""

    source: str
    answered: str
    why: str | None
    at: Instant
    differences: tuple[Compared, ...]


class Held(Struct, frozen=True, kw_only=True):
    """A document of a crossing with what is compared of it."""

    row: Row
    gist: Gist
    fit: Fit | None = None
    answer: Answer | None = None


class Query(Struct, frozen=True, kw_only=True):
    """What is asked of the list; `key` is the beginning of a folded number, plate, container or name."""

    places: Scope = None
    place: PlaceId | None = None
    kind: str | None = None
    state: str | None = None
    key: str | None = None
    before: tuple[Instant, DocumentId] | None = None


class _Gist(Struct, frozen=True):
    id: DocumentId
    gist: str


class _Found(Struct, frozen=True, kw_only=True):
    about: str
    place: PlaceId
    rule: str
    subject: str
    level: str
    told: str
    documents: tuple[DocumentId, ...]
    at: Instant
    because: tuple[EntryRef, ...]
    fact: EntryRef
    active: bool


STATES: Final = {
    "offered": "c.offered <> ''",
    "waiting": "NOT EXISTS (SELECT 1 FROM document_crossing f WHERE f.document = c.id AND f.gone IS NULL)",
    "joined": "EXISTS (SELECT 1 FROM document_crossing f WHERE f.document = c.id AND f.gone IS NULL)",
    "odd": "EXISTS (SELECT 1 FROM finding g WHERE g.about = c.id AND g.active)",
}
"""What a list may be narrowed to: offered to several, nobody's yet, somebody's, or with findings of its own."""

_COLUMNS: Final = """
c.id, c.place, c.seq::text || '.' || c.idx::text AS ref, c.kind, c.format, c.number, c.version, c.replaces,
c.replaced_by, c.unannounced, c.confirmed, c.cancels, c.issued_on, c.filed_at, c.consignor, c.consignee, c.plates,
c.gross_kg, c.items, l.way, l.by_whom, l.file_name, l.unread, l.remarks, c.offered,
ARRAY(SELECT f.crossing FROM document_crossing f WHERE f.document = c.id AND f.gone IS NULL ORDER BY f.at) AS crossings,
(SELECT min(g.ranking) FROM finding g WHERE g.about = c.id AND g.active) AS worst
"""

_FROM: Final = "FROM document c LEFT JOIN lodging l ON l.place = c.place AND l.seq = c.seq AND l.idx = c.idx"

_LIST: Final = f"SELECT {_COLUMNS} {_FROM} WHERE SCOPE AND MATCH ORDER BY c.filed_at DESC, c.id DESC LIMIT %(limit)s"

_OF_CROSSING: Final = f"""
SELECT {_COLUMNS} {_FROM} JOIN document_crossing h ON h.document = c.id
WHERE h.crossing = %(crossing)s AND h.gone IS NULL ORDER BY c.filed_at, c.id LIMIT %(limit)s
"""

_FITS: Final = """
SELECT f.document, f.crossing, f.by_what, f.sign, f.ordered_by, f.at, string_to_array(f.because, ' ') AS because,
  f.fact, f.gone, k.plate, k.opened_at
FROM document_crossing f LEFT JOIN crossing k ON k.id = f.crossing
WHERE ABOUT = %(name)s ORDER BY f.gone IS NOT NULL, f.at LIMIT %(limit)s
"""

_FINDINGS: Final = """
SELECT c.about, c.place, c.rule, c.subject, c.level, c.told, string_to_array(c.documents, ' ') AS documents, c.at,
  string_to_array(c.because, ' ') AS because, c.fact, c.active
FROM finding c WHERE SCOPE AND MATCH ORDER BY c.active DESC, c.ranking, c.at DESC, c.about, c.rule, c.subject
LIMIT %(limit)s
"""

_GIST: Final = msgspec.json.Decoder(Gist)
_DIFFERENCES: Final = msgspec.json.Decoder(tuple[Compared, ...])
_TOLD: Final = msgspec.json.Decoder(dict[str, str])


def documents(cursor: Cursor, query: Query, limit: int = ROWS_MAX) -> tuple[Row, ...]:
    """Read the newest versions of documents, newest first."""
    asked, named = ["c.replaced_by IS NULL"], {"limit": limit, **places_named(query.places)}
    if query.place is not None:
        asked, named = [*asked, "c.place = %(place)s"], {**named, "place": query.place}
    if query.kind is not None:
        asked, named = [*asked, "c.kind = %(kind)s"], {**named, "kind": query.kind}
    if query.state in STATES:
        asked.append(STATES[query.state])
    if query.key is not None:
        asked.append("c.id IN (SELECT k.document FROM document_key k WHERE k.key >= %(key)s AND k.key < %(key_end)s)")
        named = {**named, "key": query.key, "key_end": query.key + "\U0010ffff"}
    if query.before is not None:
        asked.append("(c.filed_at, c.id) < (%(before_at)s, %(before_id)s)")
        named = {**named, "before_at": query.before[0], "before_id": query.before[1]}
    return all_of(cursor, Row, scoped(_LIST, query.places).replace("MATCH", " AND ".join(asked)), named)


def document(cursor: Cursor, name: DocumentId, places: Scope = None) -> Held | None:
    """Read one document, of any version; None where there is none or its place is out of scope."""
    named = {"name": name, "limit": 1, **places_named(places)}
    found = all_of(cursor, Row, scoped(_LIST, places).replace("MATCH", "c.id = %(name)s"), named)
    if not found:
        return None
    return Held(row=found[0], gist=gists_of(cursor, [name])[name], answer=_answer(cursor, name))


def _answer(cursor: Cursor, name: DocumentId) -> Answer | None:
    statement = "SELECT source, answered, answered_why, answered_at, differences FROM document WHERE id = %(name)s"
    cursor.execute(statement, {"name": name})
    source, answered, why, at, told = cursor.fetchall()[0]
    if answered is None:
        return None
    return Answer(source=source, answered=answered, why=why, at=at, differences=_DIFFERENCES.decode(told))


def fits_of(cursor: Cursor, name: DocumentId) -> tuple[Fit, ...]:
    """Whose a document is, and whose it was."""
    return all_of(cursor, Fit, _FITS.replace("ABOUT", "f.document"), {"name": name, "limit": ROWS_MAX})


def papers_of(cursor: Cursor, crossing: CrossingId) -> tuple[Held, ...]:
    """The documents of a crossing with what is compared of them, oldest first."""
    rows = all_of(cursor, Row, _OF_CROSSING, {"crossing": crossing, "limit": ROWS_MAX})
    fits = all_of(cursor, Fit, _FITS.replace("ABOUT", "f.crossing"), {"name": crossing, "limit": ROWS_MAX})
    why = {fit.document: fit for fit in fits if fit.gone is None}
    gists = gists_of(cursor, [row.id for row in rows])
    return tuple(Held(row=row, gist=gists[row.id], fit=why.get(row.id)) for row in rows)


def findings_about(cursor: Cursor, names: Sequence[str], limit: int = FINDINGS_MAX) -> tuple[Finding, ...]:
    """What does not agree about crossings and documents, and what did not for a while; the worst first."""
    named = {"names": list(names), "limit": limit}
    statement = scoped(_FINDINGS, None).replace("MATCH", "c.about = ANY(%(names)s)")
    return _told(all_of(cursor, _Found, statement, named))


def findings(
    cursor: Cursor, places: Scope = None, place: PlaceId | None = None, limit: int = FINDINGS_MAX
) -> tuple[Finding, ...]:
    """What does not agree now, the worst first."""
    match = "c.active" if place is None else "c.active AND c.place = %(place)s"
    named = {"limit": limit, "place": place, **places_named(places)}
    return _told(all_of(cursor, _Found, scoped(_FINDINGS, places).replace("MATCH", match), named))


class _Counted(Struct, frozen=True):
    level: str
    number: int


def counted(cursor: Cursor, places: Scope = None, place: PlaceId | None = None) -> dict[str, int]:
    """How much does not agree now, by level, the worst first."""
    match = "c.active" if place is None else "c.active AND c.place = %(place)s"
    statement = (
        "SELECT c.level, count(*) AS number FROM finding c WHERE SCOPE AND MATCH GROUP BY 1 ORDER BY min(c.ranking)"
    )
    named = {"place": place, **places_named(places)}
    rows = all_of(cursor, _Counted, scoped(statement, places).replace("MATCH", match), named)
    return {row.level: row.number for row in rows}


class _Worst(Struct, frozen=True):
    about: str
    level: str


def worst_of(cursor: Cursor, names: Sequence[str]) -> dict[str, str]:
    """The worst level of what does not agree about each of some crossings or documents; nothing where all does."""
    statement = (
        "SELECT DISTINCT ON (about) about, level FROM finding WHERE about = ANY(%(names)s) AND active"
        " ORDER BY about, ranking"
    )
    return {row.about: row.level for row in all_of(cursor, _Worst, statement, {"names": list(names)})}


def _told(rows: Sequence[_Found]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            about=row.about, place=row.place, rule=row.rule, subject=row.subject, level=row.level,
            values=_TOLD.decode(row.told), documents=row.documents, at=row.at, because=row.because, fact=row.fact,
            active=row.active,
        )
        for row in rows
    )  # fmt: skip


def gists_of(cursor: Cursor, names: Sequence[DocumentId]) -> dict[DocumentId, Gist]:
    """What is compared of documents, by their names."""
    rows = all_of(cursor, _Gist, "SELECT id, gist FROM document WHERE id = ANY(%(names)s)", {"names": list(names)})
    return {row.id: _GIST.decode(row.gist) for row in rows}
