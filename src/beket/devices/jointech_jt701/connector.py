"""How Jointech locks are reached: they dial us, many to one port, and name themselves in every message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

# A lock that sleeps reports every half hour at the least.
LINKS: Final[Mapping[Transport, Link]] = {"tcp-server": Link(silence_s_max=3600.0, in_band=True)}
