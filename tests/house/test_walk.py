"""The README's walk: a camera by HTTP, a scale by TCP, the example site, an account, and the dossier of both."""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.house.camera import EXAMPLES, message, plate, post
from tests.house.house import House, beket, running, until

PASSWORD: Final = "Torugart-2026-passes"
WEIGHED: Final = "16440"
SECONDS_BETWEEN_FRAMES: Final = 0.05
SHARED: Final = (
    Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "device-samples" / "synthetic" / "cases.json"
)


def example_site(folder: Path, scale_port: int) -> Path:
    """The site file of the README with the scale on a port of its own."""
    file = folder / "site.toml"
    text = (EXAMPLES / "site.toml").read_text("utf-8")
    assert "port = 4001" in text
    file.write_text(text.replace("port = 4001", f"port = {scale_port}"), "utf-8")
    return file


class Scale:
    """What `nc -l` is in the README: answers the house's call and says the frames of docs/examples/scale.txt."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._speak, daemon=True)

    def begin(self) -> None:
        """A lorry drives on, stands, and drives off."""
        self._thread.start()

    def close(self) -> None:
        """Hang up."""
        self._listener.close()
        self._thread.join(10)

    def _speak(self) -> None:
        line, _ = self._listener.accept()
        with closing(line):
            for frame in (EXAMPLES / "scale.txt").read_text("ascii").split():
                line.sendall(b"\x02" + frame.encode() + b"\x03")
                time.sleep(SECONDS_BETWEEN_FRAMES)


class Person:
    """Somebody at a browser: keeps cookies, fills in the sign-in form."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, follow_redirects=True, timeout=20, trust_env=False)

    def __enter__(self) -> Person:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def signs_in(self, login: str, password: str) -> bool:
        """Try to sign in; tells whether the desk opened."""
        form = self.client.get("/sign-in").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert token is not None, form[:500]
        answer = self.client.post(
            "/sign-in", data={"csrfmiddlewaretoken": token[1], "username": login, "password": password}
        )
        return answer.status_code == 200 and not str(answer.url).partition("?")[0].endswith("/sign-in")


@pytest.mark.timeout(150)
def test_a_camera_a_scale_and_an_operator_as_in_the_readme(folder: Path) -> None:
    scale = Scale()
    with running(folder, "--site", example_site(folder, scale.port)) as house, Person(house.url) as me:
        try:
            assert post(house.field_port, message(317, datetime.now(UTC), (EXAMPLES / "plate.jpg").read_bytes())) == 200
            scale.begin()
            _account(house, me)
            dossier = _dossier(me)
            until(lambda: WEIGHED in _digits(me.client.get(dossier).text), 30, "the dossier has its weight")
            page = me.client.get(dossier).text
            assert plate(317) in re.sub(r"<[^>]+>|\s", "", page)
        finally:
            scale.close()
        _an_account_can_be_taken_back(house, me)
        _strangers_are_refused_in_one_line(house)


def _account(house: House, me: Person) -> None:
    """Make an account as an operator does, and sign in with it."""
    assert not me.signs_in("me", PASSWORD)
    weak = beket("account", "add", "me", "--data", house.data, stdin="short\n")
    assert (weak.returncode, weak.stderr.count("\n")) == (2, 1), weak.stderr
    added = beket("account", "add", "me", "--data", house.data, stdin=f"{PASSWORD}\n")
    assert added.returncode == 0, added.stderr
    granted = beket("account", "grant", "me", "duty_officer", "--data", house.data)
    assert granted.returncode == 0, granted.stderr
    listed = beket("account", "list", "--data", house.data).stdout
    assert "me\tduty_officer at every post\n" in listed
    assert me.signs_in("me", PASSWORD)


def _dossier(me: Person) -> str:
    """Find the crossing by a part of its plate, as an officer does."""
    found: list[str] = []

    def search() -> bool:
        page = me.client.get("/crossings", params={"plate": plate(317)[2:]}).text
        found[:] = re.findall(r'href="(/crossings/[^"?]+)"', page)
        return bool(found)

    until(search, 30, "the crossing is found by its plate")
    return found[0]


def _digits(page: str) -> str:
    return re.sub(r"[^\d<]", "", re.sub(r"<[^>]+>", "<", page))


def _an_account_can_be_taken_back(house: House, me: Person) -> None:
    assert beket("account", "disable", "me", "--data", house.data).returncode == 0
    assert str(me.client.get("/").url).partition("?")[0].endswith("/sign-in")
    with Person(house.url) as again:
        assert not again.signs_in("me", PASSWORD)
    unknown = beket("account", "disable", "nobody", "--data", house.data)
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)


def _strangers_are_refused_in_one_line(house: House) -> None:
    """A page that asks for more than one may leaves no traceback in the diagnostics."""
    assert beket("account", "add", "eng", "--data", house.data, stdin=f"{PASSWORD}\n").returncode == 0
    assert (
        beket("account", "grant", "eng", "device_engineer", "--place", "KG-TOR-A", "--data", house.data).returncode == 0
    )
    with Person(house.url) as engineer:
        assert engineer.signs_in("eng", PASSWORD)
        assert engineer.client.get("/crossings").status_code == 403
    assert "Traceback" not in house.said
    assert house.said.count("Forbidden") <= 1
