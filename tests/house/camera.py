"""A small camera of the tests: it posts plates, remembers what was answered 200, and sends again what was not."""

from __future__ import annotations

import http.client
import threading
import time
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final

EXAMPLES: Final = Path(__file__).resolve().parents[2] / "docs" / "examples"
PLACE: Final = "KG-TST-A"
BOUNDARY: Final = "sight"
ANSWER_S_MAX: Final = 20.0

SITE: Final = """
[[post]]
id = "KG-TST-A"
name = {{ ky = "Сыноо", ru = "Проба", en = "Trial" }}
latitude = 42.0
longitude = 75.0
zone_name = "Asia/Bishkek"
neighbour = "KZ"
mode = "road"
border = "external"
lane = [{{ id = "in-1", direction = "in", name = {{ ky = "1", ru = "1", en = "1" }} }}]

[[post.device]]
id = "KG-TST-A/in-1/camera"
driver = "hikvision_isapi"
transport = "http-push"
lane = "in-1"
zone = "arrival"
view = "front"
forward = "along"
allow = ["127.0.0.1"]
expected_period_s = 600
{more}
"""


def site_file(folder: Path, more: str = "") -> Path:
    """Write a site with one post and one camera, and whatever else a test wants of it."""
    file = folder / "site.toml"
    file.write_text(SITE.format(more=more), "utf-8")
    return file


def plate(number: int) -> str:
    """A plate of its own for each number below ten million."""
    letters = "".join(chr(ord("A") + number // 1000 // 26**power % 26) for power in (2, 1, 0))
    return f"01KG{number % 1000:03d}{letters}"


def message(number: int, at: datetime, picture: bytes) -> bytes:
    """One ANPR post with a picture, as the maker's cameras send it (docs/examples/anpr.xml)."""
    xml = (EXAMPLES / "anpr.xml").read_text("utf-8").replace("NOW", at.isoformat(timespec="milliseconds"))
    xml = xml.replace("01KG317PPO", plate(number))
    parts = [
        ('name="anpr.xml"; filename="anpr.xml"', "application/xml", xml.encode()),
        ('name="licensePlatePicture.jpg"; filename="licensePlatePicture.jpg"', "image/jpeg", picture),
    ]
    body = b""
    for disposition, kind, content in parts:
        head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: {kind}\r\n"
        body += (head + f"Content-Length: {len(content)}\r\n\r\n").encode() + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def post(
    port: int, body: bytes, kind: str = f"multipart/form-data; boundary={BOUNDARY}", source: str = "127.0.0.1"
) -> int | None:
    """Post once; gives the status, None when no answer came."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S_MAX, source_address=(source, 0))
    try:
        connection.request("POST", "/", body, {"Content-Type": kind})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


class Camera:
    """Posts one plate after another for as long as it is open; a post without a 200 is sent again, as cameras do."""

    def __init__(self, port: int, *, pause_s: float = 0.05, fat_bytes: int = 0) -> None:
        self.answered: list[str] = []
        self.statuses: list[int | None] = []
        self._port = port
        self._pause_s = pause_s
        self._fat_bytes = fat_bytes
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._post, name="camera", daemon=True)

    def __enter__(self) -> Camera:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(2 * ANSWER_S_MAX)

    def more(self, number: int, seconds: float) -> None:
        """Wait until it has been answered so many times more."""
        wanted = len(self.answered) + number
        deadline = time.monotonic() + seconds
        while len(self.answered) < wanted:
            assert time.monotonic() < deadline, f"{len(self.answered)} of {wanted}; the last were {self.statuses[-5:]}"
            time.sleep(0.05)

    def _post(self) -> None:
        picture = (EXAMPLES / "plate.jpg").read_bytes()
        for number in count(1):
            fat = number.to_bytes(4, "big") * (self._fat_bytes // 4)
            body = message(number, datetime.now(UTC), picture + fat)
            while not self._sent(body):
                if self._stop.wait(0.3):
                    return
            self.answered.append(plate(number))
            if self._stop.wait(self._pause_s):
                return

    def _sent(self, body: bytes) -> bool:
        status = post(self._port, body)
        self.statuses.append(status)
        return status == 200
