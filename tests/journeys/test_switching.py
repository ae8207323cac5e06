"""A whole house, a simulated barrier, an officer and a keyboard: an order is given, obeyed, and seen to be."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page

from tests.devices.registers import modbus_device
from tests.devices.writing.barrier import Barrier
from tests.house.camera import PLACE, site_file
from tests.house.house import House, beket, calm, running
from tests.journeys.axe import violations
from tests.log.engines import short_dir

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SOON_MS = 30_000
GATE = f"{PLACE}/in-1/barrier"
PASSWORD = "a long enough password"
DEVICE = """
[[post.device]]
id = "{gate}"
driver = "modbus_io"
lane = "in-1"
zone = "departure"
klass = "barrier"
host = "127.0.0.1"
port = {port}
options = {{ map = "lane_eight", points = "barrier, light", orders = "lane_eight" }}
"""


@contextmanager
def module() -> Iterator[Barrier]:
    """A barrier on loopback, in a thread of its own."""
    barrier, ready, over = Barrier(), threading.Event(), threading.Event()

    async def serve() -> None:
        async with modbus_device(barrier):
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield barrier
    finally:
        over.set()
        thread.join(10)


@contextmanager
def checkpoint() -> Iterator[tuple[House, Barrier]]:
    """A house with one barrier, and an inspector who may order it."""
    with short_dir() as folder, module() as barrier:
        site = site_file(folder, DEVICE.format(gate=GATE, port=barrier.port))
        with running(folder, "--site", site) as house:
            for command in (["add", "aida"], ["grant", "aida", "inspector", "--place", PLACE]):
                done = beket("account", *command, "--data", house.data, stdin=PASSWORD + "\n")
                assert done.returncode == 0, done.stderr
            yield house, barrier


def signed_in(browser: Browser, house: House, errors: list[str], theme: str) -> Page:
    """The inspector's page, in one theme."""
    context = browser.new_context(base_url=house.url, viewport={"width": 1366, "height": 768})
    chosen = {"language": "en", "theme": theme}
    context.add_cookies([{"name": name, "value": value, "url": house.url} for name, value in chosen.items()])
    page = context.new_page()
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto("/sign-in")
    page.fill("#login", "aida")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def order(page: Page) -> None:
    """Give the order with keys alone: the first choice is to open."""
    page.focus("input[name=what]")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("released")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def test_an_officer_opens_the_barrier_with_the_keyboard(browser: Browser, errors: list[str]) -> None:
    with checkpoint() as (house, barrier):
        page = signed_in(browser, house, errors, "dark")
        page.goto(f"/devices/{GATE}")
        page.click(f"a[href='/orders/{GATE}']")
        page.wait_for_selector("text=No alarm blocks the lane.")
        page.wait_for_selector("dd:has-text('closed')", timeout=SOON_MS)
        assert violations(page) == []
        order(page)
        page.wait_for_selector("tbody tr:has-text('Obeyed')", timeout=SOON_MS)
        page.wait_for_selector("dl dd:has-text('open,')", timeout=SOON_MS)
        page.wait_for_selector("section p:has-text('Obeyed Open the barrier: aida')", timeout=SOON_MS)
        assert barrier.is_open
        assert "released" in page.inner_text("tbody")
        assert violations(page) == []
        for language in ("ky", "ru", "en"):
            page.context.add_cookies([{"name": "language", "value": language, "url": house.url}])
            page.goto(f"/orders/{GATE}")
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        light = signed_in(browser, house, errors, "light")
        light.goto(f"/orders/{GATE}")
        assert violations(light) == []
        assert errors == []
        calm(house.said, but=("axes.", "INFO"))
        house.interrupt()
        assert "no order is carried out" not in house.said
