"""What the diagnostics hear of links: a loss that lasts, once, and its end; all that changed together in one line."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from beket.devices.kit.state import DeviceState
from beket.words.ids import DeviceId, Instant

LASTS_MS: Final = 10_000
"""A link that comes back sooner was no news: converters restart, and a node that stops loses all its links."""

NAMED_MAX: Final = 4
"""Most devices named in one line; a switch that fails takes a post's with it, and the Devices page has them all."""

_log: Final = logging.getLogger("beket.field")


class _Loss(Struct):
    """A link that is down."""

    since: Instant
    said: bool = False


class LinkNews:
    """Watches how links are, and says what an engineer would want to hear."""

    def __init__(self) -> None:
        self._losses: dict[DeviceId, _Loss] = {}

    def look(self, states: Iterable[DeviceState], now: Instant) -> None:
        """Say which links have been down for long enough, and which of those are back."""
        lost: list[str] = []
        back: list[str] = []
        for state in states:
            if state.link_trouble is not None and not state.connected:
                loss = self._losses.setdefault(state.device, _Loss(now))
                if not loss.said and now - loss.since >= LASTS_MS:
                    loss.said = True
                    lost.append(f"{state.device} ({state.link_trouble})")
            else:
                ended = self._losses.pop(state.device, None)
                if ended is not None and ended.said:
                    back.append(str(state.device))
        if lost:
            _log.warning("links that are down (%d): %s", len(lost), _named(lost))
        if back:
            _log.info("links that are back (%d): %s", len(back), _named(back))


def _named(what: Sequence[str]) -> str:
    more = len(what) - NAMED_MAX
    return ", ".join(what[:NAMED_MAX]) + (f" and {more} more" if more > 0 else "")
