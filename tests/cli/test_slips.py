"""A slip is checked at a command line, with no engine and no network; and the key for that is handed out."""

from __future__ import annotations

import io
import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from beket.app.slips import lend_slips
from beket.cli import main
from beket.settings import Settings
from beket.web import slipping
from beket.words.ids import Instant
from beket.words.slips import STANDS_MS, whole_s
from tests.words.slips import slip


@pytest.fixture
def text(tmp_path: Path) -> str:
    lend_slips(Settings(data_dir=str(tmp_path)))
    slips = slipping.the_slips()
    slipping.forget(slips)
    now = whole_s(int(time.time() * 1000))
    return slips.seal(slip(at=now, until_at=Instant(now + STANDS_MS)))


def test_a_slip_of_this_house_is_good(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slip", "verify", "--data", str(tmp_path), text]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["ours"], told["slip"]["signs"][0]["value"]) == ("good", True, "01KG777ABC")
    assert told["slip"]["at"].endswith("Z")


def test_one_that_was_changed_is_not(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    torn = io.BytesIO((text[:-9] + ("A" if text[-9] != "A" else "B") + text[-8:]).encode())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=torn))
    assert main(["slip", "verify", "--data", str(tmp_path), "-"]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "altered"


def test_a_neighbour_checks_it_with_the_key_that_it_was_given(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "there"
    assert main(["slip", "verify", "--data", str(there), text]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "unknown_key"
    assert main(["slip", "key", "--data", str(tmp_path)]) == 0
    (there / "slip-keys").mkdir(parents=True)
    (there / "slip-keys" / "KG-TOR-A.pem").write_text(capsys.readouterr().out)
    assert main(["slip", "verify", "--data", str(there), text]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["signer"], told["ours"]) == ("KG-TOR-A", False)
    (there / "slip-keys" / "odd.pem").write_text("x")
    assert main(["slip", "keys", "--data", str(there)]) == 1
    listed = capsys.readouterr()
    assert json.loads(listed.out)["name"] == "KG-TOR-A"
    assert "odd.pem" in listed.err
