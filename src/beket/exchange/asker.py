"""Asks the sources of certificates: whoever lodges one with a code on it, the house asks its issuer by itself.

What a source says is a reading like any other. One that cannot be reached is asked a few times, then that is said.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from beket.exchange.asking import Asking
from beket.exchange.certificates.compare import Comparison, Difference, compared
from beket.exchange.certificates.qr import QrAddress, QrRefused, read_qr
from beket.exchange.certificates.source import Resolved, Unresolved, WhyNot, resolved
from beket.exchange.certificates.source_map import Source
from beket.log.book import Frame, Seq
from beket.log.postgres import PostgresBook
from beket.words.documents import Document
from beket.words.ids import INTAKE, DocumentId, Instant, PlaceId, entry_ref, reading_id, sha256
from beket.words.readings import Answered, Compared, DocumentLodged, SourceAnswered
from beket.words.wire import Entry, Piece, Raw

logger: Final = logging.getLogger(__name__)

READER: Final = "sources"
"""The name under which it is kept how far certificates were looked for in each chain."""

FRAMES_MAX: Final = 200
"""Most frames of one place that are looked through at once."""

TRIES_S: Final = (0.0, 60.0, 600.0)
"""Waits before a source is asked, and asked again where it could not be reached."""

WAITING_MAX: Final = 1_000
"""Most certificates that wait for their source; beyond it the oldest is told as unreachable."""

_ANSWERS: Final[dict[WhyNot, Answered]] = {
    "not_found": "not_found", "unreachable": "unreachable", "refused_way": "other_answer",
    "other_answer": "other_answer",
}  # fmt: skip

_AWRY: Final = frozenset({"look_alike", "userinfo", "scheme", "signs", "form"})
"""Codes that were made to mislead, or that lead to an address which their source does not have. One of a host that
nobody here knows, or a plain number, says nothing."""


class Question(Struct):
    """A certificate whose source is to be asked, where it stands in its chain, and how often it was."""

    place: PlaceId
    seq: int
    document: DocumentId
    printed: Document
    at: float
    tries: int = 0


class Clocks(Struct, frozen=True):
    """The wall's clock, and one that never goes back, in seconds."""

    wall: Callable[[], Instant]
    steady: Callable[[], float]


class Asker:
    """Follows the chains for certificates with codes, and writes down what their sources say.

    How far all are answered is kept in the log's cursors: after a crash those without an answer are asked again.
    """

    def __init__(
        self, book: PostgresBook, asking: Asking, sources: Callable[[], Sequence[Source]], clocks: Clocks
    ) -> None:
        """Join the log and the port; `sources` are those that are known now."""
        self._book = book
        self._asking = asking
        self._sources = sources
        self._clocks = clocks
        self._after: dict[PlaceId, Seq] = {}
        self._waiting: dict[DocumentId, Question] = {}
        self.asked = 0

    def turn(self) -> int:
        """Look for certificates and ask what is due; gives how many have their end now. Raises Trouble."""
        for head in self._book.heads():
            self._look(head.place, head.seq)
        due = [one for one in self._waiting.values() if one.at <= self._clocks.steady()]
        return sum(self._ask(one) for one in due)

    def _look(self, place: PlaceId, end: Seq) -> None:
        """Read on in a chain, and keep how far every certificate of it has its answer."""
        if place not in self._after:
            if not self._book.claim(READER, place):
                return
            with self._book.transaction() as writing:
                self._after[place] = writing.cursor(READER, place)
        while self._after[place] < end:
            for frame in self._book.read(place, self._after[place], FRAMES_MAX):
                self._take(frame)
                self._after[place] = frame.seq
        open_at = min((one.seq for one in self._waiting.values() if one.place == place), default=None)
        reached = self._after[place] if open_at is None else Seq(open_at - 1)
        with self._book.transaction() as writing:
            if writing.cursor(READER, place) < reached:
                writing.move(READER, place, reached)

    def _take(self, frame: Frame) -> None:
        for index, entry in enumerate(frame.entries):
            said = entry.body
            if isinstance(said, SourceAnswered):
                self._waiting.pop(said.document, None)
            elif isinstance(said, DocumentLodged) and said.document.kind == "certificate" and said.document.qr:
                document = DocumentId(f"{frame.place}:{entry_ref(frame.seq, index)}")
                now = self._clocks.steady()
                self._waiting[document] = Question(frame.place, frame.seq, document, said.document, now)

    def _ask(self, question: Question) -> bool:
        """Ask once; True when there is an end to it."""
        code = read_qr(question.printed.qr or "", self._sources())
        if isinstance(code, QrAddress):
            source = next(one for one in self._sources() if one.name == code.source)
            said = asyncio.run(resolved(source, code.taken, self._asking, self._clocks.wall()))
            self.asked += 1
            if isinstance(said, Unresolved) and said.why == "unreachable" and self._asks_again(question):
                return False
            self._write(question, said)
        elif isinstance(code, QrRefused) and code.trouble in _AWRY:
            self._say(question, _reading(question, self._clocks.wall(), "leads_elsewhere", why=code.reason), b"")
        del self._waiting[question.document]
        return True

    def _asks_again(self, question: Question) -> bool:
        """Put a question off, while there are tries left and not too many wait."""
        question.tries += 1
        if question.tries >= len(TRIES_S) or len(self._waiting) > WAITING_MAX:
            return False
        question.at = self._clocks.steady() + TRIES_S[question.tries]
        return True

    def _write(self, question: Question, said: Resolved | Unresolved) -> None:
        if isinstance(said, Unresolved):
            reading = _reading(question, said.fetched_at, _ANSWERS[said.why], source=said.source, why=said.reason)
            self._say(question, reading, said.raw)
            return
        comparison = compared(question.printed, said.document)
        answered: Answered = "another" if comparison.another else "differs" if comparison.differences else "agrees"
        reading = _reading(
            question, said.fetched_at, answered, source=said.source, url=said.url, said=said.document,
            differences=tuple(_told(comparison)),
        )  # fmt: skip
        self._say(question, reading, said.raw)

    def _say(self, question: Question, reading: SourceAnswered, raw: bytes) -> None:
        whole = None if not raw else Raw(sha256=sha256(raw), pieces=(Piece(inline=raw),))
        self._book.append(question.place, [Entry(body=reading, raw=whole)])


def _told(comparison: Comparison) -> Iterator[Compared]:
    found: tuple[Difference, ...] = (*comparison.another, *comparison.differences)
    for one in found:
        yield Compared(field=one.field, printed=one.printed, at_source=one.at_source)


def _reading(question: Question, at: Instant, answered: Answered, source: str = "", **more: object) -> SourceAnswered:
    identity = reading_id(INTAKE, "source_answered", at, f"{question.document} {answered}".encode())
    return SourceAnswered(
        device_id=INTAKE, received=at, reading_id=identity, document=question.document, source=source,
        answered=answered, **more,  # type: ignore[arg-type]  # fields of the struct, named by callers in this file
    )  # fmt: skip
