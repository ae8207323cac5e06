"""What programs are told: structs of this interface alone, so that the house may change its words without them.

The neutral form of a document is the one exception: it stands in the log, so it only ever grows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

from beket.log.inbox import Brought, Outcome
from beket.words.documents import Document

BASE: Final = "/api/v1"


class DocumentTaken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One document of a paper, and where it can be read; `known` when the log had it already, word for word."""

    document: str
    kind: str
    format: str
    href: str
    number: str | None = None
    known: bool = False


class PaperStands(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A paper in the inbox: whether it waits, was taken, or was refused, and then why and where that stands."""

    number: int
    place: str
    state: Literal["waiting", "taken", "refused"]
    sha256: str
    size: int
    href: str
    file_name: str | None = None
    documents: tuple[DocumentTaken, ...] = ()
    refused: str | None = None
    reason: str | None = None
    where: str | None = None


class Lodged(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of the papers of one request; `refused`, `reason` and `where` are those of the first refused one."""

    papers: tuple[PaperStands, ...]
    refused: str | None = None
    reason: str | None = None
    where: str | None = None


class DocumentOnFile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document that was lodged: who brought it and how, and what it claims in the neutral form.

    `received_at` is in milliseconds since 1970; `sha256` names the bytes that it came as.
    """

    id: str
    place: str
    received_at: int
    way: Literal["desk", "form", "folder", "api"]
    by: str
    identity: str
    content: str
    document: Document
    sha256: str | None = None
    part: int = 0
    crossing: str | None = None
    file_name: str | None = None
    media_type: str | None = None


class Problem(Struct, frozen=True, kw_only=True):
    """Why a request was not done (RFC 9457); `code` is what was wrong, in one word that stays the same."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"
    code: str = ""


def tell_paper(paper: Brought) -> PaperStands:
    """Tell of a paper as it stands."""
    outcome = paper.outcome or Outcome()
    return PaperStands(
        number=paper.id,
        place=paper.place,
        state=paper.state,
        sha256=paper.sha256,
        size=paper.size,
        href=f"{BASE}/inbox/{paper.id}",
        file_name=paper.file_name,
        documents=tuple(
            DocumentTaken(
                document=one.document,
                kind=one.kind,
                format=one.format,
                href=f"{BASE}/documents/{one.document.replace(':', '/')}",
                number=one.number,
                known=one.known,
            )
            for one in outcome.documents
        ),
        refused=outcome.refused,
        reason=outcome.reason,
        where=outcome.where,
    )


def tell_papers(papers: Sequence[Brought]) -> Lodged:
    """Tell of the papers of one request."""
    told = tuple(map(tell_paper, papers))
    first = next((one for one in told if one.refused is not None), None)
    if first is None:
        return Lodged(papers=told)
    return Lodged(papers=told, refused=first.refused, reason=first.reason, where=first.where)
