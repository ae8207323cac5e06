"""A gamma alarm against the goods that papers declare."""

from __future__ import annotations

from typing import Final

import pytest

from beket.core.documents.state import Paper
from beket.core.risk.picture import Picture
from beket.words.ids import EntryRef
from tests.core.rules.tables import Found, Tables, finds, goods, paper, picture, rows


def radiated(*papers: Paper) -> Picture:
    """A crossing of which a portal had an alarm."""
    seen = picture(*papers)
    seen.visit.radiated.append(EntryRef("7.0"))
    return seen


TABLES: Final[Tables] = {
    "R01": (
        ("apples", radiated(paper(**goods("080810"))), ({"declared_codes": "080810"},)),
        ("tiles", radiated(paper(**goods("690721"))), ()),
        ("tiles among apples", radiated(paper(**goods("080810", "690721"))), ()),
        ("tiles on the invoice", radiated(paper(**goods("080810")), paper("invoice", "i1", **goods("690721"))), ()),
        ("apples, and no alarm", picture(paper(**goods("080810"))), ()),
        ("no papers yet", radiated(), ()),
        ("goods without a code", radiated(paper(**goods(uncoded=2))), ()),
        ("tiles that were cancelled",
         radiated(paper(cancels=True, **goods("690721")), paper(name="p2", **goods("0808"))),
         ({"declared_codes": "0808"},)),
        ("a certificate speaks of no load", radiated(paper("certificate", **goods("080810"))), ()),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "seen", "found"), rows(TABLES))
def test_what_the_rule_finds(code: str, seen: Picture, found: Found) -> None:
    assert finds(code, seen) == found
