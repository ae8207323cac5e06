"""What an installation reads papers with lies in a folder, and is read again when it changes."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from beket.exchange.kit.refusal import Refusal
from beket.exchange.library import FOLDERS, LOOK_S, LibraryTrouble, Shelves, library_in
from beket.words.documents import Document

NOTE = Path(__file__).parent / "fixtures" / "cmr_album.xml"
GOODS = Path(__file__).parent / "fixtures" / "eec_goods.xml"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RATES = (
    '<?xml version="1.0" encoding="windows-1251"?><CurrencyRates Name="Daily Exchange Rates" Date="%s">'
    '<Currency ISOCode="USD"><Nominal>1</Nominal><Value>87,4500</Value></Currency>'
    '<Currency ISOCode="EUR"><Nominal>1</Nominal><Value>101,2000</Value></Currency></CurrencyRates>'
)
TABLE = "code,name_ky,name_ru,name_en,valid_from,valid_to\n0101210000,Жылкы,Лошади,Horses,2022-01-01,\n"


def one(found: tuple[Document, ...] | Refusal) -> Document:
    assert not isinstance(found, Refusal), found
    return found[0]


def lay(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def codes(document: Document) -> list[str]:
    return [remark.detail for remark in document.remarks if remark.kind == "code"]


class Clock:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_without_anything_a_paper_is_read_by_its_format_and_the_international_codes(tmp_path: Path) -> None:
    document = one(Shelves(tmp_path).read(GOODS.read_bytes(), None))
    assert document.kind == "goods_declaration"
    assert not document.rates


def test_a_national_table_is_what_codes_are_checked_by(tmp_path: Path) -> None:
    lay(tmp_path, "nomenclature/table.csv", TABLE)
    found = codes(one(library_in(tmp_path).read(GOODS.read_bytes(), None, NOW)))
    assert found
    assert all("is not in the national table" in detail for detail in found)


def test_the_rate_of_the_documents_own_day_stands_with_it(tmp_path: Path) -> None:
    document = one(Shelves(tmp_path).read(GOODS.read_bytes(), None))
    day = (document.accepted_at or document.issued_at or "")[:10]
    lay(tmp_path, "rates/daily.xml", RATES % ".".join(reversed(day.split("-"))))
    rates = one(library_in(tmp_path).read(GOODS.read_bytes(), None, NOW)).rates
    assert {(rate.currency, rate.day) for rate in rates} <= {("USD", day), ("EUR", day)}
    assert rates
    assert rates[0].per_unit in {Decimal("87.4500"), Decimal("101.2000")}


def test_what_changes_is_read_again_and_nothing_is_looked_at_more_often_than_needed(tmp_path: Path) -> None:
    clock = Clock()
    shelves = Shelves(tmp_path, clock)
    assert not codes(one(shelves.read(GOODS.read_bytes(), None)))
    lay(tmp_path, "nomenclature/table.csv", TABLE)
    assert not codes(one(shelves.read(GOODS.read_bytes(), None)))
    clock.now += LOOK_S
    assert codes(one(shelves.read(GOODS.read_bytes(), None)))
    (tmp_path / "nomenclature" / "table.csv").unlink()
    clock.now += LOOK_S
    assert not codes(one(shelves.read(GOODS.read_bytes(), None)))


def test_what_cannot_be_used_is_told_once_and_what_was_read_before_holds(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    shelves = Shelves(tmp_path, clock)
    lay(tmp_path, "nomenclature/table.csv", TABLE)
    assert codes(one(shelves.read(GOODS.read_bytes(), None)))
    lay(tmp_path, "nomenclature/other.csv", "no,such,columns\n1,2,3\n")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            clock.now += LOOK_S
            assert codes(one(shelves.read(GOODS.read_bytes(), None)))
    assert sum("what was read before holds" in record.message for record in caplog.records) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("maps/wrong.toml", "name = 3"),
        ("anchors/none.pem", "no certificate"),
        ("nomenclature/table.csv", "a,b\n"),
        ("sources/wrong.toml", "= 1"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, name: str, text: str) -> None:
    lay(tmp_path, name, text)
    with pytest.raises(LibraryTrouble, match=name.rpartition("/")[2].partition(".")[0]):
        library_in(tmp_path)


def test_every_folder_of_the_description_is_read(tmp_path: Path) -> None:
    from beket.exchange import library

    assert library.__doc__ is not None
    assert all(f"reference/{name}" in library.__doc__ for name in FOLDERS)
    assert library_in(tmp_path) is not None
