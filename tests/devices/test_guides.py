"""The guides tell the truth: the maps and names that they show can be used as they stand."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from beket.devices.kit.driver import Transport
from beket.devices.kit.mapped_form import read_map
from beket.devices.kit.mapped_values import TRANSFORMS
from beket.devices.kit.registry import HOME, Manifest, drivers

GUIDES = Path(__file__).parents[2] / "docs" / "how-to"
ADDING = (GUIDES / "add-a-device.md").read_text("utf-8")


def test_the_map_of_the_guide_is_a_map() -> None:
    (shown,) = re.findall(r"```toml\n# map\.toml\n(.*?)```", ADDING, re.DOTALL)
    by = read_map(shown, "the guide")
    assert len(by.messages) == 2


def test_the_manifest_of_the_guide_is_one() -> None:
    (shown,) = re.findall(r"```toml\n# manifest\.toml.*?\n(.*?)```", ADDING, re.DOTALL)
    assert msgspec.convert(tomllib.loads(shown), Manifest).name == "acme_cam"


def test_the_guide_names_every_transform_and_no_other() -> None:
    listed = ADDING[ADDING.index("**Transforms**") : ADDING.index("Left out, the\nfield")]
    assert set(re.findall(r"`([a-z0-9_]+)`", listed)) - {"as", "format"} == {*TRANSFORMS, "rows"}


@pytest.mark.parametrize("name", ["axis_lpv", "platerecognizer_stream", "rekor_scout", "yaohua_a9", "rapiscan_tsa"])
def test_the_guide_names_drivers_that_are_there(name: str) -> None:
    assert f"`{name}`" in ADDING
    assert name in drivers()
    assert (HOME / name / "map.toml").exists() == (name in ("axis_lpv", "platerecognizer_stream", "rekor_scout"))


def test_the_guide_names_transports_that_are_there() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| ", ADDING, re.MULTILINE)
    assert {"tcp-client", "http-push", "mqtt"} <= set(rows) <= set(get_args(Transport))
