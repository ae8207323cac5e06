"""A real screen for measuring: it watches the wall's stream as any signed-in screen and notes when news arrived."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Final

import httpx

from beket.app.addresses import web_address
from beket.app.desk import prepared_desk
from beket.app.figures import leave
from beket.settings import Settings

LOGIN: Final = "probe"
"""The account a measuring screen uses; it exists, and may sign in, only while it measures."""

RETRY_S: Final = 0.5
PULSES_MAX: Final = 500_000
"""Most pulses remembered: two days of three a second."""


async def watch_screen(settings: Settings, cookie: dict[str, str], stop: asyncio.Event) -> int:
    """Watch until told to stop, then leave what was seen: pairs (arrived, newest reading it could show), in ms."""
    pulses: list[tuple[int, int]] = []
    watching = asyncio.create_task(_watch(settings, cookie, pulses))
    await stop.wait()
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    leave(settings, "probe", pulses)
    return 0


async def _watch(settings: Settings, cookie: dict[str, str], pulses: list[tuple[int, int]]) -> None:
    url = f"{web_address(settings.host, settings.port)}/stream?panel=wall"
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookie.items())}
    async with httpx.AsyncClient(headers=headers, timeout=httpx.Timeout(10.0, read=30.0), trust_env=False) as client:
        while len(pulses) < PULSES_MAX:
            with contextlib.suppress(httpx.TransportError):
                async with client.stream("GET", url) as response:
                    response.raise_for_status()
                    async for newest_ms in _beats(response):
                        pulses.append((time.time_ns() // 1_000_000, newest_ms))  # noqa: PERF401 - the time is now
            await asyncio.sleep(RETRY_S)


async def _beats(response: httpx.Response) -> AsyncIterator[int]:
    event = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
        elif event == "pulse" and line.startswith("data: "):
            yield int(json.loads(line.removeprefix("data: ")).get("received_ms") or 0)


@contextmanager
def signed_in(settings: Settings, dsn: str) -> Iterator[dict[str, str]]:
    """Open a session for the measuring account, and end both afterwards."""
    prepared_desk(settings, dsn)
    from django.conf import settings as desk
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from beket.web.accounts.models import Account, Duty
    from beket.web.accounts.sittings import end, seat

    account, _ = Account.objects.get_or_create(login=LOGIN, defaults={"name": "Measuring screen"})
    account.is_active = True
    account.set_unusable_password()
    account.save()
    Duty.objects.get_or_create(account=account, role="duty_officer", place="")
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = desk.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    seat(account, str(session.session_key), "password", "measuring")
    try:
        yield {desk.SESSION_COOKIE_NAME: str(session.session_key)}
    finally:
        end(account.sittings.all())
        Account.objects.filter(login=LOGIN).update(is_active=False)
