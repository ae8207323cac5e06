"""The way from a page to what is written for others: the wiring installs the writers here, for the desk knows none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

from msgspec import Struct

from beket.board.panels.dossier import Dossier
from beket.board.panels.papers import Finding, Held
from beket.web.lent import Lent
from beket.words.documents import Document

RegisterForm = Literal["csv", "xlsx"]


class CannotWrite(Exception):
    """What was asked for cannot be written; the message says why."""


class Member(Struct, frozen=True):
    """One file of a container."""

    name: str
    media_type: str
    content: bytes


class Outgoing(Struct, frozen=True, kw_only=True):
    """The writers of a node. Each raises CannotWrite."""

    bundle: Callable[[Sequence[Member]], bytes]
    """Papers as one signed ASiC-E."""

    register: Callable[[Sequence[Document], RegisterForm], bytes]
    """Documents as a table, a row for each line of goods."""

    event: Callable[[Dossier, Sequence[Held], Sequence[Finding], str], bytes]
    """A crossing as others are told of it; the last is the zone of its checkpoint."""


_lent: Final[Lent[Outgoing]] = Lent()
install, forget = _lent.install, _lent.forget


def outgoing() -> Outgoing:
    """The writers of this process; raises CannotWrite where there are none."""
    writers = _lent.now()
    if writers is None:
        raise CannotWrite("nothing that writes for others is installed in this process")
    return writers
