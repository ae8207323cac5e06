"""The example site files can be used as they stand, and one of them has a device of every class."""

from __future__ import annotations

from pathlib import Path
from typing import Final, get_args

import pytest

from beket.app.site import load_site
from beket.devices.kit.field import Field
from beket.devices.kit.registry import drivers
from beket.log.postgres import wall_clock
from beket.words.site import Class
from tests.devices.sockets import MemorySink

EXAMPLES: Final = Path(__file__).parents[2] / "docs" / "examples"
SITES: Final = ("site.toml", "equipment.toml")


@pytest.mark.parametrize("name", SITES)
def test_an_example_is_a_site_file_that_can_be_used(name: str) -> None:
    (post,) = load_site(EXAMPLES / name)
    field = Field([post], MemorySink(), wall_clock)  # its options, maps and transports are looked at here
    assert len(field.lines) == len(post.devices)


def test_one_example_has_a_device_of_each_class() -> None:
    (post,) = load_site(EXAMPLES / "equipment.toml")
    assert sorted(str(device.klass) for device in post.devices) == sorted(get_args(Class))


@pytest.mark.parametrize("name", SITES)
def test_no_device_of_an_example_is_shut_out_by_itself(name: str) -> None:
    (post,) = load_site(EXAMPLES / name)
    for device in post.devices:
        transport = device.transport or drivers()[device.driver].manifest.transports[0]
        assert device.allow or transport not in {"tcp-server", "udp", "http-push"}, device.id


def test_every_site_file_beside_these_is_tried() -> None:
    assert {file.name for file in EXAMPLES.glob("*.toml")} == set(SITES)
