"""Measures how soon a page can be read on a slow line: `PYTHONPATH=. python bench/paint.py`; prints JSON.

Chromium opens pages of the running demonstration with nothing kept from before, once as on a local network and once at
256 kbit/s with 300 ms there and back. Figure: milliseconds to the first contentful paint, the median of some openings.
Goals: 2 s on a local network, 6 s on the slow line (reference 08 U5). The limit of the same run is a page of the same
desk that is nearly nothing: what the line and the browser take by themselves.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any, Final

from _house import environment, say
from form import sign_in
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys import chromium, demo

POST: Final = "KG-TOR-A"
TIMES: Final = 5
SOON_MS: Final = 60_000
LINES: Final[dict[str, dict[str, float]]] = {
    "local network": {"latency": 1, "downloadThroughput": 12_500_000, "uploadThroughput": 12_500_000},
    "256 kbit/s, 300 ms": {"latency": 300, "downloadThroughput": 32_000, "uploadThroughput": 32_000},
}
GOALS_MS: Final = {"local network": 2000, "256 kbit/s, 300 ms": 6000}
LIMIT: Final = "the little page"

_PAINTED: Final = """() => new Promise((done) => new PerformanceObserver((list) => {
  const seen = list.getEntriesByName("first-contentful-paint")[0];
  if (seen) done(seen.startTime);
}).observe({ type: "paint", buffered: true }))"""


def addresses(page: Page) -> dict[str, str]:
    """The pages that are measured, each with its address."""
    page.goto(f"/crossings?place={POST}")
    link = "#list tbody tr:has(.plate:not(.none)) a.whole"
    page.wait_for_selector(link, timeout=SOON_MS)
    crossing = page.locator(link).first.get_attribute("href")
    return {
        LIMIT: "/help",
        "a step's form": f"{crossing}/steps/registration",
        "the inspector's desk": f"/passages/{POST}",
        "a dossier": f"{crossing}",
        "situations": "/situations",
    }


def painted_ms(browser: Browser, kept: BrowserContext, url: str, line: dict[str, float]) -> float:
    """Open a page with an empty cache, as whoever has signed in; gives when something could be read."""
    context = browser.new_context(base_url=url.partition("/passages")[0], storage_state=kept.storage_state())
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Network.emulateNetworkConditions", {"offline": False, **line})
    page.goto(url, wait_until="commit", timeout=SOON_MS)
    found = float(page.evaluate(_PAINTED))
    context.close()
    return found


def measure() -> dict[str, Any]:
    """Open every page on every line."""
    figures: dict[str, dict[str, int]] = {}
    with tempfile.TemporaryDirectory() as path, chromium.opened() as browser, demo.running(Path(path)) as running:
        kept = browser.new_context(base_url=running.url)
        page = kept.new_page()
        sign_in(page, running)
        for name, address in addresses(page).items():
            for line, conditions in LINES.items():
                took = [painted_ms(browser, kept, running.url + address, conditions) for _ in range(TIMES)]
                figures.setdefault(name, {})[line] = round(statistics.median(took))
    return {
        "measurement": "first contentful paint, ms",
        "pages": figures,
        "limit": LIMIT,
        "goal_ms": GOALS_MS,
        "times": TIMES,
        "environment": environment(),
    }


if __name__ == "__main__":
    say(measure())
