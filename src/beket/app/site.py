"""Reads a site file: posts with their lanes and devices, or a clear word about what is wrong and where."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from beket.devices.kit.classes import class_of
from beket.devices.kit.register_map import MapRefused
from beket.devices.kit.registry import drivers, find, troubles
from beket.devices.writing.gate import WRITTEN_TO, gate_of
from beket.words.ids import PLACE_FORM
from beket.words.site import Device, Lane, Post

_Told = TypeVar("_Told", bound=Struct)

_TABLES: Final = ("lanes", "devices")
"""Fields of a post that stand in tables of their own: `[[post.lane]]`, `[[post.device]]`."""


class SiteTrouble(Exception):
    """A site file cannot be used; the message names the file, the place in it and what is wrong."""


def load_site(file: Path) -> tuple[Post, ...]:
    """Read posts from TOML tables `[[post]]`, `[[post.lane]]`, `[[post.device]]`; raises SiteTrouble."""
    try:
        return read_site(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SiteTrouble(f"site file {file}: {error.strerror}") from error
    except (SiteTrouble, UnicodeDecodeError) as error:
        raise SiteTrouble(f"site file {file}: {error}") from error


def read_site(text: str) -> tuple[Post, ...]:
    """Read posts from the text of a site file; raises SiteTrouble that says where in it."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SiteTrouble(str(error)) from error
    posts = tuple(_post(table, f"post {number}") for number, table in enumerate(_posts(given), 1))
    check_names(posts)
    return posts


def check_names(posts: Sequence[Post]) -> None:
    """See that no two posts, and no two devices of any of them, are called alike; raises SiteTrouble."""
    _check_unique([post.id for post in posts], "post")
    _check_unique([device.id for post in posts for device in post.devices], "device")


def _posts(given: dict[str, Any]) -> list[dict[str, Any]]:
    if set(given) != {"post"} or not isinstance(given["post"], list):
        raise SiteTrouble("it holds [[post]] tables and nothing else at the top")
    return given["post"]


def _post(table: dict[str, Any], where: str) -> Post:
    table = dict(table)
    where = f"{where} ({table.get('id', 'no id')})"
    lanes = tuple(_table(lane, Lane, f"{where}, lane {n}") for n, lane in enumerate(table.pop("lane", []), 1))
    devices = tuple(
        _table(_filled(device), Device, f"{where}, device {n} ({device.get('id', 'no id')})")
        for n, device in enumerate(table.pop("device", []), 1)
    )
    post = msgspec.structs.replace(_table(table, Post, where), lanes=lanes, devices=devices)
    if re.fullmatch(PLACE_FORM, post.id, re.ASCII) is None:
        raise SiteTrouble(f"{where}: an id has 1 to 64 letters, digits, dots, hyphens and underscores")
    known = {lane.id for lane in lanes}
    _check_unique([lane.id for lane in lanes], f"{where}: lane")
    for device in devices:
        _check_device(device, known, f"{where}, device {device.id}")
    return post


def _table(table: dict[str, Any], kind: type[_Told], where: str) -> _Told:
    known = [name for name in kind.__struct_fields__ if name not in _TABLES]
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise SiteTrouble(f"{where}: unknown key {', '.join(unknown)}; keys are {', '.join(known)}")
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise SiteTrouble(f"{where}: {error}") from error


def _filled(table: dict[str, Any]) -> dict[str, Any]:
    """Give a device what its driver knows and the file leaves out: what it is for, how often it is heard."""
    driver = find(str(table.get("driver")))
    if driver is None:
        return table
    manifest = driver.manifest
    known = {"expected_period_s": manifest.expected_period_s, "klass": class_of(manifest)}
    return {name: value for name, value in known.items() if value is not None} | table | {"driver": manifest.name}


def _check_unique(names: list[Any], what: str) -> None:
    doubled = sorted({str(name) for name in names if names.count(name) > 1})
    if doubled:
        raise SiteTrouble(f"{what} {', '.join(doubled)} is named more than once")


def _check_device(device: Device, lanes: set[Any], where: str) -> None:
    if device.lane and device.lane not in lanes:
        raise SiteTrouble(f"{where}: there is no lane {device.lane!r}; lanes are {', '.join(sorted(lanes))}")
    if device.driver not in drivers():
        why = next((trouble.why for trouble in troubles() if trouble.name == device.driver), None)
        if why is not None:
            raise SiteTrouble(f"{where}: the driver {device.driver!r} cannot be used: {why}")
        raise SiteTrouble(f"{where}: there is no driver {device.driver!r}; drivers are {', '.join(sorted(drivers()))}")
    if device.after_s[0] > device.after_s[1]:
        raise SiteTrouble(f"{where}: after_s = {list(device.after_s)} ends before it begins")
    _check_writable(device, where)
    for name in ("installed_on", "verified_on", "verified_until", "calibrated_on", "calibrated_until"):
        _check_day(getattr(device, name), f"{where}: {name}")
    for address in device.allow:
        try:
            ipaddress.ip_network(address)
        except ValueError as error:
            raise SiteTrouble(f"{where}: allow: {error}") from error


def _check_writable(device: Device, where: str) -> None:
    """A device that may be written to has a wiring, an address to be reached at, and a lane that an alarm can block."""
    try:
        if gate_of(device) is None:
            return
    except MapRefused as error:
        raise SiteTrouble(f"{where}: {WRITTEN_TO}: {error}") from error
    if device.driver != "modbus_io":
        raise SiteTrouble(f"{where}: {WRITTEN_TO}: only modbus_io devices can be written to")
    if device.host is None or device.port is None or device.transport not in {None, "tcp-client"}:
        raise SiteTrouble(
            f"{where}: {WRITTEN_TO}: it needs host and port, for it is written to by a connection of ours"
        )
    if not device.lane:
        raise SiteTrouble(f"{where}: {WRITTEN_TO}: it needs a lane, so that an alarm in that lane keeps it closed")


def _check_day(day: str | None, where: str) -> None:
    if day is None:
        return
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise SiteTrouble(f"{where}: {error}; a day is written 2026-11-22") from error
