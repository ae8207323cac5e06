"""How such readers are reached: through a serial-to-TCP converter that listens, or one that dials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

# A reader is silent while nobody puts anything before it: a link is taken for dead after a day without a text.
_LINK: Final = Link(silence_s_max=86_400.0)

LINKS: Final[Mapping[Transport, Link]] = {"tcp-client": _LINK, "tcp-server": _LINK}
