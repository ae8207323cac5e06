"""How Dahua cameras are reached: they post to us (ITSAPI), or we pull their event stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

LINKS: Final[Mapping[Transport, Link]] = {
    "http-push": Link(paths=("/NotificationInfo/",)),
    # The stream is asked to give a heartbeat every five seconds; thirty without one is a lost link.
    "http-stream": Link(
        silence_s_max=30.0, path="/cgi-bin/eventManager.cgi?action=attach&codes=[TrafficJunction]&heartbeat=5"
    ),
}
