"""How EGTS terminals are reached: they dial us over mobile networks, many to one port, and log in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

# A terminal that stands sends every few minutes; a fleet's gateway far more often.
LINKS: Final[Mapping[Transport, Link]] = {"tcp-server": Link(silence_s_max=900.0, in_band=True)}
