"""The way from a page to the drivers: the wiring installs a reader here, for the desk itself knows no device."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from beket.web.lent import Lent
from beket.words.ids import Instant
from beket.words.site import Device

READ_BYTES_MAX: Final = 2 * 1024 * 1024
"""The longest message that a page has read again: a camera's pictures are the longest there are."""

MARKS_MAX: Final = 400
"""Most explained byte ranges that a page takes of one message."""

Diagnostics: Final = logging.getLogger(__name__)


class Marked(Struct, frozen=True):
    """What one run of a message's bytes says."""

    start: int
    end: int
    name: str
    value: str


class ReadAgain(Struct, frozen=True, kw_only=True):
    """What the driver of today makes of a message: readings as plain values, problems in one line each, byte ranges."""

    readings: tuple[dict[str, Any], ...] = ()
    problems: tuple[str, ...] = ()
    marks: tuple[Marked, ...] = ()


Reader = Callable[[Device, bytes, Instant], ReadAgain | None]
"""Reads the bytes of one message of a device, as if they came at an instant; None without such a driver."""

_lent: Final[Lent[Reader]] = Lent()
install, forget = _lent.install, _lent.forget


def can_read() -> bool:
    """Tell whether any reader is installed in this process."""
    return _lent.now() is not None


def read_again(device: Device, blob: bytes, received: Instant) -> ReadAgain | None:
    """Read a message with the driver of today; None where nobody can. Never raises, whatever the bytes."""
    reader = _lent.now()
    if reader is None or len(blob) > READ_BYTES_MAX:
        return None
    try:
        made = reader(device, blob, received)
    except Exception:  # noqa: BLE001  a bug in one driver must not take the page of its device away
        Diagnostics.exception("the driver of %s could not read a message again", device.id)
        return ReadAgain(problems=("driver: bug",))
    if made is None:
        return None
    return ReadAgain(readings=made.readings, problems=made.problems, marks=made.marks[:MARKS_MAX])
