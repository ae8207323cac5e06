"""The journey of who is on duty: a shift, the top situation by two keys, and what the others see of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.journeys.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SOON_MS: Final = 120_000
"""The country lies now and then: something is the matter within its first minute, on a busy machine within two."""

SEEN_MS: Final = 3_000
"""The others see it within a second; a machine that does other work gets three."""

SOUND: Final = Path("src/beket/web/static/sound.js")
DESK: Final = """<!doctype html><p id="asking-line" data-critical="" data-high="a@1"></p>
<form data-shift="start" action="/x" method="post"><button id="go">go</button></form>
<button id="sound" hidden data-on="on" data-off="off" data-blocked="blocked"></button><script src="/s.js"></script>"""


@pytest.fixture(autouse=True)
def no_complaints(errors: list[str]) -> Iterator[None]:
    """Hold every journey to a silent console."""
    yield
    assert errors == []


def asking(page: Page) -> str:
    """Wait for a situation that asks for somebody, and choose its line with the keys; gives its address."""
    page.wait_for_selector("tr.asks", timeout=SOON_MS)
    rows = page.locator("tbody tr[data-href]")
    at = next(n for n in range(rows.count()) if "asks" in (rows.nth(n).get_attribute("class") or ""))
    for _ in range(at + 1):
        page.keyboard.press("j")
    href = rows.nth(at).get_attribute("data-href")
    assert href is not None
    return href


def test_the_top_situation_is_taken_by_keys_and_the_others_see_it(visit: Visit) -> None:
    page = visit("/situations")
    if page.locator("form[data-shift=start]").count():
        page.click("form[data-shift=start] button")
        expect(page.get_by_text("On shift since")).to_be_visible()
    watching = visit("/situations", who="auditor")
    watching.wait_for_selector("html[data-stream=live]", timeout=SOON_MS)
    href = asking(page)
    page.keyboard.press("a")
    row = watching.locator(f'tr[data-href="{href}"]')
    expect(row.locator(".who")).to_have_text(re.compile("taken by duty"), timeout=SEEN_MS)
    page.wait_for_url(f"**{href}")
    expect(page.locator("#held")).to_contain_text("taken by duty")
    for key, field in (("e", "#why-e"), ("z", "#length"), ("d", "#why-d")):
        page.keyboard.press(key)
        expect(page.locator(field)).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(field)).to_be_hidden()
    page.keyboard.press("d")
    page.keyboard.type("hold it at the lane")
    page.locator("[data-key=d] button").click()
    expect(page.locator("#held")).to_contain_text("hold it at the lane")
    page.goto("/shift/duty")
    expect(page.locator(".sheet")).not_to_have_count(0)


def test_a_sound_begins_with_the_shift_and_repeats_while_it_is_critical(browser: Browser) -> None:
    page = browser.new_context().new_page()

    def serve(route: Route) -> None:
        script = route.request.url.endswith(".js")
        body, kind = (SOUND.read_text("utf-8"), "text/javascript") if script else (DESK, "text/html")
        route.fulfill(body=body, content_type=kind)

    page.route("**/*", serve)
    page.goto("http://localhost:9/")
    expect(page.locator("#sound")).to_have_attribute("data-state", "off")
    page.click("#go")
    page.wait_for_load_state()
    page.keyboard.press("x")
    expect(page.locator("#sound")).to_have_attribute("data-state", "on")
    page.wait_for_function("document.documentElement.dataset.sounded === '1'")
    page.evaluate("document.getElementById('asking-line').dataset.critical = 'c@1'")
    page.wait_for_function("document.documentElement.dataset.sounded === '4'")
    page.click("#sound")
    expect(page.locator("#sound")).to_have_attribute("data-state", "off")
    page.context.close()
