"""The field part: device listeners and connectors over the log's stores, with a line of figures now and then."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from beket.app.figures import leave
from beket.app.folders import evidence_folder
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


async def serve_field(settings: Settings, posts: Sequence[Post], stop: asyncio.Event) -> int:
    """Serve the devices of posts until told to stop; exit status 2 when a port or a site does not allow it."""
    assert settings.dsn, "the parent hands its engine down"
    try:
        shelf = Shelf(
            evidence_folder(settings),
            picture_bytes_max=settings.picture_max_mib * MIB,
            bytes_max=settings.evidence_max_mib * MIB,
        )
        async with Appender(settings.dsn) as appender, Intake(shelf) as intake, QuarantineDesk(settings.dsn) as desk:
            sink = LogSink(appender, intake, desk)
            http, https = (settings.field_host, settings.field_port), (settings.field_host, settings.field_tls_port)
            field = Field(posts, sink, wall_clock, http=http, https=https, tls=_tls(settings))
            switching = Switching(settings.dsn, posts, sink)
            await _until(stop, field, appender, switching)
            leave(settings, "field", _figures(appender))
    except (OSError, SiteTrouble, MapRefused, Trouble) as error:
        sys.stderr.write(f"beket: {error}\n")
        return 2
    return 0


def _tls(settings: Settings) -> Tls | None:
    """The files that listeners with certificates need, where the settings name all of them."""
    certificate, key, clients_ca = settings.tls_certificate, settings.tls_key, settings.tls_clients_ca
    if not (certificate and key and clients_ca):
        return None
    return Tls(certificate=Path(certificate), key=Path(key), clients_ca=Path(clients_ca))


async def _until(stop: asyncio.Event, field: Field, appender: Appender, switching: Switching) -> None:
    serving = asyncio.create_task(field.run(), name="field")
    ordered = asyncio.create_task(_switched(switching), name="orders")
    stopped = asyncio.create_task(stop.wait(), name="stop")
    saying = asyncio.create_task(_say(field, appender), name="say")
    await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    switching.stop()
    await asyncio.wait({ordered}, timeout=STOP_S)  # a barrier that moves is not left alone
    for task in (stopped, saying, serving, ordered):
        task.cancel()
    for task in (stopped, saying, serving, ordered):
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
