"""Whoever alters the log behind our back is found, and the first bad address is named."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Rollback

from beket.log.chain import Link
from beket.log.connect import Engine, open_connection
from beket.log.evidence import Picture, Shelf
from beket.log.fsck import Bad, Trusted, verify, verify_pictures
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.words.ids import Sha256
from beket.words.wire import Entry
from tests.log.engines import database
from tests.log.entries import AK_TILEK, TORUGART, fact, sighting, tick, ticks

FRAMES: Final = 6


@pytest.fixture(scope="module")
def filled(server: Server) -> Iterator[str]:
    """A log of two places: short frames and packed ones, readings and facts."""
    with database(server.dsn) as dsn:
        book = PostgresBook(dsn)
        for number in range(FRAMES):
            some: list[Entry] = [fact(number), *ticks(100 * number, 12 if number % 2 else 2), fact(number)]
            book.append(TORUGART, some)
        book.append(AK_TILEK, ticks(0, 3))
        book.close()
        yield dsn


@pytest.fixture
def altered(filled: str) -> Iterator[Engine]:
    """A connection whose changes are undone after the test."""
    with open_connection(filled) as connection, connection.transaction():
        yield connection
        raise Rollback


def found(connection: Engine, *trusted: Trusted) -> Bad | None:
    """What fsck says inside the test's own transaction."""
    frames = connection.execute("SELECT count(*) FROM beket.frame").fetchone()
    report = verify(connection, trusted=trusted)
    assert (report.bad is None) <= (frames == (report.frames,))
    return report.bad


def test_a_whole_log_fits(filled: str) -> None:
    with open_connection(filled) as connection:
        report = verify(connection)
        assert report.bad is None
        assert [(chain.place, chain.frames, chain.entries, chain.readings) for chain in report.chains] == [
            (AK_TILEK, 1, 3, 3),
            (TORUGART, 6, 54, 42),
        ]
        assert verify(connection, TORUGART).chains == report.chains[1:]
        row = connection.execute("SELECT encode(hash, 'hex') FROM beket.place_head ORDER BY place").fetchone()
        assert row == (report.chains[0].hash,)


def test_an_empty_log_fits(connection: Engine) -> None:
    assert verify(connection).chains == ()
    assert verify(connection, TORUGART).bad is None


def test_others_may_write_meanwhile(dsn: str, book: PostgresBook) -> None:
    book.append(TORUGART, ticks(0, 3))
    with open_connection(dsn) as connection:
        report = verify(connection)
        book.append(TORUGART, ticks(3, 3))
        assert verify(connection).frames == report.frames + 1


TAMPERINGS: Final[dict[str, tuple[str, str, str]]] = {
    "a frame is dropped": ("DELETE FROM beket.frame WHERE place = 'KG-TOR-A' AND seq = 3", "3", "expected here"),
    "the first frame is dropped": (
        "DELETE FROM beket.frame WHERE place = 'KG-TOR-A' AND seq = 1",
        "1",
        "expected here",
    ),
    "the last frame is dropped": (
        "DELETE FROM beket.frame WHERE place = 'KG-TOR-A' AND seq = 6",
        "6",
        "the head is at frame 6",
    ),
    "frames change places": (
        "UPDATE beket.frame SET seq = CASE seq WHEN 2 THEN 104 WHEN 4 THEN 102 END"
        " WHERE place = 'KG-TOR-A' AND seq IN (2, 4);"
        " UPDATE beket.frame SET seq = seq - 100 WHERE place = 'KG-TOR-A' AND seq > 100",
        "2",
        "does not name the hash",
    ),
    "a frame is put in": (
        "INSERT INTO beket.frame SELECT place, 7, n, at, hash, hash, packed, body FROM beket.frame"
        " WHERE place = 'KG-TOR-A' AND seq = 6",
        "7",
        "its hash does not fit",
    ),
    "a frame is put before the first": (
        "INSERT INTO beket.frame SELECT place, 0, n, at, prev, hash, packed, body FROM beket.frame"
        " WHERE place = 'KG-TOR-A' AND seq = 1",
        "0",
        "follows 0",
    ),
    "the head is turned back": ("UPDATE beket.place_head SET seq = 5 WHERE place = 'KG-TOR-A'", "6", "the head is at"),
    "the head's hash is changed": (
        "UPDATE beket.place_head SET hash = sha256(hash) WHERE place = 'KG-TOR-A'",
        "head",
        "not that of the last frame",
    ),
    "the head's count is changed": (
        "UPDATE beket.place_head SET entries = 55 WHERE place = 'KG-TOR-A'",
        "head",
        "not that of the last frame",
    ),
    "the head is dropped": ("DELETE FROM beket.place_head WHERE place = 'KG-TOR-A'", "head", "no head names them"),
    "all frames are dropped": ("DELETE FROM beket.frame WHERE place = 'KG-TOR-A'", "1", "the head is at frame 6"),
    "frames and head are dropped": (
        "DELETE FROM beket.frame WHERE place = 'KG-TOR-A'; DELETE FROM beket.place_head WHERE place = 'KG-TOR-A'",
        "1.1",
        "does not hold it",
    ),
    "a reading is forgotten": (
        "DELETE FROM beket.said WHERE place = 'KG-TOR-A' AND (seq, idx) = (4, 2)",
        "4.2",
        "does not fit the readings",
    ),
    "a reading is said to be elsewhere": (
        "UPDATE beket.said SET idx = 9 WHERE place = 'KG-TOR-A' AND (seq, idx) = (5, 1)",
        "5.1",
        "does not fit the readings",
    ),
    "a reading is said that never was": (
        "INSERT INTO beket.said VALUES ('KG-TOR-A', gen_random_uuid(), 6, 99)",
        "6.99",
        "does not hold it",
    ),
    "a place is listed that never was": (
        "INSERT INTO beket.said VALUES ('KG-NEW', gen_random_uuid(), 1, 0)",
        "1.0",
        "does not hold it",
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_named_tampering_is_found(altered: Engine, name: str) -> None:
    statement, address, why = TAMPERINGS[name]
    for part in statement.split(";"):
        altered.execute(part)
    bad = found(altered)
    assert bad is not None
    assert bad.place in ("KG-TOR-A", "KG-NEW")
    assert (bad.address, why in bad.why) == (address, True), bad


def rewrite_from(connection: Engine, first: int, change: Callable[[bytes], bytes]) -> None:
    """Alter a frame's body and mend every hash after it, as one who knows the format would."""
    query = "SELECT seq, n, at, prev, packed, body FROM beket.frame WHERE place = %s AND seq >= %s ORDER BY seq"
    prev = None
    for seq, count, at, old_prev, packed, body in connection.execute(query, (TORUGART, first)).fetchall():
        plain = zlib.decompress(body) if packed else body
        plain = change(plain) if seq == first else plain
        prev = old_prev if prev is None else prev
        link = Link(TORUGART, seq, at, count, prev).hash(plain)
        connection.execute(
            "UPDATE beket.frame SET prev = %s, hash = %s, packed = false, body = %s WHERE place = %s AND seq = %s",
            (prev, link, plain, TORUGART, seq),
        )
        prev = link
    connection.execute("UPDATE beket.place_head SET hash = %s WHERE place = %s", (prev, TORUGART))


def test_history_written_anew_is_found_by_a_head_noted_elsewhere(altered: Engine) -> None:
    row = altered.execute("SELECT hash FROM beket.frame WHERE place = %s AND seq = 5", (TORUGART,)).fetchone()
    assert row is not None
    noted = Trusted(TORUGART, 5, row[0])
    assert found(altered, noted) is None
    rewrite_from(altered, 3, lambda body: body.replace(b'"in-1"', b'"in-2"'))
    assert found(altered) is None, "who may write everything can write a chain that fits itself"
    bad = found(altered, noted)
    assert bad == Bad(TORUGART, "5", "is not the frame that was noted elsewhere under this number")


def test_history_cut_short_is_found_by_a_head_noted_elsewhere(altered: Engine) -> None:
    gone = Trusted(TORUGART, FRAMES + 3, bytes(32))
    assert found(altered, gone) == Bad(TORUGART, "7", "the chain ends before frame 9, which was noted elsewhere")
    vanished = found(altered, Trusted(TORUGART, 1, bytes(32)))
    assert vanished is not None
    assert vanished.address == "1"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda _: b"[]", "holds 0 entries"),
        (lambda _: b"no JSON", "not in the log's language"),
        (lambda body: body.replace(b"crossing_opened", b"crossing_invented"), "not in the log's language"),
    ],
)
def test_a_frame_that_says_what_we_never_say_is_found(
    altered: Engine, change: Callable[[bytes], bytes], why: str
) -> None:
    rewrite_from(altered, 2, change)
    bad = found(altered)
    assert bad is not None
    assert (bad.address, why in bad.why) == ("2", True)


BYTES_COLUMNS: Final = ("prev", "hash", "body")
NUMBER_COLUMNS: Final = ("seq", "n", "at")


@st.composite
def changes(draw: st.DrawFn) -> tuple[int, str, Callable[[Any], Any]]:
    """Any change of any single column of any frame's row."""
    seq = draw(st.integers(1, FRAMES))
    column = draw(st.sampled_from((*BYTES_COLUMNS, *NUMBER_COLUMNS, "packed")))
    if column == "packed":
        return seq, column, lambda flag: not flag
    if column in NUMBER_COLUMNS:
        other = draw(st.one_of(st.integers(-3, FRAMES + 3), st.integers(-(2**31), 2**31 - 1)))
        return seq, column, lambda _: other
    place, flip = draw(st.floats(0, 0.999)), draw(st.integers(1, 255))
    kind = draw(st.sampled_from(("flip", "drop", "add", "cut")))
    return seq, column, lambda blob: _mutated(bytes(blob), int(place * len(blob)), flip, kind)


def _mutated(blob: bytes, at: int, flip: int, kind: str) -> bytes:
    if kind == "flip":
        return blob[:at] + bytes([blob[at] ^ flip]) + blob[at + 1 :]
    if kind == "drop":
        return blob[:at] + blob[at + 1 :]
    return blob[:at] + bytes([flip]) + blob[at:] if kind == "add" else blob[:at]


def _content(row: Sequence[Any] | None) -> tuple[object, ...]:
    """A row as it is meant: packing is how bytes are kept, not what they say."""
    assert row is not None
    seq, count, at, prev, link, packed, body = row
    if packed:
        try:
            unpacker = zlib.decompressobj()
            body = unpacker.decompress(body) + unpacker.unused_data
            body = body if unpacker.eof else b"broken off"
        except zlib.error:
            body = b"unreadable"
    return seq, count, at, prev, link, body


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes())
def test_any_change_of_any_frame_is_found(filled: str, change: tuple[int, str, Callable[[Any], Any]]) -> None:
    """The law of the chain: one column of one row, changed in any way, and the log no longer fits."""
    seq, column, changed = change
    columns = "seq, n, at, prev, hash, packed, body"
    with open_connection(filled) as connection, connection.transaction(force_rollback=True):
        query = f"SELECT {columns} FROM beket.frame WHERE place = %s AND seq = %s"  # noqa: S608
        row = connection.execute(query, (TORUGART, seq)).fetchone()
        assert row is not None
        new = changed(row[columns.split(", ").index(column)])
        taken = column == "seq" and 1 <= new <= FRAMES and new != seq
        if taken:
            connection.execute("DELETE FROM beket.frame WHERE place = %s AND seq = %s", (TORUGART, new))
        after = connection.execute(
            f"UPDATE beket.frame SET {column} = %s WHERE place = %s AND seq = %s RETURNING {columns}",  # noqa: S608
            (new, TORUGART, seq),
        ).fetchone()
        same = not taken and _content(row) == _content(after)
        assert (found(connection) is None) == same


def test_pictures_that_were_changed_or_taken_away_are_named(dsn: str, book: PostgresBook, folder: Path) -> None:
    shelf = Shelf(folder / "evidence")
    blobs = [bytes([number]) * 1000 for number in range(3)]
    names = [Sha256(hashlib.sha256(blob).hexdigest()) for blob in blobs]
    shelf.keep([Picture(name, blob) for name, blob in zip(names, blobs, strict=True)])
    book.append(TORUGART, [sighting(1, tuple((name, 1000) for name in names)), tick(2)])
    with open_connection(dsn) as connection:
        assert verify_pictures(connection, shelf).whole == 3
        path = folder / "evidence" / names[0][:2] / names[0][2:4] / names[0]
        path.write_bytes(b"something else")
        (folder / "evidence" / names[1][:2] / names[1][2:4] / names[1]).unlink()
        pictures = verify_pictures(connection, shelf)
    assert (pictures.whole, pictures.missing, pictures.altered) == (1, (names[1],), (names[0],))
