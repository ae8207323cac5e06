"""A certificate resolved at its source: read by a map, or told why not; and maps that cannot be used."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import pytest

from beket.exchange.asking import ANSWER_BYTES_MAX, Answer, Question, Trouble, Unanswered
from beket.exchange.certificates.folder import sources_in
from beket.exchange.certificates.source import Resolved, Unresolved, WhyNot, resolved
from beket.exchange.certificates.source_map import MAP_LENGTH_MAX, MapTrouble, Source, read_source
from beket.exchange.kit.format import ITEMS_MAX
from beket.words.documents import Document, Means, Package, Party, Totals
from beket.words.ids import Instant
from tests.exchange.certificates.trial import EXAMPLE, said, trial_source, written

AT = Instant(1_793_000_000_000)
URL = "https://cert.example/api/v1/certificates/KG-156%2F0001"


class Server:
    """Answers always the same, and keeps what it was asked."""

    def __init__(self, answer: Answer | Unanswered) -> None:
        self.answer = answer
        self.asked: list[Question] = []

    async def ask(self, question: Question) -> Answer | Unanswered:
        self.asked.append(question)
        return self.answer


def answering(blob: bytes | str | object, status: int = 200, source: Source | None = None) -> Resolved | Unresolved:
    raw = blob if isinstance(blob, bytes) else blob.encode() if isinstance(blob, str) else json.dumps(blob).encode()
    server = Server(Answer(status=status, blob=raw, url=URL))
    return asyncio.run(resolved(source or trial_source(), {"number": "KG-156/0001"}, server, AT))


def document(blob: object, source: Source | None = None) -> Document:
    found = answering(blob, source=source)
    assert isinstance(found, Resolved), found
    return found.document


def test_the_source_is_asked_for_the_number_of_the_code_and_nothing_else() -> None:
    server = Server(Answer(status=404, blob=b"", url=URL))
    asyncio.run(resolved(trial_source(), {"number": "KG-156/0001"}, server, AT))
    assert server.asked == [
        Question(
            url=URL,
            hosts=frozenset({"cert.example"}),
            accept="application/json",
            bytes_max=ANSWER_BYTES_MAX,
            internal=False,
        )
    ]


def test_an_answer_becomes_a_certificate_and_its_bytes_are_kept() -> None:
    found = answering(said())
    assert isinstance(found, Resolved)
    assert (found.source, found.url, found.fetched_at, found.raw) == (
        "trial_phyto",
        URL,
        AT,
        json.dumps(said()).encode(),
    )
    certificate = found.document
    assert (certificate.kind, certificate.format, certificate.layout_confirmed) == ("certificate", "trial_phyto", False)
    assert (certificate.number, certificate.certificate_type) == ("№ KG-156/0001", "phytosanitary")
    assert (certificate.issued_at, certificate.valid_from, certificate.valid_until) == (
        "2026-11-01", "2026-11-01", "2026-11-30",
    )  # fmt: skip
    (consignment,) = certificate.consignments
    assert consignment.parties == (
        Party(role="consignor", name="Trial Fruit Co., Ltd", country="CN"),
        Party(role="consignee", name="ОсОО «Пробный товар»", country="KG"),
        Party(role="issuer", name="Пробная инспекция"),
    )
    assert (consignment.dispatch_country, consignment.destination_country) == ("CN", "KG")
    assert consignment.means == (Means(plate="01KG777ABC / 01 0123 AB"),)
    assert consignment.totals == Totals(packages=900, gross_kg=Decimal("18500.5"), net_kg=Decimal(18000))
    apples, pears = consignment.items
    assert (apples.number, apples.code, apples.description, apples.origin) == (1, "0808108006", "Яблоки свежие", "CN")
    assert (apples.net_kg, apples.gross_kg, apples.packages) == (
        Decimal(12000),
        Decimal(12300),
        (Package(quantity=600),),
    )
    assert (pears.number, pears.gross_kg, pears.packages) == (2, None, ())


def test_what_the_map_has_no_field_for_is_counted() -> None:
    assert {left.path for left in document(said()).unread} == {"certificate/colour"}


def test_a_second_path_is_looked_at_where_the_first_has_nothing() -> None:
    blob = said()
    blob["certificate"]["validTo"] = blob["certificate"].pop("until")
    assert document(blob).valid_until == "2026-11-30"


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("issued", "in autumn", "date"),
        ("kind", "driving", "code"),
        ("gross", "much", "number"),
        ("places", 1.5, "number"),
    ],
)
def test_what_is_odd_in_an_answer_is_remarked_and_not_guessed(name: str, value: object, kind: str) -> None:
    blob = said()
    blob["certificate"][name] = value
    (remark,) = document(blob).remarks
    assert (remark.kind, remark.where) == (kind, f"certificate/{name}")


def test_a_type_that_the_answer_does_not_say_is_the_maps() -> None:
    blob = said()
    del blob["certificate"]["kind"]
    assert document(blob).certificate_type == "phytosanitary"
    blob["certificate"]["kind"] = "VET"
    assert document(blob).certificate_type == "veterinary"


def test_an_answer_in_xml_is_read_by_the_same_paths() -> None:
    source = trial_source('answers = "json"', 'answers = "xml"')
    certificate = document(
        "<a><certificate><number>7</number><goods><name>Мёд</name></goods><goods/></certificate></a>", source
    )
    assert certificate.number == "7"
    assert [item.description for item in certificate.consignments[0].items] == ["Мёд", None]


def test_a_layout_that_somebody_has_seen_is_not_marked() -> None:
    assert document(said(), trial_source('layout = "unconfirmed"', 'layout = "confirmed"')).layout_confirmed


NOT_READ: dict[str, tuple[object, int, WhyNot]] = {
    "unknown by status": ("", 404, "not_found"),
    "gone": ("", 410, "not_found"),
    "unknown in words": ({"state": "not_found"}, 200, "not_found"),
    "busy": ("", 503, "unreachable"),
    "asked too often": ("", 429, "unreachable"),
    "not let in": ("", 403, "other_answer"),
    "a page for people": ("<html><body>Certificate</body></html>", 200, "other_answer"),
    "a list": ("[]", 200, "other_answer"),
    "cut off": ('{"certificate": {"number": "1"', 200, "other_answer"),
    "not text": (b"\xff\xfe\x00", 200, "other_answer"),
    "nothing": ("", 200, "other_answer"),
    "no number": ({"certificate": {"kind": "FT"}}, 200, "other_answer"),
    "too many goods": ({"certificate": {"number": 1, "goods": [{}] * (ITEMS_MAX + 1)}}, 200, "other_answer"),
}


@pytest.mark.parametrize(("blob", "status", "why"), NOT_READ.values(), ids=NOT_READ)
def test_what_is_no_certificate_says_why_and_is_kept(blob: object, status: int, why: WhyNot) -> None:
    found = answering(blob, status)
    assert isinstance(found, Unresolved), found
    assert (found.why, found.source, found.fetched_at) == (why, "trial_phyto", AT)
    assert found.reason
    assert found.raw == (
        blob if isinstance(blob, bytes) else blob.encode() if isinstance(blob, str) else json.dumps(blob).encode()
    )


@pytest.mark.parametrize(
    ("trouble", "why"), [("unreachable", "unreachable"), ("address", "refused_way"), ("redirect", "refused_way")]
)
def test_a_source_that_gives_no_answer_is_told_apart(trouble: Trouble, why: WhyNot) -> None:
    server = Server(Unanswered(trouble=trouble, reason="so it was"))
    found = asyncio.run(resolved(trial_source(), {"number": "1"}, server, AT))
    assert found == Unresolved(source="trial_phyto", why=why, reason="so it was", fetched_at=AT)


def test_a_code_without_what_the_source_needs_asks_nobody() -> None:
    server = Server(Unanswered(trouble="unreachable", reason=""))
    found = asyncio.run(resolved(trial_source(), {}, server, AT))
    assert isinstance(found, Unresolved)
    assert (found.reason, server.asked) == ("the code does not say number", [])


ASK = 'ask = "https://cert.example/api/v1/certificates/{number}"'

BAD_MAPS = {
    "no TOML": ("name =", "name", "trial.toml: "),
    "a key that nobody knows": ("internal_ = 1\nname =", "name =", "unknown field `internal_`"),
    "an unknown field": ("colour = ", "plate = ", "fields"),
    "another answer": ('answers = "html"', 'answers = "json"', "answers"),
    "an unknown type": ('type = "driving" ', 'type = "phytosanitary" ', "type"),
    "no codes": ("codes = []\nx =", "codes =", "x"),
    "no code at all": ('codes = []\ntitle', "title", "codes"),
    "a host that is open": ('ask = "https://{number}/x"', ASK, "ask: a host"),
    "a name before the host": ('ask = "https://a@cert.example/{number}"', ASK, "ask: a host"),
    "half a part": ('ask = "https://cert.example/a{number}"', ASK, "ask: an open place"),
    "no web address": ('ask = "ftp://cert.example/{number}"', ASK, "ask: an address begins"),
    "nothing asked for": ('ask = "https://cert.example/all"', ASK, "ask: []"),
    "more asked than taken": ('ask = "https://cert.example/{key}"', ASK, "ask: ['key']"),
    "a port that is none": ('ask = "https://cert.example:x/{number}"', ASK, "ask: "),
    "a long address": (f'ask = "https://cert.example/{"x" * 3_000}"', ASK, "ask: longer"),
    "no number": ("", 'number = "certificate/number"', "fields: without"),
    "an empty path": ('number = "/"', 'number = "certificate/number"', "fields.number"),
    "no path": ("number = []", 'number = "certificate/number"', "fields.number"),
    "too long": ("#" * MAP_LENGTH_MAX + "\nname =", "name =", "longer than"),
}  # fmt: skip


@pytest.mark.parametrize(("becomes", "was", "told"), BAD_MAPS.values(), ids=BAD_MAPS)
def test_a_map_that_cannot_be_used_says_where(becomes: str, was: str, told: str) -> None:
    text = written()
    if becomes.startswith("codes = []\ntitle"):
        text = "\n".join(line for line in text.splitlines() if not line.startswith("codes"))
    assert was in text
    with pytest.raises(MapTrouble) as trouble:
        read_source(text.replace(was, becomes, 1), "trial.toml")
    assert str(trouble.value).startswith("trial.toml: ")
    assert told in str(trouble.value)


def test_a_type_must_come_from_somewhere() -> None:
    text = written().replace('type = "phytosanitary" ', "# ").replace('type = "certificate/kind"', "")
    with pytest.raises(MapTrouble, match="type: one of veterinary"):
        read_source(text, "trial.toml")


def test_a_folder_of_maps_is_read_and_names_are_held_apart(tmp_path: Path) -> None:
    assert sources_in(tmp_path) == ()
    (tmp_path / "a.toml").write_bytes(EXAMPLE.read_bytes())
    assert [source.name for source in sources_in(tmp_path)] == ["trial_phyto"]
    (tmp_path / "b.toml").write_bytes(EXAMPLE.read_bytes())
    with pytest.raises(MapTrouble, match="two sources are named trial_phyto"):
        sources_in(tmp_path)
    (tmp_path / "b.toml").write_bytes(b"\xff")
    with pytest.raises(MapTrouble, match=r"b\.toml: not UTF-8"):
        sources_in(tmp_path)
