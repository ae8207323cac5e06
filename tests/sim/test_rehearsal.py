"""A rehearsal over real sockets: what the devices say arrives, and the judge finds nothing wrong."""

from __future__ import annotations

import asyncio
import io

import pytest
from PIL import Image

from beket.sim import faults
from beket.sim.country import demo_posts
from beket.sim.eye import UNSAID
from beket.sim.faults import FaultKind
from beket.sim.judge import Verdict, judge
from beket.sim.pace import Pace
from beket.sim.pull_point import NO_POINT
from beket.sim.rehearsal import Rehearsal, Script
from beket.sim.truth import Truth
from beket.words.readings import PlateRead
from tests.sim.field import Field

QUICK = Pace(
    headway=(4.0, 4.3),
    to_rear=(1.5, 2.0),
    to_scale=(2.2, 2.6),
    on_scale=(1.4, 1.6),
    scale_wait_max=8.0,
    control=(0.5, 1.5),
    back_out=(2.0, 3.0),
    away=(5.0, 9.0),
)


async def rehearse(
    *, port: int, network: int, seconds: float = 6.0, kinds: tuple[FaultKind, ...] = (), answers: tuple[int, ...] = ()
) -> tuple[Truth, Verdict, Field]:
    posts = demo_posts(2, port=port, pace=QUICK, first_network=network)
    field = Field(posts, answers)
    script = Script(seed=7, rate=2000, seconds=seconds, pace=QUICK, faults=frozenset(kinds), burst=2)
    try:
        rehearsal = Rehearsal(posts, await field.open(), script)
        dialling = asyncio.get_running_loop().call_later(0.3, field.dial)
        truth = await rehearsal.run()
        dialling.cancel()
        await asyncio.sleep(0.3)
        return truth, judge(truth, field.house.belief()), field
    finally:
        await field.close()


def lost(truth: Truth) -> set[str | None]:
    """Why what was told did not arrive."""
    return {told.lost for held in truth.journeys() for told in held.told if not told.reached}


def test_everything_arrives_over_real_sockets() -> None:
    truth, verdict, field = asyncio.run(rehearse(port=4601, network=200))
    counts = truth.counts()
    assert counts["journeys"] >= 8
    assert counts["happenings"] > 30
    assert lost(truth) <= {UNSAID}
    assert verdict.crossings == counts["journeys"]
    assert verdict.unexplained_differences == []
    assert len(field.addresses) > 4  # each camera came from its own address
    for part in ("detectionPicture.jpg", "licensePlatePicture.jpg"):
        body = next(body for _, body in field.heard if part.encode() in body)
        start = body.index(b"\xff\xd8", body.rindex(part.encode()))
        assert Image.open(io.BytesIO(body[start:])).size[0] > 100


def test_a_camera_is_patient_with_a_house_in_trouble() -> None:
    truth, verdict, _ = asyncio.run(rehearse(port=4602, network=203, answers=(503, 503, 500, 503)))
    assert lost(truth) <= {UNSAID}
    assert verdict.right


def test_cameras_that_were_cut_off_hand_over_what_they_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "BUFFERED_SHARE", 1.0)
    truth, verdict, field = asyncio.run(rehearse(port=4604, network=208, seconds=10, kinds=("buffered",)))
    assert lost(truth) <= {UNSAID, NO_POINT}
    assert verdict.unexplained_differences == []
    entries = [body for chain in field.house.entries.values() for _, body in chain]
    late = {field.drivers[one.device_id] for one in entries if isinstance(one, PlateRead) and one.buffered}
    assert late == {"hikvision_isapi", "onvif"}, "the others have no word for it"


def test_faults_over_sockets_are_all_explained() -> None:
    truth, verdict, _ = asyncio.run(
        rehearse(port=4603, network=208, seconds=10, kinds=("drop", "resend", "reorder", "clock", "buffered", "cut"))
    )
    assert truth.counts()["faults"] > 0
    assert verdict.unexplained_differences == []
