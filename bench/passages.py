"""Measures the inspector's desk: `PYTHONPATH=src:. python bench/passages.py [--passages 500]`; prints JSON.

Two scripted officers record an announced lorry and one that nobody announced; what their hands did is counted, and how
long people take for it is estimated (keystroke-level model). Then a shift without a line: so many passages are signed,
the browser is killed, started again with a house that stores the first two records and answers 503. Figures: how long
signing takes, what the device keeps, how long sending takes, what was lost or doubled. The house is a played one: it
answers at once, so that the figures are the desk's own.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from _house import environment, say
from playwright.sync_api import Browser, Page, expect

from beket.app.figures import quantile
from tests.journeys import chromium, passages_house
from tests.journeys.passages_browser import Killable
from tests.journeys.passages_house import MINUTE, PLACE, House, Line, amiss, announced, picture
from tests.journeys.passages_officer import Officer, confirm, fill_in

ANNOUNCED_S_MAX: Final = 25.0
ANNOUNCED_INPUTS_MAX: Final = 12
UNANNOUNCED_S_MAX: Final = 90.0
PHOTO_EACH: Final = 10
"""One passage in so many has a photograph, as large as a tablet's camera takes it."""

PHOTO_SIDE: Final = 1600
SENT_MS_MAX: Final = 600_000


def interaction(browser: Browser, house: House, line: Line, what: str) -> dict[str, Any]:
    """What one lorry takes of an officer."""
    now = int(time.time() * 1000)
    house.passages = [announced(1, now) if what == "announced" else amiss(1, now)]
    context = browser.new_context(base_url=line.url, viewport={"width": 800, "height": 1280})
    officer, photo = Officer(context.new_page(), PLACE), picture(PHOTO_SIDE)
    officer.come()
    began, crossing = time.monotonic(), house.passages[0]["id"]
    if what == "announced":
        confirm(officer, crossing)
    else:
        fill_in(officer, crossing, photo)
    expect(officer.page.get_by_role("link", name="Slip")).to_be_visible()
    desk_s = time.monotonic() - began
    context.close()
    effort = officer.effort
    return {
        "inputs": effort.inputs, "estimate_s": round(effort.seconds, 1), "taps": effort.taps, "keys": effort.keys,
        "photographs": effort.shots, "script_alone_s": round(desk_s, 1),
    }  # fmt: skip


def sign_all(page: Page, house: House) -> list[int]:
    """Sign every passage of the queue; gives how long each took from the tap to the slip in ms, sorted."""
    officer, took, photo = Officer(page, PLACE), [], picture(PHOTO_SIDE)
    for number, passage in enumerate(house.passages):
        officer.open(passage["id"])
        if number % PHOTO_EACH == 0:
            page.locator(".topics a").nth(4).click()
            officer.shoot(photo)
            page.locator(".topics a").last.click()
        officer.tap('input[value="pass"]')
        began = time.monotonic()
        officer.tap(".sign-it")
        page.wait_for_selector(".slip")
        took.append(round((time.monotonic() - began) * 1000))
        officer.to_queue()
    return sorted(took)


def shift(browser: Browser, house: House, line: Line, folder: Path, passages: int) -> dict[str, Any]:
    """Sign a shift's work without a line, kill the browser, send it all."""
    now = int(time.time() * 1000)
    house.passages = [announced(number, now - number * MINUTE) for number in range(passages)]
    for passage in house.passages:
        passage["taken_by"] = "inspector"
    killable = Killable(browser.browser_type, folder)
    try:
        page = killable.start()
        officer = Officer(page, PLACE)
        page.goto(f"{line.url}/passages/{PLACE}")
        officer.give_pin()
        officer.ready_for_no_line()
        line.cut()
        page.reload()
        page.wait_for_selector(".queue tbody tr")
        took = sign_all(page, house)
        kept = page.evaluate("navigator.storage.estimate().then(found => found.usage)")
        killable.kill()
        house.forgets_to_answer = 2
        line.mend()
        page = killable.start()
        page.goto(f"{line.url}/passages/{PLACE}")
        Officer(page, PLACE).give_pin()
        began = time.monotonic()
        expect(page.locator(".unsent")).to_have_text("Waiting to be sent: 0", timeout=SENT_MS_MAX)
        sent_s = time.monotonic() - began
    finally:
        killable.kill()
    return {
        "signed": passages, "in_the_log": len(house.records), "lost": passages - len(house.records),
        "posts": len(house.posts), "sign_ms_p50": quantile(took, 0.5), "sign_ms_p95": quantile(took, 0.95),
        "kept_mib": round(kept / 2**20, 1), "sent_s": round(sent_s, 1),
    }  # fmt: skip


def measure(passages: int) -> dict[str, Any]:
    """Measure the officers, then the shift."""
    with tempfile.TemporaryDirectory(prefix="beket-bench-") as folder, chromium.opened() as browser:
        shells = Path(folder) / "shells"
        shells.mkdir()
        passages_house.drawn(shells)
        found: dict[str, Any] = {"measurement": "the inspector's desk in the browser"}
        for what in ("announced", "unannounced"):
            with passages_house.playing(shells) as (house, line):
                found[what] = interaction(browser, house, line, what)
        with passages_house.playing(shells) as (house, line):
            found["without_a_line"] = shift(browser, house, line, Path(folder) / "browser", passages)
    goals = {
        "announced_s": ANNOUNCED_S_MAX, "announced_inputs": ANNOUNCED_INPUTS_MAX, "unannounced_s": UNANNOUNCED_S_MAX,
        "lost": 0,
    }  # fmt: skip
    return {**found, "goals": goals, "environment": environment()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=500, help="signed without a line (a shift's 500)")
    say(measure(parser.parse_args().passages))


if __name__ == "__main__":
    main()
