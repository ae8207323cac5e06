"""The one door for documents: whatever comes in, documents or one refusal with its reason come out."""

from __future__ import annotations

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from beket.exchange.kit import xml
from beket.exchange.kit.branch import OTHERS, UNREAD_PATHS_MAX
from beket.exchange.kit.format import ITEMS_MAX
from beket.exchange.kit.json import opened_json
from beket.exchange.kit.moment import iso_moment
from beket.exchange.kit.refusal import Refusal, Refused
from beket.exchange.kit.xml import opened
from beket.exchange.reading import WRAPPED_MAX, known_formats, read_documents
from beket.exchange.signatures.asic import Member
from beket.exchange.signatures.bundle import bundle
from beket.exchange.signatures.demo import demo_signer
from tests.exchange.given import FIXTURES, fixture
from tests.exchange.signing import DECLARATION, NOW, cms, enveloped, holder, jws

BOMB = b'<!DOCTYPE a [<!ENTITY x "%s"><!ENTITY y "%s">]><ESADout_CU>&y;</ESADout_CU>' % (b"x" * 1000, b"&x;" * 1000)

REFUSED: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "empty", ""),
    "only blanks": (b" \n ", "empty", ""),
    "a PDF": (b"%PDF-1.7\n", "unknown_format", ""),
    "a spreadsheet": (b"PK\x03\x04rest", "unknown_format", ""),
    "noise": (b"\x07\x08", "unknown_format", ""),
    "cut off": (b"<ESADout_CU><A>1</A>", "truncated", "line 1, column 21"),
    "cut off in a tag": (b"<ESADout_CU", "truncated", "line 1, column 12"),
    "tags that do not match": (b"<ESADout_CU>\n<A></B></ESADout_CU>", "malformed", "line 2, column 8"),
    "two roots": (b"<ESADout_CU/><ESADout_CU/>", "malformed", "line 1, column 14"),
    "a comment with two hyphens": (b"<ESADout_CU><!-- a -- b --></ESADout_CU>", "malformed", "line 1, column 20"),
    "bytes that are no UTF-8": (b"<ESADout_CU><A>\xff</A></ESADout_CU>", "encoding", "line 1, column 16"),
    "an encoding nobody has": (b'<?xml version="1.0" encoding="x-none"?><A/>', "encoding", "line 1, column 38"),
    "an entity that is not there": (b"<ESADout_CU>&x;</ESADout_CU>", "malformed", "line 1, column 16"),
    "a document type": (b"<!DOCTYPE ESADout_CU><ESADout_CU/>", "doctype", "line 1"),
    "an entity bomb": (BOMB, "doctype", "line 1, column 4057"),
    "a file of this machine": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><ESADout_CU>&x;</ESADout_CU>',
        "doctype",
        "line 1",
    ),
    "a name as long as a letter": (b"<%s/>" % (b"a" * 2000), "size", ""),
    "elements within elements": (b"<a>" * 100 + b"</a>" * 100, "depth", "line 1"),
    "an unknown document": (b"<Letter/>", "unknown_format", "line 1"),
    "an empty envelope": (b"<ED_Container/>", "empty", "line 1"),
    "a broken object": (b'{"a": ', "malformed", ""),
    "an object nobody knows": (b'{"a": 1}', "unknown_format", "line 0"),
    "a list": (b"[1]", "malformed", "byte 0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_says_what_and_where(name: str) -> None:
    blob, kind, where = REFUSED[name]
    found = read_documents(blob)
    assert isinstance(found, Refusal)
    assert (found.kind, found.where) == (kind, where)
    assert found.reason


@drawn(st.binary(max_size=400))
def test_any_bytes_give_documents_or_a_refusal(blob: bytes) -> None:
    assert isinstance(read_documents(blob), tuple | Refusal)


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.iterdir()))
@drawn(data=st.data())
def test_a_damaged_document_gives_documents_or_a_refusal(name: str, data: st.DataObject) -> None:
    blob = bytearray(fixture(name))
    for at in data.draw(st.lists(st.integers(0, len(blob) - 1), max_size=5)):
        blob[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(blob)))
    assert isinstance(read_documents(bytes(blob[:cut])), tuple | Refusal)


SIGNED: dict[str, bytes] = {
    "XAdES": enveloped(holder()),
    "a CMS": cms(holder()),
    "a container": bundle((Member(name="declaration.xml", content=DECLARATION),), demo_signer(NOW), NOW),
    "a seal": b'{"ecmrConsignment": {}, "senderSeal": "%s"}' % jws(holder(), {"ecmrConsignment": {}}, "ES256").encode(),
}


@pytest.mark.parametrize("name", SIGNED)
@drawn(data=st.data())
def test_a_damaged_signature_gives_documents_or_a_refusal(name: str, data: st.DataObject) -> None:
    blob = bytearray(SIGNED[name])
    for at in data.draw(st.lists(st.integers(0, len(blob) - 1), min_size=1, max_size=5)):
        blob[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.just(len(blob)), st.integers(0, len(blob))))
    assert isinstance(read_documents(bytes(blob[:cut])), tuple | Refusal)


def test_a_message_that_is_too_large_is_not_even_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "BYTES_MAX", 10)
    found = read_documents(b"<ESADout_CU></ESADout_CU>")
    assert isinstance(found, Refusal)
    assert found.kind == "size"


def test_more_elements_than_any_document_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "ELEMENTS_MAX", 10)
    found = read_documents(b"<ESADout_CU>" + b"<A/>" * 11 + b"</ESADout_CU>")
    assert isinstance(found, Refusal)
    assert found.kind == "elements"


@pytest.mark.parametrize(("lines", "taken"), [(ITEMS_MAX, True), (ITEMS_MAX + 1, False)])
def test_so_many_lines_of_goods_are_read_and_no_more(lines: int, taken: bool) -> None:
    goods = b"<ESADout_CUGoods/>" * lines
    found = read_documents(
        b"<ESADout_CU><ESADout_CUGoodsShipment>" + goods + b"</ESADout_CUGoodsShipment></ESADout_CU>"
    )
    assert isinstance(found, tuple) is taken
    if isinstance(found, Refusal):
        assert (found.kind, found.where) == ("items", "ESADout_CUGoods")


@pytest.mark.parametrize(("documents", "taken"), [(2, True), (WRAPPED_MAX + 1, False)])
def test_an_envelope_holds_several_documents(documents: int, taken: bool) -> None:
    inside = b"<ContainerDoc><DocBody><ESADout_CU/></DocBody></ContainerDoc>" * documents
    found = read_documents(b"<ED_Container>" + inside + b"</ED_Container>")
    assert (len(found) == documents) if isinstance(found, tuple) else not taken


def test_one_bad_document_of_an_envelope_refuses_all_of_it() -> None:
    inside = b"".join(b"<ContainerDoc><DocBody><%s/></DocBody></ContainerDoc>" % name for name in (b"ESADout_CU", b"X"))
    found = read_documents(b"<ED_Container>" + inside + b"</ED_Container>")
    assert isinstance(found, Refusal)
    assert found.kind == "unknown_format"


def test_a_document_is_read_as_what_was_asked_for_or_not_at_all() -> None:
    blob = fixture("esadout_cu_transit.xml")
    assert isinstance(read_documents(blob, "esadout_cu"), tuple)
    found = read_documents(b"<Letter/>", "esadout_cu")
    assert isinstance(found, Refusal)
    assert found.kind == "not_this_format"


def test_other_encodings_are_read_as_they_say() -> None:
    for encoding in ("windows-1251", "utf-16"):
        declaration = "<ESADout_CU><CustomsProcedure>ТТ</CustomsProcedure></ESADout_CU>"
        found = read_documents(f'<?xml version="1.0" encoding="{encoding}"?>{declaration}'.encode(encoding))
        assert isinstance(found, tuple)
        assert found[0].kind == "transit_declaration"


def test_every_format_says_where_it_comes_from() -> None:
    assert all(one.title and one.source and one.name == name for name, one in known_formats().items())


def test_what_nobody_asked_for_is_counted_by_path() -> None:
    root = opened(b"<a><b><c>1</c><c>2</c></b><d>3</d><e/></a>")
    assert root.says("d") == "3"
    assert [(one.path, one.count, one.values) for one in root.unread()] == [("b/c", 2, ("1", "2"))]


def test_beyond_so_many_paths_the_rest_is_counted_together() -> None:
    root = opened(b"<a>" + b"".join(b"<x%d>1</x%d>" % (n, n) for n in range(UNREAD_PATHS_MAX + 3)) + b"</a>")
    counts = {one.path: one.count for one in root.unread()}
    assert (len(counts), counts[OTHERS]) == (UNREAD_PATHS_MAX + 1, 3)


def test_an_object_becomes_branches_with_numbers_as_written() -> None:
    root = opened_json(b'{"a": {"b": [{"c": 1.10}, {"c": true}], "d": [[1, 2]]}, "e": null}')
    assert [one.says("c") for one in root.all("a/b")] == ["1.10", "true"]
    assert root.every("a/d/d") == ["1", "2"]
    assert root.says("e") is None


def test_objects_that_lie_too_deep_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        opened_json(b'{"a":' * 100 + b"1" + b"}" * 100)
    assert refused.value.refusal.kind == "depth"


@pytest.mark.parametrize(("said", "number"), [("1", "1"), ("-0.50", "-0.50"), ("1,5", None), ("1e9", None), ("", None)])
def test_a_number_is_taken_as_written_or_remarked(said: str, number: str | None) -> None:
    root = opened(f"<a><b>{said}</b></a>".encode())
    found = root.number("b")
    assert (None if found is None else str(found)) == number
    assert len(root.remarks) == (number is None and said != "")


@pytest.mark.parametrize(
    ("said", "day"), [("2026-11-02", "2026-11-02"), ("2026-11-02T08:00:00Z", "2026-11-02"), ("02.11.2026", None)]
)
def test_a_day_is_taken_from_a_moment(said: str, day: str | None) -> None:
    root = opened(f"<a><b>{said}</b></a>".encode())
    assert root.date("b") == day
    assert len(root.remarks) == (day is None)


@pytest.mark.parametrize(
    ("said", "code", "moment"),
    [
        ("20261102", "102", "2026-11-02"),
        ("202611020815", "203", "2026-11-02T08:15"),
        ("20261102081530", "204", "2026-11-02T08:15:30"),
        ("20261102081530+06", "304", "2026-11-02T08:15:30+06:00"),
        ("20261102081530Z", "304", "2026-11-02T08:15:30+00:00"),
        ("20261102", "304", "2026-11-02"),
        ("20261102081530", "304", None),
        ("20261102", "203", None),
        ("20261131", "102", None),
        ("20261102", "718", None),
        ("20261102", None, None),
        ("2026-11-02", "102", None),
    ],
)
def test_a_moment_in_digits_is_read_in_the_order_of_its_code(said: str, code: str | None, moment: str | None) -> None:
    assert iso_moment(said, code) == moment
    root = opened(f"<a><b>{said}</b></a>".encode())
    assert root.moment("b", code) == moment
    assert [remark.kind for remark in root.remarks] == ([] if moment else ["date"])
