"""The nomenclature that the desk is lent: opened aside, once, whatever lies in its folder."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from beket.app.goods_codes import GoodsCodes, nomenclature_folder
from beket.exchange.reference.nomenclature import Nomenclature
from beket.settings import Settings
from beket.web.codes import Listed

SOON_S = 30.0
TABLE = "code;name_ru;valid_from;valid_to\n69;Изделия керамические;;\n6907210000;Плитка с водопоглощением;2022-01-01;\n"


def found(codes: GoodsCodes, text: str, limit: int = 8) -> Listed:
    """Ask as a page does, until the tables are open."""
    until = time.monotonic() + SOON_S
    while (listed := codes.find(text, "ru", limit)) is None:
        assert time.monotonic() < until
    return listed


def test_the_table_lies_below_the_data_or_where_a_setting_says(tmp_path: Path) -> None:
    assert nomenclature_folder(Settings(data_dir=str(tmp_path))) == tmp_path / "reference" / "nomenclature"
    assert nomenclature_folder(Settings(reference_dir=str(tmp_path))) == tmp_path / "nomenclature"


def test_without_a_table_there_is_the_harmonized_system(tmp_path: Path) -> None:
    listed = found(GoodsCodes(tmp_path / "none"), "690721")
    assert [(one.code, one.full) for one in listed.codes] == [("690721", True)]
    assert listed.codes[0].above.startswith("Ceramic products › ")
    assert (listed.national, listed.trouble) == (False, "")


def test_a_national_table_is_searched_by_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE, "utf-8")
    listed = found(GoodsCodes(tmp_path), "плитка")
    assert next((one.code, one.above, one.full) for one in listed.codes) == (
        "6907210000",
        "Изделия керамические › Ceramic flags and paving, hearth or wall tiles; ceramic mosaic cubes and the like, "
        "whether or not on a backing; finishing ceramics › Ceramic tiles; flags and paving, hearth or wall tiles other "
        "than those of subheadings 6907.30 and 6907.40, of a water absorption coefficient by weight not over 0.5%",
        True,
    )
    assert (listed.national, listed.trouble) == (True, "")
    assert len(found(GoodsCodes(tmp_path), "6", limit=3).codes) == 3


@pytest.mark.parametrize(("name", "text"), [("TNVED9.txt", "x"), ("table.csv", "code;name_ru\n1;x\n")])
def test_a_table_that_cannot_be_taken_is_said_and_stops_nothing(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    listed = found(GoodsCodes(tmp_path), "690721")
    assert name in listed.trouble
    assert [one.code for one in listed.codes] == ["690721"]


def test_nobody_waits_while_tables_are_opened_and_they_are_opened_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go, opened = threading.Event(), []

    def slowly(_codes: GoodsCodes) -> Nomenclature:
        opened.append(threading.current_thread().name)
        let_go.wait(SOON_S)
        return Nomenclature()

    monkeypatch.setattr(GoodsCodes, "_loaded", slowly)
    codes = GoodsCodes(tmp_path)
    assert opened == []
    began = time.monotonic()
    codes.open()
    assert codes.find("690721", "ru", 8) is None
    assert time.monotonic() - began < SOON_S
    let_go.set()
    assert found(codes, "690721").codes
    assert opened == ["goods codes"]
