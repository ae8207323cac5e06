"""The transports in which we begin: one coroutine each that keeps one device's link for ever."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from beket.devices.kit.asking import inquire
from beket.devices.kit.clients import Secret
from beket.devices.kit.driver import Link
from beket.devices.kit.drop import watch
from beket.devices.kit.line import Line
from beket.devices.kit.links import dial, pull
from beket.devices.kit.mqtt import subscribe

Work = Callable[[Line, Link, Secret], Coroutine[Any, Any, None]]

WORKS: Final[Mapping[str, Work]] = {
    "tcp-client": dial,
    "http-stream": pull,
    "mqtt": subscribe,
    "file-drop": watch,
    "http-ask": inquire,
}
"""By transport; those in which the device begins (tcp-server, udp, http-push) have listeners instead."""
