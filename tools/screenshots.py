"""Takes pictures of every page, in every language, theme and size asked for: for the README, and to be looked at.

    python -m tools.screenshots docs/pictures --pages wall crossings --languages ru --themes dark

Starts the demo country itself and lets it live for a while first, so that the pages have something to show.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple

from playwright.sync_api import Browser, Page

from tests.journeys import chromium, demo

LANGUAGES: Final = ("ky", "ru", "en")
THEMES: Final = ("dark", "light")
SIZES: Final = ("1920x1080", "1366x768")

PAGES: Final = {
    "sign-in": ("", "/sign-in"),
    "wall": ("duty", "/wall"),
    "crossings": ("duty", "/crossings"),
    "dossier": ("duty", "/crossings -> #list tbody tr:last-child a.whole"),
    "findings": ("duty", "/findings"),
    "found": ("duty", "/findings -> tbody a.whole[href^='/crossings']"),
    "heavy": ("duty", "/findings -> tbody tr:has-text('W1') a.whole[href^='/crossings']"),
    "limits": ("duty", "/limits?place=KG-TOR-A"),
    "documents": ("duty", "/documents"),
    "document": ("duty", "/documents -> #list tbody a.whole"),
    "new-document": ("duty", "/documents/new"),
    "inbox": ("duty", "/documents/inbox"),
    "situations": ("duty", "/situations"),
    "situation": ("duty", "/situations -> .situations a.whole"),
    "shift": ("duty", "/shift"),
    "steps": ("duty", "/steps"),
    "steps-of-a-post": ("inspector", "/steps"),
    "alarms": ("duty", "/alarms"),
    "past": ("duty", "/past"),
    "places": ("duty", "/places"),
    "place": ("duty", "/places/KG-TOR-A"),
    "devices": ("engineer", "/devices"),
    "device": ("engineer", "/devices -> tbody a[href*='/camera']"),
    "equipment": ("engineer", "/equipment"),
    "lanes": ("engineer", "/places/KG-TOR-A/equipment"),
    "scale": ("engineer", "/devices/KG-TOR-A/out-1/scale"),
    "quarantine": ("engineer", "/quarantine"),
    "log": ("auditor", "/log"),
    "entry": ("auditor", "/crossings -> #list tbody a.whole -> .timeline a[href^='/log/']"),
    "verify": ("auditor", "/log/KG-TOR-A/verify"),
    "help": ("duty", "/help"),
}
"""Who opens which page; after an arrow, the link that is followed on it."""

LINK_MS: Final = 60_000
READY_MS: Final = 30_000
SETTLE_MS: Final = 1_500
"""Pictures in the page arrive, the stream says its first words."""


class Shot(NamedTuple):
    """One picture to take."""

    page: str
    language: str
    theme: str
    size: str

    @property
    def name(self) -> str:
        """The file's name, which says all about it."""
        return "-".join(self) + ".png"


@contextmanager
def country(given: argparse.Namespace) -> Iterator[demo.Demo]:
    """Give a running demo: the one named in a JSON file, or one started here and left to live for a while."""
    if given.running:
        url, passwords = json.loads(given.running.read_text("utf-8"))
        yield demo.Demo(url, passwords)
        return
    with tempfile.TemporaryDirectory() as folder, demo.running(Path(folder), given.rate) as running:
        time.sleep(given.live)
        yield running


def sign_in(page: Page, running: demo.Demo, who: str) -> None:
    """Sign in as one of the demo accounts."""
    page.goto("/sign-in")
    page.fill("#login", who)
    page.fill("#password", running.passwords[who])
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)


def go(page: Page, way: str) -> None:
    """Open an address, and follow the links after it."""
    address, *links = way.split(" -> ")
    page.goto(address)
    for link in links:
        page.wait_for_selector(link, timeout=LINK_MS)
        page.goto(page.locator(link).first.get_attribute("href") or address)
    if page.locator("#map").count():
        page.wait_for_selector("#map[data-state=ready]", timeout=READY_MS)
    page.wait_for_timeout(SETTLE_MS)


def take(browser: Browser, running: demo.Demo, shots: Sequence[Shot], folder: Path) -> None:
    """Take all pictures; one session for each account."""
    for who in dict.fromkeys(PAGES[shot.page][0] for shot in shots):
        context = browser.new_context(base_url=running.url)
        page = context.new_page()
        if who:
            sign_in(page, running, who)
        for shot in shots:
            if PAGES[shot.page][0] != who:
                continue
            chosen = {"language": shot.language, "theme": shot.theme}
            context.add_cookies([{"name": name, "value": value, "url": running.url} for name, value in chosen.items()])
            width, height = map(int, shot.size.split("x"))
            page.set_viewport_size({"width": width, "height": height})
            go(page, PAGES[shot.page][1])
            page.screenshot(path=folder / shot.name)
            print(folder / shot.name)
        context.close()


def main() -> None:
    """Read what is asked and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", nargs="+", choices=PAGES, default=list(PAGES))
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES, default=LANGUAGES)
    parser.add_argument("--themes", nargs="+", choices=THEMES, default=THEMES)
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="WIDTHxHEIGHT")
    parser.add_argument("--rate", type=int, default=demo.RATE, help="times an ordinary day")
    parser.add_argument("--live", type=float, default=90, metavar="SECONDS", help="how long the country lives first")
    parser.add_argument("--running", type=Path, metavar="FILE", help="JSON [address, {login: password}] of a demo")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    shots = [Shot(*each) for each in product(given.pages, given.languages, given.themes, given.sizes)]
    with country(given) as running, chromium.opened() as browser:
        take(browser, running, shots, given.folder)


if __name__ == "__main__":
    main()
