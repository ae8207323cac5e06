"""What the journeys share: one browser, one running demo country, and people who are signed in to it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.journeys import chromium, demo

if TYPE_CHECKING:
    from playwright.sync_api import StorageState

Visit = Callable[..., Page]

SHOWN_MS: Final = 20_000
"""How long a journey waits for what it expects: it asks whether it comes, and a busy machine may take its time."""

expect.set_options(timeout=SHOWN_MS)


class Badges(Protocol):
    """Gives the cookies of a demo account that has signed in."""

    def __call__(self, login: str, *, anew: bool = False) -> StorageState:
        """Give them; `anew` after another screen took the account's one desk."""


RUNNING: Final = "BEKET_JOURNEYS_DEMO"
"""Names a JSON file [address, {login: password}, port of devices] of a demo that runs already: saves the start."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, started once."""
    with chromium.opened() as opened:
        yield opened


@pytest.fixture(scope="package")
def country(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[demo.Demo]:
    """The demo country, started once; the browser is asked for first, so that its absence is said at once."""
    assert browser.is_connected()
    if RUNNING in os.environ:
        yield demo.Demo(*json.loads(Path(os.environ[RUNNING]).read_text("utf-8")))
        return
    with demo.running(Path(tmp_path_factory.mktemp("country"))) as running:
        yield running


@pytest.fixture(scope="package")
def badges(browser: Browser, country: demo.Demo) -> Badges:
    """Gives the cookies of a demo account; each signs in once, and anew when another screen took its desk."""
    known: dict[str, StorageState] = {}

    def badge(login: str, *, anew: bool = False) -> StorageState:
        if login not in known or anew:
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{country.url}/sign-in")
            page.fill("#login", login)
            page.fill("#password", country.passwords[login])
            page.press("#password", "Enter")
            page.wait_for_url(lambda url: "sign-in" not in url)
            known[login] = context.storage_state()
            context.close()
        return known[login]

    return badge


def complaint(path: str, said: ConsoleMessage) -> str:
    """What the browser said on a page, and of what: a file that is missing is named."""
    return f"{path}: {said.text} ({said.location['url']})"


@pytest.fixture
def errors() -> list[str]:
    """What the browser complained about: scripts, policy, missing files."""
    return []


@pytest.fixture
def visit(browser: Browser, country: demo.Demo, badges: Badges, errors: list[str]) -> Iterator[Visit]:
    """Opens a path of the desk as somebody, in a language and a theme."""
    contexts: list[BrowserContext] = []

    def visit(
        path: str, *, who: str = "duty", language: str = "en", theme: str = "dark", size: str = "1366x768"
    ) -> Page:
        width, height = map(int, size.split("x"))
        context = browser.new_context(
            storage_state=badges(who) if who else None,
            viewport={"width": width, "height": height},
            base_url=country.url,
        )
        contexts.append(context)
        chosen = {"language": language, "theme": theme}
        context.add_cookies([{"name": name, "value": value, "url": country.url} for name, value in chosen.items()])
        page = context.new_page()
        page.on("console", lambda said: errors.append(complaint(path, said)) if said.type == "error" else None)
        page.on("pageerror", lambda trouble: errors.append(f"{path}: {trouble}"))
        page.goto(path)
        if who and "/sign-in?" in page.url:  # a test that signed in by itself has this account's one desk
            context.add_cookies(badges(who, anew=True)["cookies"])  # type: ignore[arg-type]
            page.goto(path)
        return page

    yield visit
    for context in contexts:
        context.close()
