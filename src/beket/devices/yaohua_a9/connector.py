"""How Yaohua indicators are reached: through a serial-to-TCP converter that listens, or one that dials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

# Frames come ten times a second; ten seconds of silence are a dead converter. In command mode five questions a
# second are what 9600 baud and the indicator's answer time bear.
_LINK: Final = Link(silence_s_max=10.0, ask_every_s=0.2)

LINKS: Final[Mapping[Transport, Link]] = {"tcp-client": _LINK, "tcp-server": _LINK}
