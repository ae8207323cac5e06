"""The inspector decides a step without its proof, and it stands as claimed; a procedure is put in force by two."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.house.camera import message, plate, post
from tests.journeys.axe import violations
from tests.journeys.conftest import Visit
from tests.journeys.demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SOON_MS: Final = 30_000
NUMBER: Final = 4_711


def there(page: Page, password: str) -> None:
    """Show that one is there, where so much time has passed that the desk asks; what was decided goes on."""
    asked = page.locator("#password")
    if asked.count():
        asked.fill(password)
        asked.press("Enter")
        expect(asked).to_have_count(0)


def test_a_step_is_decided_without_its_proof_and_stands_as_claimed(
    visit: Visit, errors: list[str], country: Demo
) -> None:
    own = message(NUMBER, datetime.now(UTC), b"\xff\xd8\xff\xd9").replace(b"02:00:5e:10:00:29", b"02:00:7f:0a:01:01")
    assert post(country.devices, own, source="127.10.1.1") == HTTPStatus.OK
    page = visit(f"/crossings?q={plate(NUMBER)}", who="inspector")
    link = page.locator(f"tbody a:has-text('{plate(NUMBER)[2:]}'), tbody a[href^='/crossings/']").first
    expect(link).to_be_visible(timeout=SOON_MS)
    link.click()
    steps = page.locator("#steps")
    expect(steps).to_contain_text("on trial")
    assert violations(page) == []
    steps.get_by_role("link", name="Arrival notice and registration of documents").click()
    page.get_by_label("registered").check()
    page.get_by_role("button", name="Decide").click()
    there(page, country.passwords["inspector"])
    expect(page.get_by_role("alert")).to_contain_text("Its proof is missing")
    assert violations(page) == []
    page.get_by_label("Decided without its proof, because").select_option("paper_elsewhere")
    page.get_by_role("button", name="Decide").click()
    row = steps.get_by_role("row").filter(has_text="Arrival notice and registration of documents")
    expect(row).to_contain_text("done")
    expect(row).to_contain_text("the paper was seen, and is not in this system")
    expect(row).to_contain_text("inspector")
    assert errors == []


def test_a_procedure_is_proposed_and_approved_by_two(visit: Visit, errors: list[str], country: Demo) -> None:
    page = visit("/procedures/new?place=KG-IRK-A&of=external_road_in", who="duty")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("main")).to_contain_text("Nothing is in force there in this direction.")
    assert violations(page) == []
    page.get_by_role("button", name="Propose").click()
    there(page, country.passwords["duty"])
    page.wait_for_url("**/procedures")
    other = visit("/procedures", who="admin", language="ru", theme="light")
    other.get_by_role("row").filter(has_text="ждёт второго человека").first.get_by_role("link").click()
    assert violations(other) == []
    other.get_by_role("button", name="Утвердить").click()
    there(other, country.passwords["admin"])  # who has no passkey yet: that is another journey's
    expect(other.locator("main")).to_contain_text("действует сейчас")
    assert errors == []


def test_a_step_is_answered_from_the_list_and_one_that_stops_asks_why(
    visit: Visit, errors: list[str], country: Demo
) -> None:
    number = NUMBER + 1
    own = message(number, datetime.now(UTC), b"\xff\xd8\xff\xd9").replace(b"02:00:5e:10:00:29", b"02:00:7f:0a:01:01")
    assert post(country.devices, own, source="127.10.1.1") == HTTPStatus.OK
    page = visit("/steps", who="inspector")
    row = page.locator("#list tr[id$=registration]").filter(has_text=plate(number)[2:])
    expect(row).to_contain_text("missing: transport document", timeout=SOON_MS)
    row.get_by_role("button", name="papers missing").click()
    expect(page.get_by_label("Why “papers missing”")).to_be_focused()
    assert violations(page) == []
    page.get_by_label("Why “papers missing”").fill("no waybill")
    page.get_by_role("button", name="papers missing", exact=True).click()
    there(page, country.passwords["inspector"])
    expect(row).to_contain_text("waits papers missing: no waybill")
    expect(row.get_by_role("button", name="papers missing")).to_have_count(0)
    assert errors == []
