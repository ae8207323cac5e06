"""What the house believes of papers, as the judge reads it: which are on file, whose they are, what does not agree."""

from __future__ import annotations

from collections import defaultdict

from msgspec import Struct, field

from beket.words.facts import (
    DocumentAttached,
    DocumentDetached,
    DocumentFiled,
    DocumentOffered,
    FindingRaised,
    FindingWithdrawn,
)
from beket.words.ids import CrossingId, DocumentId, EntryRef, PlaceId, Sha256
from beket.words.readings import DocumentLodged

Told = DocumentFiled | DocumentAttached | DocumentDetached | DocumentOffered | FindingRaised | FindingWithdrawn
"""The facts that are gathered here."""

About = tuple[str, str, str]
"""A finding: about which crossing or document, by which rule, and its subject."""


class PaperBelief(Struct, kw_only=True):
    """All that the house holds of papers since the rehearsal began.

    `of_bytes` gives the documents that came of a file by the digest of its bytes, `fits` whose each document is,
    `replaced` those whose place a later version took, `findings` what does not agree, with the papers it rests on.
    """

    lodged: dict[tuple[PlaceId, EntryRef], Sha256] = field(default_factory=dict)
    of_bytes: dict[Sha256, list[DocumentId]] = field(default_factory=lambda: defaultdict(list))
    bytes_of: dict[DocumentId, Sha256] = field(default_factory=dict)
    fits: dict[DocumentId, set[CrossingId]] = field(default_factory=lambda: defaultdict(set))
    offered: dict[DocumentId, tuple[CrossingId, ...]] = field(default_factory=dict)
    replaced: set[DocumentId] = field(default_factory=set)
    findings: dict[About, tuple[DocumentId, ...]] = field(default_factory=dict)

    def lodge(self, place: PlaceId, ref: EntryRef, said: DocumentLodged) -> None:
        """Take in that a document was brought."""
        if said.raw_sha256 is not None:
            self.lodged[place, ref] = said.raw_sha256

    def fold(self, place: PlaceId, fact: Told) -> None:
        """Take in what was concluded of papers."""
        match fact:
            case DocumentFiled():
                self._file(place, fact)
            case DocumentAttached():
                self.fits[fact.document].add(fact.crossing)
            case DocumentDetached():
                self.fits[fact.document].discard(fact.crossing)
            case DocumentOffered():
                self.offered[fact.document] = fact.crossings
            case FindingRaised():
                self.findings[_about(fact)] = fact.documents
            case FindingWithdrawn():
                self.findings.pop(_about(fact), None)

    def _file(self, place: PlaceId, fact: DocumentFiled) -> None:
        digest = self.lodged.get((place, fact.because[0]))
        if digest is not None:
            self.of_bytes[digest].append(fact.document)
            self.bytes_of[fact.document] = digest
        if fact.replaces is not None:
            self.replaced.add(fact.replaces)
            self.fits.pop(fact.replaces, None)


def _about(fact: FindingRaised | FindingWithdrawn) -> About:
    return fact.crossing or fact.document or "", fact.rule, fact.subject
