"""The field part: device listeners and connectors over the log's stores, with a line of figures now and then."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Coroutine, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from beket.app.figures import leave
from beket.app.folders import evidence_folder
from beket.app.served import InForce, Layouts
from beket.app.sink import LogSink
from beket.app.switching import STOP_S, Switching
from beket.devices.kit.field import Field, SiteTrouble
from beket.devices.kit.register_map import MapRefused
from beket.devices.kit.tls import Tls
from beket.log.appender import Appender
from beket.log.book import Trouble
from beket.log.evidence import MIB, Intake, Shelf
from beket.log.postgres import wall_clock
from beket.log.quarantine import QuarantineDesk
from beket.settings import Settings
from beket.words.site import Post

logger = logging.getLogger(__name__)

SAY_S: Final = 60.0
"""How often the field says in its diagnostics how much it took."""

REFUSED: Final = "the layout in force cannot be served: %s. The one before it is served until another is in force"

CANNOT_BE_SERVED: Final = (OSError, SiteTrouble, MapRefused)
"""A port that is taken, a device that cannot be served as it is described, a wiring that cannot be read."""


async def serve_field(settings: Settings, named: Sequence[Post], stop: asyncio.Event) -> int:
    """Serve the devices of posts until told to stop; exit status 2 when a port or a site does not allow it.

    `named` is what the site file says; how the posts are laid out now, the log does.
    """
    assert settings.dsn, "the parent hands its engine down"
    try:
        shelf = Shelf(
            evidence_folder(settings),
            picture_bytes_max=settings.picture_max_mib * MIB,
            bytes_max=settings.evidence_max_mib * MIB,
        )
        async with Appender(settings.dsn) as appender, Intake(shelf) as intake, QuarantineDesk(settings.dsn) as desk:
            sink = LogSink(appender, intake, desk)
            with closing(InForce(settings.dsn)) as layouts:
                await _Serving(settings, sink, appender, Layouts(layouts, named)).run(stop)
            leave(settings, "field", _figures(appender))
    except (*CANNOT_BE_SERVED, Trouble) as error:
        sys.stderr.write(f"beket: {error}\n")
        return 2
    return 0


class _Serving:
    """Serves posts, anew whenever one is laid out otherwise.

    A layout that cannot be served (a port that another program holds) leaves the one before it at work.
    """

    def __init__(self, settings: Settings, sink: LogSink, appender: Appender, layouts: Layouts) -> None:
        self._settings = settings
        self._sink = sink
        self._appender = appender
        self._layouts = layouts
        self._good: tuple[Post, ...] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until told to stop; raises what does not allow it where nothing was ever served."""
        posts = await self._layouts.posts(stop)
        while not stop.is_set():
            try:
                await self._turn(stop, posts)
            except CANNOT_BE_SERVED as error:
                if self._good is None or posts == self._good:
                    raise
                logger.error(REFUSED, error)  # noqa: TRY400 - what is wrong is in the layout, not here
                posts = self._good
                continue
            posts = await self._layouts.posts(stop)
            if not stop.is_set():
                logger.info("another layout is in force: %d devices of %d posts", *_counted(posts))

    async def _turn(self, stop: asyncio.Event, posts: tuple[Post, ...]) -> None:
        """Serve these posts until told to stop, or until they are laid out otherwise."""
        settings = self._settings
        http, https = (settings.field_host, settings.field_port), (settings.field_host, settings.field_tls_port)
        field = Field(posts, self._sink, wall_clock, http=http, https=https, tls=tls_of(settings))
        switching = Switching(settings.dsn or "", posts, self._sink)

        def opened() -> None:
            self._good = posts

        ended = asyncio.create_task(_either(stop, self._layouts), name="ended")
        await _until(ended, field.run(opened), self._appender, switching, field)


def _counted(posts: Sequence[Post]) -> tuple[int, int]:
    return sum(len(post.devices) for post in posts), len(posts)


async def _either(stop: asyncio.Event, layouts: Layouts) -> None:
    """Wait until told to stop or until another layout is in force."""
    waits = [asyncio.create_task(stop.wait()), asyncio.create_task(layouts.changed())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def tls_of(settings: Settings) -> Tls | None:
    """The files that listeners with certificates need, where the settings name all of them."""
    certificate, key, clients_ca = settings.tls_certificate, settings.tls_key, settings.tls_clients_ca
    if not (certificate and key and clients_ca):
        return None
    return Tls(certificate=Path(certificate), key=Path(key), clients_ca=Path(clients_ca))


async def _until(
    ended: asyncio.Task[None],
    serving: Coroutine[Any, Any, None],
    appender: Appender,
    switching: Switching,
    field: Field,
) -> None:
    """Serve and carry out orders until there is an end, or until the field cannot serve; raises why."""
    work = asyncio.create_task(serving, name="field")
    ordered = asyncio.create_task(_switched(switching), name="orders")
    saying = asyncio.create_task(_say(field, appender), name="say")
    await asyncio.wait({work, ended}, return_when=asyncio.FIRST_COMPLETED)
    switching.stop()
    await asyncio.wait({ordered}, timeout=STOP_S)  # a barrier that moves is not left alone
    for task in (ended, saying, work, ordered):
        task.cancel()
    for task in (ended, saying, work, ordered):
        with suppress(asyncio.CancelledError):
            await task


async def _switched(switching: Switching) -> None:
    """Carry out orders; a bug there is said, and takes no device's word away."""
    try:
        await switching.run()
    except Exception:
        logger.exception("no order is carried out any more before this part is started again")


async def _say(field: Field, appender: Appender) -> None:
    while True:
        await asyncio.sleep(SAY_S)
        state, counted = field.state(), appender.counted
        logger.info(
            "devices %d; entries kept %d, commits %d, resent %d; durable p95 %s ms; strangers %d",
            len(state.devices),
            counted.entries,
            counted.commits,
            counted.known,
            counted.durable.quantile_ms(0.95),
            state.strangers,
        )


def _figures(appender: Appender) -> dict[str, object]:
    durable = appender.counted.durable
    return {
        "durable_ms": {"p50": durable.quantile_ms(0.5), "p95": durable.quantile_ms(0.95), "of": durable.count},
        "resent": appender.counted.known,
    }
