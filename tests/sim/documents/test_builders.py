"""What is written about a load is valid by the given schemas, and is read back as what was meant, to the gram."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from lxml import etree

from beket.exchange.reference.nomenclature import Nomenclature
from beket.sim.documents.advance import arrival_of, preliminary_of
from beket.sim.documents.declaration import EXPORT, IMPORT, TRANSIT, declaration_of
from beket.sim.documents.load import KINDS, LOADED_FROM_KG, Load
from beket.sim.documents.making import Making
from beket.sim.documents.note import cmr_of, ecmr_of
from beket.sim.documents.tables import ettn_of, register_of
from beket.words import papers
from beket.words.documents import Document, DocumentKind
from beket.words.plates import plate_key
from tests.exchange.given import given, one
from tests.sim.documents.loads import loads, making

Write = Callable[[Making], bytes]

WRITERS: dict[str, tuple[Write, DocumentKind]] = {
    "note": (cmr_of, "consignment_note"),
    "electronic note": (ecmr_of, "consignment_note"),
    "import": (lambda made: declaration_of(made, IMPORT), "goods_declaration"),
    "export": (lambda made: declaration_of(made, EXPORT), "goods_declaration"),
    "transit": (lambda made: declaration_of(made, TRANSIT), "transit_declaration"),
    "preliminary": (preliminary_of, "advance_information"),
    "arrival": (arrival_of, "advance_information"),
    "register": (register_of, "register"),
    "waybill": (ettn_of, "waybill"),
}
SCHEMAS = {
    "note": "CMR.xsd",
    "import": "ESADout_CU.xsd",
    "export": "ESADout_CU.xsd",
    "transit": "ESADout_CU.xsd",
    "preliminary": "AutoPreliminary.xsd",
    "arrival": "PI_AutoArrive.xsd",
}
LOADS = tuple(loads(30))


def read(name: str, load: Load) -> Document:
    write, kind = WRITERS[name]
    document = one(write(making(load)))
    assert document.kind == kind
    return document


@pytest.mark.shared
@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_written_is_valid(name: str) -> None:
    schema = etree.XMLSchema(etree.parse(given("eaeu", "xsd-album-5.23.0", SCHEMAS[name])))
    for load in LOADS:
        schema.validate(etree.fromstring(WRITERS[name][0](making(load))))
        assert [fault.message for fault in schema.error_log] == []


@pytest.mark.parametrize("name", WRITERS)
def test_nothing_of_it_is_odd_when_it_is_read(name: str) -> None:
    assert [remark for load in LOADS for remark in read(name, load).remarks] == []


@pytest.mark.parametrize("name", WRITERS)
def test_masses_and_packages_come_back_exactly(name: str) -> None:
    for load in LOADS:
        document = read(name, load)
        assert papers.gross_kg_of(document) == load.gross_kg == load.told_gross_kg
        assert [item.gross_kg for item in papers.items_of(document)] == [line.gross_kg for line in load.lines]
        if name != "waybill":  # it counts pieces
            assert papers.packages_of(document) == load.packages


@pytest.mark.parametrize("name", WRITERS)
def test_the_lorry_is_named_as_cameras_read_it(name: str) -> None:
    for load in LOADS:
        signs = load.signs[:1] if name == "waybill" else load.signs
        wanted = {plate_key(sign.value, None) for sign in signs}
        assert {plate_key(key, None) for key in papers.plates_of(read(name, load))} == wanted


@pytest.mark.parametrize("name", ["import", "transit", "preliminary", "arrival", "register"])
def test_a_container_is_named_where_the_form_has_a_place_for_it(name: str) -> None:
    boxed = [load for load in LOADS if load.container is not None]
    assert boxed
    for load in LOADS:
        assert papers.containers_of(read(name, load)) == ((load.container,) if load.container else ())


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "waybill"])
def test_parties_are_who_they_are(name: str) -> None:
    for load in LOADS:
        document = read(name, load)
        assert [party.name for party in papers.parties_of(document, "consignor")] == [load.consignor.name]
        assert [party.name for party in papers.parties_of(document, "consignee")] == [load.consignee.name]


@pytest.mark.parametrize("name", ["import", "transit", "preliminary"])
def test_seals_and_worth_come_back(name: str) -> None:
    for load in LOADS:
        document = read(name, load)
        assert tuple(seal.number for seal in papers.seals_of(document)) == load.seals
        values = [item.invoiced for item in papers.items_of(document)]
        assert sum((value.amount for value in values if value), Decimal(0)) == load.value
        assert {value.currency for value in values if value} == {load.currency}


def test_only_the_newer_advance_information_declares_what_the_lorry_weighs() -> None:
    load = LOADS[0]
    assert read("preliminary", load).totals.conveyance_kg == load.conveyance_kg
    assert read("arrival", load).totals.conveyance_kg is None


def test_the_papers_of_one_lorry_name_each_other() -> None:
    load = LOADS[0]
    note, declared = read("note", load), read("import", load)
    assert set(papers.numbers_of(note)) <= set(papers.named_numbers_of(declared))


def test_goods_and_lorry_weigh_what_the_scale_shows() -> None:
    for load in LOADS:
        assert load.conveyance_kg >= LOADED_FROM_KG
        assert 13_000 <= load.conveyance_kg - load.gross_kg <= 17_000
        assert all(Decimal(0) < line.net_kg < line.gross_kg for line in load.lines)


def test_every_code_is_in_the_nomenclature() -> None:
    known = Nomenclature()
    day = making(LOADS[0]).expected.date()
    assert {known.knows(kind.code, day).standing for kind in KINDS} == {"valid"}
