"""What a device's HTTP answers are taken through."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from beket.devices.kit.clients import Bounded


class GoneAtOnce(httpx.AsyncBaseTransport):
    """A connection that the device dropped before the library under us looked at its socket."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Fail as anyio does, whatever is asked."""
        del request
        raise AttributeError("'NoneType' object has no attribute 'getpeername'")


def test_a_connection_that_is_gone_as_soon_as_it_is_made_is_a_failed_one() -> None:
    async def ask() -> None:
        async with httpx.AsyncClient(transport=Bounded(GoneAtOnce())) as client:
            await client.get("http://127.0.0.1:9/")

    with pytest.raises(httpx.ConnectError, match="gone as soon as"):
        asyncio.run(ask())
