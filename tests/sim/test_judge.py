"""The judge can fail: each kind of difference is reported, and only a fault that could have caused it explains it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from beket.sim.belief import Belief, Dossier, Said
from beket.sim.faults import FaultKind, Telling
from beket.sim.fleet import Sign, Vehicle
from beket.sim.happenings import Journey, Met, Pass, Roll, Scan, Show, Sight, Survey, Weigh
from beket.sim.judge import UNREAD, Verdict, judge
from beket.sim.truth import Told, Truth
from beket.words.ids import CrossingId, DeviceId, EntryRef, Instant, LaneId, PlaceId, ReadingId
from beket.words.readings import (
    CodeRead,
    ContainerRead,
    PlateRead,
    RadMeasurement,
    RpmOccupancy,
    ScanResult,
    Weighing,
    WimPass,
)
from beket.words.site import View, Zone

PLACE = PlaceId("KG-TOR-A")
NOW = Instant(1_795_240_000_000)
VEHICLE = Vehicle(
    kind="lorry",
    country="KG",
    front=None,
    rear=None,
    container=None,
    gross_kg=24_400,
    gamma=False,
    neutron=False,
    paint=0,
)


def sight(crossing: str, at_ms: int, zone: Zone, view: View, plate: str | None) -> Sight:
    sign = Sign(value=plate, country="KG", style="KG") if plate else None
    return Sight(
        at_ms=at_ms,
        crossing=crossing,
        place=PLACE,
        device=DeviceId(f"{zone}-{view}"),
        zone=zone,
        uuid=f"{crossing}-{zone}-{view}",
        view=view,
        vehicle="lorry",
        paint=0,
        sign=sign,
        shown=plate,
        country="KG",
        unread=None if plate else "no_plate",
        confidence=0.9,
    )


def visit(crossing: str, at_ms: int, plate: str | None, gross_kg: int) -> tuple[Met, ...]:
    portal, scale = DeviceId("portal"), DeviceId("scale")
    return (
        sight(crossing, at_ms, "arrival", "front", plate),
        Pass(
            at_ms=at_ms + 800, crossing=crossing, place=PLACE, device=portal, zone="arrival",
            number=at_ms // 1000, lasts_ms=2000, gamma=False, neutron=False, speed_kmh=8.0,
        ),
        sight(crossing, at_ms + 3000, "arrival", "rear", plate and plate[::-1]),
        Weigh(
            at_ms=at_ms + 9000, crossing=crossing, place=PLACE, device=scale, zone="control",
            gross_kg=gross_kg, lasts_ms=2000,
        ),
        sight(crossing, at_ms + 30_000, "departure", "front", plate),
    )  # fmt: skip


class Trial:
    """Three lorries nose to tail, and a house that believes exactly what happened until a test spoils it."""

    def __init__(self, plates: tuple[str | None, ...] = ("01774AFB", "08420AV", "B0123BI")) -> None:
        self.truth = Truth((PLACE,), 1)
        self.truth.began = NOW
        self.belief = Belief()
        self.told: dict[tuple[str, str], Told] = {}
        self.where: dict[tuple[str, str], tuple[PlaceId, EntryRef]] = {}
        self._entries = 0
        for n, plate in enumerate(plates):
            self._pass("abc"[n], 1000 + 5000 * n, plate, 15_000 + 1000 * n)

    def _pass(self, crossing: str, at_ms: int, plate: str | None, gross_kg: int) -> None:
        mets = visit(crossing, at_ms, plate, gross_kg)
        self.truth.witness(
            Journey(
                crossing=crossing,
                place=PLACE,
                lane=LaneId("in-1"),
                direction="in",
                vehicle=VEHICLE,
                starts_ms=at_ms,
                ends_ms=mets[-1].at_ms,
                outcome="departed",
                happenings=mets,
            )
        )
        dossier = self.dossier(crossing)
        for met in mets:
            told = self.truth.telling(Told(telling=Telling(met=met, send_ms=met.at_ms)))
            told.sent_at = told.taken_at = Instant(NOW + met.at_ms)
            self.told[crossing, met.device] = told
            self.said(crossing, met, dossier.id)

    def dossier(self, name: str) -> Dossier:
        made = Dossier(id=CrossingId(name), place=PLACE, direction="in", opened_at=NOW, departed=True)
        self.belief.dossiers[made.id] = made
        return made

    def said(self, crossing: str, met: Met, home: CrossingId) -> None:
        self._entries += 1
        where = PLACE, EntryRef(f"{self._entries}.0")
        self.where[crossing, met.device] = where
        self.belief.said.append(Said(where=where, reading=reading(met)))
        self.belief.lies_in[where] = home
        self.belief.readings += 1

    def move(self, crossing: str, device: str, home: str) -> None:
        self.belief.lies_in[self.where[crossing, device]] = CrossingId(home)

    def fault(self, crossing: str, device: str, *faults: FaultKind, lost: bool = False) -> None:
        told = self.told[crossing, device]
        told.telling = replace(told.telling, faults=faults)
        if lost:
            told.taken_at, told.lost = None, "dropped"
            where = self.where[crossing, device]
            self.belief.said = [said for said in self.belief.said if said.where != where]

    def verdict(self) -> Verdict:
        return judge(self.truth, self.belief)


def reading(met: Met) -> PlateRead | Weighing | RpmOccupancy | ScanResult | WimPass | RadMeasurement | CodeRead:
    at, made = Instant(NOW + met.at_ms), ReadingId(f"{met.device}{met.key}")
    match met:
        case Sight():
            return PlateRead(device_id=met.device, received=at, reading_id=made, plate=met.shown, event_id=met.uuid)
        case Weigh():
            return Weighing(
                device_id=met.device, received=at, reading_id=made, gross_kg=met.gross_kg, min_kg=met.gross_kg,
                max_kg=met.gross_kg, n=5, started=at, ended=at,
            )  # fmt: skip
        case Pass():
            return RpmOccupancy(
                device_id=met.device, received=at, reading_id=made, counter=met.number, gamma_alarm=False,
                neutron_alarm=False, max_gamma_1s=900, max_neutron=0, started=at, ended=at,
            )  # fmt: skip
        case Scan():
            return ScanResult(device_id=met.device, received=at, reading_id=made, scan_id=met.scan_id)
        case Roll():
            return WimPass(
                device_id=met.device, received=at, reading_id=made, axles=met.axles, gross_kg=met.gross_kg,
                event_id=met.roll_id,
            )  # fmt: skip
        case Survey():
            return RadMeasurement(
                device_id=met.device, received=at, reading_id=made, measurement="Foreground",
                gamma_counts=met.gamma_counts,
            )  # fmt: skip
        case Show():
            return CodeRead(device_id=met.device, received=at, reading_id=made, text=met.text)


def missed(trial: Trial) -> None:
    for device in ("arrival-front", "portal", "arrival-rear", "scale", "departure-front"):
        trial.move("b", device, "a")
    del trial.belief.dossiers[CrossingId("b")]


def doubled(trial: Trial) -> None:
    trial.dossier("b2")
    trial.move("b", "departure-front", "b2")


def misjoined(trial: Trial) -> None:
    trial.move("b", "scale", "a")


def unattached(trial: Trial) -> None:
    del trial.belief.lies_in[trial.where["b", "scale"]]


def lost(trial: Trial) -> None:
    where = trial.where["b", "scale"]
    trial.belief.said = [said for said in trial.belief.said if said.where != where]


def phantom_dossier(trial: Trial) -> None:
    trial.dossier("nobody")


def phantom_reading(trial: Trial) -> None:
    stranger = sight("z", 60_000, "arrival", "front", "05111ABC")
    trial.said("z", stranger, CrossingId("a"))


def not_departed(trial: Trial) -> None:
    trial.belief.dossiers[CrossingId("b")].departed = False


def wrong_way(trial: Trial) -> None:
    trial.belief.dossiers[CrossingId("b")].direction = "out"


SPOILT: dict[str, tuple[Callable[[Trial], None], dict[str, int]]] = {
    "missed": (missed, {"missed": 1, "misjoined": 5}),
    "doubled": (doubled, {"doubled": 1}),
    "misjoined": (misjoined, {"misjoined": 1}),
    "unattached": (unattached, {"unattached": 1}),
    "lost": (lost, {"lost": 1}),
    "a dossier of nobody": (phantom_dossier, {"phantom": 1}),
    "a reading of nobody": (phantom_reading, {"phantom": 1}),
    "not departed": (not_departed, {"outcome": 1}),
    "the other way": (wrong_way, {"outcome": 1}),
}
KINDS = ("missed", "doubled", "misjoined", "unattached", "phantom", "lost", "outcome", "explained")


def counts(verdict: Verdict) -> dict[str, int]:
    return {kind: getattr(verdict, kind) for kind in KINDS if getattr(verdict, kind)}


def test_a_true_belief_is_right() -> None:
    verdict = Trial().verdict()
    assert verdict.right
    assert counts(verdict) == {}
    assert (verdict.crossings, verdict.dossiers, verdict.readings) == (3, 3, 15)


@pytest.mark.parametrize("name", SPOILT)
def test_each_kind_of_difference_is_reported(name: str) -> None:
    spoil, expected = SPOILT[name]
    trial = Trial()
    spoil(trial)
    verdict = trial.verdict()
    assert counts(verdict) == expected
    assert not verdict.right
    assert len(verdict.unexplained_differences) == sum(expected.values())


@pytest.mark.parametrize("name", ["missed", "doubled", "misjoined", "unattached", "not departed"])
def test_a_fault_before_it_explains_a_difference(name: str) -> None:
    spoil, expected = SPOILT[name]
    trial = Trial()
    spoil(trial)
    trial.fault("b", "arrival-front", "reorder")
    verdict = trial.verdict()
    assert verdict.right
    assert counts(verdict) == {"explained": sum(expected.values())}
    assert verdict.explained_by == {"reorder": sum(expected.values())}


@pytest.mark.parametrize("name", SPOILT)
def test_a_resend_explains_nothing(name: str) -> None:
    spoil, expected = SPOILT[name]
    trial = Trial()
    spoil(trial)
    for crossing, device in trial.told:
        trial.fault(crossing, device, "resend")
    assert counts(trial.verdict()) == expected


def test_a_fault_at_the_exit_does_not_explain_the_scale() -> None:
    trial = Trial()
    misjoined(trial)
    trial.fault("b", "departure-front", "reorder")
    assert counts(trial.verdict()) == {"misjoined": 1}


def test_a_fault_of_somebody_further_away_explains_nothing() -> None:
    trial = Trial()
    trial.dossier("a2")
    trial.move("a", "departure-front", "a2")
    trial.fault("c", "arrival-front", "drop")
    assert counts(trial.verdict()) == {"doubled": 1}


def test_nothing_explains_what_was_taken_and_is_not_in_the_log() -> None:
    trial = Trial()
    lost(trial)
    trial.fault("b", "arrival-front", "drop", "clock", "reorder")
    assert counts(trial.verdict()) == {"lost": 1}


def test_who_stood_directly_behind_a_dropped_weighing_is_explained_and_nobody_further_back() -> None:
    trial = Trial()
    trial.fault("a", "scale", "drop", lost=True)
    trial.move("b", "scale", "a")
    trial.move("c", "scale", "b")
    verdict = trial.verdict()
    assert verdict.right
    assert verdict.explained_by == {"drop": 2}  # c was mixed up with b, who stood directly behind a
    trial.move("b", "scale", "b")
    trial.move("c", "scale", "c")
    trial.move("c", "arrival-rear", "d")
    trial.dossier("d")
    assert not trial.verdict().right


def test_a_neighbours_fault_at_another_device_explains_nothing() -> None:
    trial = Trial()
    trial.fault("a", "portal", "drop", lost=True)
    trial.move("b", "scale", "c")
    assert counts(trial.verdict()) == {"misjoined": 1}


def test_a_neighbours_fault_at_the_front_camera_explains_whose_turn_it_was() -> None:
    trial = Trial()
    trial.fault("a", "arrival-front", "reorder")
    trial.move("b", "scale", "c")
    assert trial.verdict().explained_by == {"reorder": 1}


def test_two_dossiers_of_a_lorry_that_nobody_could_read_are_explained() -> None:
    trial = Trial(("01774AFB", None, "B0123BI"))
    doubled(trial)
    verdict = trial.verdict()
    assert verdict.right
    assert verdict.explained_by == {UNREAD: 1}


def test_three_dossiers_of_a_lorry_that_nobody_could_read_are_not() -> None:
    trial = Trial(("01774AFB", None, "B0123BI"))
    doubled(trial)
    trial.dossier("b3")
    trial.move("b", "scale", "b3")
    assert counts(trial.verdict()) == {"doubled": 1}


def test_joined_dossiers_are_one() -> None:
    trial = Trial()
    doubled(trial)
    trial.belief.dossiers[CrossingId("b2")].joined_into = CrossingId("b")
    assert trial.verdict().right


def test_dossiers_joined_in_a_circle_hold_nothing() -> None:
    trial = Trial()
    for name, into in (("b", "b2"), ("b2", "b")):
        (trial.belief.dossiers.get(CrossingId(name)) or trial.dossier(name)).joined_into = CrossingId(into)
    assert trial.verdict().unattached == 5


def test_what_lies_in_the_log_was_told_even_if_its_device_never_learnt_so() -> None:
    trial = Trial()
    told = trial.told["b", "departure-front"]
    told.taken_at, told.lost = None, "the pull point ended first"
    assert counts(trial.verdict()) == {}


@pytest.mark.parametrize(("off_ms", "found"), [(0, {}), (1, {"lost": 1, "phantom": 1})])
def test_a_sighting_that_has_no_name_is_known_by_its_moment(off_ms: int, found: dict[str, int]) -> None:
    trial = Trial()
    told, where = trial.told["b", "departure-front"], trial.where["b", "departure-front"]
    told.seen_at, told.telling = told.sent_at, replace(told.telling, clock_ms=-3000, faults=("clock",))
    at = next(at for at, said in enumerate(trial.belief.said) if said.where == where)
    said = trial.belief.said[at].reading
    moment = Instant((told.seen_at or NOW) - 3000 + off_ms)
    trial.belief.said[at] = Said(where=where, reading=replace(said, event_id=None, time=moment))
    assert counts(trial.verdict()) == found


def test_a_container_belongs_to_the_sighting_it_was_read_with() -> None:
    trial = Trial()
    told = trial.told["b", "arrival-rear"]
    assert isinstance(told.telling.met, Sight)
    told.telling = replace(told.telling, met=replace(told.telling.met, container="CSQU3054383"))
    box = ContainerRead(
        device_id=DeviceId("arrival-rear"),
        received=told.sent_at or NOW,
        reading_id=ReadingId("box"),
        number="CSQU3054383",
    )
    trial.belief.said.append(Said(where=(PLACE, EntryRef("99.0")), reading=box))
    trial.belief.lies_in[PLACE, EntryRef("99.0")] = CrossingId("c")
    assert counts(trial.verdict()) == {"misjoined": 1}


def test_many_differences_are_counted_but_not_all_listed() -> None:
    trial = Trial()
    for n in range(200):
        trial.dossier(f"nobody-{n}")
    verdict = trial.verdict()
    assert verdict.phantom == 200
    assert len(verdict.unexplained_differences) == 50
    assert verdict.as_dict()["phantom"] == 200
