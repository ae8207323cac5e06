"""Acts on the board: with their papers and what replaced them, whatever the batches, and rebuilt the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import Cursor

from beket.board import rebuild
from beket.board.panels.acts import act, act_of_decision, act_of_pdf, acts_of
from beket.board.panels.dossier import dossier
from beket.words.acts import ActContent, act_digest, content_digest
from beket.words.decisions import DescribePost, IssueAct, SignAct
from beket.words.ids import CrossingId, Instant, PlaceId, entry_ref, sha256
from beket.words.wire import Entry, Raw, packed_piece
from tests.board import engine
from tests.board.test_papers import NOON, PLACE, POST, Place

PDF = b"%PDF-1.7 a signed paper"


class Desk(Place):
    """One checkpoint at which acts are issued and signed."""

    def content(self, crossing: CrossingId, remarks: str = "") -> ActContent:
        return ActContent(
            place=PLACE, place_name=POST.name, zone_name=POST.zone_name, drawn_on="2026-11-18", crossing=crossing,
            direction="in", lane="in-1", opened_at=Instant(NOON), outcome="released", remarks=remarks,
        )  # fmt: skip

    def order(self, crossing: CrossingId, name: str, replaces: str | None = None) -> IssueAct:
        said = self.content(crossing, remarks='two lines\nand "quotes" \\')
        return IssueAct(
            decision_id=name, by="a.asanov", role="inspector", at=Instant(NOON), sort="crossing", content=said,
            seen=content_digest(said), replaces=replaces,
        )  # fmt: skip

    def sign(self, cursor: Cursor[Any], number: str, pdf: bytes = PDF) -> str:
        found = act(cursor, number)
        assert found is not None
        signed = SignAct(
            decision_id=f"s-{number}", by="a.asanov", role="inspector", at=Instant(NOON + 1), number=number,
            act=found.sha256, pdf=sha256(pdf), size=len(pdf), signer="CN=DEMO", certificate=sha256(b"c"), demo=True,
        )  # fmt: skip
        raw = Raw(sha256=sha256(pdf), pieces=(packed_piece(pdf),))
        appended = self.book.append(PLACE, [Entry(body=signed, raw=raw)])
        self.runner.catch_up()
        return entry_ref(appended.seq or 0, 0)


@pytest.fixture
def desk(dsn: str) -> Iterator[Desk]:
    opened = Desk(dsn)
    opened.say(DescribePost(decision_id="d", by="a", role="administrator", at=Instant(NOON), post=POST))
    yield opened
    opened.book.close()


def test_an_act_is_found_by_crossing_number_and_decision_and_stands_in_the_dossier(
    desk: Desk, cursor: Cursor[Any]
) -> None:
    crossing = desk.passes("01KG777ABC", 10_000)
    desk.say(desk.order(crossing, "d-1"))
    (seen,) = acts_of(cursor, (crossing,))
    assert (seen.act.number, seen.sha256) == ("KG-TST-A-2026-000001", act_digest(seen.act))
    assert seen.act.content == desk.content(crossing, remarks='two lines\nand "quotes" \\')
    assert (seen.signed, seen.pdf, seen.replaced_by) == (None, None, None)
    assert act_of_decision(cursor, PLACE, "d-1") == seen
    assert act_of_decision(cursor, PLACE, "d-2") is None
    assert act(cursor, seen.act.number, frozenset({PLACE})) == seen
    assert act(cursor, seen.act.number, frozenset({PlaceId("KG-TST-B")})) is None
    held = dossier(cursor, crossing)
    assert held is not None
    assert held.conclusions[-1].kind == "act_issued"


def test_a_signed_paper_is_known_by_its_bytes(desk: Desk, cursor: Cursor[Any]) -> None:
    crossing = desk.passes("01KG777ABC", 10_000)
    desk.say(desk.order(crossing, "d-1"))
    ref = desk.sign(cursor, "KG-TST-A-2026-000001")
    desk.sign(cursor, "KG-TST-A-2026-000001", b"another")
    found = act_of_pdf(cursor, sha256(PDF))
    assert found is not None
    assert (found.signed, found.size, found.signer, found.demo) == (ref, len(PDF), "CN=DEMO", True)
    assert found.signed_at == NOON + 1
    assert act_of_pdf(cursor, sha256(b"another")) is None


def test_rebuilt_from_the_log_it_is_the_same(desk: Desk, cursor: Cursor[Any], dsn: str) -> None:
    crossing = desk.passes("01KG777ABC", 10_000)
    first = "KG-TST-A-2026-000001"
    desk.say(desk.order(crossing, "d-1"), desk.order(crossing, "d-2", replaces=first))
    desk.sign(cursor, first)
    before, after = acts_of(cursor, (crossing,))
    assert (before.replaced_by, after.act.replaces) == (after.act.number, first)
    live = engine.tables(dsn)
    rebuild.rebuild(dsn)
    assert engine.tables(dsn) == live
    assert len(live["act"]) == 2
