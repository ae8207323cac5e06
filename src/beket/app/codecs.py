"""Lends the desk the drivers of this house: a message in the log is read again as the field would read it today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from beket.devices.kit.driver import Frame, Out
from beket.devices.kit.registry import Driver, find
from beket.web.codecs import Marked, ReadAgain
from beket.words.ids import Instant
from beket.words.site import Device

LATER_MS: Final = 60_000
"""How long passes after the last byte, so that what waits for time (the end of an occupancy) is said."""


def read_message(device: Device, blob: bytes, received: Instant) -> ReadAgain | None:
    """Read one message with the driver that is installed now and the options of the device's row."""
    driver = find(device.driver)
    if driver is None:
        return None
    frames = _frames(driver, device, blob)
    decoder = driver.codec.decoder(device.options)
    outs = [decoder.read(frame, received) for frame in frames]
    later = Instant(received + LATER_MS)
    outs += [decoder.waited(later), decoder.lost(later)]
    return ReadAgain(
        readings=tuple(_readings(device, outs)),
        problems=tuple(f"{one.kind}: {one.detail}" for out in outs for one in out.problems),
        marks=tuple(_marks(driver, device, frames, blob)),
    )


def _frames(driver: Driver, device: Device, blob: bytes) -> Sequence[Frame]:
    """Cut a message into frames: what is pushed is one whole, what streams is cut as it came."""
    if (device.transport or driver.manifest.transports[0]) in ("http-push", "mqtt", "file-drop"):
        return [Frame(blob=blob)]
    framer = driver.codec.framer(device.options, "")
    return [*framer.feed(blob), *framer.end()]


def _readings(device: Device, outs: Sequence[Out]) -> Iterator[dict[str, Any]]:
    for told in (told for out in outs for told in out.told):
        yield msgspec.to_builtins(told.stamped(device.id, None, told.message.raw().sha256))


def _marks(driver: Driver, device: Device, frames: Sequence[Frame], blob: bytes) -> Iterator[Marked]:
    """Explain each frame; its marks count from its own first byte, so they move to where it stands in the message."""
    at = 0
    for frame in frames:
        start = blob.find(frame.blob, at)
        if start < 0:
            continue
        at = start + len(frame.blob)
        for mark in driver.codec.explain(frame, device.options):
            yield Marked(start + mark.start, start + mark.end, mark.name, mark.value)
