"""Earlier situations that are like one: what they share, the most alike first, and nothing out of scope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from psycopg import Cursor

from beket.board.panels import situations
from beket.board.panels.similar import ALIKE, OF_KEY_MAX, SIMILAR_MAX, Similar, similar
from beket.words import decisions as d
from beket.words.documents import Means
from beket.words.ids import PlaceId, SituationId
from tests.board.test_papers import NOTE, PLACE
from tests.board.test_situations import MINUTE, House, silent, tick, told

HOUR = 60 * MINUTE
VIN = "XTA21099043576182"


@pytest.fixture
def house(dsn: str, cursor: Cursor[Any]) -> Iterator[House]:
    opened = House(dsn, cursor)
    yield opened
    opened.book.close()


def arrives(house: House, plate: str, number: str, at: int, **more: object) -> SituationId:
    """337 kg on paper, a full lorry on the scale."""
    house.passes(plate, at)
    house.bring(replace(NOTE, number=number, id=number, means=(Means(plate=plate, country="KG", **more),)), at + 10_000)  # type: ignore[arg-type]
    house.weighs(38_640, at + 100_000)
    return max(situations.situations(house.cursor), key=lambda row: row.opened_at).id


def closed(house: House, name: SituationId, at: int) -> None:
    """Two people close it."""
    house.say(told(d.TakeSituation, "a.asanov", at, situation=name, seen=1))
    for seen, who in ((2, "a.asanov"), (3, "b.bekov")):
        said = {"outcome": "false_alarm", "remark": "the scale was wrong"}
        house.say(told(d.CloseSituation, who, at + seen, situation=name, seen=seen, **said))


def like(house: House, name: SituationId, *, papers: bool = True, places: frozenset[PlaceId] | None = None) -> Any:  # noqa: ANN401
    row = situations.situation(house.cursor, name)
    assert row is not None
    return similar(house.cursor, row, places, papers=papers)


def shares(found: tuple[Similar, ...]) -> list[tuple[SituationId, list[str]]]:
    return [(one.id, sorted({shared.kind for shared in one.shared})) for one in found]


def test_the_most_alike_come_first_with_how_they_ended(house: House) -> None:
    back = arrives(house, "01KG777ABC", "CMR-1", 0)
    closed(house, back, 200_000)
    firm = arrives(house, "02KG888ABC", "CMR-2", HOUR)
    last = arrives(house, "01777ABC", "CMR-3", 26 * HOUR)
    found = like(house, last)
    assert shares(found) == [(back, ["firm", "plate"]), (firm, ["firm"])]
    ended = found[0]
    assert (ended.outcome, ended.closed_by, ended.second, ended.remark) == (
        "false_alarm", "a.asanov", "b.bekov", "the scale was wrong",
    )  # fmt: skip
    assert {shared.value for shared in ended.shared} == {"01777ABC", "ООО «Восток»"}
    assert like(house, back) == (), "what came later is no earlier case"


def test_a_makers_number_is_known_under_another_plate(house: House) -> None:
    one = arrives(house, "01KG777ABC", "CMR-1", 0, vin=VIN)
    other = arrives(house, "03KG999ABC", "CMR-2", HOUR, vin=VIN)
    assert shares(like(house, other)) == [(one, ["firm", "vin"])]


def test_nothing_out_of_scope_and_nothing_of_papers_for_who_may_not_see_them(house: House) -> None:
    arrives(house, "01KG777ABC", "CMR-1", 0)
    last = arrives(house, "02KG888ABC", "CMR-2", HOUR)
    assert like(house, last, places=frozenset({PlaceId("KG-OTHER")})) == ()
    assert shares(like(house, last, places=frozenset({PLACE}))) != []
    assert like(house, last, papers=False) == ()


def test_a_device_that_fails_again_is_like_the_last_time(house: House) -> None:
    house.say(silent(1_000))
    (first,) = situations.situations(house.cursor)
    house.say(silent(60_000, alive=True), tick(10 * MINUTE))
    house.say(silent(HOUR))
    (again,) = situations.situations(house.cursor)
    (found,) = like(house, again.id)
    assert (found.id, found.outcome, found.closed_by) == (first.id, "cleared", None)
    assert [(one.kind, one.value) for one in found.shared] == [("fault", again.about)]


def test_one_that_shares_nothing_is_like_none(house: House) -> None:
    assert like(house, arrives(house, "01KG777ABC", "CMR-1", 0)) == ()


def test_each_kind_says_something_and_few_are_shown() -> None:
    assert min(ALIKE.values()) > 0
    assert SIMILAR_MAX < OF_KEY_MAX
