"""A lorry gets a slip; after an outage a reader of codes types it into the desk, and the dossier has it as claimed."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import expect

from tests.journeys.axe import violations
from tests.journeys.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SOON_MS: Final = 60_000


def test_a_slip_is_printed_and_scanned_back(visit: Visit, errors: list[str]) -> None:
    page = visit("/crossings", theme="light")
    page.wait_for_selector("#list tbody a.whole", timeout=SOON_MS)
    dossier = str(page.locator("#list tbody a.whole").last.get_attribute("href"))
    page.goto(dossier)
    page.click("text=Print a slip")
    for paper in ("A4", "80 mm"):
        page.click(f"nav.tools a >> text={paper}")
        assert page.locator(".code svg").bounding_box() is not None
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert violations(page) == []
    text = page.locator("input[name=text]").get_attribute("value") or ""

    page.goto("/slips")
    expect(page.locator("input[name=text]")).to_be_focused()
    page.keyboard.insert_text(text)  # as a reader of codes does, wherever the cursor stands
    page.keyboard.press("Enter")
    expect(page.locator("h2").first).to_contain_text("Signed")
    assert violations(page) == []
    page.locator(f"input[type=radio][value='{dossier.removeprefix('/crossings/')}']").check()
    page.click("text=Take it in for this crossing")
    page.wait_for_url("**/crossings/**")
    expect(page.locator("#slips")).to_contain_text("Claimed by the slip", timeout=SOON_MS)
    assert violations(page) == []
    assert errors == []
