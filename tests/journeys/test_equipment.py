"""The engineer's way through the equipment: from a count to its list, along a lane by keyboard, into the bytes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.house.camera import message, post
from tests.journeys.axe import violations
from tests.journeys.conftest import Visit
from tests.journeys.demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SOON_MS: Final = 60_000
LANES: Final = "/places/KG-TOR-A/equipment"


def test_a_count_leads_to_a_list_of_that_length(visit: Visit) -> None:
    page = visit("/equipment?place=KG-TOR-A", who="engineer")
    link = page.locator(".counts .big a").first
    number = int(link.inner_text())
    link.click()
    expect(page.locator("nav.pages").last).to_contain_text(f"{number} piece")
    expect(page.locator("#show")).to_have_value("installed-yes")


def test_a_lane_can_be_walked_by_keyboard(visit: Visit, errors: list[str]) -> None:
    page = visit(LANES, who="engineer")
    pin = page.locator(".pin > a").first
    tip = page.locator(".pin .tip").first
    expect(tip).to_be_hidden()
    page.locator(".views a").last.focus()
    page.keyboard.press("Tab")
    expect(pin).to_be_focused()
    expect(tip).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/devices/KG-TOR-A/in-1/"))
    expect(page.locator(".aspects li")).to_have_count(5)
    assert errors == []


CAMERA: Final = "/devices/KG-TOR-A/in-1/camera-front"


def speak(country: Demo) -> None:
    """Have the camera say one plate more: lorries come by chance."""
    own = message(1, datetime.now(UTC), b"\xff\xd8\xff\xd9").replace(b"02:00:5e:10:00:29", b"02:00:7f:0a:01:01")
    assert post(country.devices, own, source="127.10.1.1") == HTTPStatus.OK


def spoken(page: Page, country: Demo) -> Locator:
    """Have the camera speak in a country that has just begun, and open the newest; gives the lines of the list."""
    speak(country)
    lines = page.locator(".said tbody tr")
    expect(lines).not_to_have_count(0, timeout=SOON_MS)
    page.goto(CAMERA)
    return lines


def test_bytes_light_up_with_what_they_mean(visit: Visit, errors: list[str], country: Demo) -> None:
    page = visit(CAMERA, who="engineer")
    page.wait_for_selector("#curves canvas, #curves .nothing")
    spoken(page, country)
    row = page.locator(".legendary tr[data-mark='1']").first
    row.hover()
    expect(page.locator("pre.marked mark[data-mark='1'].lit").first).to_be_visible()
    expect(page.locator(".message > p").first).to_contain_text("today's driver reads the same")
    assert errors == []


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_new_messages_come_while_the_open_one_stays_as_it_is(
    visit: Visit, errors: list[str], language: str, country: Demo
) -> None:
    page = visit(CAMERA, who="engineer", language=language)
    newest = spoken(page, country).first.get_attribute("id")
    page.locator(".compared").first.evaluate("it => getSelection().selectAllChildren(it)")
    page.locator("pre.marked").focus()
    page.locator(".legendary tr[data-mark='1']").first.hover()
    look = """() => { const open = document.querySelector('.message');
      return [document.activeElement.className, String(getSelection()), open.outerHTML, open.kept]; }"""
    page.evaluate("document.querySelector('.message').kept = 'the very same'")
    before = page.evaluate(look)
    speak(country)
    expect(page.locator(".said tbody tr").first).not_to_have_id(newest or "", timeout=SOON_MS)
    assert page.evaluate(look) == before
    assert 'lit"' in before[2]
    assert before[3] == "the very same"
    page.evaluate("scrollTo(0, 0)")  # a line half below the bar at the top is no small target
    assert violations(page) == []
    assert errors == []


def test_a_message_of_the_list_is_opened_by_keyboard(visit: Visit, country: Demo) -> None:
    page = visit(CAMERA, who="engineer")
    spoken(page, country)
    page.keyboard.press("j")
    chosen = page.locator(".said tr.chosen")
    expect(chosen).to_have_count(1)
    ref = (chosen.get_attribute("id") or "").removeprefix("m-")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"message={re.escape(ref)}#messages$"))
    expect(page.locator(".message > p").first).to_contain_text(ref)


def test_the_drawing_is_live(visit: Visit) -> None:
    page = visit(LANES, who="engineer")
    expect(page.locator("#live")).to_have_attribute("data-state", "live", timeout=SOON_MS)
    page.evaluate("document.querySelector('.lanes').replaceChildren()")
    expect(page.locator(".lane")).not_to_have_count(0, timeout=SOON_MS)
