"""The messages of one device: a live list, read once however often it is drawn, and one message that stays open."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from beket.web import codecs
from beket.web.codecs import ReadAgain
from beket.web.eyes import Eyes
from beket.web.shown.messages import MESSAGES_MAX
from beket.words.ids import Instant
from beket.words.site import Device
from tests.web.conftest import HERE, THERE, Stage

if TYPE_CHECKING:
    from django.test import Client

    from beket.board.panels.spoken import Spoken

SignIn = Callable[[str], "Client"]

CAMERA = f"{HERE}/out-1/camera-front"
ENGINEER = Eyes((("device_engineer", HERE),))
ROW = re.compile(r'<tr id="m-([\d.]+)"')
OPEN = re.compile(r'aria-current="true">[^<]*<span class="mono dim">([\d.]+)<')


@pytest.fixture
def say(stage: Stage) -> Callable[[str], str]:
    """Lets the camera say a plate; gives the message's reference."""

    def say(plate: str) -> str:
        ref, _ = stage.country.plate(HERE, "out-1", plate, stage.country.now, pictured=False)
        return ref

    return say


def drawn(open_ref: str = "", eyes: Eyes = ENGINEER, language: str = "en") -> str:
    from beket.web import panels

    panel = panels.wanted(eyes, f"messages:{CAMERA}?over=day&message={open_ref}", language)
    assert panel is not None
    return panels.draw(panel)


def test_what_a_device_says_comes_to_the_top_of_its_list(stage: Stage, say: Callable[[str], str]) -> None:
    first = say("01100AAA")
    before = drawn(first)
    assert ROW.findall(before)[0] == first
    assert OPEN.findall(before) == [first]
    second = say("01200BBB")
    after = drawn(first)
    assert ROW.findall(after)[:2] == [second, first]
    assert OPEN.findall(after) == [first]
    assert "plate 01200BBB" in after


def test_the_list_is_bounded_and_says_the_same_as_a_list_read_at_once(
    stage: Stage, say: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from beket.web import gathered_messages

    refs = []
    for number in range(MESSAGES_MAX + 2):
        refs.append(say(f"01{number:03}CCC"))
        drawn()
    grown = drawn()
    assert ROW.findall(grown) == refs[::-1][:MESSAGES_MAX]
    monkeypatch.setattr(gathered_messages, "_lists", OrderedDict())
    assert drawn() == grown


def test_the_log_and_the_driver_are_asked_once_for_each_message(
    stage: Stage, say: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from beket.web import access

    read: list[str] = []
    messages = access.messages

    def counted(*asked: object) -> tuple[Spoken, ...]:
        found = messages(*asked)  # type: ignore[arg-type]
        read.extend(one.ref for one in found)
        return found

    monkeypatch.setattr(access, "messages", counted)
    drawn()
    read.clear()
    ref = say("01300DDD")
    for open_ref in ("", ref, ref):
        drawn(open_ref)
    assert read == [ref]


def test_each_pair_of_eyes_and_each_language_has_its_own_words(stage: Stage, say: Callable[[str], str]) -> None:
    say("01400EEE")
    inspector = Eyes((("inspector", HERE),))
    assert '<td class="number">–</td>' in drawn(eyes=inspector)
    assert '<td class="number">–</td>' not in drawn()
    assert "Plate read" in drawn()
    assert "Plate read" not in drawn(language="ky")


def test_a_list_of_another_post_is_not_watched(stage: Stage) -> None:
    from beket.web import panels

    assert panels.wanted(ENGINEER, f"messages:{CAMERA.replace(HERE, THERE)}?message=1.0", "en") is None


def test_any_message_of_the_device_is_opened_by_its_address(
    stage: Stage, sign_in: SignIn, say: Callable[[str], str]
) -> None:
    client, ref = sign_in("device_engineer"), say("01500FFF")
    for number in range(MESSAGES_MAX):
        say(f"02{number:03}GGG")
    page = client.get(f"/devices/{CAMERA}?message={ref}").content.decode()
    assert ref not in ROW.findall(page)
    assert f"Plate read, {ref}" in page
    assert "01500FFF" in page
    newest = client.get(f"/devices/{CAMERA}").content.decode()
    assert OPEN.findall(newest) == ROW.findall(newest)[:1]
    for other in ("nonsense", "1", "9999999999999999999999.0", f"{ref}1", "1.0"):
        assert client.get(f"/devices/{CAMERA}?message={other}").status_code == 404


def test_a_list_says_which_messages_todays_driver_reads_otherwise(stage: Stage, say: Callable[[str], str]) -> None:
    def read(device: Device, blob: bytes, received: Instant) -> ReadAgain:
        plate = "01600HHH" if b"01600HHH" in blob else "0"
        said = {"kind": "plate_read", "country": "KG", "confidence": 97.0, "vehicle_type": "truck"}
        return ReadAgain(readings=({**said, "plate": plate, "time": stage.country.now},))

    drawn()
    codecs.install(read)
    try:
        same, other = say("01600HHH"), say("01700JJJ")
        page = drawn()
    finally:
        codecs.forget(read)
    assert ROW.findall(page)[:2] == [other, same]
    assert [page.count(words) for words in ("read differently today", "reads the same")] == [1, 1]
    assert page.index(f">{other}<") < page.index("read differently today") < page.index(f">{same}<")
