"""Writing a paper down: what was typed is read exactly, what cannot be read is asked for again, nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from beket.exchange.intake import Intake
from beket.exchange.reading import read_documents
from beket.log import inbox
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
    Seal,
)
from beket.words.ids import Instant, PlaceId
from tests.web.conftest import HERE, THERE, Stage

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from beket.web.codes import Language, Listed

SignIn = Callable[[str], "Client"]

TODAY = date(2026, 11, 22)

PAPER = {
    "kind": "consignment_note", "do": "send", "place": HERE, "number": "CMR-4471", "day": "18.11.2026",
    "consignor_name": "Kashgar Trial Trading", "consignor_country": "cn", "consignor_address": "1 Trial Road",
    "consignee_name": "ОсОО «Пробный товар»", "consignee_country": "Кыргызстан",
    "delivery_name": "Бишкек", "delivery_country": "KG",
    "taking_over_name": "Kashgar", "taking_over_country": "Кит", "taking_over_day": "1711",
    "attached-1-kind": "invoice", "attached-1-number": "INV-0009", "attached-1-day": "17.11.26",
    "goods-1-code": "6907 21 0000 1", "goods-1-description": "Плитка  керамическая", "goods-1-packages": "1 400",
    "goods-1-packing": "коробка", "goods-1-gross": "18 200,50", "goods-1-net": "17950.125",
    "goods-1-value": "9100,10", "goods-1-currency": "usd",
    "goods-3-description": "Клей", "goods-3-gross": "900",
    "carrier_name": "Trial Haulage", "carrier_country": "KG", "reservations": "Две коробки\nпомяты",
    "plate": "01777abc", "plate_country": "KG", "trailer": "0123AB", "containers": "CSQU3054383, csqu3054384",
    "seals": "KG-1 KG-2",
}  # fmt: skip


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """No intake runs beside these tests."""
    from beket.web import lodging

    monkeypatch.setattr(lodging, "SETTLED_S_MAX", 0.0)


def send(client: Client, **changes: str) -> HttpResponse:
    return client.post("/documents/new", {**PAPER, **changes})  # type: ignore[return-value]


def brought(stage: Stage, place: str = HERE) -> inbox.Brought:
    return inbox.listed(stage.country.line, [PlaceId(place)])[0]


def read(stage: Stage) -> Document:
    """The document in the newest paper, read as the intake reads it."""
    paper = brought(stage)
    found = read_documents(inbox.blob_of(stage.country.line, paper.id) or b"", paper.wanted)
    assert isinstance(found, tuple), found
    return found[0]


def wrong(page: str) -> dict[str, str]:
    """What the page says at each field."""
    return dict(re.findall(r'<small class="wrong" id="w-([^"]+)">([^<]+)', page))


def keys(page: str) -> list[str]:
    return re.findall(r'name="key" value="([^"]*)"', page)


def test_what_was_typed_is_what_the_paper_claims(stage: Stage, sign_in: SignIn) -> None:
    answer = send(sign_in("inspector"))
    paper = brought(stage)
    assert answer.headers["Location"] == f"/documents/inbox/{paper.id}"
    assert (paper.way, paper.by, paper.wanted, paper.crossing) == ("form", "inspector", "beket_form", None)
    document = read(stage)
    assert (document.kind, document.number, document.issued_at) == ("consignment_note", "CMR-4471", "2026-11-18")
    (moved,) = document.consignments
    assert moved.parties == (
        Party(role="consignor", name="Kashgar Trial Trading", country="CN", address="1 Trial Road"),
        Party(role="consignee", name="ОсОО «Пробный товар»", country="KG"),
        Party(role="carrier", name="Trial Haulage", country="KG"),
    )
    assert moved.means == (Means(plate="01777abc", country="KG"), Means(plate="0123AB", trailer=True))
    assert moved.equipment == (Equipment(number="CSQU3054383"), Equipment(number="csqu3054384"))
    assert moved.seals == (Seal(number="KG-1"), Seal(number="KG-2"))
    assert moved.places[0].country == "CN"
    assert moved.places[1] == Place(role="delivery", name="Бишкек", country="KG")
    assert moved.references == (Reference(kind="invoice", number="INV-0009", issued_on="2026-11-17"),)
    assert moved.reservations == "Две коробки помяты"
    assert (document.remarks, document.unread) == ((), ())


def test_masses_and_values_are_exact_and_lines_are_counted_without_gaps(stage: Stage, sign_in: SignIn) -> None:
    send(sign_in("inspector"))
    tiles, glue = read(stage).consignments[0].items
    assert (tiles.number, tiles.code, tiles.national_code) == (1, "6907210000", "1")
    assert (str(tiles.gross_kg), str(tiles.net_kg)) == ("18200.50", "17950.125")
    assert tiles.packages == (Package(quantity=1400, kind="коробка"),)
    assert tiles.invoiced == Money(amount=Decimal("9100.10"), currency="USD")
    assert (glue.number, glue.description, glue.packages) == (2, "Клей", ())


MISTAKES: dict[str, tuple[str, str]] = {
    "two commas": ("goods-1-gross", "18,200,5"),
    "a comma and a point": ("goods-1-net", "1.200,5"),
    "thousands that are not three": ("goods-1-value", "18 20"),
    "less than nothing": ("goods-1-gross", "-5"),
    "not a number": ("goods-1-gross", "NaN"),
    "half a box": ("goods-1-packages", "1,5"),
    "no such currency": ("goods-1-currency", "USX"),
    "a word for a code": ("goods-1-code", "плитка"),
    "too short a code": ("goods-1-code", "690"),
    "no such country": ("consignor_country", "XQ"),
    "two countries begin so": ("consignor_country", "Бел"),
    "no such day": ("day", "31.11.2026"),
    "no day": ("taking_over_day", "вчера"),
    "another century": ("day", "18.11.1826"),
    "no number": ("number", ""),
    "too long a number": ("number", "1" * 71),
    "an attached document without a number": ("attached-1-number", ""),
    "a line that names no goods": ("goods-3-description", ""),
    "more seals than a lorry has": ("seals", " ".join(map(str, range(41)))),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_at_its_field_and_nothing_typed_is_lost(stage: Stage, sign_in: SignIn, mistake: str) -> None:
    from django.utils.html import escape

    name, text = MISTAKES[mistake]
    before = inbox.listed(stage.country.line, [PlaceId(HERE)])
    answer = send(sign_in("inspector"), **{name: text})
    page = answer.content.decode()
    at = "goods-3-code" if name == "goods-3-description" else name
    assert (answer.status_code, list(wrong(page))) == (200, [at])
    assert f'href="#f-{at}"' in page
    assert re.search(rf'id="f-{at}"[^>]*aria-describedby="w-{at} ?"[^>]*aria-invalid="true"[^>]*autofocus', page)
    kept = {**PAPER, name: text}
    del kept["do"]
    assert [one for one, typed in kept.items() if escape(" ".join(typed.split())) not in page] == []
    assert inbox.listed(stage.country.line, [PlaceId(HERE)]) == before


def test_the_same_form_sent_twice_is_one_paper(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    (key,) = keys(client.get("/documents/new").content.decode())
    first = send(client, key=key, number="CMR-twice").headers["Location"]
    assert send(client, key=key, number="CMR-twice").headers["Location"] == first
    assert [row.id for row in inbox.listed(stage.country.line, [PlaceId(HERE)])][:1] == [int(first.rpartition("/")[2])]


def test_what_is_changed_after_it_was_sent_is_asked_about_and_goes_in_as_another_paper(
    stage: Stage, sign_in: SignIn
) -> None:
    client = sign_in("inspector")
    (key,) = keys(client.get("/documents/new").content.decode())
    send(client, key=key, number="CMR-first")
    before = brought(stage).id
    page = send(client, key=key, number="CMR-second").content.decode()
    assert "This form was sent before" in page
    assert 'value="CMR-second"' in page
    assert brought(stage).id == before
    (fresh,) = keys(page)
    assert send(client, key=fresh, number="CMR-second").status_code == 302
    assert read(stage).number == "CMR-second"


def test_what_a_machine_read_stands_there_with_its_source(stage: Stage, sign_in: SignIn) -> None:
    page = sign_in("inspector").get(f"/documents/new?crossing={stage.crossing[HERE]}").content.decode()
    assert re.search(r'name="plate" value="01777ABC"[^>]*data-seen="01777ABC"[^>]*aria-describedby=" ?s-plate"', page)
    assert re.search(r'id="s-plate">Read here: 01777ABC, camera-front, \d\d:\d\d Bishkek', page)
    assert 'name="plate_country" value="KG"' in page
    assert f'name="crossing" value="{stage.crossing[HERE]}"' in page


@pytest.mark.parametrize(
    ("plate", "remarked"), [("01777ABC", False), ("01 kg 777 abc", False), ("01777ABD", True), ("", False)]
)
def test_another_plate_than_the_one_read_is_remarked(stage: Stage, sign_in: SignIn, plate: str, remarked: bool) -> None:
    send(sign_in("inspector"), crossing=stage.crossing[HERE], plate=plate, place=THERE)
    paper, document = brought(stage), read(stage)
    assert (paper.place, paper.crossing) == (HERE, stage.crossing[HERE])
    told = [(one.kind, one.where) for one in document.remarks]
    assert told == ([("typed", "plate")] if remarked else [])
    assert all("01777ABC" in one.detail for one in document.remarks)


@pytest.mark.parametrize("kind", ["consignment_note", "waybill", "invoice", "tir_carnet", "certificate"])
def test_each_kind_of_paper_has_its_fields_and_becomes_a_document_of_its_kind(
    stage: Stage, sign_in: SignIn, kind: DocumentKind
) -> None:
    client = sign_in("inspector")
    page = client.get(f"/documents/new?kind={kind}").content.decode()
    given = {
        name: "2030-01-01" if name == "until" else "other" if name == "certificate" else ""
        for name in re.findall(r'<(?:input|select|textarea) id="f-([\w-]+)"', page)
    }
    answer = client.post(
        "/documents/new", {**given, "kind": kind, "place": HERE, "do": "send", "number": "AB12345678", "day": "="}
    )
    assert answer.status_code == 302
    document = read(stage)
    assert (document.kind, document.number) == (kind, "AB12345678")
    assert document.tir_carnet == ("AB12345678" if kind == "tir_carnet" else None)
    assert (document.valid_until, document.certificate_type) == {
        "tir_carnet": ("2030-01-01", None),
        "certificate": ("2030-01-01", "other"),
    }.get(kind, (None, None))


def test_who_chose_the_wrong_kind_loses_nothing(sign_in: SignIn) -> None:
    client = sign_in("inspector")
    page = client.post("/documents/new", {**PAPER, "kind": "invoice", "do": "kind"}).content.decode()
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert (kept["consignor_name"], kept["plate"]) == ("Kashgar Trial Trading", "01777abc")
    assert 'name="number" value="CMR-4471"' in page
    again = client.post("/documents/new", {**PAPER, **kept, "kind": "consignment_note", "do": "kind"}).content.decode()
    assert 'name="consignor_name" value="Kashgar Trial Trading"' in again


def test_more_lines_come_without_scripts_and_end_where_the_form_does(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.paper_boxes import GOODS_MAX

    client = sign_in("inspector")
    before = inbox.listed(stage.country.line, [PlaceId(HERE)])
    first = client.get("/documents/new").content.decode()
    assert len(set(re.findall(r"f-goods-\d+-code", first))) == 5
    filled = {f"goods-{at}-code": "690721" for at in range(1, 6)}
    more = client.post("/documents/new", {**PAPER, **filled, "do": "more"}).content.decode()
    assert len(set(re.findall(r"f-goods-\d+-code", more))) == 10
    assert more.count('value="690721"') == 5
    full = {f"goods-{at}-code": "690721" for at in range(1, GOODS_MAX + 1)}
    last = client.post("/documents/new", {**PAPER, **full, "do": "more"}).content.decode()
    assert len(set(re.findall(r"f-goods-\d+-code", last))) == GOODS_MAX
    assert "A longer paper is brought as a file." in last
    assert inbox.listed(stage.country.line, [PlaceId(HERE)]) == before


@pytest.mark.parametrize("given", [{"place": THERE}, {"crossing": "nothing:1.0"}])
def test_nothing_is_written_for_another_post_or_an_unknown_crossing(
    stage: Stage, sign_in: SignIn, given: dict[str, str]
) -> None:
    before = brought(stage, THERE).id
    assert send(sign_in("inspector"), **given).status_code == 404
    assert send(sign_in("inspector"), crossing=stage.crossing[THERE]).status_code == 404
    assert brought(stage, THERE).id == before


def test_a_form_without_its_token_brings_nothing(stage: Stage, sign_in: SignIn) -> None:
    from django.test import Client

    strict = Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")
    strict.cookies = sign_in("inspector").cookies
    assert strict.post("/documents/new", PAPER).status_code == 403


def test_what_is_typed_is_text_and_nothing_else(sign_in: SignIn) -> None:
    page = send(sign_in("inspector"), number="", seals="<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_paper_goes_through_the_one_door_into_the_log(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    path = send(client, number="CMR-door").headers["Location"]
    intake = Intake(stage.country.book, stage.country.shelf, lambda: Instant(stage.country.now))
    while intake.turn():
        pass
    page = client.get(path).content.decode()
    assert "CMR-door" in page
    assert "written into the form" in page


@pytest.fixture
def searched(stage: Stage) -> Iterator[list[str]]:
    """A search that has one code and one heading, and forgets nothing it was asked."""
    from beket.web import codes

    asked: list[str] = []

    class One:
        """Knows tiles."""

        def open(self) -> None:
            asked.append("open")

        def find(self, text: str, language: Language, limit: int) -> Listed | None:
            assert (language, limit in {codes.SHOWN_MAX, codes.LISTED_MAX}) == ("en", True)
            asked.append(text)
            if text == "wait":
                return None
            found = (
                codes.GoodsCode(code="690721", name="Tiles <b>", above="Ceramic products"),
                codes.GoodsCode(code="6907", name="Flags", full=False),
            )
            return codes.Listed(codes=found if text == "til" else (), trouble="TNVED1, line 3: no code")

    one = One()
    codes.install(one)
    yield asked
    codes.forget(one)


def test_codes_are_listed_under_a_field(sign_in: SignIn, searched: list[str]) -> None:
    client = sign_in("inspector")
    htmx = {"HX-Request": "true"}
    listed = client.get("/documents/codes?q=til", headers=htmx).content.decode()
    assert re.findall(r'data-code="(\d+)" data-name="([^"]*)"( data-full)?', listed) == [
        ("690721", "Tiles &lt;b&gt;", " data-full"),
        ("6907", "Flags", ""),
    ]
    assert "<html" not in listed
    assert "No code fits." in client.get("/documents/codes?q=nothing", headers=htmx).content.decode()
    assert "data-again" in client.get("/documents/codes?q=wait", headers=htmx).content.decode()
    client.get("/documents/codes?q=" + "x" * 500, headers=htmx)
    assert max(map(len, searched)) == 100


def test_codes_have_a_page_that_needs_no_scripts(sign_in: SignIn, searched: list[str]) -> None:
    page = sign_in("inspector").get("/documents/codes?q=til").content.decode()
    assert "<html" in page
    assert "690721" in page
    assert "TNVED1, line 3: no code" in page
    assert "no national nomenclature is loaded" in page


def test_the_form_has_the_nomenclature_opened_ahead(sign_in: SignIn, searched: list[str]) -> None:
    assert 'hx-get="/documents/codes"' in sign_in("inspector").get("/documents/new").content.decode()
    assert searched == ["open"]


def test_without_a_nomenclature_the_form_is_the_same_but_for_the_search(sign_in: SignIn) -> None:
    client = sign_in("inspector")
    assert "hx-get" not in client.get("/documents/new").content.decode()
    assert "No nomenclature is at hand here." in client.get("/documents/codes?q=til").content.decode()


TEXTS = st.text(max_size=30) | st.sampled_from(["1 200,5", "1811", "KG", "=", "6907", "USD", "\x00", "a" * 2000])


@drawn(given=st.dictionaries(st.sampled_from(sorted({*PAPER, "until", "certificate", "total_value"})), TEXTS))
def test_whatever_is_typed_is_told_wrong_or_read_by_the_one_door(stage: Stage, given: dict[str, str]) -> None:
    from beket.web import paper_form

    written = paper_form.read(given)
    claims = paper_form.claims_of(written, TODAY)
    if not claims.wrong:
        (found,) = read_documents(paper_form.message(claims, written, {}), "beket_form")  # type: ignore[misc]
        assert (found.kind, found.number) == (claims.document.kind, claims.document.number)
        assert found.consignments in {claims.document.consignments, ()}


def test_the_code_printed_on_a_certificate_is_kept_as_it_is(stage: Stage, sign_in: SignIn) -> None:
    from datetime import date

    from beket.web.paper_form import Written, claims_of

    code = "https://cert.example/check/KG-0471"
    claims = claims_of(
        Written(kind="certificate", texts={"number": "KG-0471", "day": "", "qr": code}), date(2026, 11, 22)
    )
    assert (claims.document.qr, claims.wrong) == (code, {})
