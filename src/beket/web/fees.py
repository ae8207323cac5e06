"""The way from a page to the site's tables of fees: the wiring installs a reader here, for the desk opens no files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from beket.web.lent import Lent
from beket.words.fees import NO_FEES, Fees
from beket.words.limits import Wrong


class FeesSeen(Struct, frozen=True, kw_only=True):
    """What the site's tables say together, and which of them are left out: the name of each file, and why."""

    fees: Fees = NO_FEES
    left_out: tuple[tuple[str, Wrong], ...] = ()


Look = Callable[[], FeesSeen]

_lent: Final[Lent[Look]] = Lent()
install, forget = _lent.install, _lent.forget


def fees_now() -> FeesSeen:
    """The tables as they are now; none where nothing is installed that reads them."""
    look = _lent.now()
    return FeesSeen() if look is None else look()
