"""`beket document code` and `rates`: what a person or a script gets from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from beket.cli import main
from tests.exchange.reference.test_nomenclature import TABLE
from tests.exchange.reference.test_rates import xml


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("text", "status", "standing"),
    [("080810", 0, "valid"), ("0808.10.800.6", 0, "six_digits"), ("080899", 1, "unknown")],
)
def test_a_code_is_judged(capsys: pytest.CaptureFixture[str], text: str, status: int, standing: str) -> None:
    assert main(["document", "code", text]) == status
    assert [row["standing"] for row in said(capsys)] == [standing]


def test_a_code_is_judged_by_the_table_on_a_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own.csv").write_text(TABLE, encoding="utf-8")
    asked = ["document", "code", "0808108006", "--national", str(tmp_path), "--on"]
    assert main([*asked, "2026-11-01"]) == 0
    assert main([*asked, "2021-11-01"]) == 1
    assert [row["standing"] for row in said(capsys)] == ["valid", "not_valid_then"]
    assert main(["document", "code", "груши прочие", "--national", str(tmp_path), "--language", "ru"]) == 0
    assert [row["code"] for row in said(capsys)] == ["0808108006"]


def test_words_lead_to_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["document", "code", "fresh apples", "--limit", "2"]) == 0
    assert said(capsys)[0]["code"] == "080810"
    assert main(["document", "code", "qwerty goods"]) == 1
    assert said(capsys) == []


def test_a_table_that_is_not_taken_exits_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["document", "code", "0808", "--national", str(tmp_path)]) == 2
    assert said(capsys)[0]["refused"] == "empty"


def test_a_day_that_is_none_is_bad_input() -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["document", "code", "0808", "--on", "tomorrow"])
    assert stopped.value.code == 2


def test_rates_are_shown_as_they_were_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "daily.xml"
    file.write_bytes(xml())
    assert main(["document", "rates", str(file)]) == 0
    assert {row["currency"]: row["per_unit"] for row in said(capsys)} == {
        "USD": "87.4500", "KZT": "0.1781", "UZS": "0.007231",
    }  # fmt: skip
    file.write_bytes(xml()[:200])
    assert main(["document", "rates", str(file)]) == 2
    assert said(capsys)[0]["refused"] == "truncated"
    assert main(["document", "rates", str(tmp_path / "none.xml")]) == 2
    assert "none.xml" in capsys.readouterr().err
