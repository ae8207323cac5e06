"""Says whether the people that two papers name are others; only where that can be seen by comparing."""

from __future__ import annotations

from collections.abc import Iterable

from beket.core.documents.state import Paper
from beket.words.documents import PartyRole
from beket.words.folding import one_alphabet, same_name
from beket.words.gist import Named


def named(papers: Iterable[Paper], role: PartyRole) -> tuple[Named, ...]:
    """Give those whom papers name in one role, each writing once."""
    found = (one for paper in papers for one in paper.gist.parties if one.role == role)
    return tuple({one.folded: one for one in found}.values())


def strangers(ones: tuple[Named, ...], others: tuple[Named, ...]) -> bool:
    """Say whether nobody of the one side may be anybody of the other; not where a pair has no alphabet in common."""
    return bool(ones and others) and all(_strange(one, other) for one in ones for other in others)


def _strange(one: Named, other: Named) -> bool:
    return (
        one.folded != other.folded and one_alphabet(one.name, other.name) and not same_name(one.name, other.name)
    )  # fmt: skip
