"""Measures how long a paper CMR takes to be written into the form: `PYTHONPATH=. python bench/form.py`; prints JSON.

A script types a note with three lines of goods and two attached documents into the running demonstration, as slowly as
a person: 180 ms for each key, 600 ms for each field. Figure: seconds from the open page to the paper in the inbox, once
where the cameras read the plates and once where they did not. Limit of the same run: the keys and fields alone, with a
desk that answers at once.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from _house import environment, say
from playwright.sync_api import Page

from tests.journeys import chromium, demo
from tests.journeys.typist import FIELD_S, KEY_S, Typist, write_cmr

GOAL_S: Final = 90.0
POST: Final = "KG-TOR-A"
SOON_MS: Final = 60_000


def sign_in(page: Page, running: demo.Demo) -> None:
    """Sign in as the inspector of a post."""
    page.goto("/sign-in")
    page.fill("#login", "inspector")
    page.fill("#password", running.passwords["inspector"])
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)


def open_form(page: Page, *, seen: bool) -> None:
    """Open the form, for a crossing whose plate was read or for none."""
    page.goto(f"/crossings?place={POST}")
    link = "#list tbody tr:has(.plate:not(.none)) a.whole"
    page.wait_for_selector(link, timeout=SOON_MS)
    crossing = (page.locator(link).first.get_attribute("href") or "").rpartition("/")[2]
    page.goto(f"/documents/new?crossing={crossing}" if seen else f"/documents/new?place={POST}")
    page.wait_for_selector("#f-number:focus")


def written(page: Page, *, seen: bool, slow: bool) -> dict[str, Any]:
    """Write one note; gives seconds, keys and fields."""
    open_form(page, seen=seen)
    typist, began = Typist(page, slow=slow), time.monotonic()
    write_cmr(typist, seen=seen)
    typed_s = time.monotonic() - began
    page.wait_for_url(lambda url: "/documents/inbox/" in url, timeout=SOON_MS)
    return {
        "typed_s": round(typed_s, 1),
        "in_the_inbox_s": round(time.monotonic() - began, 1),
        "limit_s": round(typist.effort.seconds, 1),
        "keys": typist.effort.keys,
        "fields": typist.effort.fields,
    }


def measure() -> dict[str, Any]:
    """Write the note three times: with plates that were read, without, and as fast as the desk lets a script."""
    with (
        tempfile.TemporaryDirectory(prefix="beket-bench-") as folder,
        demo.running(Path(folder)) as running,
        chromium.opened() as browser,
    ):
        page = browser.new_context(base_url=running.url, viewport={"width": 1366, "height": 768}).new_page()
        sign_in(page, running)
        return {
            "measurement": "a paper CMR written into the form, 3 lines of goods, 2 attached documents",
            "plates_read": written(page, seen=True, slow=True),
            "plates_typed": written(page, seen=False, slow=True),
            "without_a_person_s": written(page, seen=False, slow=False)["typed_s"],
            "person": {"key_s": KEY_S, "field_s": FIELD_S},
            "goal_s": GOAL_S,
            "environment": environment(),
        }


def main() -> None:
    """Measure and print."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    say(measure())


if __name__ == "__main__":
    main()
