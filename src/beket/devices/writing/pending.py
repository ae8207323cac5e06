"""Folds a log into the orders that have not ended: what the executor's port gives it, also after a restart."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from beket.devices.writing.executor import Placed
from beket.words.decisions import Decision, OrderEquipment
from beket.words.facts import Fact
from beket.words.ids import PlaceId
from beket.words.readings import Reading, SwitchResult

PENDING_MAX: Final = 1_000
"""Most orders that wait at once: thirty lanes would need half a minute for each; the oldest are long out of time."""

Key = tuple[PlaceId, str]


class Pending:
    """The orders of a node's places of which the log does not hold yet how they ended, oldest first.

    One that has begun and not ended is among them, marked so: the executor looks after it instead of doing it again.
    """

    def __init__(self) -> None:
        self._waiting: dict[Key, Placed] = {}

    def take(self, place: PlaceId, body: Reading | Decision | Fact) -> None:
        """Take one entry of a place's log, in its order."""
        if isinstance(body, OrderEquipment):
            while len(self._waiting) >= PENDING_MAX:
                self._waiting.pop(next(iter(self._waiting)))
            self._waiting.setdefault((place, body.decision_id), Placed(place=place, ordered=body))
        elif isinstance(body, SwitchResult):
            key = (place, body.order_id)
            waits = self._waiting.get(key)
            if body.result != "begun":
                self._waiting.pop(key, None)
            elif waits is not None:
                self._waiting[key] = replace(waits, begun=True)

    def waiting(self) -> tuple[Placed, ...]:
        """What is to be carried out, or to be refused for having come too late."""
        return tuple(self._waiting.values())
