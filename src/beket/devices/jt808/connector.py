"""How JT/T 808 terminals are reached: they dial us or send datagrams, and name themselves in each message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

_LINK: Final = Link(silence_s_max=1800.0, in_band=True)

LINKS: Final[Mapping[Transport, Link]] = {"tcp-server": _LINK, "udp": _LINK}
