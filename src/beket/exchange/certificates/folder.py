"""Loads the maps of sources from the folder where an operator puts them."""

from __future__ import annotations

from pathlib import Path

from beket.exchange.certificates.source_map import MAP_LENGTH_MAX, SOURCES_MAX, MapTrouble, Source, read_source


def sources_in(folder: Path) -> tuple[Source, ...]:
    """Read every map of a folder; raises MapTrouble at the first that cannot be used."""
    try:
        files = sorted(folder.glob("*.toml"))
        if len(files) > SOURCES_MAX:
            raise MapTrouble(f"{folder}: {len(files)} maps; at most {SOURCES_MAX} are read")
        found = tuple(read_source(_text(file), file.name) for file in files)
    except OSError as error:
        raise MapTrouble(f"{folder}: {error.strerror}") from error
    names = [source.name for source in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise MapTrouble(f"{folder}: two sources are named {', '.join(twice)}")
    return found


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        blob = opened.read(4 * MAP_LENGTH_MAX)
    try:
        return blob.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MapTrouble(f"{file.name}: not UTF-8") from error
