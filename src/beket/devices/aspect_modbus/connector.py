"""How Yantar portals are reached: Modbus TCP, or RTU through a transparent serial converter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

# Every 100 ms the portal is asked if a question is due, so that 200 ms hold; two searches through all units fit into
# the silence.
_LINK: Final = Link(silence_s_max=30.0, ask_every_s=0.1)

LINKS: Final[Mapping[Transport, Link]] = {"tcp-client": _LINK, "tcp-server": _LINK}
