"""Finds the drivers: each folder with a manifest is one; adding a device edits nothing."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct, structs

from beket.devices.kit.driver import Codec, Link, Transport
from beket.devices.kit.mapped import MappedCodec
from beket.devices.kit.mapped_form import KINDS, MAP_MAX, MapTrouble, read_map
from beket.words.site import Class

HOME: Final = Path(__file__).parents[1]
"""The folder whose folders are drivers."""

Quality = Literal["bench", "lane", "post"]

RUNGS: Final[dict[Quality, tuple[str, ...]]] = {
    "bench": ("codec", "frames", "manifest", "documentation"),
    "lane": ("reconnect", "health", "limits", "simulator", "chaos"),
    "post": ("recorded", "soak", "drift", "operator_guide"),
}
"""The ladder: what each rung asks for, on top of the rung below (reference 07 §5.5)."""


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a driver says about itself in `manifest.toml`; `aliases` are other names that case files know it by."""

    name: str
    aliases: tuple[str, ...] = ()
    title: str
    klass: Class | None = None
    models: tuple[str, ...]
    transports: tuple[Transport, ...]
    says: tuple[str, ...]
    keeps: tuple[str, ...]
    thins: dict[str, int]
    expected_period_s: int
    quality: Quality
    rules: dict[str, str]


class Driver(Struct, frozen=True, kw_only=True):
    """One protocol: what it says of itself, how it reads and writes, how it is reached; `local`: the site's own."""

    manifest: Manifest
    codec: Codec
    links: Mapping[Transport, Link]
    local: bool = False


_TALKS: Final[tuple[Transport, ...]] = ("http-push", "mqtt", "tcp-client", "tcp-server", "file-drop")
"""What a device that is described by a map alone can be reached by: each message stands for itself there."""

MANIFEST_MAX: Final = 64 * 1024
"""Most bytes of a manifest."""

LOCAL_MAX: Final = 256
"""Most drivers of a site's own folder: more makes than any country has."""


class Trouble(Struct, frozen=True, kw_only=True):
    """A driver of the site's own folder that cannot be used, and why."""

    name: str
    why: str


class Found(Struct, frozen=True, kw_only=True):
    """What a look through the folders found: drivers by name, and what is no driver though it stands there."""

    drivers: Mapping[str, Driver]
    troubles: tuple[Trouble, ...] = ()


class _DriverTrouble(Exception):
    """A folder is no driver; the message names the file and what is wrong with it."""


_local: list[Path] = []
"""The site's own folder of drivers, where it has one."""


def look_in(folder: Path | None) -> None:
    """Take a site's own folder of drivers in (or none): each a manifest and a map, never code."""
    wanted = [folder] if folder is not None else []
    if wanted != _local:
        _local[:] = wanted
        _found.cache_clear()


def drivers() -> Mapping[str, Driver]:
    """Every driver by its name; a built-in one that does not fit its own form stops the process."""
    return _found().drivers


def troubles() -> tuple[Trouble, ...]:
    """What stands in the site's own folder and cannot be used."""
    return _found().troubles


def find(name: str) -> Driver | None:
    """The driver of this name or alias, or None."""
    known = drivers()
    return known.get(name) or next((one for one in known.values() if name in one.manifest.aliases), None)


@cache
def _found() -> Found:
    found = {driver.manifest.name: driver for driver in map(_driver, filter(_is_whole, _folders(HOME)))}
    wrong: list[Trouble] = []
    for folder in [folder for home in _local for folder in _folders(home)[:LOCAL_MAX]]:
        if folder.name in found:
            why = f"{folder}: there is a built-in driver of this name; choose another"
            wrong.append(Trouble(name=folder.name, why=why))
            continue
        try:
            found[folder.name] = structs.replace(_mapped(folder), local=True)
        except (_DriverTrouble, MapTrouble) as trouble:
            wrong.append(Trouble(name=folder.name, why=str(trouble)))
    return Found(drivers=dict(sorted(found.items())), troubles=tuple(wrong))


def _folders(home: Path) -> list[Path]:
    return sorted(path.parent for path in home.glob("*/manifest.toml"))


def _is_whole(folder: Path) -> bool:
    """Tell a driver from one that somebody is just writing; a test sees to it that none is left so."""
    parts = {path.name for path in folder.iterdir()}
    return {"codec.py", "connector.py"} <= parts or "map.toml" in parts


def _driver(folder: Path) -> Driver:
    if not (folder / "codec.py").exists():
        return _mapped(folder)
    manifest = _manifest(folder)
    codec = importlib.import_module(f"beket.devices.{folder.name}.codec")
    connector = importlib.import_module(f"beket.devices.{folder.name}.connector")
    links: Mapping[Transport, Link] = connector.LINKS
    return Driver(manifest=manifest, codec=codec, links=links)


def _mapped(folder: Path) -> Driver:
    """A driver that is a manifest and a map; raises _DriverTrouble or MapTrouble naming the file and the key."""
    manifest = _manifest(folder)
    other = sorted(set(manifest.transports) - set(_TALKS))
    if other or not manifest.transports:
        raise _DriverTrouble(f"{folder / 'manifest.toml'}: transports: a map speaks {', '.join(_TALKS)}")
    file = folder / "map.toml"
    by = read_map(_text(file, MAP_MAX), str(file))
    said = {tag for message in by.messages for tag, kind in KINDS.items() if kind is message.kind}
    if not said <= set(manifest.says):
        missing = ", ".join(sorted(said - set(manifest.says)))
        raise _DriverTrouble(f"{folder / 'manifest.toml'}: says: the map says {missing} too")
    links: dict[Transport, Link] = dict.fromkeys(manifest.transports, by.link)
    return Driver(manifest=manifest, codec=MappedCodec(by), links=links)


def _manifest(folder: Path) -> Manifest:
    file = folder / "manifest.toml"
    try:
        manifest = msgspec.convert(tomllib.loads(_text(file, MANIFEST_MAX)), Manifest)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as wrong:
        raise _DriverTrouble(f"{file}: {wrong}") from wrong
    if manifest.name != folder.name:
        raise _DriverTrouble(f"{file}: name: the folder is called {folder.name}, not {manifest.name}")
    return manifest


def _text(file: Path, longest: int) -> str:
    try:
        if file.stat().st_size > longest:
            raise _DriverTrouble(f"{file}: longer than {longest} bytes")
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise _DriverTrouble(f"{file}: {wrong}") from wrong
