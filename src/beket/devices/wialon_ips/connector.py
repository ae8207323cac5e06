"""How Wialon IPS trackers are reached: they dial us, many to one port, and log in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

# A parked tracker pings or reports every few minutes.
LINKS: Final[Mapping[Transport, Link]] = {"tcp-server": Link(silence_s_max=1800.0, in_band=True)}
