"""The way from a page to what reads and writes layouts of checkpoints: only the wiring knows drivers and ports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from beket.web.lent import Lent
from beket.words.site import Post

CHARS_MAX: Final = 128 * 1024
"""Most characters of one checkpoint's text: the busiest of the simulated country has a tenth of it."""


class CannotBeServed(ValueError):
    """A text is no layout that this node could serve; the message says where in it and why."""


class Draughts(Struct, frozen=True, kw_only=True):
    """What reads and writes layouts as the site file has them.

    `read` takes the text of one post and the layouts of the others that this node serves, and raises CannotBeServed.
    """

    read: Callable[[str, Sequence[Post]], Post]
    written: Callable[[Post], str]


_lent: Final[Lent[Draughts]] = Lent()
install, forget, draughts_now = _lent.install, _lent.forget, _lent.now
