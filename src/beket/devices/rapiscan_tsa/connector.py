"""How Rapiscan and TSA portals are reached: through a serial-to-TCP converter that listens, or one that dials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

# Backgrounds come every few seconds while nothing is inside; a minute without a line is a dead link.
_LINK: Final = Link(silence_s_max=60.0)

LINKS: Final[Mapping[Transport, Link]] = {"tcp-client": _LINK, "tcp-server": _LINK}
