"""What any log must do, whatever it is made of; a new store is added to `STORES` and must pass as it stands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

import pytest

from beket.log.book import FRAME_BYTES_MAX, FRAME_ENTRIES_MAX, Book, Seq
from beket.log.chain import GENESIS, Link
from beket.log.draft import Unwritable
from beket.log.memory import MemoryBook
from beket.log.postgres import PostgresBook
from beket.log.server import Server
from beket.words.ids import EntryRef, Instant, PlaceId
from beket.words.readings import Tick
from beket.words.wire import encode_frame
from tests.log.engines import DEBIAN_15, NO_DEBIAN_15, database, short_dir
from tests.log.entries import AK_TILEK, TORUGART, fact, saying, sighting, tick, ticks

Now = Callable[[], Instant]
Open = Callable[[Now], AbstractContextManager[Book]]

NONE: Final = Seq(0)


@contextmanager
def in_memory(now: Now) -> Iterator[Book]:
    yield MemoryBook(now)


def on_server(server: Server) -> Open:
    @contextmanager
    def opened(now: Now) -> Iterator[Book]:
        with database(server.dsn) as dsn:
            book = PostgresBook(dsn, now)
            yield book
            book.close()

    return opened


@pytest.fixture(scope="module")
def old_server() -> Iterator[Server]:
    with short_dir() as folder, Server(folder, binaries=DEBIAN_15) as running:
        yield running


STORES: Final = ("memory", "carried postgres", "postgres 15")


@pytest.fixture(params=STORES)
def open_book(request: pytest.FixtureRequest) -> Open:
    if request.param == "memory":
        return in_memory
    if request.param == "postgres 15" and not (DEBIAN_15 / "postgres").exists():
        pytest.skip(NO_DEBIAN_15)
    fixture = {"carried postgres": "server", "postgres 15": "old_server"}[request.param]
    return on_server(request.getfixturevalue(fixture))


class Clock:
    """A clock that says what it is told."""

    def __init__(self) -> None:
        self.at = Instant(1_795_000_000_000)

    def __call__(self) -> Instant:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(open_book: Open, clock: Clock) -> Iterator[Book]:
    with open_book(clock) as opened:
        yield opened


def test_what_is_appended_is_read_back_in_order(book: Book) -> None:
    wanted = [tick(1), fact(1), sighting(2), *ticks(3, 20)]
    appended = book.append(TORUGART, wanted)
    frames = book.read(TORUGART, NONE)
    assert [entry for frame in frames for entry in frame.entries] == wanted
    assert appended.refs == tuple(EntryRef(f"1.{index}") for index in range(23))
    assert (appended.place, appended.seq, appended.known) == (TORUGART, 1, 0)


def test_an_entry_is_found_by_its_reference(book: Book) -> None:
    book.append(TORUGART, ticks(0, 3))
    refs = book.append(TORUGART, ticks(3, 3)).refs
    assert book.entry(TORUGART, refs[1]) == tick(4)
    for absent in ("2.3", "3.0", "0.0"):
        assert book.entry(TORUGART, EntryRef(absent)) is None
    assert book.entry(AK_TILEK, EntryRef("1.0")) is None


def test_nothing_appended_writes_nothing(book: Book) -> None:
    appended = book.append(TORUGART, [])
    assert (appended.seq, appended.refs) == (None, ())
    assert list(book.heads()) == []


def test_reading_goes_on_after_a_position(book: Book) -> None:
    for number in range(7):
        book.append(TORUGART, [tick(number)])
    assert [frame.seq for frame in book.read(TORUGART, Seq(2), 3)] == [3, 4, 5]
    assert [frame.seq for frame in book.read(TORUGART, Seq(5))] == [6, 7]
    assert list(book.read(TORUGART, Seq(7))) == []
    assert list(book.read(AK_TILEK, NONE)) == []


def test_places_have_chains_of_their_own(book: Book) -> None:
    book.append(TORUGART, [tick(1)])
    book.append(AK_TILEK, [tick(1), tick(2)])
    book.append(TORUGART, [tick(3)])
    heads = book.heads()
    assert [(head.place, head.seq, head.entries) for head in heads] == [(AK_TILEK, 1, 2), (TORUGART, 2, 2)]
    assert heads[0].hash == book.read(AK_TILEK, NONE)[-1].hash


def test_each_frame_is_linked_to_the_one_before(book: Book) -> None:
    for number in range(3):
        book.append(TORUGART, ticks(10 * number, 5 * number + 1))
    prev = GENESIS
    for frame in book.read(TORUGART, NONE):
        assert frame.prev == prev
        link = Link(TORUGART, frame.seq, frame.at, len(frame.entries), frame.prev)
        assert frame.hash == link.hash(encode_frame(frame.entries))
        prev = frame.hash


def test_a_reading_told_again_is_the_same_reading(book: Book) -> None:
    first = book.append(TORUGART, ticks(0, 5))
    again = book.append(TORUGART, [tick(3), tick(9), tick(0)])
    assert again.refs == (first.refs[3], EntryRef("2.0"), first.refs[0])
    assert (again.seq, again.known) == (2, 2)
    only_known = book.append(TORUGART, ticks(0, 5))
    assert (only_known.seq, only_known.refs, only_known.known) == (None, first.refs, 5)
    assert book.heads()[0].entries == 6


def test_a_reading_told_twice_at_once_is_written_once(book: Book) -> None:
    appended = book.append(TORUGART, [tick(1), tick(2), tick(1)])
    assert appended.refs == ("1.0", "1.1", "1.0")
    assert appended.known == 1
    assert book.read(TORUGART, NONE)[0].entries == (tick(1), tick(2))


def test_the_same_reading_at_another_place_is_another_entry(book: Book) -> None:
    book.append(TORUGART, [tick(1)])
    assert book.append(AK_TILEK, [tick(1)]).known == 0


def test_facts_are_written_as_often_as_they_are_told(book: Book) -> None:
    book.append(TORUGART, [fact(1)])
    assert book.append(TORUGART, [fact(1), fact(1)]).refs == ("2.0", "2.1")


def test_many_entries_become_several_frames(book: Book) -> None:
    appended = book.append(TORUGART, ticks(0, FRAME_ENTRIES_MAX + 5))
    frames = book.read(TORUGART, NONE)
    assert [len(frame.entries) for frame in frames] == [FRAME_ENTRIES_MAX, 5]
    assert appended.refs[FRAME_ENTRIES_MAX] == "2.0"
    assert appended.seq == 2


def test_large_entries_become_several_frames(book: Book) -> None:
    half = "x" * (FRAME_BYTES_MAX // 2)
    book.append(TORUGART, [saying(number, plate_raw=half) for number in range(3)])
    assert [len(frame.entries) for frame in book.read(TORUGART, NONE)] == [1, 1, 1]


def test_what_no_chain_can_hold_is_refused(book: Book) -> None:
    too_large = saying(1, plate_raw="x" * FRAME_BYTES_MAX)
    no_id = saying(1, reading_id="one")
    refused = ((TORUGART, too_large), (TORUGART, no_id), (PlaceId(""), tick(1)), (PlaceId("a\0"), tick(1)))
    for place, entry in refused:
        with pytest.raises(Unwritable):
            book.append(place, [entry])
    assert list(book.heads()) == []


def test_time_never_goes_back_in_a_chain(book: Book, clock: Clock) -> None:
    book.append(TORUGART, [tick(1)])
    began = clock.at
    clock.at = Instant(began - 86_400_000)
    book.append(TORUGART, [tick(2)])
    clock.at = Instant(began + 5)
    book.append(TORUGART, [tick(3)])
    assert [frame.at for frame in book.read(TORUGART, NONE)] == [began, began, began + 5]
    assert book.heads()[0].at == began + 5


def test_odd_names_of_places_are_places(book: Book) -> None:
    odd = [PlaceId(name) for name in ("Торугарт", "a'b\"c\\d", "{x,y}", "tab\tand\nline")]
    for place in odd:
        book.append(place, [tick(1)])
    assert sorted(head.place for head in book.heads()) == sorted(odd)


def test_followers_hear_of_growth(book: Book) -> None:
    book.append(TORUGART, [tick(1)])
    assert list(book.follow(5)) == [TORUGART]
    assert list(book.follow(0.05)) == []
    heard: list[PlaceId] = []
    listener = threading.Thread(target=lambda: heard.extend(book.follow(10)))
    listener.start()
    time.sleep(0.2)
    book.append(AK_TILEK, [tick(2)])
    listener.join(10)
    assert heard == [AK_TILEK]


def test_writers_at_once_make_one_chain(book: Book) -> None:
    def write(first: int) -> None:
        for number in range(first, first + 20):
            book.append(TORUGART, [tick(number), tick(number % 10)])

    writers = [threading.Thread(target=write, args=(1000 * writer,)) for writer in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    frames = book.read(TORUGART, NONE, 1000)
    said = [entry.body.received for frame in frames for entry in frame.entries if isinstance(entry.body, Tick)]
    assert sorted(said) == sorted({*range(10), *(1000 * w + n for w in range(4) for n in range(20))})
    assert [frame.seq for frame in frames] == list(range(1, len(frames) + 1))
