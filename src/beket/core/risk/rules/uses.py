"""Uses: what one document was brought for, and one slip shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from beket.core.risk.picture import Because, Picture, because, label, told
from beket.core.risk.rule import rule
from beket.words.documents import DocumentKind

OF_SEVERAL: Final[frozenset[DocumentKind]] = frozenset(
    {"goods_declaration", "invoice", "register", "control_result", "permit"}
)
"""Documents that may honestly go with several lorries: their goods can be more than one carries."""


@rule("U01", harm="goods", basis="plain sense: a paper of one carriage is used up by it (reference 01 §4)")
def used_twice(seen: Picture) -> Iterator[Because]:
    """The same document is used for more than one crossing in this direction."""
    for paper in seen.papers:
        others = [
            crossing
            for crossing, fitted in paper.crossings.items()
            if crossing != seen.visit.id and fitted.direction == seen.visit.direction
        ]
        if others and paper.gist.kind not in OF_SEVERAL and not paper.gist.cancels:
            yield because((paper,), label(paper), other_crossings=told(others), times=len(others) + 1)


@rule("U02", harm="loss", basis="plain sense: a slip is of one crossing, and a copy of it is easily made")
def slip_used_again(seen: Picture) -> Iterator[Because]:
    """A printed slip was shown that is of another crossing here, or was shown for another."""
    for ref, shown in seen.visit.slips.items():
        if shown.other is not None:
            yield because((), shown.slip.crossing, (ref,), other_crossings=shown.other)
