"""How these scales are reached: through a serial-to-TCP converter that listens, or one that dials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

# Streamed ten times a second, or asked for; ten seconds of silence are a dead converter. Three questions a second are
# what 2400 baud bears.
_LINK: Final = Link(silence_s_max=10.0, ask_every_s=0.3)

LINKS: Final[Mapping[Transport, Link]] = {"tcp-client": _LINK, "tcp-server": _LINK}
