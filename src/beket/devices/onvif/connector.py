"""How ONVIF cameras are reached: we pull from their pull point, or they notify us over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

LINKS: Final[Mapping[Transport, Link]] = {
    # PullMessages waits up to five seconds for news by itself; its answer is asked for anew at once.
    "http-ask": Link(silence_s_max=30.0, ask_every_s=0.2),
    "http-push": Link(paths=("/onvif",)),
}
