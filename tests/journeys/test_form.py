"""A paper CMR goes from paper into the inbox by keyboard alone, within what a person does in a minute and a half."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Request, expect

from tests.journeys.axe import violations
from tests.journeys.conftest import Visit
from tests.journeys.typist import SENT, Typist, write_cmr

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SOON_MS: Final = 60_000
GOAL_S: Final = 90.0
KEYS_MAX: Final = 280
FIELDS_MAX: Final = 54


def posted(page: Page) -> list[dict[str, str]]:
    """Collects what forms of the page send."""
    forms: list[dict[str, str]] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/documents/new"):
            sent = parse_qs(request.post_data or "", keep_blank_values=True)
            forms.append({name: values[0] for name, values in sent.items()})

    page.on("request", note)
    return forms


@pytest.mark.parametrize("seen", [True, False])
def test_a_cmr_is_written_by_keyboard_alone_in_a_minute_and_a_half(visit: Visit, errors: list[str], seen: bool) -> None:
    path = "/documents/new?place=KG-TOR-A"
    if seen:
        crossings = visit("/crossings?place=KG-TOR-A", who="inspector")
        crossings.wait_for_selector("#list tbody .plate:not(.none)", timeout=SOON_MS)
        link = crossings.locator("#list tbody tr:has(.plate:not(.none)) a.whole").first
        path = f"/documents/new?crossing={(link.get_attribute('href') or '').rpartition('/')[2]}"
    page = visit(path, who="inspector")
    forms = posted(page)
    expect(page.locator("#f-number")).to_be_focused()
    read = page.input_value("#f-plate")
    assert bool(read) is seen
    typist = Typist(page)
    write_cmr(typist, seen=seen)
    page.wait_for_url(lambda url: "/documents/inbox/" in url, timeout=SOON_MS)
    expect(page.locator("main")).to_contain_text("written into the form")
    (form,) = forms
    assert {name: form[name] for name in SENT} == SENT
    assert form["goods-1-code"].startswith("69")
    assert "eramic" in form["goods-1-description"]
    assert form["attached-1-day"].startswith("18.11.2")
    assert form["plate"] == (read or "01777ABC")
    effort = typist.effort
    assert (effort.keys <= KEYS_MAX, effort.fields <= FIELDS_MAX, effort.seconds <= GOAL_S) == (True, True, True), (
        effort
    )
    assert errors == []


def test_a_mistake_comes_back_with_the_eye_on_it(visit: Visit, errors: list[str]) -> None:
    page = visit("/documents/new", who="inspector")
    expect(page.locator("#f-number")).to_be_focused()
    page.keyboard.type("KTT-1")
    page.keyboard.press("Enter")
    page.keyboard.type("31.11.2026")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".error[role=alert]")
    expect(page.locator("#f-day")).to_be_focused()
    expect(page.locator("#f-number")).to_have_value("KTT-1")
    expect(page.locator("#w-day")).to_have_text("There is no such day.")
    assert violations(page) == []
    assert errors == []


def test_lists_grow_by_themselves_up_to_their_end_and_only_one_empty_line_shows(visit: Visit) -> None:
    page = visit("/documents/new", who="inspector")
    lines = page.locator("table.attached tbody tr:visible")
    expect(lines).to_have_count(1)
    for number in range(1, 21):
        page.fill(f"#f-attached-{number}-number", f"A-{number}")
        expect(lines).to_have_count(min(number + 1, 20))
    names = page.eval_on_selector_all("table.attached input, table.attached select", "all => all.map(it => it.id)")
    assert len(set(names)) == len(names) == 60
    page.evaluate("scrollTo(0, 0)")  # a field half below the bar at the top is no small target
    assert violations(page) == []


def test_a_heading_leads_to_what_stands_below_it_and_escape_shuts_the_list(visit: Visit, errors: list[str]) -> None:
    page = visit("/documents/new", who="inspector")
    code = page.locator("#f-goods-1-code")
    code.focus()
    page.keyboard.type("6907")
    options = page.locator(".found [role=option]")
    expect(options.first).to_contain_text("6907")
    expect(code).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(code).to_have_attribute("aria-activedescendant", "code-6907")
    page.keyboard.press("Enter")
    expect(code).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(code).to_have_value("690721")
    expect(page.locator("#f-goods-1-description")).to_be_focused()
    code.focus()
    page.keyboard.type("9")
    expect(page.locator(".found").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".found").first).to_be_hidden()
    assert errors == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_the_form_fits_and_breaks_no_rule(visit: Visit, language: str, theme: str) -> None:
    for path in ("/documents/new", "/documents/new?kind=certificate", "/documents/codes?q=ceramic"):
        page = visit(path, who="inspector", language=language, theme=theme)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
