"""The given samples of devices, said as they are to a running house: each is answered and in the log, once."""

from __future__ import annotations

import base64
import json
import socket
from pathlib import Path
from typing import Any, Final

import pytest

from beket.words.readings import Weighing
from tests.house.camera import PLACE, post, site_file
from tests.house.house import calm, running, until

SAMPLES: Final = (
    Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "device-samples" / "synthetic" / "cases.json"
)
GROSS_KG: Final = 16_440
SCALE: Final = """
[[post.device]]
id = "KG-TST-A/in-1/scale"
driver = "yaohua_a9"
transport = "tcp-client"
host = "127.0.0.1"
port = {port}
lane = "in-1"
zone = "control"
allow = ["127.0.0.1"]
options = {{ threshold_kg = 200, repeats_min = 5, window_ms = 3000 }}
"""


def given(name: str) -> list[dict[str, Any]]:
    """The samples whose names begin so."""
    return [case for case in json.loads(SAMPLES.read_text("utf-8"))["cases"] if case["id"].startswith(name)]


@pytest.mark.shared
def test_given_samples_walk_into_the_log(folder: Path) -> None:
    if not SAMPLES.is_file():
        pytest.skip("the device samples are not beside this repository (../shared)")
    with socket.create_server(("127.0.0.1", 0)) as scale:
        site = site_file(folder, SCALE.format(port=scale.getsockname()[1]))
        with running(folder, "--site", site) as house:
            assert _posted_twice(house.field_port) == {200}
            _weigh(scale)

            def weighed() -> list[Weighing]:
                return [said for said in house.readings(PLACE) if isinstance(said, Weighing)]

            until(weighed, 20, "the weighing is in the log")
            assert [said.gross_kg for said in weighed()] == [GROSS_KG]
            assert sorted(house.plates(PLACE), key=str) == ["01KG317PPO", "01KG640AXP", None]
            calm(house.said)


def _posted_twice(port: int) -> set[int | None]:
    """Post each camera sample and send it again, as a camera does that missed the answer."""
    samples = [case["input"] for case in given("hikvision_isapi/") if case["transport"] == "http-push"]
    assert len(samples) >= 4
    bodies = [(base64.b64decode(sample["body_base64"]), sample["content_type"]) for sample in samples]
    return {post(port, body, kind) for body, kind in bodies for _ in range(2)}


def _weigh(scale: socket.socket) -> None:
    """Answer the house's call and say a lorry's passage over the scale."""
    scale.settimeout(20)
    line, _ = scale.accept()
    with line:
        for chunk in given("yaohua_a9/drive-on-drive-off")[0]["input"]["data"]:
            line.sendall(bytes.fromhex(chunk))
