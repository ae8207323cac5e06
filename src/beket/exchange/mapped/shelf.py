"""Where maps lie: those that come with the house, and those that a site put into a folder of its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Final

from beket.exchange.kit.format import Format
from beket.exchange.mapped.checking import MAP_MAX, checked_map
from beket.exchange.mapped.document import format_of
from beket.exchange.mapped.form import Fault, Map

MAPS_MAX: Final = 200
"""Most maps of one site."""

_BYTES_PER_CHARACTER_MAX: Final = 4


class MapTrouble(Exception):
    """Maps that cannot be used; the message names each file, the key in it and what is wrong."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@cache
def shipped_texts() -> Mapping[str, str]:
    """Give the texts of the maps that come with the house, by name."""
    folder = resources.files("beket.exchange").joinpath("maps")
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)
    return MappingProxyType({one.name.removesuffix(".toml"): one.read_text("utf-8") for one in files})


@cache
def shipped_maps() -> Mapping[str, Format]:
    """Give the formats of the maps that come with the house, by name."""
    return mapped_formats(shipped_texts())


def maps_in(folder: Path) -> Mapping[str, Format]:
    """Read the maps of a site's folder; raises MapTrouble, and OSError where the folder cannot be read."""
    files = sorted(one for one in folder.iterdir() if one.suffix == ".toml")
    texts = {}
    for file in files[: MAPS_MAX + 1]:
        with file.open("rb") as opened:
            content = opened.read(MAP_MAX * _BYTES_PER_CHARACTER_MAX + 1)
        try:
            texts[file.stem] = content.decode()
        except UnicodeDecodeError as error:
            raise MapTrouble((Fault(file=file.name, key="", reason=f"not UTF-8: {error.reason}"),)) from error
    return mapped_formats(texts)


def mapped_formats(texts: Mapping[str, str]) -> Mapping[str, Format]:
    """Make formats of maps, each by the name of its file without `.toml`; raises MapTrouble with all that is wrong."""
    if len(texts) > MAPS_MAX:
        raise MapTrouble((Fault(file="", key="", reason=f"more than {MAPS_MAX} maps"),))
    found: dict[str, Format] = {}
    faults: list[Fault] = []
    for name, text in texts.items():
        one = checked_map(text, f"{name}.toml")
        if not isinstance(one, Map):
            faults += one
        elif one.name != name:
            faults.append(Fault(file=f"{name}.toml", key="name", reason=f"{one.name!r} is not the name of the file"))
        else:
            found[name] = format_of(one)
    if faults:
        raise MapTrouble(tuple(faults))
    return MappingProxyType(found)
