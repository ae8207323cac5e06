"""Reads papers that wait in the inbox and says in the log what they claim: whole or not at all, and never twice.

What was read, where it stands in the log and that the paper is settled become durable in one transaction. A paper that
is refused stays in the inbox with its bytes and the reason.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from beket.exchange.kit.refusal import Refusal
from beket.exchange.reading import read_documents
from beket.log import taking
from beket.log.book import Trouble
from beket.log.draft import Request, Unwritable, request
from beket.log.evidence import Picture, Shelf
from beket.log.inbox import Brought, Outcome, Taken
from beket.log.postgres import PostgresBook
from beket.log.writing import Writing
from beket.words.documents import Document
from beket.words.ids import (
    INTAKE,
    DocumentId,
    EntryRef,
    Instant,
    PlaceId,
    ReadingId,
    Sha256,
    reading_id,
    sha256,
    split_ref,
)
from beket.words.papers import identity_of
from beket.words.readings import DocumentLodged
from beket.words.wire import Entry, Piece, Raw

logger = logging.getLogger(__name__)

BATCH_MAX: Final = 128
"""Most papers of one transaction: a commit costs as much as reading a few of them."""

BATCH_BYTES_MAX: Final = 8 * 1024 * 1024
"""Most bytes of papers that are read in one transaction; a larger one is read by itself."""

INLINE_BYTES_MAX: Final = 512 * 1024
"""Largest paper whose bytes stand in the log itself, where they are packed; a larger one is kept beside it."""

DAMAGED: Final = "damaged"
"""In one word why a paper is refused whose bytes the inbox no longer has whole."""

UNREADABLE: Final = "unreadable"
"""In one word why a paper is refused whose reading ended the reader, or broke on a fault of ours."""

ENCODER: Final = msgspec.json.Encoder()

Read = Callable[[Brought, bytes], tuple[Document, ...] | Refusal]
"""Reads a paper's bytes into documents, with whatever tables they are checked by."""


def read_plainly(paper: Brought, blob: bytes) -> tuple[Document, ...] | Refusal:
    """Read a paper by its format alone."""
    return read_documents(blob, paper.wanted)


class Lodging(Struct):
    """A paper being settled: what it is to say in the log, or why it says nothing, or why it goes on waiting."""

    paper: Brought
    entries: list[Entry] = field(default_factory=list)
    refused: Outcome | None = None
    large: Picture | None = None
    waits: Exception | None = None

    def refuse(self, kind: str, reason: str, where: str = "") -> None:
        """Take nothing of this paper."""
        self.entries, self.large = [], None
        self.refused = Outcome(refused=kind, reason=reason, where=where or None)


class Intake:
    """Takes papers from the inbox into the log, on a connection of its own."""

    def __init__(self, book: PostgresBook, shelf: Shelf, now: Callable[[], Instant], read: Read = read_plainly) -> None:
        """Join inbox, log and evidence; `shelf` keeps papers that are too large for the log."""
        self._book = book
        self._shelf = shelf
        self._now = now
        self._read = read
        self._survived: list[int] = []
        self._small_only = False
        self.taken = 0
        self.refused = 0

    def turn(self) -> int:
        """Settle what waits, as much as one transaction takes; gives how many papers that were. Raises Trouble."""
        with self._book.transaction() as writing:
            taking.survived(writing.connection, self._survived)
            size_max = INLINE_BYTES_MAX if self._small_only else None
            claimed = taking.claim(writing.connection, BATCH_MAX, BATCH_BYTES_MAX, size_max)
        self._survived, self._small_only = claimed, False
        if not claimed:
            return 0
        with self._book.transaction() as writing:
            held = taking.hold(writing.connection, claimed)
            lodgings = [self._lodging(one) for one in held]
            self._keep([one for one in lodgings if one.large is not None])
            settled = [one for one in lodgings if one.waits is None]
            self._settle(writing, settled)
        self._count(settled)
        waiting = [one for one in lodgings if one.waits is not None]
        self._survived = [one.paper.id for one in waiting]
        if waiting:
            self._small_only = True  # until one turn found none: small papers do not wait for room that large ones need
            raise Trouble(f"{len(waiting)} large papers wait: {waiting[0].waits}") from waiting[0].waits
        return len(settled)

    def _count(self, settled: Sequence[Lodging]) -> None:
        refused = sum(one.refused is not None for one in settled)
        self.refused += refused
        self.taken += len(settled) - refused

    def _lodging(self, held: taking.Held) -> Lodging:
        """Read one paper; a fault of ours refuses it and takes no other with it."""
        paper, blob = held.paper, held.blob
        lodging = Lodging(paper)
        if paper.tries > taking.TRIES_MAX:
            lodging.refuse(UNREADABLE, "the program that read it ended each time; the bytes are kept for its makers")
            return lodging
        if blob is None:
            lodging.refuse(DAMAGED, "what was kept of it does not unpack any more: have it brought again")
            return lodging
        try:
            found = self._read(paper, blob)
        except Exception:
            logger.exception("paper %d could not be read for a fault of this program", paper.id)
            lodging.refuse(UNREADABLE, "this program has a fault that this paper shows; the bytes are kept")
            return lodging
        if isinstance(found, Refusal):
            lodging.refuse(found.kind, found.reason, found.where)
            return lodging
        large = len(blob) > INLINE_BYTES_MAX
        lodging.entries = list(_said(paper, Piece(kept=paper.sha256) if large else held.piece, found))
        lodging.large = Picture(paper.sha256, blob) if large else None
        return lodging

    def _keep(self, large: Sequence[Lodging]) -> None:
        """Keep large papers as evidence before the entries that name them; without room they wait."""
        if not large:
            return
        kept = self._shelf.keep([one.large for one in large if one.large is not None])
        for lodging, trouble in zip(large, kept, strict=True):
            if isinstance(trouble, Unwritable):
                lodging.refuse("size", str(trouble))
            elif isinstance(trouble, Trouble):
                lodging.waits = trouble
            elif trouble is not None:
                raise trouble

    def _settle(self, writing: Writing, lodgings: Sequence[Lodging]) -> None:
        requests = [_asked(one) for one in lodgings]
        wanted = [asked for asked in requests if asked is not None]
        heads = writing.lock(sorted({asked.place for asked in wanted}))
        answers = iter(writing.append_after(heads, wanted) if wanted else ())
        before = Before({head.place: head.seq for head in heads})
        outcomes: dict[int, Outcome] = {}
        for lodging, asked in zip(lodgings, requests, strict=True):
            outcome = lodging.refused if asked is None else _taken(lodging, next(answers).refs, before)
            assert outcome is not None, "a paper is taken or refused"
            outcomes[lodging.paper.id] = outcome
        taking.settle(writing.connection, outcomes, self._now())


class Before(Struct):
    """What stood in the log before a paper's turn came: each chain up to its old end, and papers of the same turn."""

    ends: dict[PlaceId, int]
    since: set[DocumentId] = field(default_factory=set)

    def knew(self, place: PlaceId, ref: EntryRef) -> bool:
        """Tell whether an entry was there, and know it from now on."""
        document = DocumentId(f"{place}:{ref}")
        known = split_ref(ref)[0] <= self.ends[place] or document in self.since
        self.since.add(document)
        return known


def _asked(lodging: Lodging) -> Request | None:
    """Write a paper's entries as the log will have them; one that no frame can hold is refused."""
    if lodging.refused is not None:
        return None
    try:
        return request(lodging.paper.place, lodging.entries)
    except Unwritable as refusal:
        lodging.refuse("size", f"what it says is too long for the log: {refusal}")
        return None


def _said(paper: Brought, piece: Piece, documents: Iterable[Document]) -> Iterable[Entry]:
    for part, document in enumerate(documents):
        said = DocumentLodged(
            device_id=INTAKE,
            received=paper.at,
            reading_id=_reading_id(paper, part),
            raw_sha256=paper.sha256,
            document=document,
            identity=identity_of(document) or f"sha256:{paper.sha256}:{part}",
            content=_content(document),
            way=paper.way,
            by=paper.by,
            crossing=paper.crossing,
            file_name=paper.file_name,
            media_type=paper.media_type,
            part=part,
        )
        yield Entry(body=said, raw=Raw(sha256=paper.sha256, pieces=(piece,)) if part == 0 else None)


def _content(document: Document) -> Sha256:
    """Name what a document claims, without what this program noted of it: that may be noted otherwise tomorrow."""
    return sha256(ENCODER.encode(replace(document, unread=(), remarks=(), signatures=(), rates=())))


def _reading_id(paper: Brought, part: int) -> ReadingId:
    """The same bytes for the same crossing are the same reading, whoever brings them again."""
    key = f"{paper.sha256} {part} {paper.crossing or ''}"
    return reading_id(INTAKE, "document_lodged", None, key.encode())


def _taken(lodging: Lodging, refs: Sequence[EntryRef], before: Before) -> Outcome:
    taken = []
    for entry, ref in zip(lodging.entries, refs, strict=True):
        said = entry.body
        assert isinstance(said, DocumentLodged), "a paper says documents"
        taken.append(
            Taken(
                document=DocumentId(f"{lodging.paper.place}:{ref}"),
                kind=said.document.kind,
                format=said.document.format,
                number=said.document.number,
                known=before.knew(lodging.paper.place, ref),
            )
        )
    return Outcome(documents=tuple(taken))
