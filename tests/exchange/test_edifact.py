"""UN/EDIFACT: segments, signs and counts, whatever somebody sends; then the customs messages in it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from beket.exchange.kit import edifact
from beket.exchange.kit.edifact import opened_edifact, parted
from beket.exchange.kit.format import ITEMS_MAX
from beket.exchange.kit.refusal import Refusal
from beket.exchange.reading import read_documents
from beket.words.documents import (
    Address,
    Document,
    Equipment,
    Identifier,
    Means,
    Money,
    Package,
    Party,
    Place,
    Quantity,
    Reference,
    Seal,
    Totals,
)
from tests.exchange.given import fixture, given, one, refusal


def interchange(*segments: str, kind: str = "CUSCAR:D:99B:UN", advice: str = "") -> bytes:
    """Wrap segments as one message of one interchange, with its true counts."""
    body = [f"UNH+1+{kind}", *segments, f"UNT+{len(segments) + 2}+1"]
    return (advice + "".join(f"{said}'" for said in ("UNB+UNOC:3+A+B+261102:0815+42", *body, "UNZ+1+42"))).encode(
        "latin-1"
    )


SOUND = interchange("BGM+101+42+9")

REFUSED: dict[str, tuple[bytes, str, str]] = {
    "a message that miscounts its segments": (SOUND.replace(b"UNT+3", b"UNT+4"), "counts", "segment 4"),
    "a count that is no number": (SOUND.replace(b"UNT+3", b"UNT+x"), "counts", "segment 4"),
    "a message that ends another": (SOUND.replace(b"UNT+3+1", b"UNT+3+2"), "counts", "segment 4"),
    "an interchange that miscounts its messages": (SOUND.replace(b"UNZ+1", b"UNZ+2"), "counts", "segment 5"),
    "an interchange that ends another": (SOUND.replace(b"UNZ+1+42", b"UNZ+1+43"), "counts", "segment 5"),
    "no end of the interchange": (SOUND.replace(b"UNZ+1+42'", b""), "truncated", ""),
    "no end of the last segment": (SOUND[:-1], "truncated", "segment 5"),
    "no end of the message": (SOUND.replace(b"UNT+3+1'", b""), "malformed", "segment 4"),
    "an end without a beginning": (b"UNB+UNOC:3+A+B+C+42'UNT+1+1'", "malformed", "segment 2"),
    "a segment in no message": (b"UNB+UNOC:3+A+B+C+42'BGM+1'", "malformed", "segment 2"),
    "a message in a message": (SOUND.replace(b"BGM+101+42+9", b"UNH+2+X"), "malformed", "segment 3"),
    "something behind the end": (SOUND + b"BGM+1'", "malformed", "segment 6"),
    "a segment without a name": (SOUND.replace(b"BGM", b"bgm"), "malformed", "segment 3"),
    "signs that part nothing": (b"UNA++.? '" + SOUND, "malformed", "UNA"),
    "signs that stand in words": (b"UNA:+.? A" + SOUND, "malformed", "UNA"),
    "too few signs": (b"UNA:+", "malformed", "UNA"),
    "nothing but signs": (b"UNA:+.? '", "truncated", ""),
    "characters that were not announced": (SOUND.replace(b"UNOC", b"UNOA") + b"\xe9", "encoding", f"byte {len(SOUND)}"),
    "an interchange without a message": (b"UNB+UNOC:3+A+B+C+42'UNZ+0+42'", "empty", "line 0"),
    "a message nobody reads": (interchange(kind="PAORES:93:1:IA"), "unknown_format", "line 0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_says_what_and_where(name: str) -> None:
    blob, kind, where = REFUSED[name]
    found = refusal(blob)
    assert (found.kind, found.where) == (kind, where)


@drawn(st.text(alphabet="UNABHTZGM+:?'* 1\n", max_size=60))
def test_any_text_of_signs_gives_documents_or_a_refusal(text: str) -> None:
    for blob in (f"UNB{text}".encode(), f"UNA{text}".encode(), interchange(text)):
        assert isinstance(read_documents(blob), tuple | Refusal)


@drawn(st.lists(st.text(alphabet="A:+?' *", max_size=8), min_size=1, max_size=4))
def test_what_was_released_comes_back_as_it_was(said: list[str]) -> None:
    released = ":".join("".join(f"?{sign}" if sign in ":+?'" else sign for sign in one) for one in said)
    message = opened_edifact(interchange(f"FTX+{released}")).all("UNH/CUSCAR")[0]
    assert [component.text for component in message.all("FTX/1")[0].branches] == [one.strip() for one in said]


def test_an_interchange_may_bring_its_own_signs() -> None:
    blob = interchange("BGM+101:::A?+B+42+9").decode()
    table = str.maketrans({":": "|", "+": "*", "?": "\\", "'": "~"})
    document = one(f"UNA|*,\\ ~{blob.translate(table)}".encode())
    assert (document.id, document.declaration_type) == ("42", "A*B")


def test_without_a_release_sign_nothing_is_released() -> None:
    blob = interchange("BGM+101:::A?+42+9", advice="UNA:+.  '")
    assert (one(blob).id, one(blob).declaration_type) == ("42", "A?")


def test_lines_between_segments_are_no_part_of_them() -> None:
    wrapped = b"\xef\xbb\xbf\n" + SOUND.replace(b"'", b"'\r\n")
    assert one(wrapped) == one(SOUND)


def test_characters_are_read_as_the_interchange_announces() -> None:
    cyrillic = interchange("BGM+101:::\xa0+42+9").decode("latin-1").replace("UNOC", "UNOE").replace("\xa0", "Тест")
    assert one(cyrillic.encode("iso8859-5")).declaration_type == "Тест"
    assert one(cyrillic.replace("UNOE", "UNOW").encode()).declaration_type == "Тест"


def test_every_message_of_an_interchange_is_a_document_in_groups_too() -> None:
    message = "UNH+{0}+CUSREP:D:99B:UN'BGM+124+N{0}+9'UNT+3+{0}'"
    two = message.format(1) + message.format(2)
    plain = f"UNB+UNOC:3+A+B+C+42'{two}UNZ+2+42'"
    grouped = f"UNB+UNOC:3+A+B+C+42'UNG+CUSREP+A+B+C+7'{two}UNE+2+7'UNZ+1+42'"
    for blob in (plain, grouped):
        found = read_documents(blob.encode())
        assert isinstance(found, tuple)
        assert [document.id for document in found] == ["N1", "N2"]
    miscounted = refusal(grouped.replace("UNE+2", "UNE+1").encode())
    assert (miscounted.kind, miscounted.where) == ("counts", "segment 9")


@pytest.mark.parametrize(("limit", "kind"), [("BYTES_MAX", "size"), ("ELEMENTS_MAX", "elements")])
def test_more_than_any_message_has_is_refused(monkeypatch: pytest.MonkeyPatch, limit: str, kind: str) -> None:
    monkeypatch.setattr(edifact, limit, 10)
    assert refusal(SOUND).kind == kind


def test_a_message_parts_where_a_segment_stands() -> None:
    message = opened_edifact(interchange("BGM+1", "CNI+1", "RFF+A:1", "CNI+2")).all("UNH/CUSCAR")[0]
    assert [[segment.name for segment in part.branches] for part in parted(message, "CNI")] == [
        ["UNH", "BGM"],
        ["CNI", "RFF"],
        ["CNI"],
    ]


@pytest.fixture(scope="module")
def declaration() -> Document:
    return one(fixture("edifact_cusdec.edi"))


@pytest.mark.shared
def test_given_messages_are_read_by_what_the_directory_says() -> None:
    dec, car, rep = (
        one(given("edifact", name).read_bytes())
        for name in (
            "CUSDEC_D99B_export_AU.edi",
            "CUSCAR_D99B_warehouse_release_AU.edi",
            "CUSREP_D99B_departure_AU.edi",
        )
    )
    assert [document.kind for document in (dec, car, rep)] == ["goods_declaration", *["advance_information"] * 2]
    assert [document.id for document in (dec, car, rep)] == ["200401270001", "200401270003", "200401270013"]
    assert [item.code for item in dec.consignments[0].items] == ["03026200"]
    assert dec.totals == Totals(packages=25)
    assert [(place.role, place.code) for place in dec.places] == [("loading", "AUMEL"), ("unloading", "USLAX")]
    assert [len(one.items) for one in car.consignments] == [1]
    assert rep.means == (Means(kind="11", plate="N3"),)
    assert all(not document.layout_confirmed for document in (dec, car, rep))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "kind", "where"),
    [
        ("example_release_character.edi", "counts", "segment 24"),
        ("example_wrapped.edi", "unknown_format", "line 0"),
        ("D95BBAPLIE.edi", "unknown_format", "line 0"),
        ("GENRAL_D99B_status_request_AU.edi", "unknown_format", "line 0"),
    ],
)
def test_given_messages_that_are_wrong_or_of_no_customs_are_refused(name: str, kind: str, where: str) -> None:
    found = refusal(given("edifact", name).read_bytes())
    assert (found.kind, found.where) == (kind, where)


def test_a_head_names_itself_its_means_and_its_places(declaration: Document) -> None:
    assert (declaration.kind, declaration.version) == ("goods_declaration", "D.99B")
    assert (declaration.id, declaration.function, declaration.declaration_type) == ("TRIAL-2026-0042", "9", "830")
    assert declaration.issued_at == "2026-11-02T08:15"
    assert declaration.means == (Means(stage="border", mode="3", plate="01777ABC", country="KG", kind="31"),)
    assert declaration.places == (Place(role="entry", code="KG000001", name="Torugart"),)
    assert declaration.references == (Reference(kind="ABE", number="TRIAL-REF-7"),)
    assert declaration.parties == (
        Party(
            role="consignor",
            name="Trial's House",
            country="CN",
            address="000001, Kashgar, 1 Trial Road",
            address_parts=Address(country="CN", postcode="000001", city="Kashgar", street="1 Trial Road"),
            identifiers=(Identifier(register="NAD/2/1", value="0001"),),
        ),
        Party(role="consignee", name="Trial Consignee"),
    )
    assert declaration.remarks == ()


def test_seals_hang_on_the_container_before_them(declaration: Document) -> None:
    seals = (Seal(number="KG0000111"), Seal(number="KG0000112"))
    assert declaration.equipment == (Equipment(number="MSCU0000018", kind="22G1", seals=seals),)
    assert one(interchange("SEL+KG1", "EQD+CN+MSCU0000018")).seals == (Seal(number="KG1"),)


def test_totals_are_kept_as_they_are_claimed(declaration: Document) -> None:
    assert declaration.totals == Totals(
        items=2,
        packages=400,
        gross_kg=Decimal("18260.5"),
        invoiced=Money(amount=Decimal("18000.97"), currency="USD"),
    )


def test_an_item_is_read_with_all_that_hangs_on_it(declaration: Document) -> None:
    (consignment,) = declaration.consignments
    assert (consignment.dispatch_country, consignment.destination_country) == ("CN", "KG")
    tiles, glue = consignment.items
    assert (tiles.number, tiles.code, tiles.origin) == (1, "6907210009", "CN")
    assert tiles.description == "Ceramic tiles, unglazed grey + white"
    assert (tiles.gross_kg, tiles.net_kg) == (Decimal("18200.500"), Decimal(17900))
    assert tiles.packages == (Package(quantity=400, kind="CT", marks="TRIAL 1/400 TOP"),)
    assert tiles.invoiced == Money(amount=Decimal("18000.97"), currency="USD")
    assert tiles.customs_value == Money(amount=Decimal(18100), currency="USD")
    assert tiles.references == (Reference(kind="730", name="Consignment note", number="TR-0001"),)
    assert (glue.code, glue.national_code) == ("3506910000", "1")
    assert glue.quantities == (Quantity(amount=Decimal(12), unit="NMB"),)


def test_a_report_of_cargo_has_its_consignments_and_their_lines() -> None:
    document = one(
        interchange(
            "BGM+785+42+9",
            "TDT+12+V1+3++CARRIER+++01777ABC::::KG",
            "CNI+1+CMR-0001",
            "NAD+CZ+++Trial Consignor",
            "GID+1+10:BX",
            "PCI+28+TRIAL 1/10",
            "FTX+AAA+++Glue",
            "MEA+WT+G+KGM:60",
            "GID+2+5:CT",
            "MEA+WT+G+TNE:1",
            "CNI+2+CMR-0002",
            "LOC+8+KGFRU",
        )
    )
    first, second = document.consignments
    assert document.means == (Means(stage="departure", mode="3", plate="01777ABC", country="KG"),)
    assert (first.number, first.parties) == ("CMR-0001", (Party(role="consignor", name="Trial Consignor"),))
    assert [item.packages for item in first.items] == [
        (Package(quantity=10, kind="BX", marks="TRIAL 1/10"),),
        (Package(quantity=5, kind="CT"),),
    ]
    assert [item.gross_kg for item in first.items] == [Decimal(60), None]
    assert (second.number, second.places) == ("CMR-0002", (Place(role="destination", code="KGFRU"),))


def test_what_only_a_national_guide_explains_is_counted_and_kept(declaration: Document) -> None:
    unread = {left.path: left.values for left in declaration.unread}
    assert unread["LOC/2/1"] == ("YARD7",)
    assert unread["MEA/3/2"] == ("18100",)
    assert unread["PAC/3/1"] == ("BX",)
    assert unread["CST/2/1"] == ("I",)


def test_an_unknown_directory_is_a_remark_and_no_refusal() -> None:
    document = one(fixture("edifact_cusdec.edi").replace(b"D:99B", b"D:16A"))
    assert document.version == "D.16A"
    assert [remark.kind for remark in document.remarks] == ["version"]
    assert len(document.consignments[0].items) == 2


@pytest.mark.parametrize("line", ["GID+1", "CST+1"])
def test_more_lines_than_any_message_has_are_refused(line: str) -> None:
    assert refusal(interchange("UNS+D", *[line] * (ITEMS_MAX + 1), kind="CUSDEC:D:99B:UN")).kind == "items"
