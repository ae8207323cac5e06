"""The journey of a carrier's program: the demonstration's lorries have papers, and Beket puts each where it belongs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.house.house import House, last_line

RUN_S = 45
SOME = ("--posts", "4", "--rate", "120", "--seed", "3", "--trackers", "0")
"""Of the lorries that come here first, three are declared at a tenth."""


@pytest.mark.timeout(240)
def test_papers_lie_with_their_lorries_and_what_was_declared_too_low_is_found(tmp_path: Path) -> None:
    house = House(tmp_path, "--demo", *SOME, "--faults", "underdeclared", "--for", str(RUN_S))
    try:
        house.start()
        assert house.process.wait(150) == 0, house.said[-2000:]
    finally:
        house.end()
    summary = last_line(house.told)
    papers = summary["judge"]["documents"]
    assert papers["mistakes"] == [], json.dumps(papers)
    assert papers["sent"] >= papers["filed"] > 10
    assert papers["joined"] + papers["waiting"] + papers["explained"] > 0.8 * papers["filed"]
    assert papers["joined"] > 0.6 * papers["filed"]
    assert (papers["misjoined"], papers["lost"], papers["missed"], papers["false"]) == (0, 0, 0, 0)
    assert papers["expected"] > 0
    assert papers["findings"] >= papers["expected"]
    assert summary["papers"]["taken"] >= papers["filed"]
    assert "beket_" not in house.said + house.told, "the token is printed nowhere"
