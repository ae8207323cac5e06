"""The way from a page to what makes signed papers: the wiring installs the press here, for the desk knows none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from beket.web.lent import Lent
from beket.words.ids import Sha256


class CannotPress(Exception):
    """No signed paper can be made now; the message says why."""


class Sheet(Struct, frozen=True, kw_only=True):
    """What is to be drawn and signed: the markup, what it is of, and whose key signs it."""

    markup: str
    number: str
    digest: Sha256
    account: str
    place: str


class Pressed(Struct, frozen=True, kw_only=True):
    """A signed PDF, and by which key; `demo`: by one that stands for nobody."""

    pdf: bytes
    signer: str
    certificate: Sha256
    demo: bool


class Press(Struct, frozen=True, kw_only=True):
    """The press of a node; `demo` says beforehand whether its keys stand for nobody, for the paper says so too."""

    demo: bool
    press: Callable[[Sheet], Pressed]
    """Raises CannotPress."""


_lent: Final[Lent[Press]] = Lent()
install, forget = _lent.install, _lent.forget


def the_press() -> Press:
    """The press of this process; raises CannotPress where there is none."""
    press = _lent.now()
    if press is None:
        raise CannotPress("nothing that makes papers is installed in this process")
    return press
