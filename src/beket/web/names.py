"""Names of checkpoints in the page's language, whole and short enough for a tile."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from beket.web.moments import language

_TAILS: Final = re.compile(
    r"\s*\(.*\)$|\s*-\s*(автожол|темир жол)$|-(автодорожный|железнодорожный)(\s*\(.*\))?$"
    r"|\s+International Airport.*$|\s+эл аралык аэропорту$"
)
_HEADS: Final = re.compile(r"^Аэропорт\s+")
_CONSOLIDATED: Final = (
    (re.compile(r"^Consolidated Post near (.+)$"), r"\1 (CP)"),
    (re.compile(r"^(.+) жыйынды посту$"), r"\1 (ЖП)"),
    (re.compile(r"^Сводный пост вблизи (.+)$"), r"\1 (СП)"),
)


def in_language(place: object) -> str:
    """The name that a tile carries for this language; its id when it carries none."""
    return str(getattr(place, f"name_{language()}", None) or getattr(place, "place", place))


@lru_cache(maxsize=512)
def short(name: str) -> str:
    """Drop what a tile says with a sign: road, railway, airport; a consolidated post keeps two letters."""
    for long, brief in _CONSOLIDATED:
        if long.match(name):
            return long.sub(brief, name)
    return _HEADS.sub("", _TAILS.sub("", name)).partition(" / ")[0] or name


def device_here(device: str) -> str:
    """A device without its place, which the page names already."""
    return device.partition("/")[2] or device
