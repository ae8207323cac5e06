"""Scales in the road and spectroscopic portals of the rehearsal: heard by the field, each in the right dossier."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random

import pytest
from msgspec import structs

from beket.sim.belief import Said
from beket.sim.country import SPECTRA, SPECTRA_AT, WIM, WIM_AT, demo_posts
from beket.sim.faults import ALL, FaultKind, Telling
from beket.sim.fleet import axles, vehicle
from beket.sim.happenings import Roll, Survey
from beket.sim.judge import UNREAD, judge
from beket.sim.pace import DEMO
from beket.sim.posting import Target
from beket.sim.rehearsal import Script, now
from beket.sim.stations import Stations
from beket.sim.truth import Told
from beket.words.facts import EvidenceAttached
from beket.words.ids import DeviceId, PlaceId
from beket.words.readings import Axle, RadMeasurement, Reading, WimPass
from beket.words.site import Device
from tests.devices.sockets import MemorySink, device, opened, until
from tests.sim.house import DryRun

PLACE = PlaceId("KG-TEST")
ROAD = device("wim", WIM, declared_id="W1", transport="http-push", allow=("127.0.0.1",))
PORTAL = device("spectra", SPECTRA, declared_id="P1", transport="http-push", allow=("127.0.0.1",))
OLD_PORTAL = structs.replace(
    PORTAL, id=DeviceId(next(lane for lane, form in SPECTRA_AT.items() if form == "2006") + "/x")
)
LORRY = (
    Axle(load_kg=6_100), Axle(load_kg=9_480, spacing_m=3.7), Axle(load_kg=6_080, spacing_m=5.6),
    Axle(load_kg=6_200, spacing_m=1.31), Axle(load_kg=6_140, spacing_m=1.31),
)  # fmt: skip


def roll(number: int) -> Roll:
    return Roll(
        at_ms=0, crossing=f"lorry {number}", place=PLACE, device=ROAD.id, zone="arrival",
        roll_id=f"W-{number}", vehicle="lorry", axles=LORRY, speed_kmh=9.5,
    )  # fmt: skip


def survey(number: int, row: Device = PORTAL) -> Survey:
    return Survey(
        at_ms=0, crossing=f"lorry {number}", place=PLACE, device=row.id, zone="arrival", survey_id=f"P-{number}",
        lasts_ms=1200, gamma_counts=4_700 + number, background_cps=1_800.0, gamma=True, neutron=number == 2,
    )  # fmt: skip


def heard(row: Device, mets: list[Roll] | list[Survey], kind: type[Reading]) -> tuple[MemorySink, list[Told]]:
    """Have a station tell four happenings to the house's field: the third is cut, the fourth is never said."""
    sink = MemorySink()
    ways: tuple[dict[str, bool], ...] = ({}, {}, {"cut": True}, {"silent": True})
    tells = [
        Told(telling=Telling(met=met, send_ms=0, **way))  # type: ignore[arg-type]
        for met, way in zip(mets, ways, strict=True)
    ]

    async def scene() -> None:
        async with opened(sink, row) as field:
            stations = Stations([row], Target(host="127.0.0.1", port=field.http_port), now)
            stations.tick(0.1)
            for told in tells:
                assert stations.met(told.telling.met)
                stations.speak(told)
            await until(lambda: len(sink.said(kind)) >= 2 and not stations.busy)
            stations.close()

    asyncio.run(scene())
    assert [told.reached for told in tells] == [True, True, False, False]
    assert tells[2].lost == "cut"
    assert sink.refused == []
    return sink, tells


def test_the_house_hears_each_axle_table_and_not_what_was_cut() -> None:
    sink, _ = heard(ROAD, [roll(n) for n in range(4)], WimPass)
    said = [one for one in sink.said(WimPass) if isinstance(one, WimPass)]
    assert [(one.event_id, one.gross_kg, one.speed_kmh, one.vehicle_class) for one in said] == [
        ("W-0", 34_000, 9.5, "lorry"),
        ("W-1", 34_000, 9.5, "lorry"),
    ]
    assert said[0].axles == LORRY


@pytest.mark.parametrize("row", [PORTAL, OLD_PORTAL])
def test_the_house_hears_each_measurement_with_its_background(row: Device) -> None:
    new = row is PORTAL
    sink, tells = heard(row, [survey(n + 1, row) for n in range(4)], RadMeasurement)
    said = [one for one in sink.said(RadMeasurement) if isinstance(one, RadMeasurement)]
    assert [one.measurement for one in said] == ["Background", "Foreground"] * 2
    passed = [one for one in said if one.measurement == "Foreground"]
    assert [(one.gamma_counts, one.real_time_s) for one in passed] == [(4_701, 1.2), (4_702, 1.2)]
    assert [(one.gamma_alarm, one.neutron_alarm) for one in passed] == [(new, False), (new, new)]
    assert [one.occupied for one in passed] == [True if new else None] * 2
    assert all(one.nuclides and one.instrument == "P1" and not one.buffered for one in passed)
    assert all(abs((one.time or 0) - (told.sent_at or 0)) < 1000 for one, told in zip(passed, tells, strict=False))


def test_axles_fit_the_conveyance() -> None:
    rng = Random(5)
    for _ in range(200):
        one = vehicle(rng, "KZ")
        table = axles(rng, one)
        assert len(table) == {"car": 2, "bus": 2, "lorry": 5}[one.kind]
        assert sum(axle.load_kg for axle in table) == pytest.approx(one.gross_kg, rel=0.06, abs=60)
        assert [axle.spacing_m is None for axle in table] == [True] + [False] * (len(table) - 1)


def run(fault: FaultKind | None = None) -> DryRun:
    """Let the first two posts pass, which have all of these stations."""
    script = Script(seed=3, rate=200, seconds=240, pace=DEMO, faults=frozenset({fault} if fault else ()))
    world = DryRun(demo_posts(2, rate=60, pace=DEMO), script)
    world.run()
    return world


@pytest.mark.parametrize("fault", [None, *sorted(ALL)])
def test_what_they_say_lies_in_the_dossier_of_who_passed(fault: FaultKind | None) -> None:
    world = run(fault)
    belief = world.house.belief()
    for kind, lanes in ((WimPass, {WIM_AT}), (RadMeasurement, set(SPECTRA_AT))):
        said = [one for one in belief.said if isinstance(one.reading, kind)]
        assert len(said) > 10
        assert all(belief.home(one.where) is not None for one in said)
        assert {one.reading.device_id.rpartition("/")[0] for one in said} == lanes
    verdict = judge(world.truth, belief)
    assert verdict.unexplained_differences == []
    assert set(verdict.explained_by) <= {UNREAD, fault, "dropped"}


def test_a_gross_weight_and_an_alarm_are_concluded_and_a_background_is_nobodys() -> None:
    world = run()
    post = PlaceId("KG-TOR-A")
    facts = [fact for fact in world.house.facts(post) if isinstance(fact, EvidenceAttached)]
    by_entry = dict(world.house.entries[post])
    rolled = [fact for fact in facts if fact.evidence == "wim_pass"]
    assert rolled
    for fact in rolled:
        said = by_entry[fact.of]
        assert isinstance(said, WimPass)
        assert fact.gross_kg == said.gross_kg == sum(axle.load_kg for axle in said.axles)
    surveyed = [by_entry[fact.of] for fact in facts if fact.evidence == "rad_measurement"]
    assert surveyed
    assert all(isinstance(said, RadMeasurement) and said.measurement == "Foreground" for said in surveyed)


def spoil_name(said: Said) -> Said:
    reading = said.reading
    assert isinstance(reading, WimPass)
    return structs.replace(said, reading=structs.replace(reading, event_id="W-0"))


def spoil_counts(said: Said) -> Said:
    reading = said.reading
    assert isinstance(reading, RadMeasurement)
    return structs.replace(said, reading=structs.replace(reading, gamma_counts=1))


@pytest.mark.parametrize(("kind", "spoil"), [(WimPass, spoil_name), (RadMeasurement, spoil_counts)])
def test_one_in_anothers_dossier_is_a_mistake_and_one_that_nobody_caused_is_a_phantom(
    kind: type[Reading], spoil: Callable[[Said], Said]
) -> None:
    world = run()
    belief = world.house.belief()
    first, second, third = [one for one in belief.said if isinstance(one.reading, kind)][:3]
    home = belief.home(second.where)
    assert home is not None
    belief.lies_in[first.where] = home
    belief.said[belief.said.index(third)] = spoil(third)
    verdict = judge(world.truth, belief)
    assert (verdict.misjoined, verdict.phantom, verdict.lost) == (1, 1, 1)
