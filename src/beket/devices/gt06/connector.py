"""How GT06 trackers are reached: they dial us over mobile networks and say in their login who they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

# A heartbeat comes every three to five minutes; ten silent ones are a tracker that is gone.
LINKS: Final[Mapping[Transport, Link]] = {"tcp-server": Link(silence_s_max=1800.0, in_band=True)}
