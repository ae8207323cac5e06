"""The way from a page to the wirings: the wiring of the node installs here what a device can be told to do.

The desk never reaches what writes to equipment; all it can do is append an order to the log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from beket.words.decisions import EquipmentOrder
from beket.words.site import Device

Diagnostics: Final = logging.getLogger(__name__)

Asker = Callable[[Device], tuple[EquipmentOrder, ...]]
"""Says what a device can be told to do; nothing for one that is only read, ValueError for a wiring that is none."""

_installed: list[Asker] = []


def install(asker: Asker) -> None:
    """Let pages know what devices can be told; the one installed last is asked."""
    _installed.insert(0, asker)


def forget(asker: Asker) -> None:
    """Take it away again."""
    _installed.remove(asker)


def orders_known(device: Device | None) -> tuple[EquipmentOrder, ...]:
    """What a device can be told to do."""
    if device is None or not _installed:
        return ()
    try:
        return _installed[0](device)
    except ValueError as wrong:
        Diagnostics.warning("%s cannot be told anything: %s", device.id, wrong)
        return ()
