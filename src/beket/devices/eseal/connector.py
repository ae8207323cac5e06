"""How text seals are reached: they dial us, many to one port, and name themselves in every message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

# A sealed door that nothing happens to is reported every quarter of an hour.
LINKS: Final[Mapping[Transport, Link]] = {"tcp-server": Link(silence_s_max=1800.0, in_band=True)}
