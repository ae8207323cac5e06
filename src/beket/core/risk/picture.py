"""What a rule looks at: one crossing with its papers, or one document by itself; read only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from msgspec import Struct

from beket.core.documents.state import Paper, Scale, Visit, Weighed
from beket.words.documents import DocumentKind
from beket.words.ids import DeviceId, DocumentId, EntryRef


class Picture(Struct, frozen=True, kw_only=True):
    """A crossing with the papers that belong to it, oldest first, and what the register says of the scales."""

    visit: Visit
    papers: tuple[Paper, ...]
    scales: Mapping[DeviceId, Scale]

    def of(self, *kinds: DocumentKind) -> Iterator[Paper]:
        """Give the papers of some kinds that claim goods: one that cancels claims nothing."""
        return (paper for paper in self.papers if paper.gist.kind in kinds and not paper.gist.cancels)

    def weighings(self) -> tuple[tuple[EntryRef, Weighed], ...]:
        """Give what scales showed, the first first."""
        return tuple(sorted(self.visit.weighings.items(), key=lambda one: one[1].at))


class Because(Struct, frozen=True, kw_only=True):
    """Why a rule finds something: the things that do not agree by name, and the papers and entries it rests on."""

    values: dict[str, str]
    documents: tuple[DocumentId, ...] = ()
    entries: tuple[EntryRef, ...] = ()
    subject: str = ""


def ids(papers: Iterable[Paper]) -> tuple[DocumentId, ...]:
    """Name papers."""
    return tuple(paper.id for paper in papers)


def plain(value: object) -> str:
    """Write a value as it is told: a number exact and without an exponent or noughts that nobody measured."""
    if isinstance(value, float):
        value = Decimal(str(value))
    if isinstance(value, Decimal):
        written = f"{value:f}"
        return written.rstrip("0").rstrip(".") if "." in written else written
    return str(value)
