"""Asking a server outside: what is let through, what is bounded, and that a hostile address reaches nothing in here."""

from __future__ import annotations

import asyncio
import ipaddress
import threading
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from beket.exchange import asking
from beket.exchange.asking import Answer, HttpAsking, Question, Trouble, Unanswered, host_of, is_outside

OUTSIDE = "93.184.216.34"


async def _outside(_host: str, _port: int) -> list[str]:
    return [OUTSIDE]


def ask(question: Question, plug: HttpAsking) -> Answer | Unanswered:
    return asyncio.run(plug.ask(question))


def question(path: str = "/c/1", *, internal: bool = False, bytes_max: int = 1_000) -> Question:
    return Question(
        url=f"https://cert.example{path}", hosts=frozenset({"cert.example"}), internal=internal, bytes_max=bytes_max
    )


def mocked(answer: httpx.Response | None = None, *addresses: str) -> tuple[HttpAsking, list[httpx.Request]]:
    """Give the plug over a transport that keeps what it was asked."""
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer or httpx.Response(200, stream=httpx.ByteStream(b"{}"))

    async def resolve(_host: str, _port: int) -> list[str]:
        return list(addresses or (OUTSIDE,))

    return HttpAsking(resolve=resolve, transport=httpx.MockTransport(handle)), asked


def test_the_connection_goes_to_the_address_that_was_looked_at_in_the_hosts_name() -> None:
    plug, asked = mocked()
    assert ask(question(), plug) == Answer(status=200, blob=b"{}", url="https://cert.example/c/1")
    (request,) = asked
    assert str(request.url) == f"https://{OUTSIDE}/c/1"
    assert request.headers["host"] == "cert.example"
    assert request.headers["accept-encoding"] == "identity"
    assert request.extensions["sni_hostname"] == "cert.example"


def test_a_connection_that_is_gone_as_soon_as_it_is_made_is_no_answer() -> None:
    def handle(_request: httpx.Request) -> httpx.Response:
        raise AttributeError("'NoneType' object has no attribute 'getpeername'")

    found = ask(question(), HttpAsking(resolve=_outside, transport=httpx.MockTransport(handle)))
    assert isinstance(found, Unanswered)
    assert (found.trouble, "gone as soon as" in found.reason) == ("unreachable", True)


INSIDE = [
    "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.9", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
    "::1", "::", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "ff02::1",
    "255.255.255.255", "not an address",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_inner_address_is_not_asked_unless_the_map_says_so(address: str) -> None:
    plug, asked = mocked(None, address)
    found = ask(question(), plug)
    assert isinstance(found, Unanswered)
    assert (found.trouble, asked) == ("address", [])
    if address != "not an address":
        assert isinstance(ask(question(internal=True), mocked(None, address.partition("%")[0])[0]), Answer)


def test_among_several_addresses_one_that_is_outside_is_taken() -> None:
    plug, asked = mocked(None, "10.0.0.1", "2606:2800:220:1:248:1893:25c8:1946")
    assert isinstance(ask(question(), plug), Answer)
    assert asked[0].url.host == "2606:2800:220:1:248:1893:25c8:1946"


@given(st.ip_addresses(v=4))
def test_an_address_is_outside_whatever_form_it_is_written_in(address: ipaddress.IPv4Address) -> None:
    assert is_outside(f"::ffff:{address}") == is_outside(str(address))


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/c/1",
        "https://cert.example.evil.example/",
        "https://cert.example@evil.example/",
        "https://user:word@cert.example/",
        "https://cert.example:8443/",
        "ftp://cert.example/",
        "file:///etc/passwd",
        "//cert.example/",
        "cert.example",
        "",
    ],
)
def test_only_a_host_of_the_list_is_asked(url: str) -> None:
    plug, asked = mocked()
    found = ask(Question(url=url, hosts=frozenset({"cert.example"})), plug)
    assert isinstance(found, Unanswered)
    assert (found.trouble, asked) == ("host", [])


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (httpx.Response(302, headers={"location": "https://evil.example/"}), "redirect"),
        (httpx.Response(302, headers={"location": "http://cert.example/c/1"}), "redirect"),
        (httpx.Response(302, headers={"location": "https://cert.example:444/"}), "redirect"),
        (httpx.Response(302, headers={"location": "/" + "x" * 9_000}), "redirect"),
        (httpx.Response(307, headers={"location": "/c/1"}), "redirect"),
        (httpx.Response(200, stream=httpx.ByteStream(b"x" * 1_001)), "size"),
        (httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"x")), "compressed"),
    ],
)
def test_an_answer_that_leads_away_or_is_too_much_is_none(answer: httpx.Response, trouble: Trouble) -> None:
    found = ask(question(), mocked(answer)[0])
    assert isinstance(found, Unanswered)
    assert found.trouble == trouble


def test_an_answer_as_long_as_it_may_be_is_read() -> None:
    found = ask(question(), mocked(httpx.Response(404, stream=httpx.ByteStream(b"x" * 1_000)))[0])
    assert isinstance(found, Answer)
    assert (found.status, len(found.blob)) == (404, 1_000)


async def _unknown(_host: str, _port: int) -> list[str]:
    raise OSError("no such name")


async def _nothing(_host: str, _port: int) -> list[str]:
    return []


@pytest.mark.parametrize("resolve", [_unknown, _nothing])
def test_a_name_that_leads_nowhere_is_trouble_that_may_pass(resolve: asking.Resolve) -> None:
    found = ask(question(), HttpAsking(resolve=resolve))
    assert isinstance(found, Unanswered)
    assert found.trouble == "unreachable"


# Over a real socket --------------------------------------------------------------------------------------------------


async def _certificate(request: Request) -> Response:
    return Response(f"{request.headers['host']} {request.query_params.get('n', '')}")


async def _moved(_request: Request) -> Response:
    return RedirectResponse("/certificate?n=2")


async def _slow(_request: Request) -> Response:
    async def drops() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x"
            await asyncio.sleep(0.05)

    return StreamingResponse(drops())


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    routes = [Route("/certificate", _certificate), Route("/moved", _moved), Route("/slow", _slow)]
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", timeout_graceful_shutdown=1, ws="none")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


def local(port: int, path: str, *, internal: bool = True) -> Question:
    url = f"http://localhost:{port}{path}"
    return Question(url=url, hosts=frozenset({host_of(url)}), internal=internal)


@pytest.mark.parametrize(("path", "number"), [("/certificate?n=1", "1"), ("/moved", "2")])
def test_a_server_is_asked_and_followed_within_itself(port: int, path: str, number: str) -> None:
    found = ask(local(port, path), HttpAsking())
    assert isinstance(found, Answer), found
    assert found.blob == f"localhost:{port} {number}".encode()
    assert found.url.endswith(f"/certificate?n={number}")


def test_this_machine_is_not_asked_in_a_strangers_name(port: int) -> None:
    found = ask(local(port, "/certificate", internal=False), HttpAsking())
    assert isinstance(found, Unanswered)
    assert found.trouble == "address"


def test_a_server_that_drips_is_not_waited_for(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "WHOLE_S_MAX", 0.3)
    began = time.perf_counter()
    found = ask(local(port, "/slow"), HttpAsking())
    assert found == Unanswered(trouble="unreachable", reason="no whole answer within 0.3 s")
    assert time.perf_counter() - began < 1.5


def test_nobody_there_is_trouble_that_may_pass() -> None:
    found = ask(local(1, "/certificate"), HttpAsking())
    assert isinstance(found, Unanswered)
    assert found.trouble == "unreachable"
