"""A page with nothing but the map island on it, served under the policy the product serves it under."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src" / "beket" / "web" / "static"
CHECKPOINTS = json.loads((ROOT / "src" / "beket" / "words" / "checkpoints.json").read_text(encoding="utf-8"))[
    "checkpoints"
]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "worker-src 'self' blob:; base-uri 'none'; form-action 'none'"
)

LEVELS = {"KG-TOR-A": "critical", "KG-AKT-A": "high", "KG-DOS-A": "medium", "KG-CHA-A": "low", "KG-BED-A": "unknown"}

WORDS = {
    "ky": ["Өткөрүү пункттарынын картасы", "Картаны тартуу мүмкүн эмес", "ичинде", "күтүүдө"],
    "ru": ["Карта пунктов пропуска", "Карту нарисовать нельзя", "внутри", "ожидают"],
    "en": ["Map of checkpoints", "The map cannot be drawn here", "inside", "waiting"],
}


def start_of(language: str) -> dict[str, Any]:
    """Make what the page would give the island at first: every checkpoint with an invented but steady state."""
    title, unavailable, inside, waiting = WORDS[language]
    words = {"map": title, "unavailable": unavailable, "inside": inside, "waiting": waiting}
    levels = {level: level for level in ("critical", "high", "medium", "low", "normal", "unknown")}
    buttons = {"not_known": "not known", "zoom_in": "+", "zoom_out": "-", "whole": "o"}
    return {
        "places": [place_of(i, seen, language) for i, seen in enumerate(CHECKPOINTS)],
        "words": {**words, **buttons, "levels": levels},
    }


def place_of(number: int, seen: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Make one checkpoint's first state."""
    return {
        "id": seen["id"],
        "name": seen["short"][language],
        "lat": seen["lat"],
        "lon": seen["lon"],
        "mode": seen["mode"],
        "href": f"/places/{seen['id']}",
        "inside": number * 7 % 23,
        "waiting": number % 5,
        "level": LEVELS.get(seen["id"], "normal"),
    }


def page(language: str, theme: str, attributes: str = "") -> str:
    """Write the page."""
    start = json.dumps(start_of(language), ensure_ascii=False).replace("<", "\\u003c")
    return f"""<!doctype html><html lang="{language}" data-theme="{theme}">
<head><meta charset="utf-8"><title>map</title><link rel="icon" href="/favicon.ico">
<link rel="stylesheet" href="/static/islands/map.css"><link rel="stylesheet" href="/page.css">
<script type="module" src="/static/islands/map.js"></script></head>
<body><main><h1>{WORDS[language][0]}</h1><div id="map" data-checkpoints="map-start" {attributes}></div>
<script id="map-start" type="application/json">{start}</script></main></body></html>"""


PAGE_CSS = """html, body { margin: 0; height: 100%; font-family: "Noto Sans", sans-serif }
main, #map { height: 100% }
h1 { position: absolute; opacity: 0 }"""


class Page(SimpleHTTPRequestHandler):
    """Answers /LANGUAGE/THEME with the page, and the static files as they are."""

    def do_GET(self) -> None:
        """Answer one request."""
        path, _, query = self.path.partition("?")
        parts = path.strip("/").split("/")
        if path.startswith("/static/"):
            self.path = self.path.removeprefix("/static")
            return super().do_GET()
        if path == "/page.css":
            return self.answer(PAGE_CSS, "text/css")
        if path == "/favicon.ico":
            return self.answer("", "image/x-icon")
        if len(parts) == 2 and parts[0] in WORDS:
            return self.answer(
                page(parts[0], parts[1], 'data-interactive="false"' if query == "still" else ""), "text/html"
            )
        return self.send_error(404)

    def answer(self, text: str, kind: str) -> None:
        """Send one text."""
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        """Put the policy on every answer."""
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Stay quiet: a test's output is its assertions."""


@contextmanager
def serving() -> Iterator[str]:
    """Serve the page on a free port and give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Page, directory=str(STATIC)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
