"""The engineer's way through the equipment: from a count to its list, along a lane by keyboard, into the bytes."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SOON_MS: Final = 60_000
TRIES: Final = 30
TRY_MS: Final = 2_000
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
    page.locator("main a.button").first.focus()
    page.keyboard.press("Tab")
    expect(pin).to_be_focused()
    expect(tip).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/devices/KG-TOR-A/in-1/"))
    expect(page.locator(".aspects li")).to_have_count(5)
    assert errors == []


def test_bytes_light_up_with_what_they_mean(visit: Visit, errors: list[str]) -> None:
    page = visit("/devices/KG-TOR-A/in-1/camera-front", who="engineer")
    page.wait_for_selector("#curves canvas, #curves .nothing")
    for _ in range(TRIES):  # a country that has just begun: its first lorry is on the way
        if page.locator(".message").count():
            break
        page.wait_for_timeout(TRY_MS)
        page.reload()
    row = page.locator(".legendary tr[data-mark='1']").first
    row.hover()
    expect(page.locator("pre.marked mark[data-mark='1'].lit").first).to_be_visible()
    expect(page.locator(".message summary").first).to_contain_text("today's driver reads the same")
    assert errors == []


def test_the_drawing_is_live(visit: Visit) -> None:
    page = visit(LANES, who="engineer")
    expect(page.locator("#live")).to_have_attribute("data-state", "live", timeout=SOON_MS)
    page.evaluate("document.querySelector('.lanes').replaceChildren()")
    expect(page.locator(".lane")).not_to_have_count(0, timeout=SOON_MS)
