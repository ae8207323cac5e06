"""How Navtelecom trackers are reached: they dial us over mobile networks and say their IMEI in a handshake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

# They report every few minutes; half an hour of silence is a tracker that is gone.
LINKS: Final[Mapping[Transport, Link]] = {"tcp-server": Link(silence_s_max=1800.0, in_band=True)}
