"""The judge of papers: each is known once and lies where it belongs; what is wrong is found, and nothing else is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final, Literal

from msgspec import Struct, field

from beket.core.risk.in_force import OF_CROSSINGS, OF_DOCUMENTS
from beket.sim.documents.belief import PaperBelief
from beket.sim.documents.ledger import REFUSED, TAKEN, Paper, PaperLedger, Wrong
from beket.sim.documents.wrongs import ALSO, EXPECTED, ON_PAPER
from beket.words.ids import CrossingId, DocumentId, Sha256

EXAMPLES_MAX: Final = 20
"""Mistakes that are listed in full; all are counted."""

VERIFICATION: Final = "W05"
"""The rule that says that a scale's verification has run out, with the scale as its subject."""

Mistake = Literal["lost", "doubled", "misjoined", "unjoined", "turned_away", "swallowed", "missed", "false"]
"""What the house may do wrong with papers.

A paper that was taken is not on file, or more than once; it lies with another lorry; it lies nowhere though a plate or
a container was read that it names; it was refused though it is whole, or taken though it broke off. Something wrong was
not found; something was found that is not wrong.
"""


class PaperReckoning(Struct, kw_only=True):
    """What came of all papers; `explained` are mistakes that follow from a reading that was lost or wrong."""

    sent: int = 0
    filed: int = 0
    joined: int = 0
    waiting: int = 0
    offered: int = 0
    refused: int = 0
    unanswered: int = 0
    dropped: int = 0
    lost: int = 0
    doubled: int = 0
    misjoined: int = 0
    unjoined: int = 0
    turned_away: int = 0
    swallowed: int = 0
    findings: int = 0
    expected: int = 0
    missed: int = 0
    false: int = 0
    explained: int = 0
    mistakes: list[str] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Tell whether the house did nothing wrong with papers."""
        return not self.mistakes


class Seen(Struct, frozen=True, kw_only=True):
    """What the house could know of one conveyance: what was read of it rightly, and whether it was weighed.

    `askew` says that some reading of it was lost, late or wrong. `heavy` names the rules of limits that what
    was told of its weight is above.
    """

    read: frozenset[str] = frozenset()
    front: frozenset[str] = frozenset()
    weighed: bool = False
    askew: bool = False
    heavy: frozenset[str] = frozenset()


UNSEEN: Final = Seen()


class Ground(Struct, frozen=True, kw_only=True):
    """What the judge knows besides: what was seen of whom, whose each dossier is, whom it errs about already.

    `root` follows dossiers that were joined into others; `astray` are conveyances and dossiers of which a difference
    was found: what follows from it for papers is not counted a second time. `unverified` are scales whose verification
    has run out, which is rightly said wherever papers are held against them.
    """

    seen: Mapping[str, Seen]
    owners: Mapping[CrossingId, str]
    root: Callable[[CrossingId], CrossingId | None]
    astray: frozenset[str] = frozenset()
    unverified: frozenset[str] = frozenset()


def rules_in_force() -> frozenset[str]:
    """Name the rules that this house has: what no rule looks for is not expected to be found."""
    return frozenset([rule.code for rule in OF_CROSSINGS] + [rule.code for rule in OF_DOCUMENTS])


def reckon_papers(ledger: PaperLedger, belief: PaperBelief, ground: Ground, in_force: frozenset[str]) -> PaperReckoning:
    """Hold every paper that was sent, and all that was wrong, against what is on file, joined and found."""
    case = _Case(ledger, belief, ground)
    for papers in case.by_digest.values():
        case.paper(papers)
    for wrong in ledger.wrong():
        case.wrong(wrong, EXPECTED[wrong.fault] & in_force)
    case.all_findings()
    return case.reckoned


class _Case:
    """The evidence about papers, and the count of what was found in it."""

    def __init__(self, ledger: PaperLedger, belief: PaperBelief, ground: Ground) -> None:
        self.reckoned = PaperReckoning(dropped=ledger.dropped)
        self._belief = belief
        self._ground = ground
        self.by_digest: dict[Sha256, list[Paper]] = defaultdict(list)
        for paper in ledger.papers():
            self.by_digest[paper.digest].append(paper)
        self._wrong: dict[str, list[Wrong]] = defaultdict(list)
        for wrong in ledger.wrong():
            for crossing in wrong.crossings:
                self._wrong[crossing].append(wrong)
        self._found: dict[str, set[str]] = defaultdict(set)
        for (about, rule, _), documents in belief.findings.items():
            found = self._whose(about, documents)
            if found is not None:
                self._found[found].add(rule)

    # Papers ----------------------------------------------------------------------------------------------------------

    def paper(self, papers: list[Paper]) -> None:
        """Judge what became of one paper, however often it was sent."""
        first, count = papers[0], self.reckoned
        count.sent += len(papers)
        count.refused += any(one.status == REFUSED for one in papers)
        documents = self._belief.of_bytes.get(first.digest, [])
        if not any(one.status in TAKEN or one.status == REFUSED for one in papers) and not documents:
            count.unanswered += 1
        elif first.damaged:
            self._broken(first, documents)
        elif len(documents) != 1:
            self._not_once(papers, documents)
        else:
            count.filed += 1
            self._place(first, documents[0])

    def _broken(self, paper: Paper, documents: list[DocumentId]) -> None:
        if documents:
            self._mistake("swallowed", paper.crossing, f"{paper.file_name} broke off and is on file")

    def _not_once(self, papers: list[Paper], documents: list[DocumentId]) -> None:
        paper = papers[0]
        if documents:
            self._mistake("doubled", paper.crossing, f"{paper.file_name} is {len(documents)} documents")
        elif any(one.status == REFUSED for one in papers):
            self._mistake("turned_away", paper.crossing, f"{paper.file_name} is whole and was refused")
        else:
            self._mistake("lost", paper.crossing, f"{paper.file_name} was taken and is not on file")

    def _place(self, paper: Paper, document: DocumentId) -> None:
        """Judge where a paper lies; a version that was replaced lies nowhere, a note for two lorries with either."""
        twice = any(wrong.fault == "used_twice" for wrong in self._wrong.get(paper.crossing, ()))
        if document in self._belief.replaced or (twice and paper.note):
            return
        homes = {self._ground.root(crossing) for crossing in self._belief.fits.get(document, ())}
        foreign = [home for home in homes if home is None or self._ground.owners.get(home) != paper.crossing]
        if foreign and twice:
            self.reckoned.explained += 1  # it names the note that was used for the other lorry too
        elif foreign:
            self._mistake("misjoined", paper.crossing, f"{paper.file_name} lies in {foreign[0]}", str(foreign[0]))
        elif homes:
            self.reckoned.joined += 1
        elif len({self._ground.root(one) for one in self._belief.offered.get(document, ())}) > 1:
            self.reckoned.offered += 1
        elif self._readable(paper):
            self._mistake("unjoined", paper.crossing, f"{paper.file_name} lies nowhere, though its lorry was read")
        else:
            self.reckoned.waiting += 1

    def _readable(self, paper: Paper) -> bool:
        """Tell whether anything was read of the lorry, rightly and surely, that the paper names."""
        return not self._seen(paper.crossing).read.isdisjoint(paper.signs)

    def _seen(self, crossing: str) -> Seen:
        return self._ground.seen.get(crossing, UNSEEN)

    # What is wrong ---------------------------------------------------------------------------------------------------

    def wrong(self, wrong: Wrong, rules: frozenset[str]) -> None:
        """Judge whether something wrong was found, if anybody could have found it."""
        if not rules or not self._to_be_found(wrong):
            return
        self.reckoned.expected += 1
        if not any(self._found[crossing] & rules for crossing in wrong.crossings):
            self._mistake("missed", wrong.crossings[0], f"{wrong.fault} of {wrong.crossings[0]}: no {sorted(rules)}")

    def _to_be_found(self, wrong: Wrong) -> bool:
        """Tell whether all is there that shows it: the papers on file, with their lorry, which was weighed or read."""
        documents = [self._belief.of_bytes.get(digest, []) for digest in wrong.digests]
        if not documents or not all(documents):
            return False
        if wrong.fault in ON_PAPER:
            return True
        crossing = wrong.crossings[0]
        with_it = all(self._lies_with(crossing, found[0]) for found in documents)
        if wrong.fault == "underdeclared":
            return with_it and self._seen(crossing).weighed
        if wrong.fault == "other_plate":
            return with_it and bool(self._seen(crossing).front)
        return with_it

    def _lies_with(self, crossing: str, document: DocumentId) -> bool:
        homes = (self._ground.root(home) for home in self._belief.fits.get(document, ()))
        return any(home is not None and self._ground.owners.get(home) == crossing for home in homes)

    # What was found --------------------------------------------------------------------------------------------------

    def all_findings(self) -> None:
        """Judge every finding: something is wrong there that it may come from, or it is a false alarm."""
        for (about, rule, subject), documents in self._belief.findings.items():
            crossing = self._whose(about, documents)
            if crossing is None:
                continue  # papers that somebody else brought are not the rehearsal's
            self.reckoned.findings += 1
            held = self._wrong.get(crossing, [])
            right = any(rule in EXPECTED[wrong.fault] | ALSO[wrong.fault] for wrong in held)
            right = right or rule in self._seen(crossing).heavy
            if not right and not (rule == VERIFICATION and subject in self._ground.unverified):
                self._mistake("false", crossing, f"{rule} {subject} about {about}", about)

    def _whose(self, about: str, documents: tuple[DocumentId, ...]) -> str | None:
        """Say whom a finding is about; nobody where it rests on papers that were not sent here."""
        if any(self._belief.bytes_of.get(document) not in self.by_digest for document in documents):
            return None
        digest = self._belief.bytes_of.get(DocumentId(about))
        if digest is not None:
            papers = self.by_digest.get(digest)
            return papers[0].crossing if papers else None
        home = self._ground.root(CrossingId(about))
        return None if home is None else self._ground.owners.get(home)

    def _mistake(self, kind: Mistake, crossing: str, what: str, dossier: str = "") -> None:
        if kind not in {"lost", "doubled", "swallowed", "turned_away"} and self._excused(crossing, dossier):
            self.reckoned.explained += 1
            return
        setattr(self.reckoned, kind, getattr(self.reckoned, kind) + 1)
        if len(self.reckoned.mistakes) < EXAMPLES_MAX:
            self.reckoned.mistakes.append(f"{kind}: {what}")

    def _excused(self, crossing: str, dossier: str) -> bool:
        """Tell whether a reading of this lorry was lost or wrong, or the house errs about it already."""
        astray = self._ground.astray
        return self._seen(crossing).askew or crossing in astray or dossier in astray
