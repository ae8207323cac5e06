"""Registers written and read again, and maps proposed for tables that none fits."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from beket.exchange import register
from beket.exchange.kit.refusal import Refused
from beket.exchange.mapped.checking import checked_map
from beket.exchange.mapped.form import Map
from beket.exchange.mapped.proposal import proposed_map
from beket.exchange.mapped.shelf import mapped_formats
from beket.exchange.reading import read_documents
from beket.exchange.register import COLUMNS, written_csv, written_xlsx
from beket.words.documents import Consignment, Document, Equipment, GoodsItem, Means, Money, Package, Party
from tests.exchange.given import fixture
from tests.exchange.test_tables import book

TILES = GoodsItem(
    number=7,
    code="0907210000",
    national_code="1",
    description="=1+1; плитка\nв коробках",
    origin="CN",
    gross_kg=Decimal("18200.500"),
    net_kg=Decimal("12345678901234567.25"),
    packages=(Package(quantity=400, kind="CT"),),
    invoiced=Money(amount=Decimal("0.10"), currency="USD"),
)
WAYBILL = Document(
    kind="register",
    format="register",
    layout_confirmed=False,
    number="@A-1",
    issued_at="2026-11-01",
    consignments=(
        Consignment(
            parties=(
                Party(role="consignor", name="Trial Sender"),
                Party(role="consignee", name="ОсОО «Проба», Бишкек"),
                Party(role="carrier", name="Trial Haulage"),
            ),
            means=(Means(plate="01KG777ABC"), Means(plate="0123AB", trailer=True)),
            equipment=(Equipment(number="MSCU1234566"),),
            items=(TILES, GoodsItem(number=8, description="-Клей", gross_kg=Decimal(90))),
        ),
    ),
)
OTHER = Document(
    kind="register",
    format="register",
    layout_confirmed=False,
    number="A-2",
    consignments=(Consignment(means=(Means(plate="01KG778ABC"),)),),
)


@pytest.mark.parametrize("write", [written_csv, written_xlsx])
def test_what_is_written_is_read_again_as_it_was(write: Callable[[Iterable[Document]], bytes]) -> None:
    found = read_documents(write((WAYBILL, OTHER)))
    assert found == (WAYBILL, OTHER)


@pytest.mark.parametrize("name", ["esadout_cu_transit.xml", "eec_goods.xml", "cmr_album.xml", "kg_ettn.xml"])
def test_every_line_of_goods_of_other_formats_gets_a_row(name: str) -> None:
    documents = read_documents(fixture(name))
    assert isinstance(documents, tuple)
    rows = list(csv.reader(io.StringIO(written_csv(documents).decode("utf-8-sig"))))
    lines = [max(len(each.items), 1) for one in documents for each in one.consignments]
    assert len(rows) == 1 + sum(lines)
    assert {len(row) for row in rows} == {len(COLUMNS)}


def test_no_cell_is_a_formula() -> None:
    rows = list(csv.reader(io.StringIO(written_csv([WAYBILL]).decode("utf-8-sig"))))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert rows[1][0] == "'@A-1"
    with zipfile.ZipFile(io.BytesIO(written_xlsx([WAYBILL]))) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def test_what_no_table_may_hold_is_written_as_a_blank() -> None:
    document = replace(OTHER, number="A\x01\x002")
    for write in (written_csv, written_xlsx):
        found = read_documents(write([replace(document, consignments=(Consignment(items=(TILES,)),))]))
        assert isinstance(found, tuple)
        assert found[0].number == "A  2"


def test_several_plates_of_one_kind_stand_in_one_cell() -> None:
    held = (Means(plate="01KG777ABC"), Means(plate="01KG778ABC"), Means(plate="01KG777ABC"))
    rows = list(csv.reader(io.StringIO(written_csv([replace(OTHER, means=held)]).decode("utf-8-sig"))))
    assert rows[1][2] == "01KG778ABC / 01KG777ABC"


def test_a_register_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "ROWS_MAX", 3)
    assert written_csv([WAYBILL])
    with pytest.raises(Refused) as refused:
        written_csv([WAYBILL, OTHER])
    assert refused.value.refusal.kind == "items"


# Maps proposed -------------------------------------------------------------------------------------------------------

HEADERS = {
    "ru": "№ документа;Дата отправки;Гос. номер ТС;Грузоотправитель;Наименование груза;Масса брутто, кг;Прочее",
    "ky": "Документтин номери;Күнү;Унаанын номери;Жөнөтүүчү;Товардын аталышы;Брутто салмагы;Башка",
    "en": "Document No.;Date;Vehicle;Shipper;Goods description;Gross weight (kg);Other",
}


@pytest.mark.parametrize("language", HEADERS)
def test_a_proposed_map_is_right_and_reads_the_table_it_is_proposed_for(language: str) -> None:
    blob = f"{HEADERS[language]}\nA-1;01.11.2026;01KG777ABC;Trial Sender;Tiles;18200,5;x\n".encode()
    text = proposed_map(blob, "ours")
    assert isinstance(checked_map(text), Map), checked_map(text)
    found = read_documents(blob, "ours", maps=mapped_formats({"ours": text}))
    assert isinstance(found, tuple)
    (document,) = found
    assert (document.number, document.issued_at) == ("A-1", "2026-11-01")
    assert document.consignments == (
        Consignment(
            parties=(Party(role="consignor", name="Trial Sender"),),
            means=(Means(plate="01KG777ABC"),),
            items=(GoodsItem(number=1, description="Tiles", gross_kg=Decimal("18200.5")),),
        ),
    )
    assert [left.values for left in document.unread] == [("x",)]
    assert f'# not read: "{HEADERS[language].rpartition(";")[2]}"' in text


def test_a_map_is_proposed_for_a_sheet_wherever_its_headers_stand() -> None:
    blob = book(
        {"About": [["x"]], "Ours": [["Register"], [], ["Plate", 'Gross "kg"', "Currency"], ["01KG777ABC", 5, "USD"]]}
    )
    text = proposed_map(blob, "ours")
    assert isinstance(checked_map(text), Map), checked_map(text)
    found = read_documents(blob, "ours", maps=mapped_formats({"ours": text}))
    assert isinstance(found, tuple)
    assert found[0].consignments[0].means == (Means(plate="01KG777ABC"),)


@pytest.mark.parametrize(
    ("blob", "kind"), [(b"<a/>", "not_this_format"), (b"aaa;bbb\n1;2", "unknown_format"), (b"", "empty")]
)
def test_there_is_no_map_to_propose_for_what_nobody_knows(blob: bytes, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        proposed_map(blob)
    assert refused.value.refusal.kind == kind
