"""The way from a page to the wirings: the wiring of the node installs here what a device can be told to do.

The desk never reaches what writes to equipment; all it can do is append an order to the log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from beket.web.lent import Lent
from beket.words.decisions import EquipmentOrder
from beket.words.site import Device

Diagnostics: Final = logging.getLogger(__name__)

Asker = Callable[[Device], tuple[EquipmentOrder, ...]]
"""Says what a device can be told to do; nothing for one that is only read, ValueError for a wiring that is none."""

_lent: Final[Lent[Asker]] = Lent()
install, forget = _lent.install, _lent.forget


def orders_known(device: Device | None) -> tuple[EquipmentOrder, ...]:
    """What a device can be told to do."""
    asker = _lent.now()
    if device is None or asker is None:
        return ()
    try:
        return asker(device)
    except ValueError as wrong:
        Diagnostics.warning("%s cannot be told anything: %s", device.id, wrong)
        return ()
