"""How Hikvision cameras are reached: they post to us, or we pull their alertStream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from beket.devices.kit.driver import Link, Transport

LINKS: Final[Mapping[Transport, Link]] = {
    "http-push": Link(),
    # A heartbeat comes at least every ten seconds; thirty without one is a lost link (reference 03 §1.1).
    "http-stream": Link(silence_s_max=30.0, path="/ISAPI/Event/notification/alertStream"),
}
