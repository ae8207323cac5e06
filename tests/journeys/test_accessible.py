"""No page breaks a rule of WCAG 2.2 AA, in either theme."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Page

from tests.journeys.axe import violations
from tests.journeys.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SOON_MS: Final = 60_000

PAGES: Final = {
    "sign-in": ("", "/sign-in"),
    "wall": ("duty", "/wall"),
    "crossings": ("duty", "/crossings"),
    "nothing found": ("duty", "/crossings?q=ZZZZQQ99"),
    "dossier": ("duty", "/crossings -> #list tbody a.whole"),
    "entry": ("auditor", "/log -> a[href^='/log/']:not([href$='/verify'])"),
    "steps": ("inspector", "/steps"),
    "exchanges": ("auditor", "/exchanges"),
    "inspection": ("duty", "/passages"),
    "alarms": ("duty", "/alarms"),
    "maintenance": ("engineer", "/maintenance/KG-TOR-A/in-1/scale"),
    "orders": ("duty", "/orders/KG-TOR-A/in-1/scale"),
    "situations": ("duty", "/situations"),
    "situation": ("duty", "/situations -> .situations a.whole"),
    "shift": ("duty", "/shift"),
    "sheet": ("duty", "/shift/duty"),
    "past": ("duty", "/past"),
    "past before all": ("duty", "/past?at=2020-01-01T10:00"),
    "places": ("duty", "/places"),
    "place": ("inspector", "/places/KG-TOR-A"),
    "devices": ("engineer", "/devices"),
    "device": ("engineer", "/devices -> tbody a[href^='/devices/']"),
    "scale": ("engineer", "/devices/KG-TOR-A/in-1/scale"),
    "equipment": ("engineer", "/equipment"),
    "equipment of a post": ("engineer", "/equipment?place=KG-TOR-A&show=sending-yes"),
    "lanes": ("engineer", "/places/KG-TOR-A/equipment"),
    "quarantine": ("engineer", "/quarantine"),
    "log": ("auditor", "/log"),
    "verify": ("auditor", "/log/KG-TOR-A/verify"),
    "help": ("duty", "/help"),
    "slips": ("duty", "/slips"),
    "check an act": ("", "/verify?number=KG-TOR-A-2026-000001&check=00000000"),
    "not allowed": ("duty", "/quarantine"),
    "not found": ("duty", "/places/KG-NOT-A"),
}
"""Who opens which page; after an arrow, the link that is followed on it."""


def follow(page: Page, link: str) -> None:
    """Go where the first such link leads."""
    page.wait_for_selector(link, timeout=SOON_MS)
    address = page.locator(link).first.get_attribute("href")
    assert address is not None
    page.goto(address)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("name", PAGES)
def test_no_rule_is_broken(visit: Visit, name: str, theme: str) -> None:
    who, path = PAGES[name]
    path, _, link = path.partition(" -> ")
    page = visit(path, who=who, theme=theme, language="ru")
    if link:
        follow(page, link)
    if name in ("wall", "past"):
        page.wait_for_selector("#map[data-state=ready]", timeout=SOON_MS)
    assert violations(page) == []


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
@pytest.mark.parametrize(
    "name",
    [
        "wall",
        "past",
        "crossings",
        "situations",
        "shift",
        "places",
        "devices",
        "scale",
        "equipment",
        "lanes",
        "log",
        "help",
    ],
)
def test_nothing_runs_out_of_the_window(visit: Visit, name: str, language: str) -> None:
    who, path = PAGES[name]
    page = visit(path, who=who, language=language)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
