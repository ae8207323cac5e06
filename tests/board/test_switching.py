"""Orders to equipment and how it stands, as the board shows them: whatever the batches, the same rows."""

from __future__ import annotations

import pytest

from beket.board.panels.switching import orders, standings
from beket.board.projector import BoardProjection
from beket.log.book import Seq
from beket.log.postgres import PostgresBook
from beket.words.decisions import OrderEquipment
from beket.words.ids import DeviceId, Instant, PlaceId, ReadingId
from beket.words.readings import Passage, SwitchResult, SwitchState
from beket.words.wire import Body, Entry
from tests.board import engine

PLACE = PlaceId("KG-TEST")
GATE = DeviceId("KG-TEST/in-1/barrier")


def told(name: str, at: int) -> OrderEquipment:
    return OrderEquipment(
        decision_id=name,
        by="a.uulu",
        role="inspector",
        at=Instant(at),
        device=GATE,
        order="open_barrier",
        why="released",
        until_at=Instant(at + 60),
    )


def became(name: str, result: str, at: int, why: str | None = None) -> SwitchResult:
    return SwitchResult(
        device_id=GATE,
        received=Instant(at),
        reading_id=ReadingId(f"{at:032x}"),
        order_id=name,
        order="open_barrier",
        result=result,  # type: ignore[arg-type]
        why=why,
    )


def state(what: str, word: str, at: int) -> SwitchState:
    return SwitchState(device_id=GATE, received=Instant(at), reading_id=ReadingId(f"{at:032x}"), what=what, state=word)


DAY: list[Body] = [
    state("barrier", "closed", 1),
    told("d-1", 2),
    became("d-1", "begun", 3),
    state("barrier", "open", 4),
    became("d-1", "obeyed", 5),
    told("d-2", 6),
    became("d-2", "refused", 7, "lane_blocked: radiation alarm 3.0"),
    told("d-3", 8),
    Passage(device_id=GATE, received=Instant(9), reading_id=ReadingId(f"{9:032x}"), occupied=True, what="loop"),
    Passage(device_id=GATE, received=Instant(10), reading_id=ReadingId(f"{10:032x}"), what="curtain"),
]


@pytest.mark.parametrize("frames_at_once", [1, 2, 3, 100])
def test_each_order_has_its_end_and_each_thing_its_last_word(dsn: str, book: PostgresBook, frames_at_once: int) -> None:
    for body in DAY:
        book.append(PLACE, [Entry(body=body)])
    frames = book.read(PLACE, Seq(0), 100)
    with engine.connect(dsn) as connection:
        for start in range(0, len(frames), frames_at_once):
            with connection.transaction():
                BoardProjection().fold(connection, PLACE, frames[start : start + frames_at_once], [])
        with connection.cursor() as cursor:
            seen = orders(cursor, PLACE, GATE, 10)
            stand = standings(cursor, PLACE, GATE)
            assert orders(cursor, PlaceId("KG-OTHER"), GATE, 10) == ()
            assert [one.decision for one in orders(cursor, PLACE, GATE, 1)] == ["d-3"]
    assert [(one.decision, one.result, one.result_why, one.ref, one.result_ref) for one in seen] == [
        ("d-3", None, None, "8.0", None),
        ("d-2", "refused", "lane_blocked: radiation alarm 3.0", "6.0", "7.0"),
        ("d-1", "obeyed", None, "2.0", "5.0"),
    ]
    assert (seen[2].by_whom, seen[2].why, seen[2].until_at) == ("a.uulu", "released", 62)
    assert [(one.what, one.state, one.at) for one in stand] == [("barrier", "open", 4), ("loop", "occupied", 9)]
