"""Numbers that check themselves, codes that are in no table, and one number with two contents."""

from __future__ import annotations

from typing import Final

import pytest

from beket.core.documents.state import Paper
from beket.words.gist import Odd, Vin
from tests.core.rules.tables import Found, Tables, finds, paper, rows


def boxes(*numbers: str) -> Paper:
    """A document of containers."""
    return paper(containers=numbers)


def vin(number: str) -> Paper:
    """A document of one vehicle."""
    return paper(vins=(Vin(vin=number),))


TABLES: Final[Tables] = {
    "N01": (
        ("a right digit", boxes("CSQU3054383"), ()),
        (
            "a wrong one, beside a right one",
            boxes("CSQU3054383", "CSQU3054384"),
            ({"container": "CSQU3054384", "right_digit": "3"},),
        ),
        ("what is no number of a container", boxes("AB123477", "CSQU305438"), ()),
        ("none", boxes(), ()),
        ("one that cancels", paper(containers=("CSQU3054384",), cancels=True), ()),
    ),
    "N02": (
        ("every code is known", paper(), ()),
        (
            "two lines are odd",
            paper(codes_odd=(Odd(where="3", said="9999990000 is unknown"), Odd(where="8", said="12 is unknown"))),
            ({"item": "3", "said": "9999990000 is unknown"}, {"item": "8", "said": "12 is unknown"}),
        ),
        ("one that cancels", paper(codes_odd=(Odd(where="3", said="x"),), cancels=True), ()),
    ),
    "N03": (
        ("announced", paper(version=2), ()),
        ("not announced", paper(version=2, unannounced=True), ({"number": "p1", "version": "2"},)),
        (
            "known by its sender's id",
            paper(version=3, unannounced=True, number=None, id="e-7"),
            ({"number": "e-7", "version": "3"},),
        ),
        ("known by nothing", paper(version=3, unannounced=True, number=None), ({"number": "", "version": "3"},)),
    ),
    "N04": (
        ("seventeen signs", vin("XTA21099T12345678"), ()),
        ("sixteen", vin("XTA21099T1234567"), ({"vin": "XTA21099T1234567", "signs": "16"},)),
        ("eighteen", vin("XTA21099T123456789"), ({"vin": "XTA21099T123456789", "signs": "18"},)),
        ("an O among them", vin("XTA2109OT12345678"), ({"vin": "XTA2109OT12345678", "signs": "17"},)),
        ("a wrong check digit of a North American one", vin("1M8GDM9A1KP042788"), ()),
        ("none", paper(), ()),
        ("one that cancels", paper(vins=(Vin(vin="1"),), cancels=True), ()),
    ),
}


@pytest.mark.parametrize(("code", "seen", "found"), rows(TABLES))
def test_rule(code: str, seen: Paper, found: Found) -> None:
    assert finds(code, seen) == found
