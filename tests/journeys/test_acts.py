"""An officer draws up an act and has its signed paper; whoever has the paper in hand checks it without scripts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from beket.exchange.acts.paper import missing
from beket.exchange.acts.sealing import checked
from tests.journeys.axe import violations
from tests.journeys.conftest import Visit
from tests.journeys.demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SOON_MS: Final = 60_000
TRIES_MAX: Final = 5
"""The country lives on: a dossier that has changed since the form was shown is looked at again."""


def issue(page: Page) -> None:
    """Fill the form and send it, until the dossier has stood still meanwhile."""
    for _ in range(TRIES_MAX):
        page.check("input[value=held]")
        page.fill("#reasons", "the seal is to be looked at")
        page.check("input[name=confirmed]")
        page.click("main button.primary")
        page.wait_for_load_state()
        if "/acts/" in page.url:
            return
        assert "has changed since" in page.locator("main .error").inner_text()
    pytest.fail("the dossier never stood still")


def test_an_act_is_issued_printed_and_checked(visit: Visit, browser: Browser, country: Demo, tmp_path: Path) -> None:
    if missing() is not None:
        pytest.skip(f"{missing()}")
    page = visit("/crossings")
    page.wait_for_selector("#list tbody a.whole", timeout=SOON_MS)
    page.goto(str(page.locator("#list tbody a.whole").last.get_attribute("href")))
    page.click("text=Draw up an act")
    assert violations(page) == []
    issue(page)
    assert violations(page) == []
    with page.expect_download() as coming:
        page.click("text=The signed paper (PDF)")
    paper = tmp_path / coming.value.suggested_filename
    coming.value.save_as(paper)
    with ThreadPoolExecutor(1) as aside:  # the browser's driver keeps a loop running in this thread
        found = aside.submit(checked, paper.read_bytes(), []).result()
    assert (found.intact, found.whole) == (True, True)

    anybody = browser.new_context(base_url=country.url, java_script_enabled=False).new_page()
    anybody.goto(str(page.locator("a[href^='/verify']").get_attribute("href")))
    assert anybody.locator("h2").first.inner_text() == "There is such an act"
    anybody.set_input_files("#file", paper)
    anybody.locator("form[enctype] button").click()
    assert anybody.locator("h2").first.inner_text() == "This file is byte for byte the signed act"
    paper.write_bytes(paper.read_bytes().replace(b"%PDF-1.7", b"%PDF-1.6", 1))
    anybody.set_input_files("#file", paper)
    anybody.locator("form[enctype] button").click()
    assert "something in it was changed" in anybody.locator("[role=alert]").inner_text()
    anybody.context.close()
