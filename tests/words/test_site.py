"""What names a layout, and what holds of every one."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import pytest
from msgspec.structs import replace

from beket.words.ids import DeviceId, LaneId, PlaceId
from beket.words.site import Device, Lane, Name, Post, fingerprint, is_coherent

LANE: Final = Lane(id=LaneId("in-1"), direction="in")
CAMERA: Final = Device(id=DeviceId("camera"), driver="x", lane=LANE.id, view="front", options={"a": 1, "b": True})
POST: Final = Post(
    id=PlaceId("KG-T"), name=Name(ky="Сыноо", ru="Проба", en="Trial"), latitude=41.0, longitude=74.5, lanes=(LANE,),
    devices=(CAMERA,),
)  # fmt: skip


def test_a_layout_is_named_alike_however_it_was_written() -> None:
    spelt = msgspec.json.encode(
        {**msgspec.to_builtins(POST), "mode": "road", "zone_name": "Asia/Bishkek", "kind": "border_checkpoint"}
    )
    turned = replace(POST, devices=(replace(CAMERA, options={"b": True, "a": 1}),))
    for same in (
        msgspec.json.decode(spelt, type=Post),
        msgspec.json.decode(msgspec.json.encode(POST), type=Post),
        turned,
    ):
        assert fingerprint(same) == fingerprint(msgspec.json.decode(spelt, type=Post))


@pytest.mark.parametrize(
    "other",
    [
        {"mode": "rail"},
        {"neighbour": "KZ"},
        {"lanes": ()},
        {"devices": (replace(CAMERA, allow=("192.0.2.1",)),)},
        {"devices": (replace(CAMERA, options={"a": 1, "b": False}),)},
    ],
)
def test_another_layout_has_another_name(other: dict[str, Any]) -> None:
    assert fingerprint(replace(POST, **other)) != fingerprint(POST)


@pytest.mark.parametrize(
    "other",
    [
        {"lanes": (LANE, LANE)},
        {"devices": (CAMERA, CAMERA)},
        {"lanes": ()},
    ],
)
def test_names_stand_once_and_lanes_are_there(other: dict[str, Any]) -> None:
    assert is_coherent(POST)
    assert is_coherent(replace(POST, devices=(replace(CAMERA, lane=LaneId("")),), lanes=()))
    assert not is_coherent(replace(POST, **other))
