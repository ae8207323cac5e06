"""What the panels and pages of documents are given, all of it through the access door."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from beket.board.panels.crossings import Row as CrossingRow
from beket.board.panels.dossier import Dossier
from beket.board.panels.papers import Row
from beket.web import access, asked_documents, gathered_weights
from beket.web.eyes import Eyes
from beket.web.papers import ANSWERS, REMARKS, SIGNATURES
from beket.web.phrases import word
from beket.web.shown.documents import compare, show_document, show_finding, show_fit
from beket.web.shown.entries import dump
from beket.web.shown.neutral import show_neutral
from beket.words.readings import DocumentLodged

Context = dict[str, Any]

TEXT_SIGNS_MAX: Final = 20_000
"""Signs of the original that are shown; the download is whole."""

FINDINGS_MAX: Final = 40
"""Findings of one page: such a panel stays under 32 KB (reference 07 §8)."""

_DUMP_BYTES: Final = 2048


def see_documents(eyes: Eyes, asking: asked_documents.Asked) -> Context:
    """One page of the list."""
    rows = access.documents(eyes, asking.query())
    named, shown = access.names(), rows[: asked_documents.ROWS]
    worst = access.worst_of([row.id for row in shown])
    return {
        "rows": [show_document(row, *named[row.place], worst) for row in shown],
        "older_url": asking.older(shown[-1]) if len(rows) > len(shown) else "",
        "crossings": _crossings(eyes, [name for row in shown for name in row.crossings]),
    }


def document(eyes: Eyes, name: str) -> Context:
    """One document: whose it is, what does not agree about it, and its versions."""
    held, fits = access.document(eyes, name)
    row = held.row
    offered = row.offered.split()
    known = _crossings(eyes, [*row.crossings, *offered])
    about = access.findings_about(eyes, row.place, [row.id, *row.crossings])
    names = access.names()[row.place]
    found = [one for one in about if one.about == row.id or row.id in one.documents]
    seen, _raw = access.lodged(eyes, row)
    assert isinstance(seen.body, DocumentLodged), "a document's entry brought it"
    lodged = seen.body
    return {
        "document": show_document(row, *names, {}),
        "gist": held.gist,
        "answer": held.answer,
        "answered": "" if held.answer is None else word(ANSWERS, held.answer.answered),
        "neutral": show_neutral(lodged.document),
        "remarks": [(word(REMARKS, one.kind), one) for one in lodged.document.remarks],
        "unread": lodged.document.unread,
        "signatures": [(word(SIGNATURES, one.state), one) for one in lodged.document.signatures],
        "fits": [show_fit(fit) for fit in fits],
        "offered": [known[name] for name in offered if name in known],
        "findings": [show_finding(one, names, known) for one in found if one.active],
        "sees_log": eyes.sees("see_log", row.place),
    }


def original_of(eyes: Eyes, row: Row) -> Context:
    """What a document was read from: as text where it is text, else as bytes."""
    _seen, raw = access.lodged(eyes, row)
    if raw is None:
        return {"original": "", "is_text": False, "cut": False, "size": 0, "proven": False}
    text = _text(raw.blob)
    return {
        "original": dump(raw.blob[:_DUMP_BYTES]) if text is None else text[:TEXT_SIGNS_MAX],
        "is_text": text is not None,
        "cut": len(raw.blob) > _DUMP_BYTES if text is None else len(text) > TEXT_SIGNS_MAX,
        "size": len(raw.blob),
        "proven": raw.proven,
    }


def _text(blob: bytes) -> str | None:
    """The original as text; None where it is none that a person reads."""
    for encoding in ("utf-8", "windows-1251"):
        try:
            text = blob.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text if sum(not (sign.isprintable() or sign in "\r\n\t") for sign in text[:1000]) == 0 else None
    return None


def findings(eyes: Eyes, place: str) -> Context:
    """Everything that does not agree now."""
    rows, counts = access.findings(eyes, place or None, FINDINGS_MAX)
    named, known = access.names(), _crossings(eyes, [row.about for row in rows])
    shown = [show_finding(row, named[row.place], known) for row in rows]
    return {"findings": shown, "counts": list(counts.items()), "more": sum(counts.values()) - len(shown)}


def of_crossing(eyes: Eyes, dossier: Dossier) -> Context:
    """The papers of a dossier side by side, and what does not agree about it."""
    row = dossier.crossing
    papers = access.papers(eyes, row)
    found = access.findings_about(eyes, row.place, [row.id, *(held.row.id for held in papers)])
    names, known = access.names()[row.place], {str(row.id): row}
    return {
        "comparison": compare(dossier, papers, found) if papers else None,
        "findings": [show_finding(one, names, known) for one in found if one.active],
        "weights": gathered_weights.of_crossing(eyes, dossier, papers, found),
        "may_lodge": eyes.sees("lodge_documents", row.place),
        "sees_documents": eyes.sees("see_documents", row.place),
    }


def _crossings(eyes: Eyes, names: Iterable[str]) -> dict[str, CrossingRow]:
    wanted = list(dict.fromkeys(names))
    return access.crossings_named(eyes, wanted) if wanted else {}
