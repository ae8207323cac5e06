"""How these scales are reached: through a serial-to-TCP converter that listens, or one that dials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

# Asked three times a second: a weight at rest is found within two seconds. A command S waits for the scale to be at
# rest, which a lorry may put off.
_LINK: Final = Link(silence_s_max=30.0, ask_every_s=0.3)

LINKS: Final[Mapping[Transport, Link]] = {"tcp-client": _LINK, "tcp-server": _LINK}
