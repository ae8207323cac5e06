"""Entries of every family, made by number."""

from __future__ import annotations

import msgspec

from beket.words.facts import CrossingOpened
from beket.words.ids import CrossingId, DeviceId, EntryRef, Instant, LaneId, PlaceId, ReadingId, Sha256
from beket.words.readings import Image, PlateRead, Tick
from beket.words.wire import Entry

TORUGART = PlaceId("KG-TOR-A")
AK_TILEK = PlaceId("KG-AKT-A")


def tick(number: int) -> Entry:
    """A reading whose id is its number."""
    return Entry(
        body=Tick(device_id=DeviceId("clock"), received=Instant(number), reading_id=ReadingId(f"{number:032x}"))
    )


def ticks(first: int, count: int) -> list[Entry]:
    """Readings numbered from `first`."""
    return [tick(number) for number in range(first, first + count)]


def fact(number: int) -> Entry:
    """A fact: it has no reading id, so telling it twice writes it twice."""
    body = CrossingOpened(
        at=Instant(number), because=(EntryRef("1.0"),), crossing=CrossingId(f"KG-TOR-A:{number}.0"),
        lane=LaneId("in-1"), direction="in", zone="arrival", opened_by="plate",
    )  # fmt: skip
    return Entry(body=body)


def sighting(number: int, pictures: tuple[tuple[Sha256, int], ...] = (), raw: Sha256 | None = None) -> Entry:
    """A plate reading with pictures, named by hash and size."""
    images = tuple(Image(role="scene", sha256=name, size=size) for name, size in pictures)
    body = PlateRead(
        device_id=DeviceId("camera"), received=Instant(number), reading_id=ReadingId(f"{number:032x}"),
        plate=f"01KG{number:03}ABC", images=images, raw_sha256=raw,
    )  # fmt: skip
    return Entry(body=body)


def saying(number: int, **more: object) -> Entry:
    """A plate reading that says more than usual."""
    return Entry(body=msgspec.structs.replace(sighting(number).body, **more))
