"""Captured messages of trackers and seals against the values that another decoder found in them (device samples)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from beket.devices.kit.cases import check
from beket.devices.kit.registry import drivers, find
from beket.devices.kit.trial import Trial, try_input
from beket.words.ids import Instant

NOW: Final = Instant(1_795_000_000_000)
FILE: Final = (
    Path(__file__).parents[2] / ".." / "shared" / "data" / "device-samples" / "traccar" / "tracker-messages.json"
)
OURS: Final = {"egts": 3, "teltonika": 5, "jt600_jointech": 5, "eseal": 2, "wialon": 4}
"""Protocols of these tests, with how many messages of each there are."""

NAMES: Final = {"din": "digital_inputs", "src": "source_code", "sat": "satellites", "battery": "battery_percent"}
SCALES: Final = {"hdop": 100}
IDLE: Final = {"oid", "blackbox", "device", "status", "cid", "lac", "rssi", "rope_cut", "io"}
"""What the other decoder names otherwise; looked at by itself below."""


def messages(protocol: str) -> list[dict[str, Any]]:
    if not FILE.is_file():
        pytest.skip("the device samples are not beside this repository (../shared)")
    return [case for case in json.loads(FILE.read_text("utf-8"))["cases"] if case["protocol"] == protocol]


def tried(case: dict[str, Any]) -> Trial:
    driver = find(case["protocol"])
    assert driver is not None
    given = dict(case["input"])
    if case["protocol"] == "wialon":
        given["data"] += "\r\n"  # the captures are lines without their ends
    return try_input(driver, given, NOW)


def agree(wanted: dict[str, Any], got: dict[str, Any]) -> None:
    for name, value in wanted.items():
        if name in IDLE:
            continue
        ours = got[NAMES.get(name, name)]
        if name == "altitude_m" and ours is None:
            assert value == 0, "what is not said is not known; the other decoder says nought"
        elif isinstance(value, float | int) and not isinstance(value, bool):
            assert ours == pytest.approx(value / SCALES.get(name, 1), abs=1e-5), name
        else:
            assert ours == value, name


@pytest.mark.shared
@pytest.mark.parametrize("protocol", OURS)
def test_every_message_says_what_the_other_decoder_found(protocol: str) -> None:
    cases = messages(protocol)
    assert len(cases) == OURS[protocol]
    for case in cases:
        derived = case.get("derived", {})
        wanted = derived.get("positions", derived.get("records", []))
        trial = tried(case)
        if derived.get("crc_ok") is False:
            assert {problem["kind"] for problem in trial.problems()} == {"crc"}
            assert trial.told() == []
            continue
        assert [problem for problem in trial.problems() if problem["fatal"]] == []
        readings = trial.readings()
        if wanted:
            assert len(readings) == len(wanted)
        for one, got in zip(wanted, readings, strict=False):
            agree(one, got)
        expected = case["expect"]
        if expected["kind"] in ("position", "positions"):
            assert readings
            said = expected.get("position", expected.get("each", {}))
            for name in ("latitude", "longitude"):
                if name in said:
                    assert readings[0][name] == pytest.approx(said[name], abs=said["tolerance_deg"])


@pytest.mark.shared
def test_elements_and_objects_are_those_the_other_decoder_found() -> None:
    for case in messages("teltonika"):
        derived = case.get("derived", {})
        if derived.get("crc_ok"):
            for wanted, got in zip(derived.get("records", []), tried(case).readings(), strict=False):
                assert got["io"] == wanted["io"]
    for case in messages("egts"):
        for wanted, got in zip(case["derived"].get("positions", []), tried(case).readings(), strict=True):
            assert got["device_id"] == str(wanted["oid"])
            assert got["buffered"] is wanted["blackbox"]
    for case in messages("jt600_jointech"):
        for wanted, got in zip(case.get("derived", {}).get("positions", []), tried(case).readings(), strict=False):
            assert (got["device_id"], got["cell"]["cid"], got["cell"]["lac"]) == (
                wanted["device"],
                wanted["cid"],
                wanted["lac"],
            )
            assert ("rope_cut" in got["alarms"]) is wanted["rope_cut"]


@pytest.mark.shared
def test_what_the_captures_state_of_texts_is_read() -> None:
    (case,) = [case for case in messages("teltonika") if case.get("derived", {}).get("codec") == 13]
    (reading,) = tried(case).readings()
    assert reading["ibutton"] == case["expect"]["value"]


def test_a_wrong_value_would_be_noticed() -> None:
    case = {
        "id": "x",
        "protocol": "teltonika",
        "input": {"encoding": "hex", "data": "000f333532333534333733343037363535"},
        "expect": {"session": {"device_id": "352354373407656"}},
    }
    assert "teltonika" in drivers()
    assert not check(case, NOW)["ok"]
