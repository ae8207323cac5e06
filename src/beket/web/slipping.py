"""The way from a page to what signs slips and checks them: the wiring installs it here, for the desk knows no keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from beket.web.lent import Lent
from beket.words.ids import Instant
from beket.words.slips import Checked, Slip


class CannotSeal(Exception):
    """No slip can be signed now; the message says why."""


class Slips(Struct, frozen=True, kw_only=True):
    """What signs slips and checks them; `demo` says that the key stands for nobody."""

    demo: bool
    seal: Callable[[Slip], str]
    """Gives the text of the code; raises CannotSeal."""
    check: Callable[[str, Instant], Checked]


_lent: Final[Lent[Slips]] = Lent()
install, forget = _lent.install, _lent.forget


def the_slips() -> Slips:
    """What signs and checks in this process; raises CannotSeal where there is nothing that does."""
    slips = _lent.now()
    if slips is None:
        raise CannotSeal("nothing that signs slips is installed in this process")
    return slips
