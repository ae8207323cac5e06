"""An inspector at the desk: takes, writes, decides, signs; counts what the hands did, and how long people take for it.

The estimate is the keystroke-level model of Card, Moran and Newell: a thought before each choice, a hand that points,
keys.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from playwright.sync_api import FilePayload, Page, expect

THINK_S: Final = 1.35
POINT_S: Final = 1.1
TAP_S: Final = 0.2
KEY_S: Final = 0.28
"""Times of the model, in seconds; a key is that of somebody who does not type all day."""

SHOT_S: Final = 6.0
"""How long it takes to raise a tablet, aim and take a photograph; walking up to the vehicle is not counted."""

SHRUNK_MS_MAX: Final = 30_000
"""A busy machine without a graphics card may take so long to make a large photograph small."""

PIN: Final = "274 611"


class Effort(Struct):
    """What it took."""

    thoughts: int = 0
    taps: int = 0
    keys: int = 0
    shots: int = 0

    @property
    def inputs(self) -> int:
        """Taps, keys and photographs: what goal U3 counts."""
        return self.taps + self.keys + self.shots

    @property
    def seconds(self) -> float:
        """How long a person takes for this."""
        pointing = self.taps * (POINT_S + TAP_S)
        return self.thoughts * THINK_S + pointing + self.keys * KEY_S + self.shots * (SHOT_S + POINT_S + TAP_S)


class Officer:
    """Works at one page, and counts."""

    def __init__(self, page: Page, place: str) -> None:
        self.page, self.place = page, place
        self.effort = Effort()

    def come(self, pin: str = PIN) -> None:
        """Open the desk and the device's work."""
        self.page.goto(f"/passages/{self.place}")
        self.give_pin(pin)

    def give_pin(self, pin: str = PIN) -> None:
        """Write the PIN, once or twice as the page asks."""
        gate = self.page.locator(".gatekeeper input")
        gate.first.wait_for()
        for at in range(gate.count()):
            gate.nth(at).fill(pin)
        self.page.locator(".gatekeeper button.primary").click()
        self.page.wait_for_selector(".queue")

    def ready_for_no_line(self) -> None:
        """Wait until the browser has the page and the worker at hand."""
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        kept = "async path => Boolean(await (await caches.open('beket-passages-1')).match(path))"
        for path in (f"/passages/{self.place}", "/static/islands/passages.js", "/static/desk.css", "/static/desk.js"):
            self.page.wait_for_function(kept, arg=path)

    def tap(self, selector: str, *, thinks: bool = True) -> None:
        """Point at something and tap it."""
        self.effort.thoughts += thinks
        self.effort.taps += 1
        self.page.locator(selector).first.click()

    def type(self, text: str) -> None:
        """Press keys."""
        self.effort.keys += len(text)
        self.page.keyboard.type(text)

    def refresh(self) -> None:
        """Have the desk ask the house now, as it does when the line comes back."""
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def pick(self, selector: str, value: str) -> None:
        """Choose from a list: open it, and tap what is meant."""
        self.effort.thoughts += 1
        self.effort.taps += 2
        self.page.locator(selector).first.select_option(value)

    def shoot(self, picture: bytes) -> None:
        """Take a photograph."""
        self.effort.thoughts += 1
        self.effort.shots += 1
        file: FilePayload = {"name": "IMG_0001.png", "mimeType": "image/png", "buffer": picture}
        self.page.locator("input[type=file]").first.set_input_files(file)
        expect(self.page.locator(".shots.own li")).not_to_have_count(0, timeout=SHRUNK_MS_MAX)

    def open(self, crossing: str) -> None:
        """Open a conveyance of the queue."""
        self.tap(f'tr[data-id="{crossing}"] a')
        self.page.wait_for_selector(".passage-form")

    def to_queue(self) -> None:
        """Go back to the queue."""
        self.page.evaluate("location.hash = '#/'")
        self.page.wait_for_selector(".queue tbody tr")

    def decide(self, outcome: str = "pass") -> None:
        """Choose how the one step ended, and sign."""
        self.tap(f'input[value="{outcome}"]')
        self.tap(".sign-it")
        self.page.wait_for_url(lambda url: "#/slip/" in url or "#/conflict/" in url)


def confirm(officer: Officer, crossing: str) -> None:
    """An announced lorry of which nothing is amiss: open, choose how the step ended, sign."""
    officer.open(crossing)
    officer.decide()


def fill_in(officer: Officer, crossing: str, picture: bytes) -> None:
    """A lorry that nobody announced and whose plate was not read: every topic is gone through."""
    officer.open(crossing)
    officer.tap('.datum[data-field="plate"] button.write')
    officer.type("01777ABC")
    officer.pick('.datum[data-field="plate"] .line select', "KG")
    officer.shoot(picture)
    officer.tap('input[name="persons"]')
    officer.type("1\n")
    officer.page.wait_for_selector("input[name=packages]")
    officer.type("418\n")
    officer.tap("form.card button.primary")  # the weight: sources differ, both are looked at
    officer.tap("form.card button.primary")  # the finding is read
    officer.page.wait_for_selector(".decision")
    officer.tap('input[value="pass"]')
    officer.pick(".decision select", "paper_elsewhere")
    officer.tap("form.card button.primary")
    officer.page.wait_for_selector(".sign-it")
    officer.tap(".sign-it")
    officer.page.wait_for_url("**#/slip/**")
