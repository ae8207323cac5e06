"""What a rule looks at: one crossing with its papers, or one document by itself; read only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from beket.core.documents.state import SHIPPED, Paper, Past, Scale, Visit, Weighed
from beket.words.documents import DocumentKind
from beket.words.gravity import Harm
from beket.words.ids import DeviceId, DocumentId, EntryRef
from beket.words.limits import Limits

TOLD_MAX: Final = 10
"""Most codes, seals or names that one value tells: the papers have the rest."""

ALPHA_2_SIGNS: Final = 2
"""Letters of a country's code as most formats have it (ISO 3166-1)."""

VALUE_CHARS_MAX: Final = 200
"""Characters of a value that are told."""


class Picture(Struct, frozen=True, kw_only=True):
    """A crossing with the papers that belong to it, oldest first, and what the register says of the scales.

    `limits` is the table of masses that is gone by here, `pasts` what the vehicle weighed before, the oldest first.
    `earlier` are papers of other visits, or of none, that name the maker's number of a plate that these name too.
    """

    visit: Visit
    papers: tuple[Paper, ...]
    scales: Mapping[DeviceId, Scale]
    limits: Limits = SHIPPED
    pasts: tuple[Past, ...] = ()
    earlier: tuple[Paper, ...] = ()

    def of(self, *kinds: DocumentKind) -> Iterator[Paper]:
        """Give the papers of some kinds that claim goods: one that cancels claims nothing."""
        return (paper for paper in self.papers if paper.gist.kind in kinds and not paper.gist.cancels)

    def weighings(self) -> tuple[tuple[EntryRef, Weighed], ...]:
        """Give what scales showed, the first first."""
        return tuple(sorted(self.visit.weighings.items(), key=lambda one: one[1].at))


class Because(Struct, frozen=True, kw_only=True):
    """Why a rule finds something: the things that do not agree by name, and the papers and entries it rests on.

    `harm` is told where this once threatens something else than the rule says.
    """

    values: dict[str, str]
    documents: tuple[DocumentId, ...] = ()
    entries: tuple[EntryRef, ...] = ()
    subject: str = ""
    harm: Harm | None = None


def ids(papers: Iterable[Paper]) -> tuple[DocumentId, ...]:
    """Name papers."""
    return tuple(paper.id for paper in papers)


def plain(value: object) -> str:
    """Write a value as it is told: a number exact and without an exponent or noughts that nobody measured."""
    if isinstance(value, float):
        value = Decimal(str(value))
    if isinstance(value, Decimal) and abs(value.adjusted()) < VALUE_CHARS_MAX:
        written = f"{value:f}"
        return written.rstrip("0").rstrip(".") if "." in written else written
    return str(value)[:VALUE_CHARS_MAX]


def told(values: Iterable[object]) -> str:
    """Write several values as one, each once, the first of them if they are many."""
    once = tuple(dict.fromkeys(plain(value) for value in values))
    return ", ".join(once[:TOLD_MAX]) + (", …" if len(once) > TOLD_MAX else "")


def because(
    papers: Iterable[Paper], subject: str = "", entries: Iterable[EntryRef] = (), /, **values: object
) -> Because:
    """Say what a rule found, its values written as they are told."""
    written = {name: plain(value) for name, value in values.items()}
    return Because(values=written, documents=ids(papers), entries=tuple(entries), subject=subject)


def label(paper: Paper) -> str:
    """Name a paper where a rule finds several: by its number, which its corrections share."""
    return plain(paper.gist.number or paper.id)


def alpha_2(country: str | None) -> str | None:
    """Give a country's code of two letters; None where a form writes it in words, or as it stands on a plate."""
    return country.upper() if country is not None and len(country) == ALPHA_2_SIGNS else None
