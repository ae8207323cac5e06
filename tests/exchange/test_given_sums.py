"""The totals of real declarations are the sums of their lines as written: that is what rounding is allowed by."""

from __future__ import annotations

import pytest

from beket.core.documents.state import Paper
from beket.core.risk.in_force import OF_DOCUMENTS
from beket.words.gist import Gist, gist_of
from beket.words.ids import DocumentId, EntryRef, Instant, Sha256
from tests.exchange.given import given, one

SAMPLES = "samples-am-esadout-5.10.0"
SUMMED = 9
"""Declarations at hand that have a total over their lines."""


def filed(name: str, gist: Gist) -> Paper:
    """A document on file."""
    return Paper(
        id=DocumentId(name), ref=EntryRef("1.0"), identity=name, content=Sha256(name), gist=gist, filed_at=Instant(0)
    )


@pytest.mark.shared
def test_nothing_is_found_in_the_given_declarations() -> None:
    paths = sorted(given("eaeu", SAMPLES).rglob("*.xml"))
    papers = [filed(path.name, gist_of(one(path.read_bytes()))) for path in paths]
    assert sum(paper.gist.told_invoiced is not None and bool(paper.gist.invoiced) for paper in papers) >= SUMMED
    found = [
        (paper.id, rule.code, odd.values) for paper in papers for rule in OF_DOCUMENTS for odd in rule.check(paper)
    ]
    assert found == []
