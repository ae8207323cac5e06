"""Captured tracker messages that lie beside the repository, and how readings compare with what is stated of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from beket.devices.kit.registry import drivers
from beket.devices.kit.trial import Trial, try_input
from beket.words.ids import Instant

GIVEN = Path(__file__).parents[2] / ".." / "shared" / "data" / "device-samples" / "traccar" / "tracker-messages.json"
NOW = Instant(1_791_188_468_000)


def captured(protocol: str) -> list[dict[str, Any]]:
    """The messages of one protocol; the test that asks is skipped where the samples are not beside us."""
    if not GIVEN.is_file():
        pytest.skip("the device samples are not beside this repository (../shared)")
    held = json.loads(GIVEN.read_text("utf-8"))["cases"]
    return [one for one in held if one["protocol"] == protocol]


def tried(driver: str, capture: dict[str, Any]) -> Trial:
    """Feed one captured message to a driver."""
    return try_input(drivers()[driver], capture["input"], NOW)


def stated(capture: dict[str, Any]) -> dict[str, Any]:
    """The place that a capture's own test states, in our names."""
    said = capture["expect"].get("position") or capture["expect"].get("each") or {}
    wanted = {name: said[name] for name in ("valid", "latitude", "longitude") if name in said}
    if "fix_time_utc" in said:
        wanted["time"] = said["fix_time_utc"].replace(" ", "T") + "Z"
    return wanted


def agrees(reading: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Tell whether a reading says what is stated, places to a hundred-thousandth of a degree."""
    return all(
        abs(reading[name] - value) <= 1e-5 if isinstance(value, float) else reading[name] == value
        for name, value in wanted.items()
    )
