"""No body is laid aside that is too large, too slow, or nobody's; what is well comes through as it is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.web.conftest import Stage

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

PROGRAMS = "/api/v1/documents"
KNOWN = "known"


class Pages:
    """Pages that take a whole body in, as the framework does."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.began = 0

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        self.began += 1
        size, more = 0, True
        while more:
            message = await receive()
            size, more = size + len(message.get("body", b"")), message.get("more_body", False)
        self.taken.append(size)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"well"})


@pytest.fixture
def pages(stage: Stage) -> Pages:
    return Pages()


@pytest.fixture
def gate(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> ASGIApp:
    from beket.web.api import gate

    monkeypatch.setattr(gate, "BODY_BYTES_MAX", 1000)
    monkeypatch.setattr(gate, "BODIES_BYTES_MAX", 3000)
    return gate.Gate(pages, lambda header: None if header == "Bearer known" else "no_token")


def post(gate: ASGIApp, path: str, body: Any, *, token: str = KNOWN) -> httpx.Response:  # noqa: ANN401
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=gate)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post(path, content=body, headers={"Authorization": f"Bearer {token}"})

    return asyncio.run(ask())


async def pieces(*sizes: int) -> AsyncIterator[bytes]:
    for size in sizes:
        yield b"x" * size


@pytest.mark.parametrize("path", [PROGRAMS, "/places"])
def test_a_body_that_is_well_comes_through(gate: ASGIApp, pages: Pages, path: str) -> None:
    assert post(gate, path, b"x" * 1000).text == "well"
    assert post(gate, path, pieces(400, 600)).text == "well"
    assert pages.taken == [1000, 1000]


@pytest.mark.parametrize("path", [PROGRAMS, "/places"])
def test_a_body_that_is_too_large_is_cut_off_whatever_it_says_of_itself(gate: ASGIApp, pages: Pages, path: str) -> None:
    declared, flowing = post(gate, path, b"x" * 1001), post(gate, path, pieces(600, 401))
    assert (declared.status_code, flowing.status_code) == (413, 413)
    assert flowing.headers["Content-Type"] == "application/problem+json"
    assert (pages.began, pages.taken) == (1, [])


def test_nobodys_body_is_not_taken_in(gate: ASGIApp, pages: Pages) -> None:
    refused = post(gate, PROGRAMS, b"x", token="unknown")
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert pages.began == 0
    assert post(gate, "/places", b"x", token="unknown").status_code == 200


def test_a_body_that_comes_too_slowly_is_cut_off(gate: ASGIApp, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beket.web.api.gate.BODY_S_MAX", 0.05)

    async def slowly() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(5)
        yield b"x"

    assert post(gate, PROGRAMS, slowly()).status_code == 408
    assert pages.taken == []


def test_so_many_bodies_and_so_many_bytes_are_taken_in_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from beket.web.api import gate as gates

    monkeypatch.setattr(gates, "BODY_BYTES_MAX", 1000)
    monkeypatch.setattr(gates, "BODIES_BYTES_MAX", 2500)
    go_on = threading.Event()

    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.to_thread(go_on.wait)
        await Pages()(scope, receive, send)

    gate = gates.Gate(waits, lambda _: None)

    async def ask() -> list[int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=gate), base_url="http://localhost") as client:
            held = [asyncio.create_task(client.post(PROGRAMS, content=b"x" * 1000)) for _ in range(2)]
            await asyncio.sleep(0.05)
            statuses = [(await client.post(PROGRAMS, content=b"x" * 501)).status_code]
            statuses.append((await client.post(PROGRAMS, content=pieces(1))).status_code)
            monkeypatch.setattr(gates, "BODIES_MAX", 2)
            statuses.append((await client.post(PROGRAMS, content=b"x")).status_code)
            go_on.set()
            statuses += [answer.status_code for answer in await asyncio.gather(*held)]
            return [*statuses, (await client.post(PROGRAMS, content=b"x" * 1000)).status_code]

    assert asyncio.run(ask()) == [503, 503, 503, 200, 200, 200]


def test_the_desk_itself_knows_a_token(stage: Stage) -> None:
    from beket.web.accounts.tokens import issue
    from beket.web.api.gate import token_fault

    assert token_fault(f"Bearer {issue('inspector', 'gate')}") is None
    assert token_fault("Bearer beket_x") == "no_token"
    assert token_fault(None) == "no_token"
