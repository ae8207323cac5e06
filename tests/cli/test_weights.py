"""`beket limits`: what a person or a script gets from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from beket.cli import main
from beket.words.shipped_limits import SHIPPED


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_table_that_comes_with_the_house_is_shown_for_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["limits", "show", "--on", "2011-10-01"]) == 0
    rows = said(capsys)
    assert {"KG-454-gross-2011", "KG-454-axle"} <= {row["id"] for row in rows}
    assert "KG-454-gross" not in {row["id"] for row in rows}
    assert {row["confirmed"] for row in rows} == {False}


def test_a_site_begins_its_own_with_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["limits", "show", "--text"]) == 0
    own = tmp_path / "own.toml"
    own.write_text(capsys.readouterr().out + "confirmed = true\n", encoding="utf-8")
    assert main(["limits", "check", str(own)]) == 0
    told = said(capsys)[0]
    assert told["rows"] == SHIPPED.count("[[limit]]")
    assert "KG-summer-2024-gross" not in told["unconfirmed"]


@pytest.mark.parametrize(("text", "reason"), [("", "title"), (SHIPPED + SHIPPED.partition("\n")[2], "this id")])
def test_a_table_that_cannot_be_gone_by_exits_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, reason: str
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    assert main(["limits", "check", str(own)]) == 2
    assert reason in said(capsys)[0]["refused"]


def test_a_file_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["limits", "check", "/no/such/table"]) == 2
    assert "/no/such/table" in capsys.readouterr().err


FEES = (
    'title = "Trial"\n[[fee]]\nid = "F-1"\nlimits = "gross"\nabove_kg_from = 0\namount = 1000.50\ncurrency = "KGS"\n'
    'source = "decree"\nvalid_from = "2026-01-01"\n'
)


def test_a_table_of_fees_is_tried_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "fees.toml"
    own.write_text(FEES, encoding="utf-8")
    assert main(["limits", "fees", str(own)]) == 0
    (row,) = said(capsys)
    assert (row["id"], row["amount"], row["confirmed"]) == ("F-1", "1000.50", False)
    own.write_text(FEES.replace("KGS", "som"), encoding="utf-8")
    assert main(["limits", "fees", str(own)]) == 2
    (told,) = said(capsys)
    assert (told["where"], told["line"], "currency" in told["refused"]) == ("F-1", 2, True)
    assert main(["limits", "fees", str(tmp_path / "none.toml")]) == 2
    assert "No such file" in said(capsys)[0]["refused"]
