"""A browser of its own process that keeps its folder: it can be killed as a power cut kills it, and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserType, Page

from tests.journeys import chromium

START_S_MAX: Final = 30
SIZE: Final = {"width": 1366, "height": 768}


class Killable:
    """Chromium with its folder."""

    def __init__(self, kind: BrowserType, folder: Path) -> None:
        self.kind, self.folder = kind, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._browser: Browser | None = None

    def start(self) -> Page:
        """Start, and give a page."""
        port = self.folder / "DevToolsActivePort"
        port.unlink(missing_ok=True)
        asked = ["--headless=new", "--no-sandbox", "--remote-debugging-port=0", f"--user-data-dir={self.folder}"]
        self._process = subprocess.Popen(
            [chromium.where(), *asked, "--no-first-run", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_S_MAX
        while not (port.exists() and port.read_text("ascii").count("\n")):
            assert time.monotonic() < deadline, "Chromium did not say where it listens"
            time.sleep(0.05)
        number = port.read_text("ascii").splitlines()[0]
        self._browser = self.kind.connect_over_cdp(f"http://127.0.0.1:{number}")
        page = self._browser.contexts[0].new_page()
        page.set_viewport_size(SIZE)  # type: ignore[arg-type]
        return page

    def kill(self) -> None:
        """Kill what was started, all of it, at once."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(START_S_MAX)
        if self._browser is not None:
            with contextlib.suppress(Exception):
                self._browser.close()
        self._process = self._browser = None
