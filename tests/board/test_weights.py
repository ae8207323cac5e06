"""What the board shows of weights: each weighing with its axles and its scale, and the vehicle at other times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from msgspec import convert
from msgspec.structs import replace
from psycopg import Cursor

from beket.board.panels import limits
from beket.board.panels.dossier import Dossier, dossier
from beket.board.panels.weights import OTHERS_MAX, others, weighings
from beket.words.decisions import ApproveWeightLimits, DescribePost, ProposeWeightLimits, RejectWeightLimits
from beket.words.ids import CrossingId, DeviceId, Instant, PlaceId, ReadingId, sha256
from beket.words.readings import Axle, WimPass
from beket.words.site import Device
from tests.board.test_papers import CAMERA, LANE, NOON, PLACE, POST, SCALE, Place

STRIP: Final = DeviceId("KG-TST-A/in-1/strip")
HOUR_MS: Final = 3_600_000
SCALES: Final = (
    replace(POST.devices[0]),
    replace(POST.devices[1], accuracy_class="III", verified_until="2026-12-31", model="Trial 60"),
    Device(id=STRIP, driver="z", lane=LANE, after_s=(0, 5), klass="wim"),
)


@pytest.fixture
def place(dsn: str) -> Iterator[Place]:
    opened = Place(dsn)
    post = replace(POST, devices=SCALES)
    opened.say(DescribePost(decision_id="d", by="a", role="administrator", at=Instant(NOON), post=post))
    yield opened
    opened.book.close()


def seen(cursor: Cursor[Any], crossing: CrossingId) -> Dossier:
    """The dossier of a crossing."""
    found = dossier(cursor, crossing)
    assert found is not None
    return found


def test_a_weighing_comes_with_what_the_register_says_of_its_scale(place: Place, cursor: Cursor[Any]) -> None:
    crossing = place.passes("01KG777ABC", 0)
    place.weighs(38_200, 100_000)
    (shown,) = weighings(cursor, seen(cursor, crossing))
    assert (shown.gross_kg, shown.axles, shown.said.device) == (38_200, (), SCALE)
    assert (shown.scale.accuracy_class, shown.scale.error_kg) == ("III", 40.0)
    assert (shown.scale.verified_until, shown.scale.model) == ("2026-12-31", "Trial 60")


def test_axles_are_shown_as_they_were_weighed_and_are_the_whole_where_nobody_said_it(
    place: Place, cursor: Cursor[Any]
) -> None:
    crossing = place.passes("01KG777ABC", 0)
    axles = (Axle(load_kg=6000.0), Axle(load_kg=9000.0, spacing_m=3.7))
    place.say(
        WimPass(
            device_id=STRIP, received=Instant(NOON + 2000), time=Instant(NOON + 2000), reading_id=ReadingId("f" * 32),
            axles=axles, temperature_c=29.5,
        )
    )  # fmt: skip
    (shown,) = weighings(cursor, seen(cursor, crossing))
    assert (shown.gross_kg, shown.axles, shown.temperature_c) == (15_000, axles, 29.5)
    assert (shown.scale.klass, shown.scale.accuracy_class) == ("wim", None)


def test_a_vehicle_is_shown_with_what_it_weighed_at_other_times(place: Place, cursor: Cursor[Any]) -> None:
    came = []
    for turn, (plate, kg) in enumerate([("01KG777ABC", 14_000), ("01777ABC", 30_000), ("08KG123KLM", 20_000)]):
        came.append(place.passes(plate, turn * HOUR_MS))
        place.weighs(kg, turn * HOUR_MS + 100_000)
    last = place.passes("01KG777ABC", 9 * HOUR_MS)
    found = others(cursor, seen(cursor, last))
    assert [(one.id, one.gross_kg) for one in found] == [(came[1], 30_000), (came[0], 14_000)]
    assert others(cursor, seen(cursor, last), frozenset({PlaceId("KG-OTH-A")})) == ()
    assert others(cursor, seen(cursor, came[2])) == ()


def test_so_many_other_times_are_shown(place: Place, cursor: Cursor[Any]) -> None:
    for turn in range(OTHERS_MAX + 2):
        crossing = place.passes("01KG777ABC", turn * HOUR_MS)
        place.weighs(20_000 + turn, turn * HOUR_MS + 100_000)
    assert next(one.gross_kg for one in others(cursor, seen(cursor, crossing))) == 20_000 + OTHERS_MAX
    assert len(others(cursor, seen(cursor, crossing))) == OTHERS_MAX


def test_nothing_is_shown_of_one_that_nobody_weighed_or_read(place: Place, cursor: Cursor[Any]) -> None:
    crossing = place.passes("", 0)
    assert weighings(cursor, seen(cursor, crossing)) == ()
    assert others(cursor, seen(cursor, crossing)) == ()
    assert CAMERA in {one.device for one in seen(cursor, crossing).evidence}


TABLE: Final = (
    'title = "Trial"\n[[limit]]\nid = "t"\ncountry = "KG"\nlimits = "gross"\nkg = 1\nvalid_from = "2020-01-01"\n'
    'source = "law"\n'
)


def test_a_table_of_limits_waits_and_is_in_force_once_another_approves(place: Place, cursor: Cursor[Any]) -> None:
    said = {"decision_id": "d", "role": "duty_officer", "at": Instant(NOON)}
    proposal = {**said, "by": "a.asanov", "text": TABLE, "sha256": sha256(TABLE.encode())}
    first = place.say(convert(proposal, ProposeWeightLimits))
    other = TABLE.replace("Trial", "Other")
    second = place.say(convert({**proposal, "text": other, "sha256": sha256(other.encode())}, ProposeWeightLimits))
    assert limits.in_force(cursor, PLACE) == ()
    assert {(one.of, one.status) for one in limits.tables(cursor, PLACE)} == {(first, "proposed"), (second, "proposed")}
    approval = {**said, "by": "b.bekov", "of": first, "sha256": sha256(TABLE.encode())}
    place.say(convert(approval, ApproveWeightLimits))
    place.say(convert({**said, "by": "b.bekov", "of": second, "why": "twice"}, RejectWeightLimits))
    (found,) = limits.in_force(cursor, PLACE)
    assert (found.of, found.text, found.by_whom, found.second, found.version) == (
        first, TABLE, "a.asanov", "b.bekov", 1,
    )  # fmt: skip
    assert [(one.status, one.why) for one in limits.tables(cursor, PLACE)] == [("set", None), ("rejected", "twice")]
    assert limits.in_force(cursor, PlaceId("KG-OTH-A")) == ()
