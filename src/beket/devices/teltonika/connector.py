"""How Teltonika trackers are reached: they dial us, many to one port, and log in; or send datagrams that name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

# A parked tracker wakes once an hour and then holds its connection open for a while.
_LINK: Final = Link(silence_s_max=900.0, in_band=True)

LINKS: Final[Mapping[Transport, Link]] = {"tcp-server": _LINK, "udp": _LINK}
