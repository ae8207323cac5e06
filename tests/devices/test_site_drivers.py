"""A site's own drivers: a manifest and a map in its own folder make a new camera readable, over HTTP and over MQTT."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from beket.app.folders import drivers_folder
from beket.app.site import SiteTrouble, load_site
from beket.cli import main
from beket.devices.kit.cases import check, decode_message
from beket.devices.kit.registry import HOME, drivers, find, look_in, troubles
from beket.settings import Settings, SettingsTrouble
from beket.words.ids import Instant
from beket.words.readings import Health, PlateRead
from tests.devices.acme import MANIFEST, MAP, installed, passage
from tests.devices.sockets import MemorySink, device, opened, until


@pytest.fixture(autouse=True)
def _no_folder_after() -> Iterator[None]:
    yield
    look_in(None)


async def _posted(home: Path) -> tuple[MemorySink, httpx.Response]:
    look_in(installed(home))
    sink = MemorySink()
    camera = device("cam", "acme_cam", allow=("127.0.0.1",), declared_id="S-1")
    async with opened(sink, camera) as field, httpx.AsyncClient() as client:
        answer = await client.post(f"http://127.0.0.1:{field.http_port}/anywhere", content=passage())
        await until(lambda: bool(sink.said(Health)))
    return sink, answer


def test_a_new_camera_needs_a_map_and_no_code(tmp_path: Path) -> None:
    sink, answer = asyncio.run(_posted(tmp_path))
    assert (answer.status_code, answer.json(), answer.headers["content-type"]) == (
        200,
        {"ok": True},
        "application/json",
    )
    (read,) = sink.said(PlateRead)
    assert isinstance(read, PlateRead)
    assert (read.plate, read.plate_raw, read.lane, read.direction) == ("01KG777ABC", "01 kg 777 abc", 2, "approaching")
    assert (read.time, read.confidence, read.speed_kmh) == (1_791_188_467_412, 0.975, 36.0)


def test_a_message_of_a_broker_can_be_a_case(tmp_path: Path) -> None:
    look_in(installed(tmp_path))
    one = {"topic": "beket/kg", "data": passage().decode()}
    other = {"topic": "beket/kg", "body_base64": base64.b64encode(b'{"kind": "tick"}').decode()}
    expected = {"readings": [{"plate": "01KG777ABC"}], "health": {"alive": True}}
    for given in ({"encoding": "mqtt", **one}, {"encoding": "mqtt", "data": [one, other]}):
        verdict = check({"id": "x", "protocol": "acme_cam", "input": given, "expect": expected}, Instant(0))
        assert verdict["ok"], verdict["why"]
    assert not check({"id": "x", "protocol": "acme_cam", "input": {"encoding": "mqtt"}, "expect": {}}, Instant(0))["ok"]


def test_a_new_make_is_explained_by_its_paths(tmp_path: Path) -> None:
    look_in(installed(tmp_path))
    (said,) = decode_message("acme_cam", passage(), "text", Instant(0))
    named = {name: passage()[start:end] for start, end, name, _ in said["marks"]}
    assert named["plate"] == b'"number": "01 kg 777 abc"'
    assert named["time"] == b'"at": 1791188467.412'
    assert named["kind"] == b'"kind": "passage"'


def test_the_folder_beside_the_site_file_is_found(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    assert drivers_folder(Settings(site=str(site))) is None
    installed(tmp_path / "drivers")
    assert drivers_folder(Settings(site=str(site))) == tmp_path / "drivers"
    assert drivers_folder(Settings(drivers_dir=str(tmp_path))) == tmp_path
    with pytest.raises(SettingsTrouble, match="no such folder"):
        drivers_folder(Settings(drivers_dir=str(tmp_path / "none")))


@pytest.mark.parametrize(
    ("manifest", "map_toml", "said"),
    [
        (MANIFEST, MAP.replace("lane =", "lain ="), "message[0].fields.lain: plate_read has no such field"),
        (MANIFEST, MAP.replace('"percent_to_unit"', '"percents"'), "confidence.as: there is no transform 'percents'"),
        (MANIFEST, MAP.replace('"mps_to_kmh"', '"upper"'), "speed_kmh: upper gives 'A'"),
        (MANIFEST, MAP.replace('"plate_read"', '"plates"'), "message[0].says: there is no 'plates'"),
        (MANIFEST, MAP.replace('"truth" }', '"truth", wenn = 1 }'), "buffered: Object contains unknown field `wenn`"),
        (MANIFEST, MAP.replace("A = ", "A == "), "map.toml: "),
        (MANIFEST, MAP.replace('plate = "vehicle/number"', ""), "plate_read needs plate"),
        (MANIFEST, "media = []\nmessage = []", "a map has from 1"),
        (MANIFEST.replace("acme_cam", "acme"), MAP, "the folder is called acme_cam, not acme"),
        (MANIFEST.replace('"mqtt"', '"http-stream"'), MAP, "transports: a map speaks"),
        (MANIFEST.replace('says = ["plate_read", ', "says = ["), MAP, "the map says plate_read too"),
    ],
)
def test_what_is_wrong_is_named_with_its_file_and_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], manifest: str, map_toml: str, said: str
) -> None:
    installed(tmp_path, manifest, map_toml)
    look_in(tmp_path)
    assert find("acme_cam") is None
    (trouble,) = troubles()
    assert said in trouble.why
    assert str(tmp_path / "acme_cam") in trouble.why
    assert main(["device", "list"]) == 1
    assert said in capsys.readouterr().err


def test_a_site_that_needs_a_broken_driver_is_refused_with_the_reason(tmp_path: Path) -> None:
    look_in(installed(tmp_path / "drivers", map_toml=MAP.replace("lane =", "lain =")))
    site = tmp_path / "site.toml"
    site.write_text(
        '[[post]]\nid = "KG-X"\nname = { ky = "X", ru = "X", en = "X" }\nlatitude = 42.0\nlongitude = 74.0\n'
        '[[post.lane]]\nid = "in-1"\ndirection = "in"\n'
        '[[post.device]]\nid = "cam"\ndriver = "acme_cam"\nlane = "in-1"\n',
        "utf-8",
    )
    with pytest.raises(SiteTrouble, match=r"fields\.lain: plate_read has no such field"):
        load_site(site)


def test_every_folder_with_a_manifest_is_a_driver() -> None:
    assert set(drivers()) == {manifest.parent.name for manifest in HOME.glob("*/manifest.toml")}


def test_a_built_in_driver_is_not_replaced(tmp_path: Path) -> None:
    installed(tmp_path).joinpath("acme_cam").rename(tmp_path / "axis_lpv")
    built_in = drivers()["axis_lpv"]
    look_in(tmp_path)
    assert drivers()["axis_lpv"].manifest == built_in.manifest
    assert "built-in driver of this name" in troubles()[0].why
