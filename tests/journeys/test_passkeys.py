"""A passkey from its registration to a decision: an administrator, a demo country and a device that answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.axe import violations
from tests.journeys.demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

DEVICE: Final = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
WHO: Final = "admin"


@pytest.fixture
def desk(browser: Browser, country: Demo, errors: list[str]) -> Iterator[Page]:
    """A browser with a passkey device in it, at the desk's own name: passkeys work at no bare address."""
    url = country.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=url, viewport={"width": 1366, "height": 768})
    context.add_cookies([{"name": "language", "value": "en", "url": url}])
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.on("pageerror", lambda trouble: errors.append(str(trouble)))
    yield page
    context.close()


def by_password(page: Page, password: str) -> None:
    """Sign in as one does without a passkey."""
    page.goto("/sign-in")
    page.fill("#login", WHO)
    page.fill("#password", password)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)


def leave(page: Page) -> None:
    """Sign out."""
    page.click("text=Sign out")
    page.wait_for_selector("#login")


def test_a_passkey_is_registered_lets_in_and_proves_presence(desk: Page, country: Demo, errors: list[str]) -> None:
    by_password(desk, country.passwords[WHO])
    desk.goto("/account")
    desk.fill("#name", "Key at the desk")
    desk.press("#name", "Enter")
    desk.wait_for_selector("th:has-text('Key at the desk')")
    assert violations(desk) == []
    leave(desk)
    desk.click("text=Sign in with a passkey")
    desk.wait_for_url(lambda url: "sign-in" not in url)
    leave(desk)
    by_password(desk, country.passwords[WHO])
    desk.goto("/accounts")
    desk.click("a:has-text('auditor')")
    desk.select_option("#role", "risk_analyst")
    desk.fill("#why", "two weeks of analysis")
    desk.click("button[value=propose]")
    desk.wait_for_selector("text=Show that it is you")
    assert violations(desk) == []
    desk.click("text=Show the passkey and go on")
    desk.wait_for_selector("td:has-text('two weeks of analysis')")
    assert violations(desk) == []
    desk.goto("/accounts")
    assert "Another administrator confirms it." in desk.inner_text("main")
    assert violations(desk) == []
    assert errors == []
