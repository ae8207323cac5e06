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


# Maps that people saved ----------------------------------------------------------------------------------------------

TABLE_OF_OURS = b"Waybill;Lorry;Weight\n7;01777ABC;1200\n"
MAP = """
name = "ours"
title = "Ours"
source = "a register of ours"
kind = "register"
shape = "table"
[columns]
number = "Waybill"
plate = "Lorry"
gross = "Weight"
[document]
number = "number"
[[document.means]]
plate = "plate"
[[consignment.items]]
gross_kg = "gross"
"""


class Desk:
    """What people saved; the texts are another object when they changed, as the board gives them."""

    def __init__(self, **texts: str) -> None:
        self.texts = texts
        self.asked = 0

    def __call__(self) -> dict[str, str]:
        self.asked += 1
        return self.texts


def refused(found: tuple[Document, ...] | Refusal) -> str:
    assert isinstance(found, Refusal), found
    return found.kind


def test_a_map_that_somebody_saved_is_read_by_when_the_folders_are_looked_at_again(tmp_path: Path) -> None:
    clock, desk = Clock(), Desk()
    shelves = Shelves(tmp_path, clock, desk)
    assert refused(shelves.read(TABLE_OF_OURS, None)) == "unknown_format"
    desk.texts = {"ours": MAP}
    assert refused(shelves.read(TABLE_OF_OURS, None)) == "unknown_format"
    clock.now += LOOK_S
    assert one(shelves.read(TABLE_OF_OURS, None)).format == "ours"
    desk.texts = {}
    clock.now += LOOK_S
    assert refused(shelves.read(TABLE_OF_OURS, None)) == "unknown_format"


def test_a_paper_that_is_to_be_read_by_a_map_is_read_by_one_that_was_just_saved(tmp_path: Path) -> None:
    desk = Desk()
    shelves = Shelves(tmp_path, Clock(), desk)
    assert refused(shelves.read(TABLE_OF_OURS, "ours")) == "not_this_format"
    desk.texts = {"ours": MAP}
    assert one(shelves.read(TABLE_OF_OURS, "ours")).number == "7"
    desk.texts = {"ours": MAP.replace('number = "number"', 'number = "plate"')}
    assert one(shelves.read(TABLE_OF_OURS, "ours")).number == "01777ABC"
    asked = desk.asked
    shelves.read(NOTE.read_bytes(), "cmr_album")
    assert desk.asked == asked, "a format that is read by code asks nobody"


def test_a_saved_map_goes_before_the_folders_and_before_those_that_come_with_the_house(tmp_path: Path) -> None:
    lay(tmp_path, "maps/ours.toml", MAP.replace('title = "Ours"', 'title = "The folder\'s"'))
    shipped = b"Document number,Description,Gross kg\n7,Onions,1200\n"
    plain = one(Shelves(tmp_path).read(shipped, None))
    mine = MAP.replace('"ours"', '"register"').replace("Waybill", "Document number").replace("Weight", "Gross kg")
    desk = Desk(
        ours=MAP.replace('kind = "register"', 'kind = "waybill"'), register=mine.replace("Lorry", "Description")
    )
    shelves = Shelves(tmp_path, Clock(), desk)
    assert one(shelves.read(TABLE_OF_OURS, None)).kind == "waybill"
    assert one(shelves.read(shipped, None)).means != plain.means


def test_a_saved_map_never_goes_before_code(tmp_path: Path) -> None:
    like_code = (
        'name = "cmr_album"\ntitle = "x"\nsource = "x"\nkind = "waybill"\nshape = "xml"\n[known]\nroot = ["CMR"]\n'
    )
    desk = Desk(cmr_album=like_code + '[document]\nnumber = "RegNumber"\n')
    assert one(Shelves(tmp_path, Clock(), desk).read(NOTE.read_bytes(), None)).kind == "consignment_note"


def test_a_saved_map_that_cannot_be_used_is_told_once_and_the_others_hold(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock, desk = Clock(), Desk(ours=MAP, torn="name = 3", misnamed=MAP)
    shelves = Shelves(tmp_path, clock, desk)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert one(shelves.read(TABLE_OF_OURS, None)).format == "ours"
            clock.now += LOOK_S
    told = [record.message for record in caplog.records]
    assert [("torn.toml" in line, "misnamed.toml" in line) for line in told] == [(True, False), (False, True)]
