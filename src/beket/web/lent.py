"""What the wiring of a node lends to pages, which cannot reach it themselves: one thing of each kind at a time."""

from __future__ import annotations

from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Lent(Generic[Thing]):
    """A place for one thing; of several the one that was installed last is used."""

    def __init__(self) -> None:
        self._things: list[Thing] = []

    def install(self, thing: Thing) -> None:
        """Let pages use it."""
        self._things.insert(0, thing)

    def forget(self, thing: Thing) -> None:
        """Take it away again."""
        self._things.remove(thing)

    def now(self) -> Thing | None:
        """Give what is lent in this process, if anything is."""
        return self._things[0] if self._things else None
