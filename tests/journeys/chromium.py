"""Debian's Chromium for the browser tests: found by name, started the same way everywhere, asked for when absent."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

NO_BROWSER = "BEKET_NO_BROWSER"
"""Set to 1, it asks for the browser tests to be skipped; without it their absence is a failure, never a silence."""

SOFTWARE_WEBGL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
"""A machine without a graphics card draws the map in software."""


def where() -> str:
    """Say where Chromium is, or fail naming the Debian package that brings it."""
    if os.environ.get(NO_BROWSER) == "1":
        pytest.skip(f"{NO_BROWSER}=1 asks to leave the browser tests out")
    found = shutil.which("chromium")
    if found is None:
        pytest.fail(
            "Chromium is not installed: `apt-get install chromium fonts-noto-core` "
            f"(or set {NO_BROWSER}=1 to leave the browser tests out)",
            pytrace=False,
        )
    return found


@contextmanager
def opened() -> Iterator[Browser]:
    """Keep one browser open for the length of the block."""
    path = where()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, headless=True, args=["--no-sandbox", *SOFTWARE_WEBGL])
        try:
            yield browser
        finally:
            browser.close()
