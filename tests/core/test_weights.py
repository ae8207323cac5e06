"""Weights at the checkpoint: limits with and without papers, and a vehicle held against what it weighed before."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest

from beket.core.documents import pasts
from beket.core.documents.state import Past
from beket.core.state import decode, encode
from beket.words.documents import Totals
from beket.words.facts import EvidenceAttached, FindingRaised
from tests.core.test_documents import LORRY, OTHER, Scene, cmr, of
from tests.core.test_findings import told, withdrawn

HOUR_S: Final = 3600


def passed(scene: Scene, at_s: int, kg: int, plate: str = LORRY, *, lane: int = 1) -> list[tuple[str, str]]:
    """A lorry comes, is weighed and goes; gives what was found at the scale."""
    scene.says(f"{at_s} front@{lane} {plate}")
    found = told(scene.says(f"{at_s + 100} scale@{lane} {kg}"))
    scene.says(f"{at_s + 600} exit@{lane} {plate}")
    return found


def known(scene: Scene, plate: str = LORRY) -> list[tuple[str, float, bool, bool]]:
    """What is held of a vehicle's earlier weighings: the way, the mass, goods, transit."""
    held: tuple[Past, ...] = scene.player.state.documents.pasts.get(plate, ())  # of crossings that were let go
    return [(past.direction, past.weighed.gross_kg, past.goods, past.transit) for past in held]


def test_a_lorry_without_papers_is_held_to_the_limit() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    facts = scene.says("100 scale 52000")
    assert told(facts) == [("W10", "medium")]
    (found,) = of(facts, FindingRaised)
    assert found.values["limit_row"] == "KG-454-gross"
    assert found.values["limit_confirmed"] == "no"
    assert found.because == ("3.0",)
    assert told(scene.says("110 rear 01111AAA")) == []


def test_a_lighter_one_is_not_looked_at() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    assert told(scene.says("100 scale 44000")) == []


def test_a_permit_that_comes_later_stands_beside_the_overload() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.says("100 scale 52000")
    permit = cmr("SP-100200", kind="permit", gross=None, totals=Totals(conveyance_kg=Decimal(55_000)))
    facts = scene.brought(200, permit)
    (found,) = of(facts, FindingRaised)
    assert (found.rule, found.level, found.values["permit"]) == ("W10", "medium", "SP-100200")
    assert len(found.documents) == 1


def test_axles_that_rolled_over_a_strip_are_held_to_the_limit_and_go_with_the_weighing() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    facts = scene.says("2 strip 30000")
    (attached,) = of(facts, EvidenceAttached)
    assert [axle.load_kg for axle in attached.axles] == [15_000, 15_000]
    assert told(facts) == [("W10", "medium"), ("W11", "medium"), ("W11", "medium")]
    (visit,) = scene.player.state.documents.visits.values()
    assert [len(weighed.axles) for weighed in visit.weighings.values()] == [2]


def test_a_second_weighing_below_the_limit_takes_the_overload_back() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    assert told(scene.says("2 strip 20100")) == [("W10", "medium")]
    assert withdrawn(scene.says("100 scale 18000")) == ["W10"]


def test_a_transit_that_leaves_lighter_is_found_on_its_way_out() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.brought(10, cmr("TD-100200", kind="transit_declaration", gross="22000"))
    scene.says("100 scale 38000")
    scene.says("600 exit 01111AAA")
    scene.player.state = decode(encode(scene.player.state))
    scene.says(f"{40 * HOUR_S} front@9 01111AAA")
    facts = scene.says(f"{40 * HOUR_S + 100} scale@9 16000")
    assert told(facts) == [("W13", "high")]
    (found,) = of(facts, FindingRaised)
    assert (found.values["entry_kg"], found.values["exit_kg"]) == ("38000", "16000")
    assert found.values["other_crossings"] == scene.opened[0]


def test_one_that_came_empty_leaves_heavier_until_a_note_says_what_it_carries() -> None:
    scene = Scene()
    assert passed(scene, 0, 14_000) == []
    scene.says(f"{9 * HOUR_S} front@9 01111AAA")
    assert told(scene.says(f"{9 * HOUR_S + 100} scale@9 30000")) == [("W14", "low")]
    assert withdrawn(scene.brought(9 * HOUR_S + 200, cmr("CMR-100200", gross="16000"))) == ["W14"]


def test_the_lightest_that_it_weighed_before_sharpens_what_its_goods_may_be() -> None:
    scene = Scene()
    passed(scene, 0, 13_000)
    passed(scene, 9 * HOUR_S, 13_200, lane=9)
    scene.says(f"{48 * HOUR_S} front 01111AAA")
    scene.brought(48 * HOUR_S + 10, cmr("CMR-100200", gross="10000"))
    assert told(scene.says(f"{48 * HOUR_S + 100} scale 29000")) == [("W12", "medium")]


def test_what_it_weighed_is_known_after_its_crossing_is_let_go() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.brought(10, cmr("TD-100200", kind="transit_declaration", gross="22000"))
    scene.says("100 scale 38000")
    scene.says("600 exit 01111AAA")
    assert known(scene) == []
    passed(scene, 80 * HOUR_S, 20_000, OTHER)
    assert known(scene) == [("in", 38_000, True, True)]
    scene.player.state = decode(encode(scene.player.state))
    scene.says(f"{90 * HOUR_S} front@9 01111AAA")
    assert told(scene.says(f"{90 * HOUR_S + 100} scale@9 16000")) == [("W13", "high")]


def test_so_many_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pasts, "VEHICLES_MAX", 2)
    monkeypatch.setattr(pasts, "PASTS_MAX", 3)
    scene = Scene()
    for turn in range(5):
        passed(scene, turn * HOUR_S, 13_000 + turn)
    for turn, plate in enumerate((OTHER, "01333CCC", "01444DDD"), 5):
        passed(scene, turn * HOUR_S, 20_000, plate)
    assert known(scene) == []
    passed(scene, 80 * HOUR_S, 20_000, "01555EEE")
    assert list(scene.player.state.documents.pasts) == ["01333CCC", "01444DDD"]


def test_of_one_vehicle_the_newest_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pasts, "PASTS_MAX", 3)
    scene = Scene()
    for turn in range(5):
        passed(scene, turn * HOUR_S, 13_000 + turn)
    passed(scene, 90 * HOUR_S, 20_000, OTHER)
    assert [kg for _, kg, _, _ in known(scene)] == [13_002, 13_003, 13_004]
