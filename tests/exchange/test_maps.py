"""Formats that are read by a map: what each shipped one makes of its messages, and what a wrong map is told."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from beket.exchange.kit import format as kit_format
from beket.exchange.kit.refusal import Refusal
from beket.exchange.mapped import document as mapped_document
from beket.exchange.mapped.checking import MAP_MAX, checked_map
from beket.exchange.mapped.dates import date_form, day_or_moment
from beket.exchange.mapped.form import Fault, Map
from beket.exchange.mapped.shelf import MAPS_MAX, MapTrouble, mapped_formats, maps_in, shipped_maps, shipped_texts
from beket.exchange.reading import known_formats, read_documents
from beket.words.documents import Document, Identifier, Means, Money, Party, Place, Quantity, Reference
from tests.exchange.given import fixture, one, refusal, unread_paths

LETTER = """
name = "letter"
title = "A letter"
source = "our own"
kind = "consignment_note"
shape = "xml"
dates = ["dd.mm.yyyy", "dd.mm.yyyy hh:mm"]
decimal = ","
[known]
root = ["Letter", "Note"]
namespace = ":letters"
paths = ["Lorry/@plate"]
[codes.way]
A = "consignor"
B = "consignee"
[document]
id = ["Id", "Number"]
version = "@version"
issued_at = "Sent"
containerised = "Boxed"
correction = { value = 2 }
purposes = "Why"
tir_carnet = { paths = ["Letters", "Digits"], join = true }
[document.national]
colour = "Colour"
[consignment]
each = "Load"
number = "No"
[[consignment.parties]]
each = "Who"
role = { path = "Way", codes = "way" }
name = "Name"
[[consignment.means]]
plate = "/Lorry/@plate"
[[consignment.seals]]
each = "Seal"
number = "No"
kind = "Kind"
[[consignment.items]]
each = "Goods"
gross_kg = "Kg"
[consignment.items.invoiced]
amount = "Price"
currency = "/Currency"
"""


def read_letter(inside: str, map_text: str = LETTER) -> Document:
    blob = f'<Letter xmlns="urn:letters" version="1"><Lorry plate="01KG777ABC"/>{inside}</Letter>'
    found = read_documents(blob.encode(), maps=mapped_formats({"letter": map_text}))
    assert isinstance(found, tuple), found
    return found[0]


def faults(text: str) -> list[str]:
    found = checked_map(text, "m.toml")
    assert not isinstance(found, Map)
    return [str(fault) for fault in found]


# What is shipped -----------------------------------------------------------------------------------------------------


def test_every_shipped_map_is_right_and_claims_no_confirmed_layout() -> None:
    assert {"kg_ettn", "kg_esf", "kz_snt", "register"} <= set(shipped_maps())
    assert not any(found.layout_confirmed for found in shipped_maps().values())


def test_a_batch_of_waybills_is_one_document_for_each() -> None:
    found = read_documents(fixture("kg_ettn.xml"))
    assert isinstance(found, tuple)
    first, second = found
    assert (first.kind, first.format, first.version, first.layout_confirmed) == ("waybill", "kg_ettn", "1.1", False)
    (consignment,) = first.consignments
    assert consignment.means == (Means(plate="01KG777ABC", make="Проба-4"),)
    assert consignment.references == (
        Reference(kind="GtdNum", number="41700000/011126/0000001"),
        Reference(kind="EsfNum", number="ESF-TRIAL-1"),
    )
    assert consignment.places == (Place(role="loading", code="F-1"), Place(role="unloading", code="F-2"))
    assert [party.role for party in consignment.parties] == ["consignee", "carrier", "driver"]
    assert consignment.parties[1] == Party(
        role="carrier",
        name="ОсОО «Пробный перевозчик»",
        identifiers=(Identifier(register="ShippingOrganizationTin", value="00000000000003"),),
    )
    assert first.national["road_shipping_type"] == "102"
    assert second.consignments[0].means == (Means(plate="01KG778ABC"),)
    assert second.consignments[0].parties == ()


def test_goods_of_a_waybill_keep_amounts_and_masses_and_a_mass_that_is_none_is_remarked() -> None:
    found = read_documents(fixture("kg_ettn.xml"))
    assert isinstance(found, tuple)
    tiles, flour = found[0].consignments[0].items
    assert (tiles.number, tiles.gross_kg, tiles.net_kg) == (1, Decimal("18200.500"), Decimal("17900.000"))
    assert tiles.quantities == (Quantity(amount=Decimal(400), unit="796"),)
    assert (flour.number, flour.gross_kg, flour.net_kg) == (2, None, Decimal(90))
    assert [(remark.kind, remark.where) for remark in found[0].remarks] == [("number", "line 35: GrossWeight")]
    assert found[1].remarks == ()


def test_what_a_map_does_not_ask_for_is_counted_where_it_stands() -> None:
    found = read_documents(fixture("kg_ettn.xml"))
    assert isinstance(found, tuple)
    ids = next(left for left in found[0].unread if left.path.endswith("ProductId"))
    assert (ids.path, ids.count, ids.values) == (
        "Sellings/Selling/Products/SellingProduct/ProductId",
        2,
        ("P-1", "P-2"),
    )
    assert unread_paths(found[0]) == {"ProductId", "Price", "Sender"}
    assert unread_paths(found[1]) == {"Temperature"}


def test_another_version_of_a_waybill_is_read_with_a_remark() -> None:
    found = read_documents(fixture("kg_ettn.xml").replace(b'FileVer="1.1"', b'FileVer="2.0"'))
    assert isinstance(found, tuple)
    assert [[remark.kind for remark in each.remarks] for each in found] == [["version", "number"], ["version"]]


def test_an_invoice_is_read_with_its_currency_translated() -> None:
    found = read_documents(fixture("kg_esf.xml"))
    assert isinstance(found, tuple)
    first, second = found
    assert (first.kind, first.id, first.number) == ("invoice", "6f2b0000-0000-4000-8000-00000000e101", "INV-0009")
    assert (first.issued_at, first.totals.invoiced) == ("2026-11-01", Money(amount=Decimal("5000.00"), currency="KGS"))
    assert first.references == (Reference(kind="deliveryContractNumber", number="D-7", issued_on="2026-01-15"),)
    assert first.consignments[0].items[0].quantities == (Quantity(amount=Decimal("400.00000")),)
    assert [found.consignments[0].parties[0].name for found in (first, second)] == [
        "Trial Buyer",
        "ОсОО «Пробный покупатель»",
    ]
    assert "foreignName" in unread_paths(second)


def test_a_code_and_a_day_that_the_map_does_not_know_are_remarked() -> None:
    found = read_documents(fixture("kg_esf.xml"))
    assert isinstance(found, tuple)
    assert (found[1].issued_at, found[1].totals.invoiced) == (None, Money(amount=Decimal(70)))
    assert {(remark.kind, remark.where) for remark in found[1].remarks} == {
        ("date", "line 34: createdDate"),
        ("code", "line 35: currencyCode"),
    }


def test_a_kazakh_note_is_read_with_its_days_in_order() -> None:
    note = one(fixture("kz_snt.xml"))
    assert (note.kind, note.number, note.issued_at, note.function) == ("waybill", "СНТ-1", "2026-11-01", "original")
    assert note.references == (Reference(kind="contract", number="K-1", issued_on="2026-01-15"),)
    (consignment,) = note.consignments
    assert consignment.places == (Place(role="departure", dated_at="2026-11-02"),)
    assert [(party.role, party.country) for party in consignment.parties] == [("seller", "KZ"), ("buyer", "KG")]
    (tiles,) = consignment.items
    assert (tiles.number, tiles.code, tiles.national_code) == (7, "6907210000", "1")
    assert tiles.invoiced == Money(amount=Decimal("1000.00"), currency="KZT")
    assert {"priceWithTax", "truOriginCode", "isContract"} == unread_paths(note) - {"price"}


def test_an_element_of_that_name_from_elsewhere_is_not_this_note() -> None:
    assert refusal(fixture("kz_snt.xml").replace(b"v1.snt", b"v1.other")).kind == "unknown_format"


def test_a_batch_without_any_is_empty_and_one_with_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(b"<SellingBatchUpload><Sellings/></SellingBatchUpload>").kind == "empty"
    monkeypatch.setattr(mapped_document, "DOCUMENTS_MAX", 1)
    assert refusal(fixture("kg_ettn.xml")).kind == "items"


@pytest.mark.parametrize(("lines", "taken"), [(3, True), (4, False)])
def test_lines_of_goods_are_bounded(monkeypatch: pytest.MonkeyPatch, lines: int, taken: bool) -> None:
    monkeypatch.setattr(kit_format, "ITEMS_MAX", 3)
    goods = b"<Products>" + b"<SellingProduct/>" * lines + b"</Products>"
    blob = b"<SellingBatchUpload><Sellings><Selling>%s</Selling></Sellings></SellingBatchUpload>" % goods
    assert isinstance(read_documents(blob), tuple) is taken


# What a map can say --------------------------------------------------------------------------------------------------


def test_alternatives_constants_attributes_and_parts_that_are_joined() -> None:
    letter = read_letter(
        "<Number>L-1</Number><Boxed>да</Boxed><Why>1</Why><Why>2</Why><Letters>XX</Letters><Digits>00000001</Digits>"
        "<Colour>red</Colour>"
    )
    assert (letter.id, letter.version, letter.containerised, letter.correction) == ("L-1", "1", True, 2)
    assert (letter.purposes, letter.tir_carnet, letter.national) == (("1", "2"), "XX, 00000001", {"colour": "red"})
    assert letter.unread == ()


def test_several_consignments_each_say_their_own_and_look_up_what_stands_above() -> None:
    letter = read_letter(
        "<Currency>USD</Currency>"
        "<Load><No>1</No><Who><Way>a</Way><Name>Trial</Name></Who>"
        "<Goods><Kg>1 000,5</Kg><Price>7</Price></Goods></Load>"
        "<Load><No>2</No><Seal><No>S-1</No></Seal><Seal><No>S-1</No></Seal><Seal><Kind>9</Kind></Seal></Load>"
    )
    first, second = letter.consignments
    assert first.parties == (Party(role="consignor", name="Trial"),)
    assert first.means == second.means == (Means(plate="01KG777ABC"),)
    assert first.items[0].gross_kg == Decimal("1000.5")
    assert first.items[0].invoiced == Money(amount=Decimal(7), currency="USD")
    assert [seal.number for seal in second.seals] == ["S-1"]
    assert unread_paths(letter) == {"Kind"}


def test_a_role_that_no_code_gives_leaves_the_party_unread() -> None:
    letter = read_letter("<Load><No>1</No><Who><Way>C</Way><Name>Trial</Name></Who></Load>")
    assert letter.consignments[0].parties == ()
    assert [(remark.kind, remark.where) for remark in letter.remarks] == [("code", "line 1: Way")]
    assert unread_paths(letter) == {"Name"}


@pytest.mark.parametrize(
    ("written", "kg"),
    [("18200,5", "18200.5"), ("18 200,5", "18200.5"), ("-3", "-3"), ("18200.5", None), ("1 2", None), ("1e3", None)],
)
def test_numbers_are_read_as_the_map_says(written: str, kg: str | None) -> None:
    letter = read_letter(f"<Load><No>1</No><Goods><Kg>{written}</Kg></Goods></Load>")
    items = letter.consignments[0].items
    assert (items[0].gross_kg if items else None) == (Decimal(kg) if kg else None)
    assert [remark.kind for remark in letter.remarks] == ([] if kg else ["number"])


@pytest.mark.parametrize(
    ("form", "written", "day"),
    [
        ("dd.mm.yyyy", "01.11.2026", "2026-11-01"),
        ("dd.mm.yyyy", "31.02.2026", None),
        ("dd.mm.yyyy", "2026-11-01", "2026-11-01"),
        ("dd.mm.yyyy", "2026-13-01", None),
        ("mm/dd/yyyy", "11/01/2026", "2026-11-01"),
        ("yyyymmdd", "20261101", "2026-11-01"),
        ("dd.mm.yyyy hh:mm", "01.11.2026 07:05", "2026-11-01T07:05"),
        ("yyyy-mm-ddThh:mm:ss", "2026-11-01T07:05:09", "2026-11-01T07:05:09"),
        ("iso", "2026-11-01T07:05+06:00", "2026-11-01T07:05+06:00"),
        ("iso", "01.11.2026", None),
    ],
)
def test_days_are_read_by_their_form(form: str, written: str, day: str | None) -> None:
    read_by = date_form(form)
    assert read_by is not None
    assert day_or_moment(written, (read_by,)) == day


@pytest.mark.parametrize("form", ["", "dd.mm", "dd.dd.yyyy", "%d.%m.%Y", "dd.mm.yy", "hh:mm", "dd.mm.yyyyhh:mm"])
def test_what_is_no_form_of_a_date_is_told(form: str) -> None:
    assert date_form(form) is None


def test_json_is_read_by_a_map_too() -> None:
    text = (
        'name="j"\ntitle="J"\nsource="our own"\nkind="register"\nshape="json"\n[known]\npaths=["loads/plate"]\n'
        '[document]\nid="id"\n[[document.means]]\neach="loads"\nplate="plate"\n'
    )
    found = read_documents(b'{"id": 7, "loads": [{"plate": "01KG777ABC"}]}', maps=mapped_formats({"j": text}))
    assert isinstance(found, tuple)
    assert (found[0].id, found[0].means) == ("7", (Means(plate="01KG777ABC"),))


# Which map -----------------------------------------------------------------------------------------------------------


def test_a_sites_map_goes_in_the_place_of_a_shipped_one_of_its_name() -> None:
    text = shipped_texts()["kg_ettn"].replace('make = "CarMark"', 'make = "CarNumber"')
    found = read_documents(fixture("kg_ettn.xml"), maps=mapped_formats({"kg_ettn": text}))
    assert isinstance(found, tuple)
    assert found[0].consignments[0].means[0].make == "01KG777ABC"


def test_a_sites_map_goes_before_a_shipped_one_and_two_of_them_are_not_chosen_between() -> None:
    text = shipped_texts()["kg_ettn"]
    ours = {name: text.replace('name = "kg_ettn"', f'name = "{name}"') for name in ("ours_a", "ours_b")}
    found = read_documents(fixture("kg_ettn.xml"), maps=mapped_formats({"ours_a": ours["ours_a"]}))
    assert isinstance(found, tuple)
    assert found[0].format == "ours_a"
    both = read_documents(fixture("kg_ettn.xml"), maps=mapped_formats(ours))
    assert isinstance(both, Refusal)
    assert (both.kind, both.where) == ("ambiguous", "line 2")
    assert "ours_a, ours_b" in both.reason
    asked = read_documents(fixture("kg_ettn.xml"), "ours_b", maps=mapped_formats(ours))
    assert isinstance(asked, tuple)


def test_no_map_goes_before_what_is_read_by_code() -> None:
    text = (
        LETTER.replace('["Letter", "Note"]', '"ESADout_CU"').replace('":letters"', '""').replace('"Lorry/@plate"', "")
    )
    maps = mapped_formats({"letter": text})
    found = read_documents(fixture("esadout_cu_transit.xml"), maps=maps)
    assert isinstance(found, tuple)
    assert found[0].format == "esadout_cu"
    assert known_formats({"esadout_cu": maps["letter"]})["esadout_cu"] is known_formats()["esadout_cu"]


def test_a_folder_of_maps_is_read_and_everything_wrong_in_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "letter.toml").write_text(LETTER, "utf-8")
    (tmp_path / "notes.txt").write_text("no map", "utf-8")
    assert set(maps_in(tmp_path)) == {"letter"}
    (tmp_path / "other.toml").write_text(LETTER, "utf-8")
    (tmp_path / "torn.toml").write_text("name = ", "utf-8")
    with pytest.raises(MapTrouble) as trouble:
        maps_in(tmp_path)
    assert [(fault.file, fault.key) for fault in trouble.value.faults] == [("other.toml", "name"), ("torn.toml", "")]
    (tmp_path / "torn.toml").write_bytes(b"\xff")
    with pytest.raises(MapTrouble, match=r"torn\.toml: not UTF-8"):
        maps_in(tmp_path)


def test_a_site_has_so_many_maps_and_no_more() -> None:
    texts = {f"m{at}": LETTER.replace('"letter"', f'"m{at}"') for at in range(MAPS_MAX + 1)}
    with pytest.raises(MapTrouble, match="more than"):
        mapped_formats(texts)


# What a wrong map is told --------------------------------------------------------------------------------------------

TABLE = """
name = "t"
title = "T"
source = "our own"
kind = "register"
shape = "table"
[known]
columns = ["plate"]
[columns]
plate = ["plate", 2]
[[consignment.means]]
plate = "plate"
"""

WRONG: dict[str, tuple[str, str, str, str]] = {
    "an unknown key": (LETTER, 'title = "A letter"', 'titel = "A letter"', "unknown field `titel`"),
    "a kind that is none": (LETTER, '"consignment_note"', '"poem"', "m.toml: kind: Invalid enum value 'poem'"),
    "a name with capitals": (LETTER, 'name = "letter"', 'name = "Letter"', "m.toml: name: 'Letter' must be"),
    "nothing said of its source": (LETTER, '"our own"', '" "', "m.toml: source: must not be empty"),
    "a date that is none": (LETTER, '"dd.mm.yyyy",', '"dd.mm",', "m.toml: dates: 'dd.mm' is no form"),
    "XML without a root": (LETTER, 'root = ["Letter", "Note"]', "", "m.toml: known.root: XML is known"),
    "a field that is none": (LETTER, 'version = "@', 'edition = "@', "m.toml: document.edition: Document has no"),
    "what is not for maps": (LETTER, 'version = "@', 'control = "@', "m.toml: document.control: Document has no"),
    "ours to fill": (LETTER, 'version = "@', 'format = "@', "m.toml: document.format: Document has no"),
    "no path": (LETTER, '"Lorry/@plate"', '"Lorry//x"', "m.toml: known.paths: 'Lorry//x' is no path"),
    "an attribute that is no end": (LETTER, '"Boxed"', '"@a/b"', "m.toml: document.containerised: '@a/b' is no path"),
    "neither path nor value": (
        LETTER,
        "{ value = 2 }",
        "{ join = true }",
        "document.correction: name a path or a value",
    ),
    "path and value": (LETTER, "{ value = 2 }", '{ value = 2, path = "A" }', "correction: name a path or a value"),
    "a number for a path": (LETTER, 'id = ["Id", "Number"]', "id = 7", "m.toml: document.id: Expected `object`"),
    "a key of a field": (
        LETTER,
        "{ value = 2 }",
        "{ fixed = 2 }",
        "document.correction: Object contains unknown field",
    ),
    "a table of codes that is not there": (LETTER, 'codes = "way"', 'codes = "ways"', "role.codes: there is no table"),
    "a code for no word": (LETTER, 'A = "consignor"', 'A = "friend"', "parties[1].role: cannot be 'friend'"),
    "otherwise without codes": (
        LETTER,
        "{ value = 2 }",
        '{ path = "A", otherwise = "1" }',
        "otherwise: is for a field",
    ),
    "an empty table of codes": (LETTER, 'A = "consignor"\nB = "consignee"', "", "codes.way: a table has from 1"),
    "a party without a role": (LETTER, 'role = { path = "Way", codes = "way" }', "", "parties[1]: needs role"),
    "a seal without a number": (LETTER, 'number = "No"\nkind', "kind", "consignment.seals[1]: needs number"),
    "a group that is no table": (
        LETTER,
        "[document.national]\ncolour = ",
        "national = ",
        "national: has fields of its",
    ),
    "each that is no path": (LETTER, 'each = "Load"', "each = 3", "consignment.each: the path of an element"),
    "columns of XML": (LETTER, "[codes.way]", '[columns]\na = "a"\n[codes.way]', "columns: xml has no columns"),
    "nothing filled": (TABLE, '[[consignment.means]]\nplate = "plate"', "", "document: a map fills at least one"),
    "a column that is not there": (TABLE, 'means]]\nplate = "plate"', 'means]]\nplate = "p"', "there is no column 'p'"),
    "a needed one that is not there": (TABLE, 'columns = ["plate"]', 'columns = ["x"]', "known.columns: there is no"),
    "known by a number alone": (TABLE, '["plate", 2]', "[2]", "known.columns: at least one column"),
    "a header that is nothing": (TABLE, '["plate", 2]', '["plate", " "]', "columns.plate: a header, or a number"),
    "column nought": (TABLE, '["plate", 2]', '["plate", 0]', "columns.plate: a header, or a number from 1"),
    "a key with capitals": (TABLE, "[columns]\n", '[columns]\nPlate = "x"\n', "columns.Plate: a column's key must be"),
    "a root of a table": (TABLE, "[known]\n", '[known]\nroot = "a"\n', "m.toml: known: a table is known by `columns`"),
    "a row of headers too far down": (TABLE, "[columns]", "[table]\nheader_row = 21\n[columns]", "header_row: from 1"),
    "a delimiter that is none": (
        TABLE,
        "[columns]",
        '[table]\ndelimiter = "x"\n[columns]',
        "m.toml: table.delimiter: ",
    ),
    "an encoding that is none": (
        TABLE,
        "[columns]",
        '[table]\nencoding = "koi8-r"\n[columns]',
        "m.toml: table.encoding",
    ),
    "documents by no column": (
        TABLE,
        "[columns]",
        '[table]\ndocuments_by=["n"]\n[columns]',
        "documents_by: there is no",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_map_is_told_its_key_and_why(name: str) -> None:
    text, was, becomes, told = WRONG[name]
    assert isinstance(checked_map(text), Map)
    assert was in text
    found = faults(text.replace(was, becomes, 1))
    assert any(told in line for line in found), found
    assert all(line.startswith("m.toml: ") for line in found)


def test_everything_wrong_is_told_at_once() -> None:
    found = faults(LETTER.replace('"our own"', '""').replace('version = "@', 'edition = "@').replace('"Way"', '"/"'))
    assert len(found) == 3


@pytest.mark.parametrize("text", ["name = ", "x" * (MAP_MAX + 1), "a = " + "[" * 5000 + "]" * 5000])
def test_what_is_no_toml_is_a_fault_and_no_exception(text: str) -> None:
    found = checked_map(text, "m.toml")
    assert isinstance(found, tuple)
    assert isinstance(found[0], Fault)


GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "map-a-document.md"


def test_the_guide_shows_maps_that_are_right() -> None:
    head, known, fields, columns = re.findall(r"```toml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    message = head + re.sub(r"^columns = .*", "", known, flags=re.MULTILINE) + fields
    assert isinstance(checked_map(message), Map), checked_map(message)
    plain = re.sub(r"^each = .*", "", head.replace('"xml"', '"table"'), flags=re.MULTILINE)
    register = plain + columns.replace('["container"]', '["plate"]') + '[document]\nnumber = "number"\n'
    assert isinstance(checked_map(register), Map), checked_map(register)
