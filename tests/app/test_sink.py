"""The sink over real stores: what happens when one of them cannot take what is said."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from beket.app.sink import LogSink
from beket.devices.kit.ports import Picture
from beket.log.appender import Appender
from beket.log.evidence import Intake, Shelf
from beket.log.migrate import migrate
from beket.log.postgres import PostgresBook
from beket.log.quarantine import QuarantineDesk
from beket.log.server import Server
from beket.words.ids import DeviceId, Instant, PlaceId, reading_id, sha256
from beket.words.readings import Image, PlateRead
from beket.words.wire import Entry, Piece, Raw

PLACE = PlaceId("KG-XXX-A")


def said(number: int, blob: bytes) -> tuple[Entry, Picture]:
    device = DeviceId("KG-XXX-A/in-1/camera")
    image = Image(role="scene", sha256=sha256(blob), size=len(blob))
    body = PlateRead(
        device_id=device,
        time=Instant(number),
        received=Instant(number),
        reading_id=reading_id(device, "plate_read", number, b""),
        plate="01777ABC",
        images=(image,),
    )
    raw = Raw(sha256=sha256(blob), pieces=(Piece(kept=image.sha256),))
    return Entry(body=body, raw=raw), Picture(sha256=image.sha256, media_type="image/jpeg", blob=blob)


@pytest.fixture(scope="module")
def dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Server(tmp_path_factory.mktemp("engine")) as server:
        migrate(server.dsn)
        yield server.dsn


def kept_with(dsn: str, shelf: Shelf, entry: Entry, picture: Picture) -> tuple[int, int, int]:
    async def keep() -> tuple[int, int, int]:
        async with Appender(dsn) as appender, Intake(shelf) as intake, QuarantineDesk(dsn) as desk:
            sink = LogSink(appender, intake, desk)
            kept = await sink.keep(PLACE, [entry], [picture])
            return kept.entries, kept.known, sink.pictures_refused

    return asyncio.run(keep())


def test_a_reading_and_its_picture_are_kept_and_a_resend_is_known(dsn: str, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    entry, picture = said(1, b"picture one")
    assert kept_with(dsn, shelf, entry, picture) == (1, 0, 0)
    assert kept_with(dsn, shelf, entry, picture) == (1, 1, 0)
    assert shelf.read(picture.sha256) == b"picture one"


def test_a_full_evidence_store_costs_the_picture_and_not_the_reading(
    dsn: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    entry, picture = said(2, b"picture two")
    assert kept_with(dsn, Shelf(tmp_path, bytes_max=5), entry, picture) == (1, 0, 1)
    assert "store is full" in caplog.text
    book = PostgresBook(dsn)
    try:
        frames = book.read(PLACE, book.heads()[0].seq - 1)  # type: ignore[arg-type]
    finally:
        book.close()
    assert frames[0].entries[0].body == entry.body


def test_a_picture_beyond_its_cap_is_set_aside_and_the_device_need_not_come_again(dsn: str, tmp_path: Path) -> None:
    entry, picture = said(3, b"picture three")
    assert kept_with(dsn, Shelf(tmp_path, picture_bytes_max=3), entry, picture) == (0, 0, 0)
