"""Papers that tests bring, and what their place's log says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from msgspec.structs import replace

from beket.log.book import Seq
from beket.log.inbox import Paper
from beket.log.postgres import PostgresBook
from beket.words.ids import Instant, PlaceId
from beket.words.readings import DocumentLodged, Way

TORUGART: Final = PlaceId("KG-TOR-A")
IRKESHTAM: Final = PlaceId("KG-IRK-A")
NOW: Final = Instant(1_800_000_000_000)
_EXAMPLE: Final = (Path(__file__).parents[2] / "docs" / "examples" / "declaration.xml").read_bytes()


def declaration(number: int = 0, padding: int = 0) -> bytes:
    """A declaration of its own id, as long as it shall be."""
    own = _EXAMPLE.replace(b"00000000B001", f"{number:012}".encode())
    assert own != _EXAMPLE
    return own + b"<!--" + b"x" * padding + b"-->" if padding else own


def paper(blob: bytes, *, place: PlaceId = TORUGART, way: Way = "api", by: str = "broker", **more: object) -> Paper:
    """A paper as somebody brings it."""
    return replace(Paper(place=place, way=way, by=by, at=NOW, blob=blob), **more)


def lodged(book: PostgresBook, place: PlaceId = TORUGART) -> list[DocumentLodged]:
    """What the log of a place says was lodged there."""
    frames = book.read(place, Seq(0), 10_000)
    return [entry.body for frame in frames for entry in frame.entries if isinstance(entry.body, DocumentLodged)]
