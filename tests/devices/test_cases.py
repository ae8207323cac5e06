"""Every case file passes: those given with the reference and our own; and the runner fails what is wrong."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from beket.devices.kit.cases import check, check_files
from beket.devices.kit.registry import find
from beket.devices.kit.trial import InputRefused, decode_message
from beket.words.ids import Instant

NOW = Instant(1_791_188_468_000)
GIVEN = Path(__file__).parents[2] / ".." / "shared" / "data" / "device-samples" / "synthetic" / "cases.json"
OURS = sorted(Path(__file__).parent.glob("*/cases.json"))


def cases(path: Path) -> Iterator[dict[str, Any]]:
    yield from json.loads(path.read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", [case for path in OURS for case in cases(path)], ids=lambda case: case["id"])
def test_our_case_passes(case: dict[str, Any]) -> None:
    verdict = check(case, NOW)
    assert verdict["ok"], verdict["why"]


@pytest.mark.shared
def test_the_given_cases_of_our_drivers_pass() -> None:
    if not GIVEN.is_file():
        pytest.skip("the device samples are not beside this repository (../shared)")
    verdicts = {verdict["id"]: verdict for verdict in check_files([GIVEN], NOW)}
    ours = {name: verdict for name, verdict in verdicts.items() if find(name.partition("/")[0]) is not None}
    assert len(ours) >= 13
    assert {name: verdict["why"] for name, verdict in ours.items() if not verdict["ok"]} == {}
    others = [verdict["why"] for name, verdict in verdicts.items() if name not in ours]
    assert all(why.startswith("no driver named ") for why in others)


WEIGHT = {"encoding": "hex", "data": "022b30323938343030314303"}
WRONG = {
    "another value": ({"readings": [{"kind": "weight", "value": 29841}]}, "readings[0].value"),
    "a field that is not there": ({"readings": [{"kind": "weight", "axles": 3}]}, "readings[0].axles: missing"),
    "one reading too many": ({"readings": []}, "wanted 0, got 1"),
    "null is not zero": ({"readings": [{"kind": "weight", "stable": False}]}, "stable"),
    "an error that did not happen": ({"error": "checksum"}, "error"),
    "an error that should not have": ({"weighing": {"gross_kg": 29840}}, "weighing: wanted one, got 0"),
    "another request": ({"request_hex": "00"}, "request_hex"),
    "another reply": ({"reply_text": "OK"}, "reply_text"),
    "another status": ({"reply_status": 503}, "reply_status"),
    "another health": ({"health": {"alive": False}}, "health.alive"),
    "what nobody knows": ({"smell": {"rpid": 1}}, "does not know"),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_runner_says_what_is_not_as_expected(name: str) -> None:
    expect, why = WRONG[name]
    verdict = check({"id": name, "protocol": "yaohua_a9", "input": WEIGHT, "expect": expect}, NOW)
    assert not verdict["ok"]
    assert why in verdict["why"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"encoding": "hex", "data": "zz"}, "not of that form"),
        ({"encoding": "hex-chunks", "data": 5}, "not of that form"),
        ({"encoding": "modbus-registers"}, "not of that form"),
        ({}, "no encoding named None"),
    ],
)
def test_an_input_that_cannot_be_fed_fails_its_case(given: dict[str, Any], why: str) -> None:
    verdict = check({"id": "x", "protocol": "yaohua_a9", "input": given, "expect": {}}, NOW)
    assert not verdict["ok"]
    assert why in verdict["why"]


def test_a_driver_we_do_not_have_is_named() -> None:
    verdict = check({"id": "x", "protocol": "no_such", "input": WEIGHT, "expect": {}}, NOW)
    assert verdict["why"] == "no driver named no_such"


def test_a_file_that_is_no_case_file_is_one_failed_case(tmp_path: Path) -> None:
    broken, absent, listless = tmp_path / "broken.json", tmp_path / "absent.json", tmp_path / "listless.json"
    broken.write_text("{", "utf-8")
    listless.write_text('{"cases": 3}', "utf-8")
    verdicts = list(check_files([broken, absent, listless], NOW))
    assert [verdict["ok"] for verdict in verdicts] == [False, False, False]
    assert all("not a case file" in verdict["why"] for verdict in verdicts)


@pytest.mark.parametrize(
    ("blob", "encoding"),
    [
        (b"\x02+02984001C\x03", "text"),
        (b"02 2b 30 32 39 38 34 30 30 31 43 03\n", "hex"),
        (b"AiswMjk4NDAwMUMD", "base64"),
    ],
)
def test_one_message_is_decoded_from_any_encoding(blob: bytes, encoding: str) -> None:
    (line,) = decode_message("yaohua_a9", blob, encoding, NOW)
    assert line["readings"][0]["value"] == 29840
    assert line["readings"][0]["received"] == "2026-10-05T08:21:08.000Z"
    assert line["problems"] == []


def test_a_whole_request_is_decoded() -> None:
    request = b"POST /?licensePlate=01KG1&dateTime=2026-10-05T08:21:07Z HTTP/1.1\r\nHost: x\r\n\r\n"
    (line,) = decode_message("hikvision_isapi", request, "http", NOW)
    assert line["readings"][0]["plate"] == "01KG1"
    assert line["readings"][0]["time"] == "2026-10-05T08:21:07.000Z"


def test_a_whole_response_with_a_stream_is_decoded() -> None:
    case = next(case for path in OURS for case in cases(path) if case["id"].endswith("stream-of-two-vehicles"))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=boundary\r\n\r\n"
    lines = decode_message("hikvision_isapi", head + base64.b64decode(case["input"]["body_base64"]), "http", NOW)
    plates = [reading["plate"] for line in lines for reading in line["readings"]]
    assert plates == ["01KG212AKC", "01KG213AKC"]


@pytest.mark.parametrize(
    ("driver", "blob", "encoding"),
    [
        ("no_such", b"00", "hex"),
        ("yaohua_a9", b"zz", "hex"),
        ("yaohua_a9", b"00", "octal"),
        ("yaohua_a9", b"!", "base64"),
    ],
)
def test_what_cannot_be_decoded_at_all_is_refused(driver: str, blob: bytes, encoding: str) -> None:
    with pytest.raises(InputRefused):
        list(decode_message(driver, blob, encoding, NOW))


def test_bytes_that_say_nothing_still_give_a_line() -> None:
    (line,) = decode_message("yaohua_a9", b"", "text", NOW)
    assert line["readings"] == []


def test_a_case_s_input_can_be_decoded_as_it_stands_in_its_file() -> None:
    given = {"encoding": "http", "path": "/?eventType=ANPR&licensePlate=01KG777ABC&channelID=1", "body_base64": ""}
    (line,) = decode_message("hikvision_isapi", json.dumps(given).encode(), "http", Instant(0))
    assert [reading["plate"] for reading in line["readings"]] == ["01KG777ABC"]
