"""Finds the drivers: each folder with a manifest is one; adding a device edits nothing."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from beket.devices.kit.driver import Codec, Link, Transport

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
    models: tuple[str, ...]
    transports: tuple[Transport, ...]
    says: tuple[str, ...]
    keeps: tuple[str, ...]
    thins: dict[str, int]
    expected_period_s: int
    quality: Quality
    rules: dict[str, str]


class Driver(Struct, frozen=True, kw_only=True):
    """One protocol: what it says of itself, how it reads and writes, how its devices are reached."""

    manifest: Manifest
    codec: Codec
    links: Mapping[Transport, Link]


@cache
def drivers() -> Mapping[str, Driver]:
    """Every driver by its name; a manifest that does not fit raises msgspec.ValidationError."""
    folders = sorted(path.parent for path in HOME.glob("*/manifest.toml"))
    return {driver.manifest.name: driver for driver in map(_driver, folders)}


def find(name: str) -> Driver | None:
    """The driver of this name or alias, or None."""
    known = drivers()
    return known.get(name) or next((one for one in known.values() if name in one.manifest.aliases), None)


def _driver(folder: Path) -> Driver:
    manifest = msgspec.convert(tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8")), Manifest)
    assert manifest.name == folder.name, f"{folder.name} calls itself {manifest.name}"
    codec = importlib.import_module(f"beket.devices.{folder.name}.codec")
    connector = importlib.import_module(f"beket.devices.{folder.name}.connector")
    links: Mapping[Transport, Link] = connector.LINKS
    return Driver(manifest=manifest, codec=codec, links=links)
