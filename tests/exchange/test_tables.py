"""Registers in tables: how they are known, split, grouped and bounded, and what hostile ones are told."""

from __future__ import annotations

import datetime
import io
import time
import zipfile
from collections.abc import Callable
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given as drawn
from hypothesis import strategies as st

from beket.exchange.kit import workbook
from beket.exchange.kit.delimited import ENCODINGS, ROW_CHARS_MAX
from beket.exchange.kit.format import DOCUMENTS_MAX, ITEMS_MAX
from beket.exchange.kit.refusal import Refusal
from beket.exchange.kit.shape import shape_of
from beket.exchange.kit.table import CELL_CHARS_MAX, COLUMNS_MAX, ROWS_MAX
from beket.exchange.mapped.shelf import mapped_formats
from beket.exchange.reading import read_documents
from beket.words.documents import Document, Equipment, Means, Money, Package, Party
from tests.exchange.given import fixture, one, refusal, unread_paths

HEAD = "Document number;Description;Gross kg;Plate"
SECONDS_MAX = 20.0
"""Far more than is needed on a busy machine, far less than a register that is not bounded would take."""

Cells = list[list[object]]


def book(sheets: dict[str, Cells]) -> bytes:
    """Write a workbook."""
    file = io.BytesIO()
    written = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "dd.mm.yyyy"})
    for name, rows in sheets.items():
        sheet = written.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    written.close()
    return file.getvalue()


def table(*lines: str, head: str = HEAD) -> bytes:
    return "\n".join((head, *lines)).encode()


REGISTER = book({"November": [[*HEAD.split(";")], ["A-1", "Tiles", 18200.5, "01KG777ABC"], ["A-1", "Glue", 90, ""]]})


def changed(blob: bytes, changes: dict[str, Callable[[bytes], bytes]]) -> bytes:
    """Change parts of a workbook; a part that is not there is added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(blob)) as before, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, changes.get(name, bytes)(before.read(name)))
        for name in set(changes) - set(before.namelist()):
            after.writestr(name, changes[name](b""))
    return file.getvalue()


def sheet_with(cells: str) -> bytes:
    """Put rows of one's own behind the headers of the register."""
    return changed(REGISTER, {SHEET: lambda xml: xml.replace(b"</sheetData>", cells.encode() + b"</sheetData>")})


SHEET = "xl/worksheets/sheet1.xml"


def ours(text: str) -> dict[str, str]:
    """Give a map of the plates of a table, with something more to say of it."""
    return {
        "ours": 'name="ours"\ntitle="Ours"\nsource="our own"\nkind="register"\nshape="table"\n'
        f'{text}\n[[consignment.means]]\nplate="plate"\n'
    }


def read_ours(blob: bytes, text: str) -> tuple[Document, ...] | Refusal:
    return read_documents(blob, "ours", maps=mapped_formats(ours(text)))


# What a register becomes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_register_is_read_whatever_it_is_written_in(encoding: str, delimiter: str) -> None:
    plain = fixture("register.csv").decode()
    found = read_documents(plain.replace(";", delimiter).encode(encoding))
    assert isinstance(found, tuple)
    assert [(each.kind, each.format, each.number, each.layout_confirmed) for each in found] == [
        ("register", "register", "A-1", False),
        ("register", "register", "A-2", False),
    ]


def test_a_document_of_a_register_has_its_rows() -> None:
    found = read_documents(fixture("register.csv"))
    assert isinstance(found, tuple)
    assert found[0].issued_at == "2026-11-01"
    (consignment,) = found[0].consignments
    assert consignment.means == (Means(plate="01KG777ABC"), Means(plate="0123AB", trailer=True))
    assert consignment.parties == (
        Party(role="consignor", name="Trial Sender"),
        Party(role="consignee", name="ОсОО «Проба»"),
    )
    tiles, glue = consignment.items
    assert (tiles.number, tiles.code, tiles.gross_kg) == (1, "6907210000", Decimal("18200.5"))
    assert (tiles.packages, tiles.invoiced) == (
        (Package(quantity=400),),
        Money(amount=Decimal("5000.00"), currency="USD"),
    )
    assert (glue.number, glue.description, glue.gross_kg) == (2, "Клей", Decimal(90))
    assert found[1].consignments[0].equipment == (Equipment(number="MSCU1234566"),)


def test_what_is_odd_or_not_read_is_told_of_the_document_it_is_in() -> None:
    found = read_documents(fixture("register.csv"))
    assert isinstance(found, tuple)
    first, second = found
    assert first.remarks == ()
    assert {left.path: left.values for left in first.unread} == {
        "row/column Примечание": ("хрупкое",),
        "above": ("Реестр за 1 ноября",),
        "skipped": ("Итого | 18290,5",),
    }
    assert {(remark.kind, remark.where) for remark in second.remarks} == {
        ("date", "line 5: date"),
        ("number", "line 5: gross_kg"),
        ("number", "line 5: packages"),
    }
    assert second.unread == ()


def test_a_workbook_keeps_numbers_exact_and_days_as_days() -> None:
    day = datetime.date(2026, 11, 1)
    head = ["Document number", "Date", "Description", "Gross kg", "Net kg", "Code"]
    document = one(book({"S": [[*head], [12, day, "Tiles", 0.1, 18200.55, 6907210000]]}))
    assert (document.number, document.issued_at) == ("12", "2026-11-01")
    (tiles,) = document.consignments[0].items
    assert (tiles.gross_kg, tiles.net_kg, tiles.code) == (Decimal("0.1"), Decimal("18200.55"), "6907210000")


def test_other_sheets_are_told_and_not_read() -> None:
    rows: Cells = [[*HEAD.split(";")], ["A-1", "Tiles", 1, ""]]
    document = one(book({"About": [["Who keeps it"]], "November": rows, "Empty": []}))
    assert document.number == "A-1"
    assert [(left.path, left.values) for left in document.unread] == [("sheet About", ("1 rows",))]


def test_rows_that_differ_in_what_is_one_for_all_are_remarked_and_left() -> None:
    document = one(
        table("A-1;Tiles;1;x;2026-11-01", "A-1;Glue;2;x;2026-11-02", "A-1;Flour;3;x;2026-11-01", head=HEAD + ";Date")
    )
    assert document.issued_at == "2026-11-01"
    assert [(remark.kind, remark.where) for remark in document.remarks] == [("layout", "line 3: date")]
    assert unread_paths(document) == {"date"}


@pytest.mark.parametrize(
    ("written", "kg"),
    [("1,5", "1.5"), ("1.500", "1.500"), ("0,125", "0.125"), ("1,500", None), ("1 500,25", "1500.25")],
)
def test_a_comma_that_may_be_either_sign_is_not_guessed(written: str, kg: str | None) -> None:
    document = one(table(f"A-1;Tiles;{written};x"))
    assert document.consignments[0].items[0].gross_kg == (Decimal(kg) if kg else None)
    assert len(document.remarks) == (kg is None)


def test_a_ragged_row_is_read_for_what_it_has_and_the_rest_is_told() -> None:
    document = one(table("A-1;Tiles", "A-1;Glue;90;01KG777ABC;extra;more", ";;;", ""))
    assert [item.gross_kg for item in document.consignments[0].items] == [None, Decimal(90)]
    assert [(remark.kind, remark.where) for remark in document.remarks] == [("count", "line 3: row")]
    assert unread_paths(document) == {"column 5", "column 6"}


def test_a_hundred_columns_are_told_each_by_its_header() -> None:
    head = ";".join([HEAD, *(f"Column {at}" for at in range(100))])
    document = one(table(";".join(["A-1", "Tiles", "1", "x", *("v",) * 100]), head=head))
    assert len(document.unread) == 100


def test_a_header_that_stands_twice_is_remarked() -> None:
    document = one(table("A-1;Tiles;1;x;2", head=HEAD + ";Gross kg"))
    assert document.consignments[0].items[0].gross_kg == Decimal(1)
    assert [remark.kind for remark in document.remarks] == ["layout"]
    assert unread_paths(document) == {"column Gross kg"}


def test_a_formula_is_text_and_the_guard_against_one_is_not() -> None:
    document = one(table("A-1;=HYPERLINK(1);1;'=x", "A-1;'quoted;1;'=x"))
    assert [item.description for item in document.consignments[0].items] == ["=HYPERLINK(1)", "'quoted"]
    assert document.consignments[0].means == (Means(plate="=x"),)


# What a map says of a table ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "blob", [b"PLATE,  Made\n1,2", b"plate;made\n1;2", b"title|\n|\nMade|_plate_\n2|1", b"Plate:\tb\n1\t2"]
)
def test_headers_are_known_without_capitals_blanks_and_stops_wherever_they_stand(blob: bytes) -> None:
    found = read_ours(blob, '[columns]\nplate="Plate"')
    assert isinstance(found, tuple)
    assert found[0].consignments[0].means == (Means(plate="1"),)


def test_a_column_can_be_known_by_its_number() -> None:
    found = read_ours(b"No,,Made\n1,01KG777ABC,3", '[known]\ncolumns=["no"]\n[columns]\nno="No"\nplate=2')
    assert isinstance(found, tuple)
    assert found[0].consignments[0].means == (Means(plate="01KG777ABC"),)


@pytest.mark.parametrize(
    ("said", "plates"),
    [
        ("", [["1", "2"]]),
        ('[table]\ndocuments_by=["n"]', [["1"], ["2", "1"]]),
        ('[table]\nconsignments_by=["n"]', [["1", "2", "1"]]),
        ('[table]\nskip=["b"]', [["1"]]),
    ],
)
def test_rows_are_one_document_or_several(said: str, plates: list[list[str]]) -> None:
    found = read_ours(b"n,plate\na,1\nb,2\nb,1\n", f'{said}\n[columns]\nn="n"\nplate="plate"')
    assert isinstance(found, tuple)
    assert [[means.plate for each in one.consignments for means in each.means] for one in found] == plates


@pytest.mark.parametrize(
    ("blob", "said", "fits"),
    [
        (b"a;plate\n1;2", 'delimiter=";"', True),
        (b"a;plate\n1;2", 'delimiter=","', False),
        (b"a;plate\n1;2", "header_row=1", True),
        (b"a;plate\n1;2", "header_row=2", False),
        ("ы;plate\n1;2".encode("windows-1251"), 'encoding="windows-1251"', True),
        ("ы;plate\n1;2".encode("windows-1251"), 'encoding="utf-8"', False),
        (book({"A": [["x"]], "B": [["plate"], ["2"]]}), 'sheet="b"', True),
        (book({"A": [["x"]], "B": [["plate"], ["2"]]}), 'sheet="A"', False),
        (book({"B": [["plate"], ["2"]]}), 'delimiter=";"', False),
    ],
)
def test_what_a_map_says_of_the_file_must_be_so(blob: bytes, said: str, fits: bool) -> None:
    found = read_ours(blob, f'[table]\n{said}\n[columns]\nplate="plate"')
    assert isinstance(found, tuple) is fits
    if isinstance(found, Refusal):
        assert found.kind == "not_this_format"


def test_a_table_that_no_map_fits_is_told_its_headers() -> None:
    found = refusal(b"Lorry;Made\n1;2")
    assert found.kind == "unknown_format"
    assert "'Lorry', 'Made'" in found.reason
    assert "a map" in found.reason


@pytest.mark.parametrize(
    "blob",
    [b'He said "yes", and "no"', "Проба, \n".encode() + b"\xff\xd0\n", b"a,b" + b"\n" * 5000 + b"\x00,\x01"],
)
def test_a_letter_with_commas_is_no_broken_register(blob: bytes) -> None:
    assert refusal(blob).kind == "unknown_format"


def test_a_table_that_two_maps_fit_is_not_guessed() -> None:
    text = ours('[columns]\nplate="plate"')["ours"]
    maps = mapped_formats({"ours": text, "theirs": text.replace('"ours"', '"theirs"')})
    found = read_documents(b"plate;x\n1;2", maps=maps)
    assert isinstance(found, Refusal)
    assert found.kind == "ambiguous"
    assert "ours, theirs" in found.reason


# What is not taken ---------------------------------------------------------------------------------------------------

CLAIM = "[Content_Types].xml"


def bomb() -> bytes:
    return changed(REGISTER, {"xl/media.xml": lambda _: b"<a>" + b" " * (workbook.UNPACKED_MAX + 1) + b"</a>"})


def shared_text() -> bytes:
    """Write a workbook whose cells all show one long text."""
    long = b"<sst><si><t>" + b"x" * 1_000_000 + b"</t></si></sst>"
    rows = "".join(f'<row r="{at}"><c r="A{at}" t="s"><v>0</v></c></row>' for at in range(10, 60))
    blob = changed(REGISTER, {"xl/sharedStrings.xml": lambda _: long})
    return changed(blob, {SHEET: lambda _: f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode()})


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "only headers": (table, "empty"),
    "quotes that do not end": (lambda: table('A-1;"Tiles;1;x'), "malformed"),
    "text behind quotes": (lambda: table('A-1;"Tiles"x;1;x'), "malformed"),
    "a nul": (lambda: table("x" * 5000, "A-1;\x00;1;x"), "encoding"),
    "bytes of no encoding": (lambda: table("A-1;Tiles;1;x") + b"\x98", "encoding"),
    "damaged UTF-8": (lambda: table("A-1;Плитка;1;x") + "Ж".encode()[:1], "encoding"),
    "a cell like a book": (lambda: table(f"A-1;{'x' * (CELL_CHARS_MAX + 1)};1;x"), "size"),
    "a row that does not end": (lambda: table(";" * (ROW_CHARS_MAX + 1)), "size"),
    "a row of many lines": (lambda: table('"\n";' * ROW_CHARS_MAX), "size"),
    "more columns than a table has": (lambda: table(";" * COLUMNS_MAX), "elements"),
    "more rows than a table has": (lambda: table(*["A;x;1;x"] * ROWS_MAX), "items"),
    "more rows than a document has": (lambda: table(*["A-1;x;1;x"] * (ITEMS_MAX + 1)), "items"),
    "more documents than a table has": (lambda: table(*(f"{at};x;1;x" for at in range(DOCUMENTS_MAX + 1))), "items"),
    "a workbook cut off": (lambda: REGISTER[:-30], "unknown_format"),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500, "unknown_format"),
    "another container": (lambda: changed_names({"word/document.xml": b"<a/>"}), "unknown_format"),
    "a bomb": (bomb, "size"),
    "a part that shrinks too well": (
        lambda: changed(REGISTER, {"xl/a.xml": lambda _: b"<a>" + b" " * (workbook.RATIO_FROM + 1) + b"</a>"}),
        "size",
    ),
    "a cell at the end of the world": (lambda: sheet_with('<row r="1048576"><c r="XFD1048576"/></row>'), "items"),
    "a cell far to the right": (lambda: sheet_with('<row r="9"><c r="XFD9"><v>1</v></c></row>'), "elements"),
    "a cell far down that names no row": (
        lambda: sheet_with(f'<row r="{ROWS_MAX}"/><row><c><v>1</v></c></row>'),
        "items",
    ),
    "a wide and long rectangle": (lambda: sheet_with(f'<row r="{ROWS_MAX}"><c r="IV{ROWS_MAX}"/></row>'), "elements"),
    "cells that name no place": (lambda: sheet_with("<row>" + "<c/>" * (COLUMNS_MAX + 1) + "</row>"), "elements"),
    "a text that all cells share": (shared_text, "elements"),
    "a text that is not there": (lambda: sheet_with('<row r="9"><c r="A9" t="s"><v>99</v></c></row>'), "malformed"),
    "a document type in a sheet": (
        lambda: changed(REGISTER, {SHEET: lambda xml: xml.replace(b"<worksheet", b"<!DOCTYPE a><worksheet", 1)}),
        "malformed",
    ),
    "a sheet that is no XML": (lambda: changed(REGISTER, {SHEET: lambda _: b"<worksheet>"}), "malformed"),
    "a book without sheets": (lambda: changed(REGISTER, {"xl/workbook.xml": lambda _: b"<a/>"}), "malformed"),
}


def changed_names(parts: dict[str, bytes]) -> bytes:
    """Pack a container of one's own."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_table_is_refused_with_a_reason_and_soon(name: str) -> None:
    write, kind = HOSTILE[name]
    blob = write()
    began = time.process_time()
    found = refusal(blob)
    assert time.process_time() - began < SECONDS_MAX
    assert found.kind == kind
    assert found.reason


def test_a_part_that_says_it_is_smaller_than_it_is_is_refused() -> None:
    blob = bytearray(bomb())
    at = blob.find(b"PK\x01\x02", blob.find(b"xl/media.xml") + 100)
    entry = blob.rfind(b"PK\x01\x02", 0, blob.rfind(b"xl/media.xml"))
    assert at > 0
    blob[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    assert refusal(bytes(blob)).kind == "container"


def test_a_workbook_with_too_many_parts_or_bytes_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    many = changed(REGISTER, {f"xl/{at}.xml": lambda _: b"<a/>" for at in range(workbook.MEMBERS_MAX)})
    assert refusal(many).kind == "unknown_format"
    monkeypatch.setattr(workbook, "PACKED_MAX", 10)
    assert refusal(REGISTER).kind == "size"


@pytest.mark.parametrize("flag", ["encrypted", "bzip2"])
def test_a_workbook_packed_as_none_is_is_refused(flag: str) -> None:
    blob = bytearray(REGISTER)
    for mark, flags, method in ((b"PK\x03\x04", 6, 8), (b"PK\x01\x02", 8, 10)):
        at = blob.find(mark)
        blob[at + (flags if flag == "encrypted" else method)] = 1 if flag == "encrypted" else 12
    assert refusal(bytes(blob)).kind == "container"


@pytest.mark.parametrize(
    ("blob", "hint"),
    [
        (changed_names({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "XLSX or CSV"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 100, "save it as XLSX or CSV"),
        (changed_names({CLAIM: b"<a/>", "word/document.xml": b"<a/>"}), "no workbook"),
    ],
)
def test_what_is_like_a_workbook_and_is_none_is_told_what_to_do(blob: bytes, hint: str) -> None:
    assert hint in refusal(blob).reason


@pytest.mark.parametrize("shape", ["text", "workbook"])
def test_fifty_thousand_rows_are_read_in_seconds(shape: str) -> None:
    rows = [[f"A-{at // 20}", f"Tiles {at}", f"{at}.5", f"01KG{at % 999:03}ABC"] for at in range(ROWS_MAX - 1)]
    cells: Cells = [[*row] for row in (HEAD.split(";"), *rows)]
    blob = table(*map(";".join, rows)) if shape == "text" else book({"S": cells})
    began = time.process_time()
    found = read_documents(blob)
    assert time.process_time() - began < SECONDS_MAX
    assert isinstance(found, tuple)
    assert sum(len(each.consignments[0].items) for each in found) == ROWS_MAX - 1


def test_text_and_workbooks_are_tables_and_noise_is_not() -> None:
    assert shape_of(REGISTER) == shape_of(table()) == "table"
    assert refusal(b"\x07;\x08").kind == "unknown_format"


@drawn(st.data())
def test_a_damaged_workbook_gives_documents_or_a_refusal(data: st.DataObject) -> None:
    blob = bytearray(REGISTER)
    for at in data.draw(st.lists(st.integers(0, len(blob) - 1), max_size=5)):
        blob[at] = data.draw(st.integers(0, 255))
    assert isinstance(read_documents(bytes(blob)), tuple | Refusal)


@drawn(st.data())
def test_a_workbook_with_damaged_parts_gives_documents_or_a_refusal(data: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(REGISTER)) as packed:
        name = data.draw(st.sampled_from(sorted(packed.namelist())))
        part = bytearray(packed.read(name))
    for at in data.draw(st.lists(st.integers(0, len(part) - 1), min_size=1, max_size=5)):
        part[at] = data.draw(st.integers(32, 126))
    assert isinstance(read_documents(changed(REGISTER, {name: lambda _: bytes(part)})), tuple | Refusal)


@drawn(st.text(st.sampled_from("aP;,\t|\"'=1.\n\r "), max_size=80))
def test_any_rows_below_the_headers_give_documents_or_a_refusal(rows: str) -> None:
    assert isinstance(read_documents(table(rows)), tuple | Refusal)
