"""The form of this house: the neutral form as JSON, read strictly and to the last digit."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from beket.exchange.formats.beket_form import INSTEAD_MAX, TEXT_CHARS_MAX
from beket.exchange.kit.format import ITEMS_MAX
from beket.exchange.kit.refusal import Refusal
from beket.exchange.reading import read_documents
from beket.words.documents import (
    Document,
    DocumentKind,
    Equipment,
    Means,
    Money,
    Package,
    Party,
    Place,
    Reference,
    Remark,
    Seal,
)
from tests.exchange.given import fixture, one, refusal


@pytest.fixture(scope="module")
def note() -> Document:
    return one(fixture("beket_form.json"))


def form(document: object, **parts: object) -> bytes:
    return msgspec.json.encode({"beket_document": 1, "document": document, **parts})


def line(**item: object) -> bytes:
    return form({"kind": "invoice", "consignments": [{"items": [{"number": 1, **item}]}]})


def test_it_is_a_document_of_its_kind_and_version(note: Document) -> None:
    assert (note.kind, note.format, note.version, note.layout_confirmed) == (
        "consignment_note",
        "beket_form",
        "1",
        True,
    )
    assert (note.number, note.issued_at, note.unread) == ("CMR-4471", "2026-11-18", ())


def test_everybody_and_everything_stands_where_it_was_written(note: Document) -> None:
    (moved,) = note.consignments
    assert moved.parties[0] == Party(
        role="consignor", name="Kashgar Trial Trading", country="CN", address="1 Trial Road"
    )
    assert moved.means == (
        Means(plate="01777ABD", country="KG"),
        Means(plate="0123AB", country="KG", trailer=True),
    )
    assert (moved.equipment, moved.seals) == ((Equipment(number="CSQU3054383"),), (Seal(number="KG-000117"),))
    assert moved.places[0] == Place(role="taking_over", name="Kashgar", country="CN", dated_at="2026-11-18")
    assert moved.references == (Reference(kind="invoice", number="INV-0009", issued_on="2026-11-17"),)
    assert moved.reservations == "Две коробки помяты"


def test_numbers_are_exact_whether_written_as_text_or_not(note: Document) -> None:
    tiles, glue = note.consignments[0].items
    assert (str(tiles.gross_kg), str(tiles.net_kg)) == ("18200.50", "17950.125")
    assert tiles.packages == (Package(quantity=400, kind="коробка"),)
    assert tiles.invoiced == Money(amount=Decimal("9100.10"), currency="USD")
    assert (glue.code, glue.gross_kg) == (None, Decimal(900))


def test_what_was_typed_instead_of_read_is_remarked(note: Document) -> None:
    assert note.remarks == (
        Remark(kind="typed", detail="'01777ABD' is typed; a machine had read '01777ABC'", where="plate"),
    )


@pytest.mark.parametrize("kind", get_args(DocumentKind))
def test_every_kind_of_document_can_be_written(kind: str) -> None:
    assert one(form({"kind": kind, "number": "7"})).kind == kind


def test_what_it_writes_is_read_as_it_was(note: Document) -> None:
    own = ("format", "version", "remarks")
    plain = {name: value for name, value in msgspec.to_builtins(note).items() if name not in own}
    again = one(form(plain))
    assert msgspec.structs.replace(again, remarks=note.remarks) == note


def test_a_version_that_nobody_knows_is_remarked() -> None:
    document = one(form({"kind": "invoice"}).replace(b'"beket_document":1', b'"beket_document":2'))
    assert [remark.kind for remark in document.remarks] == ["version"]


REFUSED: dict[str, tuple[bytes, str, str]] = {
    "a field nobody knows": (form({"kind": "invoice", "weight": 5}), "malformed", "document.weight"),
    "one below": (line(weight=5), "malformed", "document.consignments[0].items[0].weight"),
    "a part nobody knows": (form({"kind": "invoice"}, note="x"), "malformed", "note"),
    "a very long name": (form({"kind": "invoice", "x" * 999: 5}), "malformed", "document." + "x" * 60),
    "a remark": (form({"kind": "invoice", "remarks": [{"kind": "code"}]}), "malformed", "document.remarks"),
    "a signature": (form({"kind": "invoice", "signatures": [{}]}), "malformed", "document.signatures"),
    "another format's name": (form({"kind": "invoice", "format": "cmr_album"}), "malformed", "document.format"),
    "no kind": (form({"number": "7"}), "malformed", "document"),
    "a kind that is none": (form({"kind": "letter"}), "malformed", "document.kind"),
    "no document": (b'{"beket_document": 1}', "malformed", "document"),
    "two documents": (form([{"kind": "invoice"}, {"kind": "invoice"}]), "malformed", "document"),
    "a text for a document": (form("x"), "malformed", "document"),
    "a text for a table": (form({"kind": "invoice", "totals": "5"}), "malformed", "document.totals"),
    "a table for a text": (form({"kind": "invoice", "number": {"a": 1}}), "malformed", "document.number"),
    "a list for a text": (form({"kind": "invoice", "number": ["1", "2"]}), "malformed", "document.number"),
    "a role that is none": (
        form({"kind": "invoice", "parties": [{"role": "king"}]}),
        "malformed",
        "document.parties[0].role",
    ),
    "no number": (line(gross_kg="18,5"), "malformed", "document.consignments[0].items[0].gross_kg"),
    "no finite number": (line(gross_kg="Infinity"), "malformed", "document.consignments[0].items[0].gross_kg"),
    "a number that grows": (line(net_kg="1e99"), "malformed", "document.consignments[0].items[0].net_kg"),
    "half a package": (
        line(packages=[{"quantity": "1.5"}]),
        "malformed",
        "document.consignments[0].items[0].packages[0].quantity",
    ),
    "a text without end": (form({"kind": "invoice", "number": "x" * (TEXT_CHARS_MAX + 1)}), "size", "document.number"),
    "a national part without end": (
        form({"kind": "invoice", "national": {"a": "x" * (TEXT_CHARS_MAX + 1)}}),
        "size",
        "document.national.a",
    ),
    "a national name without end": (
        form({"kind": "invoice", "national": {"a" * (TEXT_CHARS_MAX + 1): "x"}}),
        "size",
        "document.national." + "a" * 60,
    ),
    "goods without end": (
        form({"kind": "invoice", "consignments": [{"items": [{"number": 1}] * (ITEMS_MAX + 1)}]}),
        "items",
        "document.consignments[0].items",
    ),
    "instead, without end": (
        form({"kind": "invoice"}, instead=[{"read": "A"}] * (INSTEAD_MAX + 1)),
        "items",
        "instead",
    ),
    "instead, of another shape": (form({"kind": "invoice"}, instead=[{"why": "A"}]), "malformed", "instead[0]"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_form_is_refused_with_its_path(name: str) -> None:
    blob, kind, where = REFUSED[name]
    found = refusal(blob)
    assert (found.kind, found.where) == (kind, where)
    assert found.reason


def test_national_parts_are_kept_by_their_names() -> None:
    assert one(form({"kind": "invoice", "national": {"KGOKPO": "12345678"}})).national == {"KGOKPO": "12345678"}


def test_nothing_written_is_nothing_said() -> None:
    assert one(form({"kind": "invoice", "number": "", "parties": [], "totals": {}, "id": None})) == one(
        form({"kind": "invoice"})
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["role", "items", "x"]), inner),
    max_leaves=8,
)


@drawn(field=st.sampled_from(Document.__struct_fields__), value=JSON, instead=JSON)
def test_whatever_a_field_holds_gives_a_document_or_a_refusal(field: str, value: object, instead: object) -> None:
    found = read_documents(form({"kind": "invoice", field: value}, instead=instead))
    assert isinstance(found, tuple | Refusal)
