"""The desk as it is served: static files, a real stream over a real socket, woken by the board itself."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.web.conftest import HERE, PASSWORD, Stage


@contextmanager
def signed_in(address: str, login: str) -> Iterator[httpx.Client]:
    """Sign in the way a person does."""
    with httpx.Client(base_url=address, timeout=20, headers={"Accept-Language": "en"}) as client:
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', client.get("/sign-in").text)
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1], "username": login, "password": PASSWORD}
        assert client.post("/sign-in", data=form).status_code == 302
        yield client


def events(answer: httpx.Response) -> Iterator[tuple[str, str, str]]:
    """The events of a stream: name, id, data."""
    held: dict[str, list[str]] = {}
    for line in answer.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            held.setdefault(name, []).append(value)
        elif "event" in held:
            yield held["event"][0], held["id"][0], "\n".join(held["data"])
            held = {}


def await_event(stream: Iterator[tuple[str, str, str]], name: str, word: str = "") -> str:
    """Wait for an event that says a word."""
    until = time.monotonic() + 15
    for event, _, data in stream:
        assert time.monotonic() < until, f"no {name} with {word!r}"
        if event == name and word in data:
            return data
    raise AssertionError("the stream ended")


def test_what_happens_is_on_the_screen_without_asking_again(stage: Stage, address: str) -> None:
    with signed_in(address, "duty_officer") as client:
        query = {"panel": ["crossings:", "wall", "map"]}
        with client.stream("GET", "/stream", params=query) as answer:
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            assert answer.headers["Content-Encoding"] == "identity"
            stream = events(answer)
            await_event(stream, "map", HERE)
            began = time.monotonic()
            stage.country.arrive(HERE, "05555LIV", int(time.time() * 1000))
            await_event(stream, "crossings:", "05555LIV")
            assert time.monotonic() - began < 5
            beat = json.loads(await_event(stream, "pulse"))
            assert {"now_ms", "received_ms", "moved_ms"} == set(beat)


def test_a_tab_that_comes_back_gets_the_current_picture(stage: Stage, address: str) -> None:
    with signed_in(address, "duty_officer") as client:
        with client.stream("GET", "/stream", params={"panel": "wall"}) as answer:
            await_event(events(answer), "wall", HERE)
        headers = {"Last-Event-ID": "1"}
        with client.stream("GET", "/stream", params={"panel": "wall"}, headers=headers) as answer:
            await_event(events(answer), "wall", HERE)


def test_many_open_streams_do_not_use_up_the_pages_connections(stage: Stage, address: str) -> None:
    with signed_in(address, "duty_officer") as client:
        opened = [client.stream("GET", "/stream", params={"panel": "wall"}) for _ in range(30)]
        answers = [stream.__enter__() for stream in opened]
        try:
            for answer in answers:
                await_event(events(answer), "wall", HERE)
            assert client.get("/crossings").status_code == 200
        finally:
            for stream in opened:
                stream.__exit__(None, None, None)


def test_a_disabled_account_loses_its_open_stream(stage: Stage, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from beket.web.accounts import roster
    from beket.web.pages import stream as door

    monkeypatch.setattr(door, "RECHECK_S", 0.2)
    roster.add("watcher", PASSWORD)
    roster.grant("watcher", "auditor")
    with signed_in(address, "watcher") as client, client.stream("GET", "/stream", params={"panel": "log"}) as answer:
        stream = events(answer)
        await_event(stream, "log", HERE)
        roster.disable("watcher")
        await_event(stream, "ended")
        assert next(stream, None) is None


def test_static_files_are_kept_right_and_given_in_ranges(stage: Stage, address: str) -> None:
    with httpx.Client(base_url=address) as client:
        ranged = client.get("/static/basemap/relief.webp", headers={"Range": "bytes=0-99"})
        assert ranged.status_code == 206
        assert len(ranged.content) == 100
        assert "max-age=86400" in ranged.headers["Cache-Control"]
        style = client.get("/static/desk.css")
        assert style.headers["Cache-Control"] == "no-cache"
        assert client.get("/static/desk.css", headers={"If-None-Match": style.headers["ETag"]}).status_code == 304
        assert client.get("/static/../settings.py").status_code == 404
        assert client.get("/static/%2e%2e/settings.py").status_code == 404
        assert "default-src 'none'" in style.headers["Content-Security-Policy"]
