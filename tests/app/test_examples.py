"""The example site files can be used as they stand, and one of them has a device of every class."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, get_args

import pytest

from beket.app.site import load_site
from beket.devices.kit.field import Field
from beket.devices.kit.registry import HOME, drivers
from beket.log.postgres import wall_clock
from beket.words.site import Class
from tests.devices.sockets import MemorySink

EXAMPLES: Final = Path(__file__).parents[2] / "docs" / "examples"
SITES: Final = ("site.toml", "equipment.toml")
SHOWN: Final = re.compile(r"^```toml\n(\[\[post\.device\]\]\n.*?)^```", re.MULTILINE | re.DOTALL)
ROWS_SHOWN_MIN: Final = 20
"""Fewer would mean that the pattern finds them no more."""
POST: Final = """
[[post]]
id = "KG-XXX"
name = { ky = "Сыноо", ru = "Проба", en = "Trial" }
latitude = 42.0
longitude = 74.5

[[post.lane]]
id = "in-1"
direction = "in"

"""
GUIDES: Final = sorted(page for page in HOME.glob("*/README.md") if SHOWN.search(page.read_text("utf-8")))


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


@pytest.mark.parametrize("page", GUIDES, ids=[page.parent.name for page in GUIDES])
def test_what_a_driver_asks_to_write_into_the_site_file_can_be_written_there(page: Path, tmp_path: Path) -> None:
    (shown,) = SHOWN.findall(page.read_text("utf-8"))
    file = tmp_path / "site.toml"
    file.write_text(POST + shown, "utf-8")
    (post,) = load_site(file)
    assert post.devices[0].driver == page.parent.name


def test_most_drivers_show_their_row_of_the_site_file() -> None:
    assert len(GUIDES) >= ROWS_SHOWN_MIN
