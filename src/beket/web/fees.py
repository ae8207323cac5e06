"""The way from a page to the site's tables of fees: the wiring installs a reader here, for the desk opens no files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from beket.words.fees import NO_FEES, Fees
from beket.words.limits import Wrong


class FeesSeen(Struct, frozen=True, kw_only=True):
    """What the site's tables say together, and which of them are left out: the name of each file, and why."""

    fees: Fees = NO_FEES
    left_out: tuple[tuple[str, Wrong], ...] = ()


Look = Callable[[], FeesSeen]

_installed: Final[list[Look]] = []


def install(look: Look) -> None:
    """Let pages look into the tables of fees; what was installed last is asked."""
    _installed.insert(0, look)


def forget(look: Look) -> None:
    """Take a reader away."""
    _installed.remove(look)


def fees_now() -> FeesSeen:
    """The tables as they are now; none where nothing is installed that reads them."""
    return _installed[0]() if _installed else FeesSeen()
