"""The rehearsal's country: every checkpoint, each device at its own address, written and read as a site file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from beket.app.site import load_site
from beket.app.site_text import site_toml
from beket.sim import barrier
from beket.sim.country import (
    BARRIER_AT,
    CAMERAS,
    SPECTRA,
    SPECTRA_AT,
    STATIONS,
    WIM,
    WIM_AT,
    XRAY,
    checkpoints,
    daily,
    demo_posts,
)
from beket.sim.pace import LOAD, REAL
from beket.sim.voices import PORTALS, READERS, VOICES
from beket.words.ids import PlaceId


def test_all_checkpoints_are_there_with_both_ways() -> None:
    posts = demo_posts()
    assert len(posts) == len(checkpoints()) == 36
    for post in posts:
        assert {lane.direction for lane in post.lanes} == {"in", "out"}
        for lane in post.lanes:
            kinds = {(device.zone, device.view) for device in post.devices if device.lane == lane.id}
            assert {("arrival", "front"), ("arrival", "rear"), ("departure", "front")} <= kinds


@pytest.mark.parametrize("rate", [1.0, 3000.0])
def test_every_device_has_a_name_and_an_address_of_its_own(rate: float) -> None:
    devices = [device for post in demo_posts(rate=rate, even=rate > 1, pace=LOAD) for device in post.devices]
    addresses = Counter(device.allow for device in devices)
    assert len({device.id for device in devices}) == len(devices) == len(addresses)
    assert all(len(allow) == 1 and allow[0].startswith("127.") for allow in addresses)
    for device in devices:
        listens = device.transport != "http-push"
        assert (device.host is not None and device.host == device.allow[0]) == listens
        assert listens == (device.driver in (*VOICES, *PORTALS, *READERS, barrier.DRIVER, "onvif"))


def test_big_posts_have_more_than_small_ones() -> None:
    posts = {post.id: post for post in demo_posts()}
    big, small = posts[PlaceId("KG-AKJ-A")], posts[PlaceId("KG-KRM-A")]
    assert len(big.lanes) > len(small.lanes)
    assert any(device.id.endswith("camera-front-2") for device in big.devices)
    assert not any(device.id.endswith("camera-front-2") for device in small.devices)


def test_portals_stand_at_the_external_border_only() -> None:
    for post in demo_posts():
        portals = [device for device in post.devices if device.driver in PORTALS]
        assert bool(portals) == (post.border == "external" and post.mode != "rail")


def test_every_make_of_portal_stands_somewhere_and_a_post_has_one() -> None:
    makes = [{device.driver for device in post.devices if device.driver in PORTALS} for post in demo_posts()]
    assert set().union(*makes) == set(PORTALS)
    assert all(len(make) <= 1 for make in makes)


def test_every_make_of_scale_stands_somewhere_and_a_post_has_one() -> None:
    makes = [{device.driver for device in post.devices if device.driver in VOICES} for post in demo_posts()]
    assert set().union(*makes) == set(VOICES)
    assert all(len(make) == 1 for make in makes)


def test_every_make_of_camera_stands_at_the_first_posts_and_where_one_may_back_out_it_says_the_direction() -> None:
    assert {device.driver for post in demo_posts(5) for device in post.devices} >= set(CAMERAS)
    gates = [device for post in demo_posts() for device in post.devices if device.zone == "arrival"]
    assert {device.driver for device in gates} & set(CAMERAS) == {"hikvision_isapi", "dahua_itsapi"}


def test_volumes_add_up() -> None:
    posts = demo_posts()
    assert sum(daily(posts).values()) == pytest.approx(2000)
    assert sum(daily(posts, even=True).values()) == pytest.approx(2000)
    assert len(set(daily(posts, even=True).values())) == 1


def test_the_site_file_says_the_same(tmp_path: Path) -> None:
    posts = demo_posts()
    file = tmp_path / "site.toml"
    file.write_text(site_toml(posts), encoding="utf-8")
    assert load_site(file) == posts


def test_stations_that_post_stand_in_their_lanes_behind_all_that_stood_there_before() -> None:
    devices = [device for post in demo_posts() for device in post.devices]
    where = {
        driver: {device.id.rpartition("/")[0] for device in devices if device.driver == driver} for driver in STATIONS
    }
    assert where == {XRAY: {"/".join(BARRIER_AT)}, WIM: {WIM_AT}, SPECTRA: set(SPECTRA_AT)}
    for device in devices:
        if device.driver in (WIM, SPECTRA):
            assert (device.zone, device.transport, device.after_s) == ("arrival", "http-push", REAL.portal_window_s)
            lane = [one for one in devices if one.id.rpartition("/")[0] == device.id.rpartition("/")[0]]
            assert lane[-1] == device
