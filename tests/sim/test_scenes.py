"""Scripted scenes through the real codecs and the real core: the house makes of them what really happened."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from beket.sim.belief import Belief
from beket.sim.country import demo_posts
from beket.sim.faults import ALL, FaultKind
from beket.sim.judge import UNREAD, Verdict, judge
from beket.sim.pace import DEMO, LOAD, REAL, Pace
from beket.sim.rehearsal import Script
from beket.sim.scenes.lane import SCENES
from beket.sim.scenes.stage import Scene
from beket.words.site import Post
from tests.sim.house import DryRun

PLACES = {"a big post": "KG-TOR-A", "a small post": "KG-KAY-A"}


def performed(scene_of: Callable[[Post], Scene], place: str) -> tuple[Scene, Verdict, Belief]:
    posts = [post for post in demo_posts(pace=DEMO) if post.id == place]
    scene = scene_of(posts[0])
    truth, belief = DryRun(posts, Script(pace=DEMO)).perform(scene)
    return scene, judge(truth, belief), belief


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", [name for name in SCENES if name != "buffered-nose-to-tail"])
def test_the_house_makes_of_a_scene_what_happened(name: str, place: str) -> None:
    scene, verdict, belief = performed(SCENES[name], PLACES[place])
    assert verdict.unexplained_differences == []
    assert verdict.explained == 0
    alone = [dossier for dossier in belief.dossiers.values() if dossier.joined_into is None]
    assert len(alone) == scene.dossiers


def test_late_news_of_a_lorry_with_another_behind_it_is_explained() -> None:
    _, verdict, _ = performed(SCENES["buffered-nose-to-tail"], PLACES["a big post"])
    assert verdict.unexplained_differences == []
    assert (verdict.missed, verdict.lost, verdict.phantom) == (0, 0, 0)
    assert set(verdict.explained_by) <= {"buffered"}


def test_a_lorry_that_backs_out_is_closed_so() -> None:
    _, _, belief = performed(SCENES["backs-out"], PLACES["a big post"])
    assert sorted(dossier.close_reason or "" for dossier in belief.dossiers.values()) == ["", "backed_out"]


def test_a_weighing_without_plate_is_shown_as_unexplained() -> None:
    _, _, belief = performed(SCENES["weighing-without-plate"], PLACES["a small post"])
    assert "weighing_without_plate" in {dossier.unexplained for dossier in belief.dossiers.values()}


@pytest.mark.parametrize(
    ("pace", "rate", "even", "seconds"), [(REAL, 20.0, False, 3600), (DEMO, 60.0, False, 400), (LOAD, 5000.0, True, 30)]
)
def test_a_world_without_faults_is_believed_as_it_is(pace: Pace, rate: float, even: bool, seconds: float) -> None:
    posts = demo_posts(10, rate=rate, even=even, pace=pace)
    script = Script(seed=2, rate=rate, seconds=seconds, pace=pace, even=even)
    verdict = judge(*DryRun(posts, script).run())
    assert verdict.crossings > 200
    assert verdict.unexplained_differences == []
    assert set(verdict.explained_by) <= {UNREAD}
    assert verdict.explained < 0.05 * verdict.crossings


@pytest.mark.parametrize("fault", sorted(ALL))
def test_under_each_fault_every_difference_is_explained(fault: FaultKind) -> None:
    posts = demo_posts(10, rate=5000, even=True, pace=LOAD)
    script = Script(seed=3, rate=5000, seconds=30, pace=LOAD, even=True, faults=frozenset({fault}))
    truth, belief = DryRun(posts, script).run()
    assert truth.counts()["faults"] > 10
    verdict = judge(truth, belief)
    assert verdict.unexplained_differences == []
    assert set(verdict.explained_by) <= {UNREAD, fault, "dropped"} - ({"resend"} if fault == "resend" else set())
