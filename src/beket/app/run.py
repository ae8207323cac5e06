"""Everything on one machine: the parent that starts the engine and the parts, watches them, and stops them in order."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from beket.app.addresses import at, web_address
from beket.app.children import PLACES, STOP_S, Child
from beket.app.counts import counted
from beket.app.desk import CARRIER_KEY, DemoLogin, carrier_token, found_logins
from beket.app.doctor import port_trouble
from beket.app.engine import EngineTrouble, Revival, expected_dsn, held, opened_engine
from beket.app.figures import clear, leave, resident_mib
from beket.app.posts import describe, has_pushing_devices, posts_of, rehearsed_faults
from beket.app.served import InForce, served
from beket.app.site import SiteTrouble
from beket.app.stopping import Stopping
from beket.app.summary import summarize
from beket.app.trial import put_on_trial
from beket.board.rebuild import prepare as prepare_board
from beket.log.book import Seq, Trouble
from beket.log.engine import Engine
from beket.log.folder import GivenUp
from beket.log.postgres import PostgresBook
from beket.settings import Settings, environment_of
from beket.words.ids import PlaceId
from beket.words.site import Post

logger = logging.getLogger(__name__)

WATCH_S: Final = 0.2
"""How often the parent looks after its parts."""

JUDGE_S: Final = 120.0
"""How long the rehearsal may take to finish its sentences and to judge; in a run without an end it stops at once."""

READY_S: Final = 60.0
"""How long the desk may take before the parent says that something is wrong."""

LATE: Final = frozenset({"intake"})
"""Parts that are started once the desk answers: nobody waits for them, and the first page does not wait either."""

BRING: Final = frozenset({"sim", "web"})
"""The parts that know by what token papers are brought in a demonstration: who brings them, and who lets them in."""

LEFTOVER_S: Final = 10.0
"""How long the parts of a Beket that was killed here may take to leave their ports; otherwise no time is given."""


class _Wanted(Struct, frozen=True, kw_only=True):
    """What was asked of this run."""

    posts: Sequence[Post]
    demo: bool
    seconds: float | None


def run(settings: Settings, *, demo: bool, seconds: float | None) -> int:
    """Serve posts until stopped; exit status 0 after a wanted end, 2 when it cannot start."""
    stopping = Stopping()
    try:
        posts = posts_of(settings, demo=demo)
        if demo:
            rehearsed_faults(settings)  # a mistyped one is said before anything is started
        with stopping.heard(), held(settings) as hold:
            _check_ports(settings, posts if demo else (), LEFTOVER_S if hold.after_a_kill else 0.0, stopping.asked)
            wanted = _Wanted(posts=posts, demo=demo, seconds=seconds)
            with _parts(settings, wanted) as children, opened_engine(settings, hold, stopping.asked) as engine:
                stopping.takes_along(children, engine)
                return _serve(settings, engine, children, wanted, stopping.asked)
    except GivenUp:
        return 0
    except (EngineTrouble, SiteTrouble, Trouble, _CannotServe) as error:
        sys.stderr.write(f"beket: {error}\n")
        return 2


class _Standing(Struct, frozen=True, kw_only=True):
    """How things stand when the parts are started: the chains' ends, and the posts as they are laid out now."""

    heads: dict[PlaceId, Seq]
    posts: Sequence[Post]


class _CannotServe(Exception):
    """The node cannot start here; the message says why and what to do."""


def _check_ports(settings: Settings, rehearsed: Sequence[Post], patience_s: float, stopping: threading.Event) -> None:
    """Say before anything is started which port another program holds."""
    deadline = time.monotonic() + patience_s
    wanted = [
        ("--port", settings.host, settings.port),
        ("--field-port", settings.field_host, settings.field_port),
    ]
    listening = [device for post in rehearsed for device in post.devices if device.host and device.port]
    dialled = [device for device in listening if device.transport == "tcp-server"]
    wanted += [("--device-port", str(device.host), int(device.port or 0)) for device in (*listening[:1], *dialled[:1])]
    for flag, host, port in wanted:
        while (trouble := port_trouble(host, port)) is not None and time.monotonic() < deadline:
            if stopping.wait(WATCH_S):
                raise GivenUp
        if trouble is not None:
            raise _CannotServe(f"cannot listen on {trouble}. Another program may hold it; choose another with {flag}.")


@contextmanager
def _parts(settings: Settings, wanted: _Wanted) -> Iterator[list[Child]]:
    """Give the parts, none started but the desk, which gets ready while our engine starts; none runs at the end."""
    clear(settings)
    environment = {
        **environment_of(settings),
        "BEKET_DSN": expected_dsn(settings),
        PLACES: ",".join(post.id for post in wanted.posts),
        "BEKET_DEMO": "1" if wanted.demo else "",
        "BEKET_JUDGE": "" if wanted.seconds is None else "1",
    }
    carried = {CARRIER_KEY: carrier_token()} if wanted.demo else {}
    children = [Child(name, environment | (carried if name in BRING else {})) for name in _names(wanted)]
    try:
        for child in children:
            if child.name == "web" and settings.dsn is None:  # an engine that is named may not be there at all
                child.start(gated=True)
        yield children
    finally:
        _stop(children, in_a_hurry=True)


def _serve(
    settings: Settings, engine: Engine, children: Sequence[Child], wanted: _Wanted, stopping: threading.Event
) -> int:
    for child in children:
        child.open_gate()
    try:
        standing = _prepared(engine, wanted, stopping)
        early = [child for child in children if child.name not in LATE]
        for child in early:
            if child.pid is None:
                child.start()
            child.open_gate()
        _await_ready(settings, standing.posts, early, stopping)
        if not stopping.is_set():
            for child in children:
                if child.name in LATE:
                    child.start()
            _greet(settings, standing.posts, found_logins(settings))
        _look_after(engine, children, stopping, wanted.seconds)
        leave(settings, "memory", resident_mib([*(child.pid for child in children), engine.pid, os.getpid()]))
    finally:
        _stop(children, in_a_hurry=stopping.is_set())
    if wanted.seconds is not None:
        sys.stdout.write(json.dumps(summarize(settings, engine.dsn, standing.heads)) + "\n")
        sys.stdout.flush()
    return 0


def _prepared(engine: Engine, wanted: _Wanted, stopping: threading.Event) -> _Standing:
    """Put layouts in force and see that the board is there; says how things stand.

    Aside, because a board that must be built again takes minutes, and Ctrl-C is not to wait for it: what is half built
    is gone with its connection.
    """
    standing: Future[_Standing] = Future()
    threading.Thread(target=_prepare, args=(engine.dsn, wanted, standing), name="prepare", daemon=True).start()
    while not standing.done():
        if stopping.is_set():
            raise GivenUp
        wait([standing], WATCH_S / 4)
    return standing.result()


def _prepare(dsn: str, wanted: _Wanted, standing: Future[_Standing]) -> None:
    try:
        with closing(PostgresBook(dsn)) as book, closing(InForce(dsn)) as layouts:
            describe(book, wanted.posts)
            if wanted.demo:
                put_on_trial(book, wanted.posts)
            prepare_board(dsn)
            heads = {head.place: head.seq for head in book.heads()}
            standing.set_result(_Standing(heads=heads, posts=served(wanted.posts, layouts.layouts())))
    except BaseException as error:  # noqa: BLE001 - whoever waits for it meets it
        standing.set_exception(error)


def _names(wanted: _Wanted) -> list[str]:
    """Name the parts in the order of their start: simulated devices stand before the house looks for them."""
    return [*(["sim"] if wanted.demo else []), "web", "field", "loop", "intake", *(["probe"] if wanted.seconds else [])]


def _await_ready(
    settings: Settings, posts: Sequence[Post], children: Sequence[Child], stopping: threading.Event
) -> None:
    deadline = time.monotonic() + READY_S
    ports = [(settings.host, settings.port)]
    if has_pushing_devices(posts):
        ports.append((settings.field_host, settings.field_port))
    while not stopping.wait(WATCH_S / 4):
        if all(port_trouble(host, port) for host, port in ports):
            return
        for child in children:
            if child.cannot_serve:
                raise _CannotServe(f"part {child.name} cannot serve; the line above says why")
            child.watch()
        if time.monotonic() > deadline:
            raise _CannotServe(f"the desk did not answer on {at(settings.host, settings.port)} within {READY_S:.0f} s")


def _greet(settings: Settings, posts: Sequence[Post], logins: Sequence[DemoLogin]) -> None:
    devices = sum(len(post.devices) for post in posts)
    lines = [
        f"Beket serves {counted(len(posts), 'post')} with {counted(devices, 'device')}.",
        f"  desk          {web_address(settings.host, settings.port)}/",
        f"  HTTP devices  http://{at(settings.field_host, settings.field_port)}/",
        f"  data          {Path(settings.data_dir).absolute()}",
    ]
    if logins:
        lines.append("  demo accounts (name, password), made anew at each start:")
        lines += [f"    {each.login:<10} {each.password:<24} {each.what}" for each in logins]
    sys.stdout.write("\n".join([*lines, "Ctrl-C stops everything.", ""]))
    sys.stdout.flush()


def _look_after(engine: Engine, children: Sequence[Child], stopping: threading.Event, seconds: float | None) -> None:
    deadline = None if seconds is None else time.monotonic() + seconds
    revival = Revival(engine)
    while not stopping.wait(WATCH_S):
        revival.look()
        for child in children:
            child.watch()
        if deadline is not None and time.monotonic() >= deadline:
            return


def _stop(children: Sequence[Child], *, in_a_hurry: bool) -> None:
    """Stop who speaks first and who remembers last, so that what was said is still taken."""
    for name in ("sim", "field", "probe", "web", "intake", "loop"):
        for child in children:
            if child.name != name:
                continue
            if name == "sim" and in_a_hurry:
                child.kill()  # what it still had to say is made up, and nobody judges half of it
            child.stop(JUDGE_S if name == "sim" else STOP_S)
