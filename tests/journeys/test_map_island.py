"""The map keeps its word to the page: every checkpoint, in both themes, at every size, by keyboard too."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys import map_page
from tests.journeys.axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

READY_S_MAX: Final = 20
"""About 3 s on two quiet cores in software; a machine that tests other things beside gets room."""

SIZES: Final = [(1920, 1080), (1366, 768), (1180, 600)]

BADGES: Final = """() => [...document.querySelectorAll('.bm-place:not([hidden]) .bm-badge')].map((badge) => {
  const { left, top, right, bottom } = badge.getBoundingClientRect();
  return { left, top, right, bottom, label: badge.getAttribute('aria-label') };
})"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with map_page.serving() as url:
        yield url


@pytest.fixture
def errors() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, errors: list[str]) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.on("console", lambda said: errors.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda trouble: errors.append(str(trouble)))
    yield page
    page.close()


def ready(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("#map[data-state=ready]", timeout=READY_S_MAX * 1000)


def tell(page: Page, places: object) -> None:
    page.evaluate(
        "detail => document.dispatchEvent(new CustomEvent('beket:map', {detail}))", {"at": 1, "places": places}
    )


def badge(page: Page, place: str) -> dict[str, Any]:
    seen: dict[str, Any] = page.evaluate(
        """href => { const badge = document.querySelector(`.bm-badge[href="${href}"]`);
        const place = badge.parentElement;
        return { level: place.dataset.level, isNew: place.classList.contains('bm-new'), text: badge.innerText,
                 label: badge.getAttribute('aria-label'), color: getComputedStyle(badge).backgroundColor }; }""",
        f"/places/{place}",
    )
    return seen


def overlapping(boxes: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (a["label"], b["label"])
        for a, b in combinations(boxes, 2)
        if min(a["right"], b["right"]) > max(a["left"], b["left"])
        and min(a["bottom"], b["bottom"]) > max(a["top"], b["top"])
    ]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_every_name_can_be_read(
    page: Page, address: str, errors: list[str], language: str, size: tuple[int, int]
) -> None:
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    ready(page, f"{address}/{language}/dark")
    boxes = page.evaluate(BADGES)
    assert len(boxes) == len(map_page.CHECKPOINTS)
    assert overlapping(boxes) == []
    assert [
        box for box in boxes if box["left"] < 0 or box["top"] < 0 or box["right"] > width or box["bottom"] > height
    ] == []
    names = sorted(box["label"].split(";")[0].rsplit(" ", 2)[0] for box in boxes)
    assert names == sorted(seen["short"][language] for seen in map_page.CHECKPOINTS)
    assert errors == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_is_accessible(page: Page, address: str, theme: str) -> None:
    ready(page, f"{address}/ru/{theme}")
    assert violations(page) == []


def test_an_update_changes_what_it_names_and_nothing_else(page: Page, address: str) -> None:
    ready(page, f"{address}/ru/dark")
    other = badge(page, "KG-AKJ-A")
    tell(page, [{"id": "KG-KRK-A", "inside": 137, "waiting": 4, "level": "high", "name": "Каркыра"}])
    now = badge(page, "KG-KRK-A")
    assert (now["level"], now["isNew"], now["color"]) == ("high", True, "rgb(240, 124, 18)")
    assert now["text"].split() == ["Каркыра", "137"]
    assert now["label"] == "Каркыра 137 внутри; ожидают 4; high"
    assert badge(page, "KG-AKJ-A") == other
    assert overlapping(page.evaluate(BADGES)) == []


def test_the_rest_of_the_picture_keeps_still(page: Page, address: str) -> None:
    ready(page, f"{address}/ru/dark")
    before = page.evaluate(BADGES)
    tell(page, [{"id": "KG-KRK-A", "inside": 1370, "waiting": 4, "level": "high", "name": "Каркыра"}])
    after = page.evaluate(BADGES)
    stayed = [
        was for was, now in zip(before, after, strict=True) if (was["left"], was["top"]) == (now["left"], now["top"])
    ]
    assert len(stayed) == len(before) - 1


def test_a_panel_event_on_the_map_itself_is_heard_too(page: Page, address: str) -> None:
    ready(page, f"{address}/ru/dark")
    place = {"id": "KG-KRK-A", "inside": 58, "waiting": 0, "level": "normal", "name": "Каркыра"}
    page.evaluate(
        "detail => document.getElementById('map').dispatchEvent(new CustomEvent('panel', {detail}))",
        {"places": [place]},
    )
    assert badge(page, "KG-KRK-A")["text"].split() == ["Каркыра", "58"]


def test_only_what_got_worse_is_new(page: Page, address: str) -> None:
    ready(page, f"{address}/ru/dark")
    tell(page, [{"id": "KG-TOR-A", "inside": 1, "waiting": 0, "level": "low", "name": "Торугарт"}])
    assert badge(page, "KG-TOR-A")["isNew"] is False
    tell(page, [{"id": "KG-TOR-A", "inside": 1, "waiting": 0, "level": "critical", "name": "Торугарт"}])
    assert badge(page, "KG-TOR-A")["isNew"] is True


def test_less_motion_means_none(page: Page, address: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    ready(page, f"{address}/ru/dark")
    tell(page, [{"id": "KG-KRK-A", "inside": 1, "waiting": 0, "level": "critical", "name": "Каркыра"}])
    assert badge(page, "KG-KRK-A")["isNew"] is True
    assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("places", [None, 7, "x", [None], [{"id": 5}], [{"id": "KG-NOT-A"}], [{}] * 600], ids=repr)
def test_nonsense_leaves_the_picture_as_it_was(page: Page, address: str, errors: list[str], places: object) -> None:
    ready(page, f"{address}/ru/dark")
    before = page.evaluate(BADGES)
    tell(page, places)
    assert page.evaluate(BADGES) == before
    assert errors == []


def test_a_level_it_does_not_know_is_not_called_normal(page: Page, address: str) -> None:
    ready(page, f"{address}/ru/dark")
    tell(page, [{"id": "KG-KRK-A", "inside": -3, "waiting": 0, "level": "superb", "name": ""}])
    now = badge(page, "KG-KRK-A")
    assert (now["level"], now["text"].split()) == ("unknown", ["Каркыра", "0"])


def test_the_keyboard_reaches_every_place_and_opens_it(page: Page, address: str) -> None:
    ready(page, f"{address}/ru/dark")
    reached: list[str] = []
    for _ in range(len(map_page.CHECKPOINTS) + 4):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('href') ?? ''"))
    assert {href for href in reached if href} == {f"/places/{seen['id']}" for seen in map_page.CHECKPOINTS}
    page.locator('.bm-badge[href="/places/KG-KRK-A"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/places/KG-KRK-A")


def test_the_buttons_zoom_and_bring_one_home(page: Page, address: str) -> None:
    ready(page, f"{address}/ru/dark")
    home = page.evaluate(BADGES)
    page.get_by_role("button", name="+").click()
    page.wait_for_function(f"() => ({BADGES})().length < {len(home)}")
    page.get_by_role("button", name="o").click()
    page.wait_for_function(f"() => ({BADGES})().length === {len(home)}")
    assert page.evaluate(BADGES) == home


def test_it_follows_the_size_of_its_box(page: Page, address: str) -> None:
    ready(page, f"{address}/ru/dark")
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.wait_for_function(f"() => Math.max(...({BADGES})().map(box => box.right)) > 1400")
    assert overlapping(page.evaluate(BADGES)) == []
    page.set_viewport_size({"width": 600, "height": 500})
    page.wait_for_selector("#map.bm-narrow")


def test_a_change_of_theme_repaints(page: Page, address: str) -> None:
    ready(page, f"{address}/ru/dark")
    dark = badge(page, "KG-AKJ-A")["color"]
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert badge(page, "KG-AKJ-A")["color"] != dark


def test_a_wall_has_no_buttons_but_its_places_are_links(page: Page, address: str) -> None:
    ready(page, f"{address}/ru/dark?still")
    assert page.get_by_role("button").count() == 0
    assert page.locator("a.bm-badge").count() == len(map_page.CHECKPOINTS)


def test_without_webgl_it_says_so_and_fetches_no_library(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(f"{address}/ky/dark")
    page.wait_for_selector("#map[data-state=unavailable]")
    assert page.get_by_role("status").inner_text() == map_page.WORDS["ky"][1]
    assert [url for url in asked if "vendor" in url or "basemap" in url] == []


def test_it_is_ready_before_one_looks_away(page: Page, address: str) -> None:
    began = time.monotonic()
    ready(page, f"{address}/en/light")
    assert time.monotonic() - began < READY_S_MAX
    assert page.evaluate("performance.getEntriesByName('beket:map-ready').length") == 1
