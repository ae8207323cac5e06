"""What pages ask of the log."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import pytest

from beket.log import heads
from beket.log.book import Broken, Seq
from beket.log.connect import Engine
from beket.log.evidence import Picture, Shelf
from beket.log.postgres import PostgresBook
from beket.words.ids import EntryRef, PlaceId, Sha256
from beket.words.wire import Entry, Piece, Raw, packed_piece
from tests.log.entries import AK_TILEK, TORUGART, fact, sighting, tick, ticks

PICTURE = b"\xff\xd8 a picture"
NAME = Sha256(hashlib.sha256(PICTURE).hexdigest())
MESSAGE = b"--boundary\r\n" + PICTURE + b"\r\n--boundary--"
RAW = Raw(
    sha256=Sha256(hashlib.sha256(MESSAGE).hexdigest()),
    pieces=(Piece(inline=b"--boundary\r\n"), Piece(kept=NAME), Piece(inline=b"\r\n--boundary--")),
)


def test_an_entry_leads_to_the_bytes_that_came(book: PostgresBook, connection: Engine, folder: Path) -> None:
    shelf = Shelf(folder)
    shelf.keep([Picture(NAME, PICTURE)])
    first = Entry(body=sighting(1, ((NAME, len(PICTURE)),), raw=RAW.sha256).body, raw=RAW)
    second = sighting(2, raw=RAW.sha256)
    refs = book.append(TORUGART, [tick(9), first, second, fact(1)]).refs
    for ref in refs[1:3]:
        located = heads.located(connection, TORUGART, ref)
        assert located is not None
        assert located.raw == RAW
        message = heads.raw_message(RAW, shelf)
        assert (message.blob, message.missing, message.proven) == (MESSAGE, (), True)
    for ref in (refs[0], refs[3]):
        located = heads.located(connection, TORUGART, ref)
        assert located is not None
        assert located.raw is None
        assert located.frame_hash == book.heads()[0].hash


def test_a_picture_that_is_gone_is_named(folder: Path) -> None:
    message = heads.raw_message(RAW, Shelf(folder))
    assert (message.missing, message.proven) == ((NAME,), False)


@pytest.mark.parametrize(
    ("blob", "packed"), [(b"<note/>" * 100, True), (b"<note/>", False), (b"", False)], ids=["long", "short", "none"]
)
def test_what_is_shorter_packed_is_packed_and_comes_out_as_it_came(folder: Path, blob: bytes, packed: bool) -> None:
    piece = packed_piece(blob)
    raw = Raw(sha256=Sha256(hashlib.sha256(blob).hexdigest()), pieces=(piece,))
    message = heads.raw_message(raw, Shelf(folder))
    assert (piece.packed, message.blob, message.proven) == (packed, blob, True)


@pytest.mark.parametrize("inline", [b"", b"no stream", zlib.compress(MESSAGE)[:-5], zlib.compress(bytes(2**26 + 1))])
def test_what_does_not_unpack_is_not_proven(folder: Path, inline: bytes) -> None:
    raw = Raw(sha256=RAW.sha256, pieces=(Piece(inline=inline, packed=True),))
    message = heads.raw_message(raw, Shelf(folder))
    assert (message.blob, message.proven) == (b"", False)


def test_what_is_not_there_is_none(book: PostgresBook, connection: Engine) -> None:
    book.append(TORUGART, [tick(1)])
    for place, ref in ((TORUGART, "1.1"), (TORUGART, "2.0"), (AK_TILEK, "1.0")):
        assert heads.located(connection, place, EntryRef(ref)) is None


def test_an_altered_frame_is_never_shown(book: PostgresBook, connection: Engine) -> None:
    book.append(TORUGART, ticks(0, 3))
    connection.execute("UPDATE beket.frame SET at = at + 1")
    with pytest.raises(Broken, match="KG-TOR-A:1: the frame's hash does not fit"):
        heads.located(connection, TORUGART, EntryRef("1.0"))
    with pytest.raises(Broken):
        book.read(TORUGART, Seq(0))
    connection.execute("DELETE FROM beket.frame")
    assert heads.located(connection, TORUGART, EntryRef("1.0")) is None


def test_a_hole_is_never_stepped_over(book: PostgresBook, connection: Engine) -> None:
    for number in range(3):
        book.append(TORUGART, [tick(number)])
    connection.execute("DELETE FROM beket.frame WHERE seq = 2")
    with pytest.raises(Broken, match="KG-TOR-A:2 is missing"):
        book.read(TORUGART, Seq(0))


def test_disk_use_is_told_by_table(book: PostgresBook, connection: Engine) -> None:
    before = heads.table_bytes(connection)
    book.append(PlaceId("KG-TOR-A"), ticks(0, 1000))
    after = heads.table_bytes(connection)
    assert set(after) == {*heads.SIZES_OF, "total"}
    assert after["said"] > before["said"]
    assert after["total"] > after["frame"] > before["frame"]


def test_a_picture_takes_room_once_however_many_places_speak_of_it(book: PostgresBook, connection: Engine) -> None:
    assert heads.room(connection).pictures == 0
    for place, number in ((TORUGART, 1), (AK_TILEK, 2)):
        book.append(place, [Entry(body=sighting(number, ((NAME, len(PICTURE)),), raw=RAW.sha256).body, raw=RAW)])
    room = heads.room(connection)
    assert (room.pictures, room.picture_bytes) == (1, len(PICTURE))
    assert 0 < room.frame_bytes < room.database_bytes
