"""The inspector's desk against the running house: an hour's work of a lorry is in the log, with and without a line."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import passages_house
from tests.journeys.axe import violations
from tests.journeys.conftest import Visit
from tests.journeys.demo import Demo
from tests.journeys.passages_officer import Officer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SOON_MS: Final = 60_000
POST: Final = "KG-TOR-A"


def decide_first(page: Page, password: str) -> None:
    """Decide the first step that is due, without its proof if that is missing, and sign."""
    page.locator(".topics a").last.click()
    page.locator(".decision .option input").first.check()
    for reason in page.locator(".decision .more select").all():
        reason.select_option("paper_elsewhere")
    page.locator(".sign-it").click()
    page.wait_for_url("**#/slip/**")
    show_presence(page, password)
    expect(page.get_by_role("status").filter(has_text="In the log")).to_be_visible(timeout=SOON_MS)


def show_presence(page: Page, password: str) -> None:
    """Show that one is there, where so much time has passed that the house asks."""
    logged = page.get_by_role("status").filter(has_text="In the log")
    expect(page.get_by_role("dialog").or_(logged)).to_be_visible(timeout=SOON_MS)
    if page.get_by_role("dialog").count():
        page.get_by_role("dialog").get_by_label("Password").fill(password)
        page.keyboard.press("Enter")


def is_asked_for(error: str) -> bool:
    """Whether the browser speaks of the line that was cut, or of a record that waited for its author's presence."""
    return "ERR_INTERNET_DISCONNECTED" in error or ("403 (Forbidden)" in error and error.endswith("/record)"))


def open_free(officer: Officer) -> str:
    """Open a conveyance of the queue that nobody has and that a step of ours waits for; gives its plate."""
    page = officer.page
    free = page.locator("tbody tr:not(.gone)").filter(has=page.locator("td:nth-child(6):text-is('–')"))
    free = free.filter(has=page.locator("td:nth-child(7):not(:text-is('–'))")).filter(has=page.locator(".plate b"))
    expect(free.first).to_be_visible(timeout=SOON_MS)
    plate = free.last.locator(".plate b").inner_text()
    free.last.locator("a").click()
    page.wait_for_selector(".passage-form")
    return plate


def test_a_lorry_is_recorded_with_a_line_and_another_without(visit: Visit, errors: list[str], country: Demo) -> None:
    page = visit("/passages", who="inspector", theme="light")
    page.wait_for_url(f"**/passages/{POST}")
    officer = Officer(page, POST)
    officer.give_pin()
    officer.ready_for_no_line()
    expect(page.locator("tbody tr").first).to_be_visible(timeout=SOON_MS)
    assert violations(page) == []
    open_free(officer)
    assert violations(page) == []
    decide_first(page, country.passwords["inspector"])
    officer.to_queue()

    open_free(officer)
    page.context.set_offline(True)
    page.locator(".topics a", has_text="Seals").click()
    expect(page.locator("#topic")).to_have_text("Seals")
    if page.locator("button.write").count():  # a paper names seals
        page.locator("button.write").click()
    page.locator("input[name=seals]").fill("KG-000117")
    page.locator(".topics a", has_text="Findings").click()
    officer.shoot(passages_house.picture(600))
    page.locator(".topics a").last.click()
    page.locator(".decision .option input").first.check()
    for reason in page.locator(".decision .more select").all():
        reason.select_option("paper_elsewhere")
    page.locator(".sign-it").click()
    expect(page.locator(".slip .preliminary")).to_be_visible()
    page.context.set_offline(False)
    officer.refresh()
    show_presence(page, country.passwords["inspector"])
    expect(page.locator(".unsent")).to_have_text("Waiting to be sent: 0", timeout=SOON_MS)
    link = page.get_by_role("link", name="Slip")
    expect(link).to_be_visible()
    slip = link.get_attribute("href") or ""
    expect(visit(slip, who="inspector").locator("main")).to_be_visible()
    seen = visit(slip.removesuffix("/slip"), who="inspector")
    expect(seen.locator("#steps")).to_contain_text("done")
    assert [error for error in errors if not is_asked_for(error)] == []
