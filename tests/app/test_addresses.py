"""Addresses as they are printed: a browser must take them as they stand."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from beket.app.addresses import at, web_address


@pytest.mark.parametrize(
    ("host", "printed"),
    [
        ("127.0.0.1", "127.0.0.1:8080"),
        ("desk.example", "desk.example:8080"),
        ("::1", "[::1]:8080"),
        ("fe80::1", "[fe80::1]:8080"),
    ],
)
def test_a_host_and_its_port_are_told_apart(host: str, printed: str) -> None:
    assert at(host, 8080) == printed
    parts = urlsplit(web_address(host, 8080))
    assert (parts.hostname, parts.port) == (host, 8080)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])  # noqa: S104
def test_who_listens_everywhere_is_reached_here(host: str) -> None:
    assert web_address(host, 8080) == "http://localhost:8080"
