"""The door of the web process: static files first, Django behind them, the stream running beside both."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final, cast

from django.core.asgi import get_asgi_application
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

pages = get_asgi_application()

from beket.web import live  # noqa: E402  the stream draws with Django, which is ready only now
from beket.web.api.gate import Gate  # noqa: E402
from beket.web.headers import HEADERS  # noqa: E402
from beket.web.settings import STATIC_ROOT  # noqa: E402

DAY_S: Final = 24 * 3600
LASTING: Final = ("basemap", "vendor")
"""Folders whose files change only with a release; the rest is asked for anew each time (and mostly answered 304)."""


class Shelf(StaticFiles):
    """Static files with the desk's headers; Starlette answers ranges, which a packed basemap needs."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Give one file."""
        response = await super().get_response(path, scope)
        lasting = path.partition("/")[0] in LASTING
        response.headers["Cache-Control"] = f"public, max-age={DAY_S}" if lasting else "no-cache"
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


@contextlib.asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """Run the stream while the server runs."""
    async with live.running():
        yield


application = Starlette(
    routes=[Mount("/static", Shelf(directory=STATIC_ROOT)), Mount("/", Gate(cast(ASGIApp, pages)))], lifespan=lifespan
)
