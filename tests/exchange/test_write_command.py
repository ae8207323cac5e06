"""What was read is written again from the command line, or refused with what it lacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from beket.cli import main
from beket.exchange.kit.refusal import Refusal
from beket.exchange.reading import read_documents

FIXTURES = Path(__file__).parent / "fixtures"


def neutral(name: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> str:
    assert main(["document", "read", str(FIXTURES / name)]) == 0
    file = tmp_path / "neutral.json"
    file.write_bytes(capfdbinary.readouterr().out)
    return str(file)


@pytest.mark.parametrize(("name", "form"), [("eec_transit.xml", "R.048"), ("eec_control.xml", "R.051")])
def test_what_was_read_is_written_and_read_again(
    name: str, form: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = neutral(name, tmp_path, capfdbinary)
    before = json.loads(Path(file).read_text("utf-8"))
    before["consignments"] = before.get("consignments", [])[:1]  # the second names no document, which R.048 asks for
    Path(file).write_text(json.dumps(before), "utf-8")
    assert main(["document", "write", form, file]) == 0
    again = read_documents(capfdbinary.readouterr().out)
    assert not isinstance(again, Refusal)
    assert (again[0].kind, again[0].number) == (before["kind"], before.get("number"))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_register_of_what_was_read(form: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    file = neutral("cmr_album.xml", tmp_path, capfdbinary)
    assert main(["document", "write", form, file]) == 0
    again = read_documents(capfdbinary.readouterr().out)
    assert not isinstance(again, Refusal)
    assert again[0].number == json.loads(Path(file).read_text("utf-8"))["number"]


def test_what_lacks_something_is_refused_with_all_that_it_lacks(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = neutral("cmr_album.xml", tmp_path, capfdbinary)
    assert main(["document", "write", "R.048", file]) == 2
    assert json.loads(capfdbinary.readouterr().out)["refused"] == "missing"
    assert main(["document", "write", "R.051", file]) == 2
    assert b"no result of a control" in capfdbinary.readouterr().out


@pytest.mark.parametrize("text", ["{", '{"kind": "wish", "format": "x"}', "[]"])
def test_what_is_no_neutral_form_is_told(text: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    file = tmp_path / "x.json"
    file.write_text(text, "utf-8")
    assert main(["document", "write", "csv", str(file)]) == 2
    assert b"no document in the neutral form" in capfdbinary.readouterr().err
    assert main(["document", "write", "csv", str(tmp_path / "none")]) == 2
