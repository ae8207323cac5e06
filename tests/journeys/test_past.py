"""The picture of a past hour: the slider moves it with the keyboard, it plays, and none of it is live."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SOON_MS: Final = 60_000


def clock(page: Page) -> str:
    """Hour and minute that the head of the picture names."""
    return page.locator(".past-at").inner_text().split(", ")[1][:5]


def test_the_slider_moves_the_picture_and_its_date(visit: Visit) -> None:
    page = visit("/past", who="duty", theme="light")
    page.wait_for_selector("#map[data-state=ready]", timeout=SOON_MS)
    before, slider = clock(page), page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".past-at")).not_to_contain_text(f"{before}:00", timeout=SOON_MS)
    after = clock(page)
    assert slider.get_attribute("aria-valuetext") == after
    assert page.locator("#past-at").input_value().endswith(after)
    page.reload()
    assert clock(page) == after, "the address is that of the minute"
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".past-at")).to_contain_text(f"{before}:00", timeout=SOON_MS)
    expect(page.get_by_role("button", name="Play")).to_have_attribute("aria-pressed", "false", timeout=SOON_MS)


def test_what_cannot_be_fetched_keeps_its_old_date(visit: Visit) -> None:
    page = visit("/past", who="duty", theme="dark")
    before = clock(page)
    page.route("**/past?*part=picture", lambda route: route.fulfill(status=503, body=""))
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("alert").filter(has_text="could not be fetched")).to_be_visible()
    assert clock(page) == before


def test_no_part_of_it_is_live(visit: Visit) -> None:
    asked: list[str] = []
    page = visit("/help", who="duty")
    page.goto("about:blank")
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/past")
    page.wait_for_selector("#map[data-state=ready]", timeout=SOON_MS)
    assert not [url for url in asked if "/stream" in url or "sound" in url]
    assert page.locator("#live:visible").count() == 0
    assert page.locator("main form[method=post], main button[name=do]").count() == 0
