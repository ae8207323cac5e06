"""How these scales are reached: through a serial-to-TCP converter that listens, or one that dials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

# Frames come many times a second; ten seconds of silence are a dead converter.
_LINK: Final = Link(silence_s_max=10.0)

LINKS: Final[Mapping[Transport, Link]] = {"tcp-client": _LINK, "tcp-server": _LINK}
