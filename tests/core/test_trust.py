"""Five things known of a device, what is doubted of it, and the times in which it may be silent."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from beket.core.state import State, apply, empty
from beket.core.step import step
from beket.words import facts as f
from beket.words.decisions import AgreeMaintenance, Decision, DescribePost, EndMaintenance
from beket.words.facts import Fact
from beket.words.ids import CLOCK, DeviceId, Instant, LaneId, PlaceId, ReadingId, entry_ref
from beket.words.readings import Health, PlateRead, Reading, Tick, Weighing
from beket.words.roles import Role
from beket.words.site import Device, Lane, Name, Post

BEGIN = 1_795_000_020_000
"""2026-11-18, at the beginning of a minute."""
MINUTE, DAY = 60_000, 86_400_000
FRONT, SCALE = DeviceId("front"), DeviceId("scale")


def post(**scale: Any) -> Post:  # noqa: ANN401
    lane = Lane(id=LaneId("in-1"), direction="in")
    devices = (
        Device(id=FRONT, driver="x", lane=lane.id, view="front", klass="camera"),
        structs.replace(
            Device(id=SCALE, driver="x", lane=lane.id, zone="control", after_s=(5, 60), klass="scale"), **scale
        ),
    )
    name = Name(ky="Сыноо", ru="Проба", en="Trial")
    return Post(id=PlaceId("KG-T"), name=name, latitude=41.0, longitude=74.0, lanes=(lane,), devices=devices)


class Desk:
    """Says things to the core as the loop does."""

    def __init__(self, laid_out: Post) -> None:
        self.state: State = empty(laid_out.id)
        self.seq = 0
        self.say(DescribePost(decision_id="d", by="a", role="administrator", at=Instant(BEGIN), post=laid_out))

    def say(self, body: Reading | Decision) -> list[Fact]:
        self.seq += 1
        facts = step(self.state, entry_ref(self.seq, 0), body)
        for at, fact in enumerate(facts, 1):
            apply(self.state, entry_ref(self.seq, at), fact)
        return [fact for fact in facts if not isinstance(fact, f.OfSituation)]

    def tick(self, at: int) -> list[Fact]:
        return self.say(Tick(device_id=CLOCK, received=Instant(BEGIN + at), reading_id=ReadingId(f"t{at}")))

    def health(self, device: DeviceId, at: int, **said: Any) -> list[Fact]:  # noqa: ANN401
        given = {"alive": True, **said}
        return self.say(
            Health(device_id=device, received=Instant(BEGIN + at), reading_id=ReadingId(f"h{device}{at}"), **given)
        )

    def aspects(self, facts: list[Fact]) -> dict[tuple[str, str], tuple[bool | None, str | None]]:
        found = [fact for fact in facts if isinstance(fact, f.AspectFound)]
        return {(fact.device, fact.aspect): (fact.holds, fact.why) for fact in found}

    def lorry(self, at: int, kg: float | None) -> None:
        self.say(
            PlateRead(
                device_id=FRONT, time=Instant(BEGIN + at), received=Instant(BEGIN + at), reading_id=ReadingId(f"p{at}"),
                plate=f"01KG{at // MINUTE % 900 + 100}ABC", confidence=0.95, direction="approaching",
            )
        )  # fmt: skip
        if kg is not None:
            stood = Instant(BEGIN + at + 20_000)
            self.say(
                Weighing(
                    device_id=SCALE, received=stood, reading_id=ReadingId(f"w{at}"), gross_kg=kg, min_kg=kg, max_kg=kg,
                    n=5, started=stood, ended=stood,
                )
            )  # fmt: skip


def test_each_of_the_five_stands_by_itself() -> None:
    desk = Desk(post(installed_on="2026-01-10", verified_until="2026-11-19"))
    assert desk.aspects(desk.tick(0)) == {
        (SCALE, "installed"): (True, None), (SCALE, "calibrated"): (True, None),
    }  # fmt: skip
    assert desk.aspects(desk.health(SCALE, MINUTE, connected=True)) == {
        (SCALE, "powered"): (True, None), (SCALE, "sending"): (True, None),
    }  # fmt: skip
    assert desk.aspects(desk.tick(2 * MINUTE)) == {}, "what has not changed is no news"
    assert desk.aspects(desk.tick(2 * DAY)) == {(SCALE, "calibrated"): (False, "expired")}
    gone = desk.health(SCALE, 2 * DAY + MINUTE, alive=False, fault="silent", connected=True)
    assert desk.aspects(gone) == {(SCALE, "sending"): (False, "silent")}, "its link stands: it has power"
    away = desk.health(SCALE, 2 * DAY + 2 * MINUTE, alive=False, fault="unreachable", connected=False)
    assert desk.aspects(away) == {
        (SCALE, "powered"): (False, "unreachable"), (SCALE, "sending"): (False, "unreachable"),
    }  # fmt: skip


def test_a_device_without_a_date_is_installed_when_it_has_spoken() -> None:
    desk = Desk(post())
    assert (FRONT, "installed") not in desk.aspects(desk.tick(0))
    desk.health(FRONT, MINUTE)
    assert desk.aspects(desk.tick(2 * MINUTE))[FRONT, "installed"] == (True, None)
    desk.health(FRONT, 3 * MINUTE, alive=False, fault="silent")
    assert (FRONT, "installed") not in desk.aspects(desk.tick(4 * MINUTE)), "it does not vanish by falling silent"


def test_of_a_minutes_ticks_one_is_taken() -> None:
    desk = Desk(post(installed_on="2026-01-10"))
    assert desk.aspects(desk.tick(15_000)) == {}
    assert desk.aspects(desk.tick(59_999)) == {}
    assert (SCALE, "installed") in desk.aspects(desk.tick(60_000))


def test_a_device_in_its_box_is_not_installed_yet() -> None:
    desk = Desk(post(installed_on="2027-03-01"))
    assert desk.aspects(desk.tick(0))[SCALE, "installed"] == (False, "not_yet")


def test_a_scale_that_meets_nobody_is_not_used_whatever_it_says_of_itself() -> None:
    desk = Desk(post())
    desk.health(SCALE, 0)
    for number in range(6):
        desk.lorry(number * 3 * MINUTE, None)
    found = desk.aspects(desk.tick(60 * MINUTE))
    assert found[SCALE, "used"] == (False, "none")
    assert found[FRONT, "used"] == (True, None)


def reader(klass: str = "reader") -> Desk:
    """A lane with a reader that only some conveyances come to."""
    return Desk(post(klass=klass))


def lorries(desk: Desk, first: int, many: int) -> None:
    """Conveyances that show it nothing, one in five minutes."""
    for number in range(many):
        desk.lorry(first + number * 5 * MINUTE, None)


@pytest.mark.parametrize("klass", ["reader", "scanner"])
@pytest.mark.parametrize(
    ("day", "passed", "found"), [(6, 20, None), (7, 20, (False, "none")), (7, 19, None), (8, 40, (False, "none"))]
)
def test_what_meets_only_some_is_unused_after_a_week_in_a_busy_lane(
    klass: str, day: int, passed: int, found: tuple[bool | None, str | None] | None
) -> None:
    desk = reader(klass)
    lorries(desk, day * DAY - 6 * 60 * MINUTE, passed)
    assert desk.aspects(desk.tick(day * DAY)).get((SCALE, "used")) == found


def test_what_meets_only_some_is_used_for_a_week_by_one_that_it_met() -> None:
    desk = reader()
    desk.lorry(0, 20_000.0)
    lorries(desk, 60 * MINUTE, 40)
    assert desk.aspects(desk.tick(6 * DAY))[SCALE, "used"] == (True, None)
    lorries(desk, 7 * DAY - 3 * 60 * MINUTE, 30)
    assert (SCALE, "used") not in desk.aspects(desk.tick(7 * DAY)), "not before its week is over"
    assert desk.aspects(desk.tick(7 * DAY + MINUTE))[SCALE, "used"] == (False, "none")
    desk.lorry(7 * DAY + 2 * MINUTE, 20_000.0)
    assert desk.aspects(desk.tick(7 * DAY + 3 * MINUTE))[SCALE, "used"] == (True, None)


def test_a_scale_that_meets_most_is_used_and_a_fresh_lorry_does_not_count_yet() -> None:
    desk = Desk(post())
    for number in range(6):
        desk.lorry(number * 3 * MINUTE, 20_000.0)
    desk.lorry(59 * MINUTE, None)
    assert desk.aspects(desk.tick(60 * MINUTE))[SCALE, "used"] == (True, None)
    assert desk.aspects(desk.tick(2 * DAY))[SCALE, "used"] == (None, "no_crossings")


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ({"zero_kg": 45.0}, "zero_drift"),
        ({"zero_kg": -41.0}, "zero_drift"),
        ({"plates": 40, "unread": 9}, "unread_plates"),
        ({"messages": 900, "refused": 60}, "bad_frames"),
    ],
)
def test_a_measure_out_of_bounds_is_a_doubt_and_its_end_another_fact(said: dict[str, Any], doubt: str) -> None:
    desk = Desk(post(scale_error_kg=40.0))
    assert [fact.doubt for fact in desk.health(SCALE, 0, **said) if isinstance(fact, f.DeviceDoubted)] == [doubt]
    assert not [fact for fact in desk.health(SCALE, MINUTE, **said) if isinstance(fact, f.DeviceDoubted)]
    well = {name: 0 if name in ("unread", "refused", "zero_kg") else value for name, value in said.items()}
    assert [type(fact) for fact in desk.health(SCALE, 2 * MINUTE, **well)][-1] is f.DoubtWithdrawn


@pytest.mark.parametrize(
    "said",
    [{"zero_kg": 40.0}, {"plates": 19, "unread": 19}, {"plates": 40, "unread": 8}, {"messages": 90, "refused": 9}],
)
def test_at_the_bound_nothing_is_doubted(said: dict[str, Any]) -> None:
    desk = Desk(post(scale_error_kg=40.0))
    assert not [fact for fact in desk.health(SCALE, 0, **said) if isinstance(fact, f.DeviceDoubted)]


def test_a_background_is_compared_with_what_was_usual_at_first() -> None:
    desk = Desk(post())
    assert [type(one) for one in desk.health(SCALE, 0, gamma_background=900.0)][-1] is f.UsualFound
    assert not [one for one in desk.health(SCALE, 1, gamma_background=1170.0) if isinstance(one, f.DeviceDoubted)]
    doubted = [one for one in desk.health(SCALE, 2, gamma_background=1171.0) if isinstance(one, f.DeviceDoubted)]
    assert [(one.measured, one.usual, one.bound) for one in doubted] == [(1171.0, 900.0, 270.0)]


def agree(desk: Desk, role: Role = "device_engineer", **said: Any) -> list[Fact]:  # noqa: ANN401
    given = {
        "device": SCALE, "from_at": Instant(BEGIN), "until_at": Instant(BEGIN + 60 * MINUTE), "reason": "new cell",
        **said,
    }  # fmt: skip
    return desk.say(AgreeMaintenance(decision_id="m1", by="e.eng", role=role, at=Instant(BEGIN), **given))


def test_a_window_opens_and_ends_by_the_clock() -> None:
    desk = Desk(post())
    assert [type(fact) for fact in agree(desk)] == [f.MaintenanceAgreed]
    assert not [one for one in desk.tick(59 * MINUTE) if isinstance(one, f.MaintenanceEnded)]
    assert [one.by for one in desk.tick(60 * MINUTE) if isinstance(one, f.MaintenanceEnded)] == [None]
    assert not [one for one in desk.tick(61 * MINUTE) if isinstance(one, f.MaintenanceEnded)]


def test_a_window_is_ended_by_hand_and_what_was_usual_is_measured_anew() -> None:
    desk = Desk(post())
    desk.health(SCALE, 0, gamma_background=900.0)
    agree(desk)
    ended = desk.say(
        EndMaintenance(decision_id="m2", by="e.eng", role="device_engineer", at=Instant(BEGIN + 1), device=SCALE)
    )
    assert [type(fact) for fact in ended] == [f.MaintenanceEnded]
    assert [one.usual for one in desk.health(SCALE, 1, gamma_background=700.0) if isinstance(one, f.UsualFound)] == [
        700.0
    ]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"role": "inspector"}, "not_allowed"),
        ({"device": DeviceId("nobody")}, "unknown_device"),
        ({"reason": "  "}, "no_reason"),
        ({"until_at": Instant(BEGIN)}, "ends_before_it_begins"),
        ({"until_at": Instant(BEGIN + 8 * DAY)}, "too_long"),
    ],
)
def test_what_cannot_be_agreed_is_refused_and_everyone_sees_it(said: dict[str, Any], why: str) -> None:
    desk = Desk(post())
    (fact,) = agree(desk, **said)
    assert isinstance(fact, f.DecisionRefused)
    assert fact.why == why
    assert not desk.state.equipment.windows
