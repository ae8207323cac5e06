"""The X-ray complex of the rehearsal: heard by the house's own field, its scans in the right dossiers."""

from __future__ import annotations

import asyncio
import io

import pytest
from msgspec import structs
from PIL import Image

from beket.sim.country import BARRIER_AT, XRAY, demo_posts
from beket.sim.faults import ALL, FaultKind, Telling
from beket.sim.happenings import Scan
from beket.sim.judge import UNREAD, judge
from beket.sim.pace import DEMO
from beket.sim.posting import Target
from beket.sim.rehearsal import Script, now
from beket.sim.stations import Stations
from beket.sim.truth import Told
from beket.sim.xray import SUSPECT_SHARE, drawn
from beket.words.facts import EvidenceAttached
from beket.words.ids import PlaceId
from beket.words.readings import ScanResult
from beket.words.site import Post
from tests.devices.sockets import MemorySink, device, opened, until
from tests.sim.house import DryRun, only


def scanning() -> Post:
    """The lane with the complex."""
    place, lane = BARRIER_AT
    return only(next(post for post in demo_posts(rate=60, pace=DEMO) if post.id == place), lane)


def scan(number: int, plate: str | None = "01777ABC") -> Scan:
    return Scan(
        at_ms=0,
        crossing=f"lorry {number}",
        place=PlaceId("KG-TEST"),
        device=device("xray", XRAY).id,
        zone="control",
        scan_id=f"S-{number}",
        vehicle="lorry",
        plate=plate,
        container="CSQU3054383",
    )


def telling(met: Scan, **given: bool) -> Told:
    return Told(telling=Telling(met=met, send_ms=0, **given))  # type: ignore[arg-type]


def test_the_house_hears_each_scan_with_its_image_and_not_what_was_cut() -> None:
    async def scene() -> None:
        sink = MemorySink()
        row = device("xray", XRAY, declared_id="X1", transport="http-push", allow=("127.0.0.1",))
        async with opened(sink, row) as field:
            stations = Stations([row], Target(host="127.0.0.1", port=field.http_port), now)
            tells = [
                telling(scan(1)),
                telling(scan(2, None)),
                telling(scan(3), cut=True),
                telling(scan(4), silent=True),
            ]
            stations.tick(0.1)
            for told in tells:
                assert stations.met(told.telling.met)
                stations.speak(told)
            await until(lambda: len(sink.said(ScanResult)) == 2 and not stations.busy)
            stations.close()
        said = [one for one in sink.said(ScanResult) if isinstance(one, ScanResult)]
        assert [(one.scan_id, one.plate, one.containers) for one in said] == [
            ("S-1", "01777ABC", ("CSQU3054383",)),
            ("S-2", None, ("CSQU3054383",)),
        ]
        assert [told.reached for told in tells] == [True, True, False, False]
        assert tells[2].lost == "cut"
        assert sink.refused == []
        for one in said:
            (image,) = one.images
            assert Image.open(io.BytesIO(sink.pictures[image.sha256])).size == (640, 220)

    asyncio.run(scene())


def test_what_the_analyst_marks_is_drawn_and_rare() -> None:
    assert drawn(scan(1), suspect=True) != drawn(scan(1), suspect=False)
    assert drawn(scan(1), suspect=False) == drawn(scan(1), suspect=False) != drawn(scan(2), suspect=False)
    assert 0 < SUSPECT_SHARE < 0.1


@pytest.mark.parametrize("fault", [None, *sorted(ALL)])
def test_every_scan_lies_in_its_lorrys_dossier(fault: FaultKind | None) -> None:
    script = Script(seed=3, rate=400, seconds=2400, pace=DEMO, faults=frozenset({fault} if fault else ()))
    truth, belief = DryRun([scanning()], script).run()
    said = [one for one in belief.said if isinstance(one.reading, ScanResult)]
    assert len(said) > 10
    assert all(belief.home(one.where) is not None for one in said)
    verdict = judge(truth, belief)
    assert verdict.unexplained_differences == []
    assert set(verdict.explained_by) <= {UNREAD, fault, "dropped"}


def test_only_some_lorries_are_scanned_and_each_is_known_by_what_its_scan_carries() -> None:
    dry = DryRun([scanning()], Script(seed=6, rate=400, seconds=6000, pace=DEMO))
    truth, _ = dry.run()
    through = [held for held in truth.journeys() if held.journey.lane == BARRIER_AT[1] and len(held.told) > 6]
    scanned = [held for held in through if any(isinstance(told.telling.met, Scan) for told in held.told)]
    lorries = [held for held in through if held.journey.vehicle.kind == "lorry"]
    assert 0.2 * len(lorries) < len(scanned) < 0.8 * len(lorries)
    scans = [told.telling.met for held in scanned for told in held.told if isinstance(told.telling.met, Scan)]
    plates = [held.journey.vehicle.front.value for held in scanned if held.journey.vehicle.front]
    assert any(met.plate != plate for met, plate in zip(scans, plates, strict=True)), "nobody mistyped a plate"
    facts = dry.house.facts(PlaceId(BARRIER_AT[0]))
    by = [fact.by for fact in facts if isinstance(fact, EvidenceAttached) and fact.evidence == "scan_result"]
    assert by == ["plate"] * len(scans)


def test_a_scan_in_another_lorrys_dossier_is_a_mistake_and_one_that_nobody_made_is_a_phantom() -> None:
    truth, belief = DryRun([scanning()], Script(seed=3, rate=400, seconds=2400, pace=DEMO)).run()
    first, second, third = [one for one in belief.said if isinstance(one.reading, ScanResult)][:3]
    home = belief.home(second.where)
    assert home is not None
    belief.lies_in[first.where] = home
    at = belief.said.index(third)
    belief.said[at] = structs.replace(third, reading=structs.replace(third.reading, scan_id="S-0"))
    verdict = judge(truth, belief)
    assert (verdict.misjoined, verdict.phantom, verdict.lost) == (1, 1, 1)
