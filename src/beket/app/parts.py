"""The parts of a node, each the whole of one process: field, loop, intake, desk, rehearsal, probe."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any, Final

from beket.app.children import die_with_parent, pass_gate, take_open_files
from beket.settings import Settings

_DESK: Final = "beket.web.asgi"

logger = logging.getLogger(__name__)


def run_part(name: str, settings: Settings) -> int:
    """Be one part until told to stop."""
    die_with_parent()
    take_open_files()
    return _PARTS[name](settings)


def is_demo() -> bool:
    """Tell whether the node that started this part was asked for the simulated country."""
    return os.environ.get("BEKET_DEMO") == "1"


def _dsn(settings: Settings) -> str:
    assert settings.dsn, "the parent hands its engine down"
    return settings.dsn


def _field(settings: Settings) -> int:
    from beket.app.field import serve_field
    from beket.app.posts import posts_of

    return _run_async(lambda stop: serve_field(settings, posts_of(settings, demo=is_demo()), stop))


def _loop(settings: Settings) -> int:
    from beket.app.loops import run_loop

    return run_loop(settings, _dsn(settings))


def _intake(settings: Settings) -> int:
    from beket.app.intake import run_intake

    return run_intake(settings, _dsn(settings))


def _web(settings: Settings) -> int:
    import uvicorn

    from beket.app.desk import demo_logins, leave_logins, let_carrier_in, prepared_desk, warmed_desk

    warmed_desk(settings, _dsn(settings))
    with ThreadPoolExecutor(1, "logins") as aside:
        logins = aside.submit(demo_logins, settings) if is_demo() else None
        import_module(_DESK)
        _lend_drivers(settings)
        _lend_tables(settings)
        pass_gate()  # the engine stands
        prepared_desk(settings, _dsn(settings))
        if logins is not None:
            leave_logins(settings, logins.result())
            let_carrier_in()
    pass_gate()  # so does the board
    config = uvicorn.Config(
        f"{_DESK}:application",
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    uvicorn.Server(config).run()
    return 0


def _lend_drivers(settings: Settings) -> None:
    """Let pages read messages again with the drivers of this house and of its site, and know what devices obey."""
    from beket.app.codecs import read_message
    from beket.app.draughts import lend_draughts
    from beket.app.folders import drivers_folder, look_for_drivers
    from beket.app.outgoing import lend_writers
    from beket.app.switching import orders_known
    from beket.web import wirings
    from beket.web.codecs import install

    look_for_drivers(drivers_folder(settings))
    install(read_message)
    wirings.install(orders_known)
    lend_writers(settings)
    lend_draughts(settings)


def _lend_tables(settings: Settings) -> None:
    """Let pages look up codes of goods, make maps, issue acts and slips; nothing is read before somebody does."""
    from beket.app.acts import lend_press
    from beket.app.fees import lend_fees
    from beket.app.goods_codes import GoodsCodes, nomenclature_folder
    from beket.app.maps import lend_maps
    from beket.app.slips import lend_slips
    from beket.web.codes import install

    install(GoodsCodes(nomenclature_folder(settings)))
    lend_maps()
    lend_press(settings)
    lend_slips(settings)
    lend_fees(settings)


def _sim(settings: Settings) -> int:
    from beket.app.rehearsal import demonstrate

    return _run_async(lambda stop: demonstrate(settings, stop))


def _probe(settings: Settings) -> int:
    from beket.app.probe import signed_in, watch_screen

    with signed_in(settings, _dsn(settings)) as cookie:
        return _run_async(lambda stop: watch_screen(settings, cookie, stop))


def _run_async(work: Callable[[asyncio.Event], Coroutine[Any, Any, int]]) -> int:
    """Run one coroutine on uvloop until it ends; SIGTERM and SIGINT set the event it was given."""
    import uvloop

    async def begin() -> int:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        return await work(stop)

    return uvloop.run(begin())


_PARTS: Final[dict[str, Callable[[Settings], int]]] = {
    "field": _field,
    "loop": _loop,
    "intake": _intake,
    "web": _web,
    "sim": _sim,
    "probe": _probe,
}
