"""`beket document`: what a person or a script gets from it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from beket.cli import main
from tests.exchange.given import FIXTURES
from tests.exchange.signing import authority, enveloped, holder

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "declaration.xml"


def test_the_example_of_the_papers_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["document", "read", str(EXAMPLE)]) == 0
    said = json.loads(capsys.readouterr().out)
    (consignment,) = said["consignments"]
    assert consignment["means"][0]["plate"] == "01KG317PPO"
    assert consignment["items"][0]["gross_kg"] == "337"


def test_a_document_can_come_by_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(EXAMPLE.read_bytes())))
    assert main(["document", "read", "-", "--as", "esadout_cu"]) == 0
    assert json.loads(capsys.readouterr().out)["format"] == "esadout_cu"


def test_a_refusal_says_what_why_and_where_and_exits_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cut.xml"
    file.write_bytes(EXAMPLE.read_bytes()[:300])
    assert main(["document", "read", str(file)]) == 2
    said = json.loads(capsys.readouterr().out)
    assert said["refused"] == "truncated"
    assert said["where"].startswith("line 6")
    assert said["reason"]


def test_a_format_that_nobody_knows_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["document", "read", str(EXAMPLE), "--as", "letter"]) == 2
    assert "no format named letter; there are " in capsys.readouterr().err


def test_signatures_are_told_and_trusted_by_the_anchors_of_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, anchors = tmp_path / "signed.xml", tmp_path / "anchors"
    file.write_bytes(enveloped(holder()))
    anchors.mkdir()
    (anchors / "trial.pem").write_text(authority().pem, "ascii")
    told = []
    for more in ([], ["--anchors", str(anchors)]):
        assert main(["document", "read", str(file), *more]) == 0
        (one,) = json.loads(capsys.readouterr().out)["signatures"]
        told.append((one["state"], one.get("trusted", False), one["in_force"]))
    assert told == [("valid", False, True), ("valid", True, True)]


def test_a_tampered_message_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "signed.xml"
    file.write_bytes(enveloped(holder()).replace("ИМ".encode(), "ЭК".encode()))
    assert main(["document", "read", str(file)]) == 2
    assert json.loads(capsys.readouterr().out)["refused"] == "signature"


def test_a_folder_of_anchors_that_holds_another_thing_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "note.txt").write_text("no certificate", "ascii")
    for folder, what in ((tmp_path, "note.txt: no certificate"), (tmp_path / "none", "none")):
        assert main(["document", "read", str(EXAMPLE), "--anchors", str(folder)]) == 2
        assert what in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["read", "none.xml"], ["check", "none"]])
def test_what_is_not_there_is_said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["document", *arguments]) == 2
    assert "none" in capsys.readouterr().err


def test_a_folder_is_read_file_by_file_and_one_refusal_is_told_by_the_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.xml").write_bytes(EXAMPLE.read_bytes())
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "b.xml").write_bytes((FIXTURES / "esadout_cu_transit.xml").read_bytes())
    assert main(["document", "check", str(tmp_path)]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["file"], first["documents"][0]["items"]) == ("a.xml", 1)
    assert second["documents"][0]["remarks"][0]["kind"] == "number"
    (tmp_path / "c.xml").write_bytes(b"<Letter/>")
    assert main(["document", "check", str(tmp_path)]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["refused"] == "unknown_format"


def test_the_formats_are_listed_with_what_they_follow(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["document", "formats"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"esadout_cu"} <= {row["name"] for row in rows}
    assert all(row["source"] for row in rows)


def test_a_layout_that_nobody_confirmed_is_told_where_formats_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["document", "formats"]) == 0
    rows = {row["name"]: row["layout"] for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert rows["esadout_cu"] == "confirmed"
    assert {rows[name] for name in ("kg_ettn", "kg_esf", "kz_snt", "register", "ecmr_json")} == {"layout unconfirmed"}


def test_a_register_is_read_by_a_map_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    maps = tmp_path / "maps"
    maps.mkdir()
    file = tmp_path / "ours.csv"
    file.write_text("Lorry;Gross kg\n01KG777ABC;5\n", "utf-8")
    assert main(["document", "read", str(file)]) == 2
    assert "a map of its columns is needed" in json.loads(capsys.readouterr().out)["reason"]
    assert main(["document", "propose", str(file)]) == 0
    (maps / "our_register.toml").write_text(capsys.readouterr().out, "utf-8")
    assert main(["document", "read", str(file), "--maps", str(maps)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["format"], said["layout_confirmed"]) == ("our_register", False)
    assert main(["document", "check", str(tmp_path), "--maps", str(maps)]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["documents"][0]["layout"] == "layout unconfirmed"
    assert main(["document", "formats", "--maps", str(maps)]) == 0
    assert "our_register" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["read", "check", "formats"])
def test_a_wrong_map_is_named_with_its_key(verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "torn.toml").write_text('name = "torn"', "utf-8")
    what = [str(tmp_path)] if verb == "check" else [str(EXAMPLE)] if verb == "read" else []
    assert main(["document", verb, *what, "--maps", str(tmp_path)]) == 2
    assert "torn.toml: Object missing required field" in capsys.readouterr().err
    assert main(["document", verb, *what, "--maps", str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err


def test_a_map_goes_in_the_place_of_no_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = 'name="esadout_cu"\ntitle="T"\nsource="ours"\nkind="register"\nshape="xml"\n[known]\nroot="A"\n'
    (tmp_path / "esadout_cu.toml").write_text(text + '[document]\nid="B"\n', "utf-8")
    assert main(["document", "formats", "--maps", str(tmp_path)]) == 2
    assert "esadout_cu is read by code" in capsys.readouterr().err


@pytest.mark.parametrize("file", ["none.csv", str(EXAMPLE)])
def test_no_map_is_proposed_for_what_is_no_table(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["document", "propose", file]) == 2
    said = capsys.readouterr()
    assert "none.csv" in said.err or json.loads(said.out)["refused"] == "not_this_format"
