"""The journeys of the people of a customs situation centre, walked in a browser against the demo country."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Badges, Visit
from tests.journeys.demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PLACES: Final = 36
SOON_MS: Final = 60_000
"""The first crossings of a fresh country come within seconds; a busy machine gets a minute."""

CYRILLIC: Final = str.maketrans("ABCEHKMOPTYX", "АВСЕНКМОРТУХ")
LETTERS_OF_BOTH: Final = re.compile(r"[ABCEHKMOPTYX]")
ROW: Final = "#list tbody tr[data-href]"


@pytest.fixture(autouse=True)
def no_complaints(errors: list[str]) -> Iterator[None]:
    """Hold every journey to a silent console; who expects complaints takes them out."""
    yield
    assert errors == []


def first_crossing(page: Page) -> str:
    """Wait for the first line of the list and say its plate."""
    page.wait_for_selector(f"{ROW} .plate:not(.none) b", timeout=SOON_MS)
    return page.locator(f"{ROW} .plate:not(.none) b").first.inner_text()


def test_signing_in_leads_the_duty_officer_to_the_wall(visit: Visit, country: Demo, badges: Badges) -> None:
    page = visit("/crossings", who="")
    assert "/sign-in" in page.url
    page.fill("#login", "duty")
    page.fill("#password", "not the password")
    page.press("#password", "Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.fill("#password", country.passwords["duty"])
    page.press("#password", "Enter")
    page.wait_for_url("**/crossings")
    page.goto("/")
    page.wait_for_url("**/wall")
    badges("duty", anew=True)  # the desk is given back to the other journeys


@pytest.mark.parametrize("size", ["1366x768", "1920x1080"])
def test_the_wall_shows_the_country_and_it_moves(visit: Visit, size: str) -> None:
    page = visit("/wall", size=size)
    expect(page.locator(".tile")).to_have_count(PLACES)
    page.wait_for_selector("#map[data-state=ready]", timeout=SOON_MS)
    assert page.locator(".bm-badge").count() == PLACES
    page.wait_for_selector("html[data-stream=live]", timeout=SOON_MS)
    before = page.locator("[data-panel=wall]").inner_text()
    page.wait_for_function(
        "was => document.querySelector('[data-panel=wall]').innerText !== was", arg=before, timeout=SOON_MS
    )
    assert page.evaluate(
        "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"
    )


def test_tiles_and_map_say_the_same(visit: Visit) -> None:
    page = visit("/wall")
    page.wait_for_selector("#map[data-state=ready]", timeout=SOON_MS)
    levels = page.evaluate(
        """() => [...document.querySelectorAll('.tile')].map((tile) => {
          const badge = document.querySelector(`.bm-badge[href="${tile.getAttribute('href')}"]`);
          return [tile.dataset.level, badge.parentElement.dataset.level]; })"""
    )
    assert len(levels) == PLACES
    assert [pair for pair in levels if pair[0] != pair[1]] == []


def test_from_the_list_down_to_the_bytes_that_came(visit: Visit) -> None:
    page = visit("/crossings")
    plate = first_crossing(page)
    page.locator(ROW).filter(has_text=plate).first.locator("a.whole").click()
    page.wait_for_url("**/crossings/*:*")
    expect(page.locator("main .cluster")).to_contain_text(plate)
    why = page.locator("main .cluster details.why").first
    why.locator("summary").click()
    why.locator("a").first.click()
    page.wait_for_url("**/log/**")
    expect(page.locator("pre.json")).to_contain_text(plate)
    claimed = page.locator("dd.hash").last.inner_text()
    with page.expect_download() as waited:
        page.locator("a[href$='/raw']").click()
    blob = waited.value.path().read_bytes()
    assert hashlib.sha256(blob).hexdigest() == claimed
    assert blob


def test_a_plate_is_found_in_the_other_alphabet_and_by_a_part(visit: Visit) -> None:
    page = visit("/crossings")
    page.wait_for_function(
        "() => [...document.querySelectorAll('#list .plate b')].some(b => /[ABCEHKMOPTYX]/.test(b.innerText))",
        timeout=SOON_MS,
    )
    shown = page.locator(f"{ROW} .plate:not(.none) b").all_inner_texts()
    plate = next(text for text in shown if LETTERS_OF_BOTH.search(text)).replace(" ", "")
    for asked in (plate.translate(CYRILLIC), plate.lower(), plate[1:-1]):
        page.goto(f"/crossings?q={asked}")
        found = page.locator(ROW).evaluate_all(
            "rows => rows.map(row => [row.querySelector('.plate b').innerText.replaceAll(' ', ''), row.dataset.href])"
        )
        assert plate in [text for text, _ in found], asked
        for address in [address for text, address in found if plate[1:-1] not in text]:
            page.goto(address)  # it was taken for that plate once, or its trailer has it
            assert plate[1:-1] in page.locator("main").inner_text().replace(" ", ""), address


def test_a_plate_nobody_has_is_not_found(visit: Visit) -> None:
    page = visit("/crossings?q=ZZZZQQ99")
    expect(page.locator(ROW)).to_have_count(0)
    expect(page.locator("#list td.empty")).to_be_visible()


def test_the_language_changes_where_one_stands(visit: Visit) -> None:
    page = visit("/devices", language="en")
    headings = []
    for code in ("ky", "ru", "en"):
        page.locator(f"button[name=language][value={code}]").first.click()
        page.wait_for_selector(f"html[lang={code}]")
        assert page.url.endswith("/devices")
        headings.append(page.locator("h1").inner_text())
    assert len(set(headings)) == 3


def test_the_theme_changes_and_stays(visit: Visit) -> None:
    page = visit("/devices", theme="dark")
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.locator("button[name=theme][value=light]").first.click()
    page.wait_for_selector("html[data-theme=light]")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != dark
    page.goto("/crossings")
    assert page.locator("html").get_attribute("data-theme") == "light"


def test_the_whole_way_by_keyboard(visit: Visit, country: Demo) -> None:
    page = visit("/sign-in", who="")
    page.wait_for_function("() => document.activeElement.id === 'login'")
    page.keyboard.type("auditor")
    page.keyboard.press("Tab")
    page.keyboard.type(country.passwords["auditor"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/log")
    page.goto("/crossings")
    plate = first_crossing(page).replace(" ", "")
    page.keyboard.press("/")
    page.keyboard.type(plate)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: f"q={plate}" in unquote(url))
    page.wait_for_selector(ROW)
    page.locator("body").press("j")
    assert page.evaluate("document.activeElement.closest('tr.chosen') !== null")
    page.keyboard.press("Enter")
    page.wait_for_url("**/crossings/*:*")


def test_focus_can_be_seen_wherever_it_goes(visit: Visit) -> None:
    page = visit("/crossings")
    first_crossing(page)
    for _ in range(25):
        page.keyboard.press("Tab")
        style = page.evaluate(
            """() => { const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
            return [document.activeElement.outerHTML.slice(0, 90), outlineStyle, outlineWidth, boxShadow]; }"""
        )
        assert (style[1] != "none" and style[2] != "0px") or style[3] != "none", style[0]


def test_a_silent_stream_is_said_on_the_whole_wall_and_healed(visit: Visit, errors: list[str]) -> None:
    page = visit("/wall")
    page.wait_for_selector("html[data-stream=live]", timeout=SOON_MS)
    page.route("**/stream*", lambda route: route.abort())
    page.reload()
    page.wait_for_selector("html[data-stream=silent]", timeout=15_000)
    notice = page.locator("#stale")
    expect(notice).to_be_visible()
    assert notice.inner_text().strip()
    assert page.locator(".frozen").bounding_box() == {"x": 0, "y": 0, "width": 1366, "height": 768}
    page.unroute("**/stream*")
    page.wait_for_selector("html[data-stream=live]", timeout=40_000)
    expect(notice).to_be_hidden()
    errors[:] = [said for said in errors if "ERR_FAILED" not in said]


def test_an_inspector_sees_his_own_post_and_no_other(visit: Visit, errors: list[str]) -> None:
    page = visit("/", who="inspector")
    assert page.url.endswith("/places/KG-TOR-A")
    answer = page.goto("/places/KG-AKJ-A")
    assert answer is not None
    assert answer.status == 404
    page.goto("/crossings")
    assert page.locator("tbody a[href^='/places/']:not([href='/places/KG-TOR-A'])").count() == 0
    errors[:] = [said for said in errors if "404" not in said]


def test_a_chain_is_verified_from_the_desk(visit: Visit) -> None:
    page = visit("/log", who="auditor")
    page.locator("a[href$='/verify']").first.click()
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    expect(page.locator("main")).not_to_contain_text("broken")
    assert page.locator("main .level.critical").count() == 0
