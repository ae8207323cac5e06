"""Certificates with a code are asked for at their source, and what it says is in the log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from beket.exchange.asker import TRIES_S, Asker, Clocks
from beket.exchange.asking import Answer, Question, Unanswered
from beket.exchange.certificates.source_map import read_source
from beket.log.book import Seq
from beket.log.postgres import PostgresBook
from beket.words.documents import Document
from beket.words.ids import INTAKE, EntryRef, Instant, PlaceId, ReadingId, sha256
from beket.words.readings import DocumentLodged, SourceAnswered
from beket.words.wire import Entry

PLACE = PlaceId("KG-TST-A")
NOON = Instant(1_795_000_020_000)
EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "sources" / "certificate-source.toml"
SOURCES = (read_source(EXAMPLE.read_text("utf-8"), EXAMPLE.name),)
PRINTED = Document(
    kind="certificate", format="beket_form", number="KG-0471", certificate_type="phytosanitary",
    qr="https://cert.example/check/KG-0471",
)  # fmt: skip


class Port:
    """A source that says what it is told to, and remembers what it was asked."""

    def __init__(self, *answers: dict[str, object] | int | None) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def ask(self, question: Question) -> Answer | Unanswered:
        self.asked.append(question.url)
        said = self.answers.pop(0)
        if said is None:
            return Unanswered(trouble="unreachable", reason="nobody answers")
        if isinstance(said, int):
            return Answer(status=said, blob=b"", url=question.url)
        return Answer(status=200, blob=json.dumps({"certificate": said}).encode(), url=question.url)


class Desk:
    """A chain to which certificates are lodged, with an asker behind it."""

    def __init__(self, book: PostgresBook, port: Port) -> None:
        self.book, self.port, self.now, self.said = book, port, 0.0, 0
        self.begin_anew()

    def begin_anew(self) -> None:
        clocks = Clocks(wall=lambda: NOON, steady=lambda: self.now)
        self.asker = Asker(self.book, self.port, lambda: SOURCES, clocks)

    def lodge(self, document: Document = PRINTED) -> None:
        self.said += 1
        lodged = DocumentLodged(
            device_id=INTAKE, received=NOON, reading_id=ReadingId(f"{self.said:032x}"), document=document,
            identity=str(self.said), content=sha256(b"x"), way="form", by="a.asanov",
        )  # fmt: skip
        self.book.append(PLACE, [Entry(body=lodged)])

    def answers(self) -> list[SourceAnswered]:
        frames = self.book.read(PLACE, Seq(0), 1000)
        bodies = [entry.body for frame in frames for entry in frame.entries]
        return [body for body in bodies if isinstance(body, SourceAnswered)]


def asked(book: PostgresBook, *answers: dict[str, object] | int | None) -> Desk:
    desk = Desk(book, Port(*answers))
    desk.lodge()
    desk.asker.turn()
    return desk


def test_a_source_that_says_the_same(book: PostgresBook) -> None:
    desk = asked(book, {"number": "KG-0471", "kind": "FT"})
    (said,) = desk.answers()
    assert (said.answered, said.source, said.document) == ("agrees", "trial_phyto", f"{PLACE}:1.0")
    assert desk.port.asked == ["https://cert.example/api/v1/certificates/KG-0471"]
    entry = book.entry(PLACE, EntryRef("2.0"))
    assert entry is not None
    assert entry.raw is not None
    assert b"KG-0471" in (entry.raw.pieces[0].inline or b"")


def test_a_code_that_leads_to_another_certificate(book: PostgresBook) -> None:
    (said,) = asked(book, {"number": "KG-9999", "kind": "FT"}).answers()
    assert said.answered == "another"
    assert [(one.field, one.printed, one.at_source) for one in said.differences] == [("number", "KG-0471", "KG-9999")]


def test_a_source_that_says_other_things(book: PostgresBook) -> None:
    desk = Desk(book, Port({"number": "KG-0471", "kind": "ft", "until": "2026-01-31"}))
    desk.lodge(replace(PRINTED, valid_until="2027-01-31"))
    desk.asker.turn()
    (said,) = desk.answers()
    assert (said.answered, [one.field for one in said.differences]) == ("differs", ["valid_until"])


@pytest.mark.parametrize(("status", "answered"), [(404, "not_found"), (400, "other_answer")])
def test_a_source_that_has_none(book: PostgresBook, status: int, answered: str) -> None:
    assert [said.answered for said in asked(book, status).answers()] == [answered]


def test_a_source_that_cannot_be_reached_is_asked_again_and_then_it_is_said(book: PostgresBook) -> None:
    desk = asked(book, *[None] * len(TRIES_S))
    for wait in TRIES_S[1:]:
        desk.now += wait - 1
        assert desk.asker.turn() == 0
        desk.now += 1
        desk.asker.turn()
    assert len(desk.port.asked) == len(TRIES_S)
    assert [(said.answered, said.why) for said in desk.answers()] == [("unreachable", "nobody answers")]


def test_what_was_not_answered_before_a_crash_is_asked_again_and_nothing_twice(book: PostgresBook) -> None:
    desk = asked(book, None, {"number": "KG-0471", "kind": "ft"})
    desk.lodge(replace(PRINTED, qr=None))
    desk.begin_anew()
    desk.asker.turn()
    assert [said.answered for said in desk.answers()] == ["agrees"]
    desk.begin_anew()
    desk.asker.turn()
    assert len(desk.port.asked) == 2


@pytest.mark.parametrize(
    ("code", "answered"),
    [
        ("https://cert.example@evil.example/check/KG-0471", ["leads_elsewhere"]),
        ("https://сert.example/check/KG-0471", ["leads_elsewhere"]),
        ("https://unknown.example/check/KG-0471", []),
        ("KG-0471", []),
        ("", []),
    ],
)
def test_a_code_made_to_mislead_is_told_and_nobody_is_asked(book: PostgresBook, code: str, answered: list[str]) -> None:
    desk = Desk(book, Port())
    desk.lodge(replace(PRINTED, qr=code))
    desk.asker.turn()
    assert [said.answered for said in desk.answers()] == answered
    assert not desk.port.asked
