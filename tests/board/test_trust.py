"""What the board shows of the trust in devices and of alarms, concluded by the house's own thinking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import Cursor

from beket.board import rebuild
from beket.board.panels import alarms, equipment, health, spoken
from beket.board.panels.wall import wall
from beket.board.projector import BoardProjection
from beket.board.schema import SCHEMA
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.loop.runner import Runner
from beket.loop.thinking import CORE
from beket.words.decisions import AdjudicateAlarm, AgreeMaintenance, Decision, DescribePost, EndMaintenance
from beket.words.ids import CLOCK, DeviceId, EntryRef, Instant, LaneId, PlaceId, ReadingId, sha256, split_ref
from beket.words.readings import Health, PlateRead, Reading, RpmOccupancy, Tick
from beket.words.site import Device, Lane, Name, Post
from beket.words.wire import Entry, Piece, Raw
from tests.board import engine

NOON = 1_795_000_020_000
"""2026-11-18, at the beginning of a minute."""
MINUTE, DAY = 60_000, 86_400_000
PLACE, LANE = PlaceId("KG-TST-A"), LaneId("in-1")
CAMERA, PORTAL = DeviceId("KG-TST-A/in-1/camera"), DeviceId("KG-TST-A/in-1/portal")
POST = Post(
    id=PLACE, name=Name(ky="Сыноо", ru="Проба", en="Trial"), latitude=41.0, longitude=74.0,
    lanes=(Lane(id=LANE, direction="in"),),
    devices=(
        Device(
            id=CAMERA, driver="x", lane=LANE, view="front", klass="camera", firmware="V5.7", installed_on="2026-01-02"
        ),
        Device(id=PORTAL, driver="y", lane=LANE, after_s=(0, 10), klass="portal", verified_until="2026-11-20"),
    ),
)  # fmt: skip


class Place:
    """One checkpoint with the house's own loop behind it."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.book = PostgresBook(dsn)
        self.runner = Runner(self.book, BoardProjection(), CORE)

    def say(self, *said: Reading | Decision) -> None:
        self.book.append(PLACE, [Entry(body=body) for body in said])
        self.runner.catch_up()


@pytest.fixture
def place(dsn: str) -> Iterator[Place]:
    opened = Place(dsn)
    opened.say(DescribePost(decision_id="d", by="a", role="administrator", at=Instant(NOON), post=POST))
    yield opened
    opened.book.close()


def tick(at: int) -> Tick:
    return Tick(device_id=CLOCK, received=Instant(NOON + at), reading_id=ReadingId(f"a{at:031x}"))


def line(device: DeviceId, at: int, **said: Any) -> Health:  # noqa: ANN401
    named = ReadingId(f"{'b' if device == CAMERA else 'c'}{at:031x}")
    return Health(device_id=device, received=Instant(NOON + at), reading_id=named, **{"alive": True, **said})


def passed(at: int) -> tuple[Reading, Reading]:
    stood = Instant(NOON + at)
    return (
        PlateRead(
            device_id=CAMERA, time=stood, received=stood, reading_id=ReadingId(f"d{at:031x}"), plate="01KG777ABC",
            confidence=0.95, direction="approaching",
        ),
        RpmOccupancy(
            device_id=PORTAL, received=Instant(NOON + at + 2000), reading_id=ReadingId(f"e{at:031x}"), counter=7,
            gamma_alarm=True, neutron_alarm=False, max_gamma_1s=4000, max_neutron=0, started=stood, ended=stood,
        ),
    )  # fmt: skip


def test_the_register_shows_what_is_known_of_each_piece_and_why(place: Place, cursor: Cursor[Any]) -> None:
    place.say(line(CAMERA, 1), line(PORTAL, 2, alive=False, fault="silent", connected=True), tick(3))
    camera, portal = equipment.equipment(cursor)
    assert [(one.aspect, one.holds, one.why) for one in camera.aspects] == [
        ("installed", True, None), ("powered", True, None), ("sending", True, None),
    ]  # fmt: skip
    assert [(one.aspect, one.holds, one.why) for one in portal.aspects] == [
        ("powered", True, None), ("calibrated", True, None), ("sending", False, "silent"),
    ]  # fmt: skip
    assert (camera.firmware, camera.klass, camera.installed_on) == ("V5.7", "camera", "2026-01-02")
    assert (camera.days_left(Instant(NOON)), portal.days_left(Instant(NOON))) == (None, 2)
    assert portal.days_left(Instant(NOON + 4 * DAY)) == -2
    sending = portal.aspect("sending")
    assert sending is not None
    assert sending.since == NOON + 2
    assert sending.fact.count(".") == 1


def test_a_doubt_is_shown_while_it_stands(place: Place, cursor: Cursor[Any]) -> None:
    place.say(line(PORTAL, 1, gamma_background=900.0), line(PORTAL, 2, gamma_background=1300.0))
    (doubt,) = equipment.equipment(cursor)[1].doubts
    assert (doubt.doubt, doubt.measured, doubt.usual) == ("gamma_background", 1300.0, 900.0)
    place.say(line(PORTAL, 3, gamma_background=910.0))
    assert equipment.equipment(cursor)[1].doubts == ()


def test_a_window_is_shown_until_it_ends(place: Place, cursor: Cursor[Any]) -> None:
    begins = Instant(NOON + 10)
    place.say(
        AgreeMaintenance(
            decision_id="m", by="e.eng", role="device_engineer", at=Instant(NOON), device=PORTAL, from_at=begins,
            until_at=Instant(NOON + DAY), reason="new detector",
        )
    )  # fmt: skip
    portal = equipment.equipment(cursor, klass="portal")[0]
    assert portal.window is not None
    assert (portal.window.reason, portal.window.by_whom) == ("new detector", "e.eng")
    assert portal.in_maintenance(Instant(NOON + 10))
    assert not portal.in_maintenance(Instant(NOON + 9))
    place.say(EndMaintenance(decision_id="n", by="e.eng", role="device_engineer", at=Instant(NOON + 20), device=PORTAL))
    assert equipment.equipment(cursor, klass="portal")[0].window is None


def test_a_device_that_is_worked_on_is_not_among_those_that_are_down(place: Place, cursor: Cursor[Any]) -> None:
    def counted(at: int) -> tuple[int, int, int]:
        (tile,) = wall(cursor, Instant(NOON + at)).tiles
        return tile.devices, tile.devices_down, tile.devices_in_maintenance

    place.say(line(CAMERA, MINUTE, alive=False, fault="silent"))
    assert counted(2 * MINUTE) == (2, 1, 0)
    begins, ends = Instant(NOON + 5 * MINUTE), Instant(NOON + 60 * MINUTE)
    place.say(
        AgreeMaintenance(
            decision_id="m", by="e", role="device_engineer", at=Instant(NOON + 3 * MINUTE), device=CAMERA,
            reason="lens", from_at=begins, until_at=ends,
        )
    )  # fmt: skip
    assert counted(4 * MINUTE) == (2, 1, 0)
    assert counted(5 * MINUTE) == (2, 0, 1)
    assert counted(60 * MINUTE) == (2, 1, 0)


def test_states_and_messages_of_a_device_are_found_in_the_log(
    place: Place, cursor: Cursor[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    place.say(line(CAMERA, MINUTE, alive=False, fault="silent"))
    place.say(line(PORTAL, 2 * MINUTE))
    found = spoken.facts_about(cursor, PLACE, CAMERA, 20)
    assert {one.kind for one in found} == {"aspect_found", "device_failed"}
    assert {one.fields["device"] for one in found} == {CAMERA}
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
    assert spoken.facts_about(cursor, PLACE, CAMERA, 1) == found[:1]
    assert all(one.because for one in found)
    oldest = found[-1]
    assert spoken.facts_about(cursor, PLACE, CAMERA, 20, [oldest.ref]) == found
    monkeypatch.setattr(spoken, "_FRAMES", spoken._FRAMES.replace("LIMIT 5000", "LIMIT 0"))
    assert spoken.facts_about(cursor, PLACE, CAMERA, 20) == ()
    assert oldest in spoken.facts_about(cursor, PLACE, CAMERA, 20, [oldest.ref])
    monkeypatch.undo()
    said = PlateRead(
        device_id=CAMERA,
        received=Instant(NOON),
        reading_id=ReadingId("d" * 32),
        plate="01777ABC",
        raw_sha256=sha256(b"x"),
    )
    raw = Raw(sha256=sha256(b"x"), pieces=(Piece(inline=b"x"),))
    (ref,) = place.book.append(PLACE, [Entry(body=said, raw=raw)]).refs
    seq = split_ref(ref)[0]
    (message,) = spoken.messages(cursor, PLACE, CAMERA, range(1, seq + 1), 5)
    assert (message.ref, message.raw, message.readings[0]["plate"]) == (ref, raw, "01777ABC")
    assert spoken.message(cursor, PLACE, CAMERA, ref) == message
    assert spoken.messages(cursor, PLACE, PORTAL, range(1, seq + 1), 5) == ()
    assert spoken.messages(cursor, PLACE, CAMERA, range(1, seq), 5) == ()
    assert spoken.messages(cursor, PLACE, CAMERA, range(seq + 1, seq + 9), 5) == ()
    for device, other in ((PORTAL, ref), (CAMERA, EntryRef(f"{seq}.7")), (CAMERA, EntryRef("9" * 30 + ".0"))):
        assert spoken.message(cursor, PLACE, device, other) is None


def test_the_row_of_a_device_is_that_of_the_layout_in_force(place: Place, cursor: Cursor[Any]) -> None:
    assert spoken.registered(cursor, PLACE, CAMERA) == POST.devices[0]
    assert spoken.registered(cursor, PLACE, DeviceId("KG-TST-A/other")) is None


def test_an_alarm_waits_beside_its_crossing_until_it_is_settled(place: Place, cursor: Cursor[Any]) -> None:
    place.say(*passed(0))
    (alarm,) = alarms.alarms(cursor)
    assert (alarm.device, alarm.lane, alarm.gamma, alarm.neutron, alarm.plate) == (
        PORTAL, LANE, True, False, "01KG777ABC",
    )  # fmt: skip
    assert alarms.alarm(cursor, PLACE, alarm.of) == alarm
    judged = AdjudicateAlarm(decision_id="j1", by="a.a", role="duty_officer", at=Instant(NOON + 5), of=alarm.of, code=4)
    place.say(judged)
    (first,) = alarms.alarms(cursor)
    assert (first.code, first.by_whom, first.settled) == (4, "a.a", False)
    place.say(
        AdjudicateAlarm(decision_id="j2", by="b.b", role="duty_officer", at=Instant(NOON + 6), of=alarm.of, code=4)
    )
    assert alarms.alarms(cursor) == ()
    (settled,) = alarms.alarms(cursor, settled=True)
    assert (settled.by_whom, settled.second) == ("a.a", "b.b")


def test_a_refused_decision_says_why(place: Place, cursor: Cursor[Any]) -> None:
    of = EntryRef("99.0")
    place.say(AdjudicateAlarm(decision_id="j9", by="a.a", role="duty_officer", at=Instant(NOON), of=of, code=4))
    assert alarms.refused(cursor, PLACE, "j9") == "no_such_alarm"
    assert alarms.refused(cursor, PLACE, "j8") is None


def test_the_curve_holds_a_week(place: Place, cursor: Cursor[Any]) -> None:
    place.say(line(CAMERA, 0, messages=5, plates=40, unread=2))
    place.say(line(CAMERA, DAY, messages=6))
    assert [point.messages for point in health.health(cursor, PLACE, CAMERA, Instant(0))] == [5, 6]
    place.say(line(CAMERA, 8 * DAY - 1, messages=7))
    assert [point.messages for point in health.health(cursor, PLACE, CAMERA, Instant(0))] == [6, 7]


def test_scope_hides_the_rest(place: Place, cursor: Cursor[Any]) -> None:
    place.say(*passed(0))
    nowhere = frozenset({PlaceId("KG-ELSE")})
    assert equipment.equipment(cursor, nowhere) == ()
    assert equipment.piece(cursor, CAMERA, nowhere) is None
    assert alarms.alarms(cursor, nowhere) == ()


def test_rebuilt_from_nothing_it_shows_the_same(place: Place, server: Server) -> None:
    place.say(line(CAMERA, 1), line(PORTAL, 2, gamma_background=900.0), tick(3), *passed(MINUTE))
    place.say(line(PORTAL, 2 * MINUTE, gamma_background=2000.0), tick(3 * MINUTE))
    before = engine.tables(place.dsn)
    assert before["alarm"]
    assert before["device_doubt"]
    rebuild.rebuild(place.dsn)
    assert engine.tables(place.dsn, SCHEMA) == before
