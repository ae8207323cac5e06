"""How modules with coils and inputs are reached: Modbus TCP, or RTU through a transparent serial converter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

# Each map says how often its blocks are asked for; every 50 ms it is seen whether one is due.
_LINK: Final = Link(silence_s_max=15.0, ask_every_s=0.05)

LINKS: Final[Mapping[Transport, Link]] = {"tcp-client": _LINK, "tcp-server": _LINK}
