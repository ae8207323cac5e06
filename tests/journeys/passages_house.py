"""A house that is played: it answers the desk as `islands/passages-contract.ts` says, and fails when it is asked to."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from PIL import Image

from beket.web.headers import HEADERS, WHERE_IT_IS

ROOT: Final = Path(__file__).parents[2]
STATIC: Final = ROOT / "src" / "beket" / "web" / "static"
PLACE: Final = "KG-TOR-A"
LANES: Final = ["in-1", "in-2", "out-1"]
MINUTE: Final = 60_000
PHOTO_BYTES_MAX: Final = 300 * 1024

Passage = dict[str, Any]


def claim(source: str, by: str, value: str, at: int, *, machine: bool = True) -> dict[str, Any]:
    """One who tells a value."""
    country = "KG" if machine and len(value) == 8 else None
    return {"source": source, "by": by, "at": at, "value": value, "country": country, "machine": machine}


def step(code: str, name: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401  whatever a test wants otherwise
    """One step, customs' own and due."""
    outcomes = [
        {"code": "pass", "name": "passed", "effect": "clears", "effect_word": "the step is done"},
        {"code": "hold", "name": "held for papers", "effect": "holds", "effect_word": "waits"},
    ]
    return {
        "code": code, "name": name, "agency": "customs", "agency_word": "Customs", "state": "pending",
        "state_word": "to be done", "level": "", "machine": False, "mine": True, "due": True, "outcomes": outcomes,
        "proofs": [{"word": "plate seen", "there": True}], "decided": None, "decided_as": "", "norm_s": 600,
        "asked_at": int(time.time() * 1000) - 3 * MINUTE, **given,
    }  # fmt: skip


def announced(number: int, at: int) -> Passage:
    """A lorry of which all is known, and nothing disagrees."""
    plate, camera = f"01{number:03d}ABC", "in-1/camera-front"
    fields: list[dict[str, Any]] = [
        {"name": "plate", "value": plate, "country": "KG", "claims": [claim("camera", camera, plate, at)]},
        {
            "name": "gross_kg", "value": "24400", "country": None,
            "claims": [claim("scale", "in-1/scale", "24400", at + 5000)],
        },
        {
            "name": "packages", "value": "418", "country": None,
            "claims": [claim("paper", "CMR KTT-4471", "418", at - 60 * MINUTE, machine=False)],
        },
    ]  # fmt: skip
    fields[0]["claims"].append(claim("paper", "CMR KTT-4471", f"01KG{plate[2:]}", at - 60 * MINUTE, machine=False))
    return {
        "id": f"{PLACE}:{1000 + number}.0", "plate": plate, "country": "KG", "lane": LANES[number % 2],
        "direction": "in", "opened_at": at, "procedure": True, "state": "in_control", "state_word": "in control",
        "proven": True, "level": "", "taken_by": None, "after": None, "fields": fields,
        "papers": [{"word": "CMR", "number": "KTT-4471", "url": f"/documents/{PLACE}:7.0"}], "findings": [],
        "pictures": [], "steps": [step("registration", "Arrival notice and registration of documents")], "records": [],
    }  # fmt: skip


def bound_by_nothing(number: int, at: int) -> Passage:
    """A lorry that comes where no procedure is in force."""
    return {
        **announced(number, at), "procedure": False, "state": "", "state_word": "no procedure", "proven": False,
        "steps": [],
    }  # fmt: skip


def amiss(number: int, at: int) -> Passage:
    """A lorry that nobody announced: the plate was not read, the paper and the scale disagree."""
    passage = announced(number, at)
    weights = passage["fields"][1]
    weights["claims"].append(claim("paper", "CMR KTT-4471", "18200", at - 60 * MINUTE, machine=False))
    finding = {"level": "high", "sentence": "The scale shows 6 200 kg more than the paper.", "code": "W03"}
    proofs = [{"word": "plate seen", "there": False}]
    return {
        **passage, "plate": None, "country": None, "level": "high", "papers": [], "findings": [finding],
        "fields": [weights], "steps": [step("registration", "Registration", proofs=proofs)],
    }  # fmt: skip


class House:
    """What it knows and what it was told; its knobs say how it fails."""

    def __init__(self, shells: Path) -> None:
        self.shells = shells
        self.login = "inspector"
        self.passages: list[Passage] = []
        self.records: dict[str, dict[str, Any]] = {}
        self.posts: list[str] = []
        self.photos: dict[str, bytes] = {}
        self.proofs: list[str] = []
        self.forgets_to_answer = 0
        self.asks_presence = False
        self.takes_passkeys = ""
        self.awaits = 0
        self.signed_out = False
        self.is_cut = False
        self.refuses: list[dict[str, Any]] = []
        self.lock = threading.Lock()

    def queue(self) -> dict[str, Any]:
        """The picture of the place."""
        return {
            "place": PLACE, "place_name": "Torugart", "zone": "Asia/Bishkek", "at": int(time.time() * 1000),
            "me": {"login": self.login, "agency": "customs"}, "form": "a token", "lanes": LANES,
            "passages": self.passages,
        }  # fmt: skip

    def of(self, crossing: str | None) -> Passage | None:
        """The passage of this crossing."""
        return next((one for one in self.passages if one["id"] == crossing), None)

    def take(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Give a passage to who asks, unless another has it."""
        passage = self.of(asked["crossing"])
        if passage is None or passage["taken_by"] not in (asked["seen"], self.login):
            return 409, self.answer("taken", passage)
        passage["taken_by"] = self.login
        return 200, self.answer("done", passage)

    def answer(self, outcome: str, passage: Passage | None, **more: Any) -> dict[str, Any]:  # noqa: ANN401  candidates
        """What became of it."""
        said = {"done": "", "taken": "Somebody else has it."}.get(outcome, "Something stands there meanwhile.")
        return {"outcome": outcome, "said": said, "passage": passage, "candidates": [], **more}

    def record(self, record: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Keep a record once, whatever is answered."""
        with self.lock:
            self.posts.append(record["id"])
            if self.refuses and record["id"] not in self.records:
                return 409, self.refuses.pop(0)
            missing = [one["sha256"] for one in record["photos"] if one["sha256"] not in self.photos]
            if missing:
                return 422, {"ask": "mended", "password": False, "said": f"photos: {missing}"}
            self.records[record["id"]] = record
            if self.forgets_to_answer:
                self.forgets_to_answer -= 1
                return 503, {}
            if self.awaits:
                self.awaits -= 1
                return 200, self.answer("awaited", self.of(record["crossing"]))
        passage = self.of(record["crossing"])
        for taken in record["steps"] if passage else []:
            done = next(one for one in passage["steps"] if one["code"] == taken["step"])  # type: ignore[index]
            done.update(decided="9.0", decided_as=taken["outcome"], due=False)
        return 200, self.answer("done", passage)


class Desk(SimpleHTTPRequestHandler):
    """Answers as the house would."""

    protocol_version = "HTTP/1.1"

    def __init__(self, house: House, *given: Any, **named: Any) -> None:  # noqa: ANN401  the base class's own
        self.house = house
        super().__init__(*given, **named)

    def do_GET(self) -> None:
        """Give the page, the worker, the queue, or a file."""
        if self.house.is_cut:
            self.close_connection = True
            return None
        path = self.path.partition("?")[0]
        if path.startswith("/static/"):
            self.path = path.removeprefix("/static")
            return super().do_GET()
        if path == "/passages/worker.js":
            script = (STATIC / "islands" / "passages-worker.js").read_bytes()
            return self.answer(200, script, "text/javascript", {"Service-Worker-Allowed": "/passages"})
        if path == f"/passages/{PLACE}.json":
            if self.house.signed_out:
                return self.say(401, {"ask": "sign_in", "password": False, "said": ""})
            return self.say(200, self.house.queue())
        if path == f"/passages/{PLACE}":
            cookies = dict(part.strip().split("=", 1) for part in self.headers.get("Cookie", "").split(";") if part)
            name = f"{cookies.get('language', 'en')}-{cookies.get('theme', 'light')}.html"
            page = (self.house.shells / name).read_text("utf-8").replace('"inspector"', f'"{self.house.login}"')
            return self.answer(200, page.encode(), "text/html", {"Permissions-Policy": WHERE_IT_IS})
        return self.answer(200, b"<title>another page</title>", "text/html")

    def do_POST(self) -> None:
        """Take what is handed over."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.house.is_cut:
            self.close_connection = True
            return None
        if self.path == "/passkeys/challenge":
            allowed = [{"id": self.house.takes_passkeys, "type": "public-key"}]
            return self.say(200, {"challenge": "AAAA", "rpId": "localhost", "allowCredentials": allowed})
        if self.path == "/sign-out":
            return self.answer(200, b"<title>signed out</title>", "text/html")
        if self.house.signed_out:
            return self.say(401, {"ask": "sign_in", "password": False, "said": ""})
        if self.path.endswith("/photos"):
            if not body.startswith(b"\xff\xd8") or len(body) > PHOTO_BYTES_MAX:
                return self.say(422, {"ask": "mended", "password": False, "said": "not a small JPEG"})
            digest = hashlib.sha256(body).hexdigest()
            self.house.photos[digest] = body
            return self.say(200, {"sha256": digest, "size": len(body)})
        if self.house.asks_presence:
            passkey = self.house.takes_passkeys
            proof = self.headers.get("X-Proof-Passkey" if passkey else "X-Proof-Password")
            if proof is None:
                return self.say(403, {"ask": "presence", "password": not passkey, "said": ""})
            self.house.proofs.append(proof)
            self.house.asks_presence = False
        act = self.house.take if self.path.endswith("/take") else self.house.record
        return self.say(*act(json.loads(body)))

    def say(self, status: int, body: dict[str, Any]) -> None:
        """Answer with JSON."""
        self.answer(status, json.dumps(body).encode(), "application/json")

    def answer(self, status: int, body: bytes, kind: str, more: dict[str, str] | None = None) -> None:
        """Send one answer."""
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": f"{kind}; charset=utf-8", **(more or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Stay quiet: a test's output is its assertions."""


def picture(side: int = 64) -> bytes:
    """A picture that does not compress well, as a camera writes one."""
    written = io.BytesIO()
    Image.effect_noise((side, side * 3 // 4), 90).convert("RGB").save(written, "PNG", compress_level=1)
    return written.getvalue()


def drawn(folder: Path) -> Path:
    """Draw the page in every language and theme, once."""
    command = [sys.executable, "-m", "tests.journeys.passages_shell", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    return folder


class Line:
    """The line to a played house: it can be cut, and mended at the same address."""

    def __init__(self, house: House) -> None:
        self.house, self.port = house, 0
        self._server: ThreadingHTTPServer | None = None
        self.mend()

    @property
    def url(self) -> str:
        """Where the desk is."""
        return f"http://localhost:{self.port}"

    def mend(self) -> None:
        """Answer."""
        self.house.is_cut = False
        handler = partial(Desk, self.house, directory=str(STATIC))
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def cut(self) -> None:
        """Answer nothing any more, on open connections either."""
        self.house.is_cut = True
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        self._server = None


@contextmanager
def playing(shells: Path) -> Iterator[tuple[House, Line]]:
    """Play a house for the length of the block."""
    house = House(shells)
    line = Line(house)
    try:
        yield house, line
    finally:
        line.cut()
