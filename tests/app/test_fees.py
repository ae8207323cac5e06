"""Tables of fees in the site's folder: read as they lie there now, a doubtful one named and left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from beket.app import fees
from beket.app.fees import fees_in, lend_fees
from beket.settings import Settings
from beket.web import fees as web_fees
from beket.web.fees import FeesSeen, fees_now

ROW = 'id = "{id}"\nlimits = "gross"\nabove_kg_from = {kg}\namount = 5\ncurrency = "KGS"\nsource = "s"\n'


def table(name: str, kg: int = 0, day: str = "2026-01-01") -> bytes:
    return f'title = "{name}"\n[[fee]]\n{ROW.format(id=name, kg=kg)}valid_from = "{day}"\n'.encode()


def test_what_is_laid_into_the_folder_is_seen_at_once(tmp_path: Path) -> None:
    lend_fees(Settings(data_dir=str(tmp_path)))
    look = web_fees._lent.now()
    assert look is not None
    try:
        assert fees_now() == FeesSeen()
        (tmp_path / "reference" / "fees").mkdir(parents=True)
        (tmp_path / "reference" / "fees" / "a.toml").write_bytes(table("one"))
        (tmp_path / "reference" / "fees" / "notes.txt").write_bytes(b"no table")
        assert [row.id for row in fees_now().fees.fee] == ["one"]
    finally:
        web_fees.forget(look)


@pytest.mark.parametrize(
    ("files", "taken", "left_out"),
    [
        ({"a": table("one"), "b": b"\xff"}, "one", [("b.toml", 1, "not UTF-8")]),
        ({"a": table("one"), "b": b"title = 1\n\n\xff"}, "one", [("b.toml", 3, "not UTF-8")]),
        ({"a": table("one"), "b": table("two").replace(b"5", b"-5")}, "one", [("b.toml", 2, "amount is below")]),
        ({"a": table("one").replace(b"\n", b"\r\n")}, "one", []),
        (
            {"a": table("one"), "b": table("two", 7)},
            "",
            [("a.toml", None, "like two of b.toml"), ("b.toml", None, "like one of a.toml")],
        ),
        ({"a": b"#" * 70_000 * 4}, "", [("a.toml", None, "longer than")]),
    ],
)
def test_a_table_that_cannot_be_gone_by_is_named_and_stops_no_other(
    tmp_path: Path, files: dict[str, bytes], taken: str, left_out: list[tuple[str, int | None, str]]
) -> None:
    for name, blob in files.items():
        (tmp_path / f"{name}.toml").write_bytes(blob)
    seen = fees_in(tmp_path)
    assert " ".join(row.id for row in seen.fees.fee) == taken
    assert [(name, wrong.line) for name, wrong in seen.left_out] == [(name, line) for name, line, _ in left_out]
    for (_, wrong), (_, _, reason) in zip(seen.left_out, left_out, strict=True):
        assert reason in wrong.reason


def test_so_many_files_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fees, "FILES_MAX", 1)
    (tmp_path / "a.toml").write_bytes(table("one"))
    (tmp_path / "b.toml").write_bytes(table("two"))
    seen = fees_in(tmp_path)
    assert [row.id for row in seen.fees.fee] == ["one"]
    assert [(name, wrong.reason) for name, wrong in seen.left_out] == [("b.toml", "more than 1 files")]


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "fees").write_bytes(b"")
    seen = fees_in(tmp_path / "fees")
    assert [wrong.reason for _, wrong in seen.left_out] == ["Not a directory"]
