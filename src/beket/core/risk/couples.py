"""Puts papers beside each other that speak of the same goods: kind by kind, or consignment by consignment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import combinations
from typing import TypeVar

from beket.core.documents.state import Paper, linking
from beket.core.risk.kinds import DECLARATIONS, GOODS
from beket.core.risk.picture import Picture
from beket.words.documents import DocumentKind
from beket.words.gist import Gist

Amount = TypeVar("Amount", Decimal, int)
Papers = tuple[Paper, ...]


def together(
    seen: Picture, kinds: Iterable[DocumentKind], of: Callable[[Gist], Amount | None]
) -> dict[DocumentKind, tuple[Papers, Amount]]:
    """Add up what papers of one kind say of the goods on this lorry; a kind with a silent paper says nothing.

    Of papers with one number, such as a note and its electronic twin, the last speaks for the consignment.
    """
    found: dict[DocumentKind, tuple[Papers, Amount]] = {}
    for kind in kinds:
        papers = tuple({_number(paper): paper for paper in seen.of(kind)}.values())
        amounts = [amount for paper in papers if (amount := of(paper.gist)) is not None]
        if amounts and len(amounts) == len(papers):
            found[kind] = (papers, sum(amounts[1:], amounts[0]))
    return found


def against_declaration(
    seen: Picture, of: Callable[[Gist], Amount | None]
) -> Iterator[tuple[Papers, Amount, Papers, Amount]]:
    """Put what the declaration says beside what papers of each other kind do."""
    found = together(seen, GOODS, of)
    base = next((kind for kind in DECLARATIONS if kind in found), None)
    if base is None:
        return
    declaring, declared = found.pop(base)
    for papers, carried in found.values():
        yield declaring, declared, papers, carried


def couples(seen: Picture, kinds: tuple[DocumentKind, ...]) -> Iterator[tuple[Paper, Paper]]:
    """Give pairs of papers of two kinds that are of one consignment: one names the other, or each is its only kind.

    Of several that do not name each other nobody knows which belongs to which, and nothing is compared.
    """
    papers = sorted(seen.of(*kinds), key=lambda paper: kinds.index(paper.gist.kind))
    count = Counter(paper.gist.kind for paper in papers)
    for one, other in combinations(papers, 2):
        alone = count[one.gist.kind] == count[other.gist.kind] == 1
        if one.gist.kind != other.gist.kind and (alone or _linked(one.gist, other.gist)):
            yield one, other


def copies(seen: Picture, kinds: tuple[DocumentKind, ...]) -> Iterator[tuple[Paper, Paper]]:
    """Give papers of one kind and number beside the first of them: one document, entered at two places."""
    firsts: dict[tuple[DocumentKind, str], Paper] = {}
    for paper in seen.of(*kinds):
        first = firsts.setdefault((paper.gist.kind, _number(paper)), paper)
        if first is not paper:
            yield first, paper


def _number(paper: Paper) -> str:
    """What tells a consignment's papers apart; a short number may be anybody's."""
    return next(iter(linking(paper.gist.own)), paper.id)


def _linked(one: Gist, other: Gist) -> bool:
    """Whether one names the other: two that name the same contract are not yet of one consignment."""
    return not (
        set(linking(one.own)).isdisjoint(other.named) and set(linking(other.own)).isdisjoint(one.named)
    )  # fmt: skip
