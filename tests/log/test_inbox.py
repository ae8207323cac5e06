"""A paper is durable before it is answered, one request is one paper, and what was settled goes in its time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from msgspec.structs import replace

from beket.log import inbox, taking
from beket.log.book import Trouble
from beket.log.connect import Engine, open_connection, troubled
from beket.log.inbox import InboxFull, OtherPaper, Outcome, Paper, TooLarge
from beket.words.ids import CrossingId, Instant, PlaceId, sha256

TORUGART = PlaceId("KG-TOR-A")
TAKEN = Outcome()
REFUSED = Outcome(refused="malformed", reason="no end", where="line 3")


def paper(blob: bytes = b"<a/>", place: str = "KG-TOR-A", by: str = "broker", key: str | None = None) -> Paper:
    return Paper(place=PlaceId(place), way="api", by=by, at=Instant(7), blob=blob, key=key)


def test_a_paper_is_there_for_everybody_when_its_number_is_given(connection: Engine, dsn: str) -> None:
    whole = Paper(
        place=TORUGART, way="folder", by="folder", at=Instant(7), blob=b"\x00\xff", file_name="a\x00b\ud800.xml",
        media_type="text/xml", wanted="ncts", crossing=CrossingId("KG-TOR-A:1.0"),
    )  # fmt: skip
    number = inbox.bring(connection, whole)
    with closing(open_connection(dsn)) as other:
        found = inbox.found(other, number)
        assert inbox.blob_of(other, number) == b"\x00\xff"
    assert found is not None
    assert (found.state, found.tries, found.size, found.sha256) == ("waiting", 0, 2, sha256(b"\x00\xff"))
    assert (found.file_name, found.wanted, found.crossing) == ("a\ufffdb\ufffd.xml", "ncts", "KG-TOR-A:1.0")
    assert inbox.found(connection, number + 1) is None
    assert inbox.blob_of(connection, number + 1) is None


def test_the_same_key_of_the_same_sender_is_the_same_paper(connection: Engine) -> None:
    number = inbox.bring(connection, paper(key="order 7"))
    assert inbox.bring(connection, paper(key="order 7")) == number
    assert inbox.bring(connection, paper(key="order 7", by="other")) != number
    assert inbox.bring(connection, paper()) != inbox.bring(connection, paper())


@pytest.mark.parametrize("other", [paper(b"<b/>", key="k"), paper(place="KG-IRK-A", key="k")])
def test_a_key_that_named_another_request_is_refused_and_brings_nothing(connection: Engine, other: Paper) -> None:
    inbox.bring(connection, paper(key="k"))
    with pytest.raises(OtherPaper, match="'k'"):
        inbox.bring_all(connection, [paper(b"<new/>"), other])
    assert len(inbox.listed(connection, None)) == 1


def test_a_paper_that_is_brought_again_names_the_first_which_stays_as_it_was(connection: Engine) -> None:
    first, other = inbox.bring(connection, paper()), inbox.bring(connection, paper())
    taking.settle(connection, {first: REFUSED}, Instant(8))
    before = inbox.found(connection, first)
    again = [inbox.bring(connection, replace(paper(key=key), again_of=first)) for key in "ab"]
    assert inbox.again(connection, [first, other]) == {first: again}
    assert inbox.found(connection, first) == before
    found = inbox.found(connection, again[0])
    assert found is not None
    assert (found.again_of, found.state) == (first, "waiting")


def test_long_and_odd_keys_are_not_taken_for_each_other(connection: Engine) -> None:
    keys = ["x" * 400, "x" * 401, "a\x00", "a\x01", "\udcff"]
    numbers = [inbox.bring(connection, paper(key=key)) for key in keys]
    assert len(set(numbers)) == len(keys)
    assert [inbox.bring(connection, paper(key=key)) for key in keys] == numbers


def test_one_request_that_comes_many_times_at_once_is_one_paper(dsn: str) -> None:
    together = threading.Barrier(8)

    def bring() -> int:
        with closing(open_connection(dsn)) as own:
            together.wait()
            return inbox.bring(own, paper(key="once"))

    with ThreadPoolExecutor(8) as pool:
        numbers = {future.result() for future in [pool.submit(bring) for _ in range(8)]}
    assert len(numbers) == 1


def test_papers_that_come_together_are_counted_together(connection: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "WAITING_MAX", 2)
    with pytest.raises(InboxFull, match="2 papers of 3 bytes wait"):
        inbox.bring_all(connection, [paper(b"x"), paper(b"xx"), paper(b"xxx")])
    assert inbox.standing(connection).papers == 0
    assert len(inbox.bring_all(connection, [paper(b"x"), paper(b"xx")])) == 2


def test_what_is_too_large_or_too_many_is_said(connection: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "LODGED_BYTES_MAX", 10)
    monkeypatch.setattr(inbox, "WAITING_BYTES_MAX", 25)
    monkeypatch.setattr(inbox, "WAITING_MAX", 3)
    with pytest.raises(TooLarge, match="11 bytes; at most 10"):
        inbox.bring(connection, paper(b"x" * 11))
    first = inbox.bring(connection, paper(b"x" * 10, key="k"))
    inbox.bring(connection, paper(b"x" * 10))
    with pytest.raises(InboxFull):
        inbox.bring(connection, paper(b"x" * 10))
    inbox.bring(connection, paper(b"x"))
    with pytest.raises(InboxFull, match="3 papers of 21 bytes wait"):
        inbox.bring(connection, paper(b"x"))
    assert inbox.bring(connection, paper(b"x" * 10, key="k")) == first
    assert inbox.standing(connection) == inbox.Standing(papers=3, size=21, oldest_at=Instant(7))


def test_room_that_others_made_is_found_at_once(connection: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "WAITING_MAX", 1)
    first = inbox.bring(connection, paper())
    with pytest.raises(InboxFull):
        inbox.bring(connection, paper())
    taking.settle(connection, {first: TAKEN}, Instant(9))
    inbox.bring(connection, paper())


def test_what_others_brought_is_counted_when_the_count_is_old(
    connection: Engine, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "WAITING_MAX", 3)
    monkeypatch.setattr(inbox, "COUNTED_S", 0.0)
    inbox.bring(connection, paper())
    with closing(open_connection(dsn)) as other:
        inbox.bring_all(other, [paper(), paper()])
    with pytest.raises(InboxFull, match="3 papers"):
        inbox.bring(connection, paper())


def test_bytes_wait_packed_where_that_makes_them_shorter(connection: Engine) -> None:
    blobs = {True: b"<a>" + b" " * 1000 + b"</a>", False: bytes(range(64))}
    for packed, blob in blobs.items():
        number = inbox.bring(connection, paper(blob))
        row = connection.execute(
            "SELECT packed, length(blob), size FROM beket.inbox WHERE id = %s", (number,)
        ).fetchone()  # fmt: skip
        assert row is not None
        assert (row[0], row[1] < len(blob), row[2]) == (packed, packed, len(blob))
        assert inbox.blob_of(connection, number) == blob


def test_an_inbox_whose_engine_is_gone_is_trouble(connection: Engine) -> None:
    connection.close()
    for act in (lambda: inbox.bring(connection, paper()), lambda: inbox.standing(connection)):
        with pytest.raises(Trouble):
            act()


def test_a_list_is_of_ones_places_newest_first(connection: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "LISTED_MAX", 2)
    numbers = [inbox.bring(connection, paper(place=place)) for place in ("KG-TOR-A", "KG-IRK-A", "KG-TOR-A")]
    taking.settle(connection, {numbers[0]: REFUSED}, Instant(9))
    assert [one.id for one in inbox.listed(connection, None)] == [numbers[2], numbers[1]]
    assert [one.id for one in inbox.listed(connection, None, before=numbers[1])] == [numbers[0]]
    assert [one.id for one in inbox.listed(connection, [TORUGART])] == [numbers[2], numbers[0]]
    assert [one.id for one in inbox.listed(connection, [TORUGART], "refused")] == [numbers[0]]
    assert inbox.listed(connection, []) == []
    assert sorted(inbox.found_all(connection, [*numbers, 10**9])) == numbers


def claimed(connection: Engine, size_max: int | None = None) -> list[int]:
    with connection.transaction():
        numbers = taking.claim(connection, 10, 20, size_max)
    with connection.transaction():
        held = taking.hold(connection, numbers)
    assert [one.paper.id for one in held] == numbers
    return numbers


def test_new_papers_are_read_together_and_tried_ones_alone(connection: Engine) -> None:
    numbers = [inbox.bring(connection, paper(b"x" * size)) for size in (5, 5, 15, 30)]
    assert claimed(connection) == numbers[:2]
    assert claimed(connection) == numbers[:1]
    for number in numbers[:2]:
        taking.settle(connection, {number: TAKEN}, Instant(9))
    assert claimed(connection) == [numbers[2]]
    taking.settle(connection, {numbers[2]: TAKEN}, Instant(9))
    assert claimed(connection, size_max=29) == []
    assert claimed(connection) == [numbers[3]]
    taking.survived(connection, [numbers[3]])
    found = inbox.found_all(connection, numbers)
    assert [found[number].tries for number in numbers] == [2, 1, 1, 0]


def test_nobody_claims_between_anothers_claim_and_hold(
    connection: Engine, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "CLAIM_MS_MAX", 50)
    numbers = [inbox.bring(connection, paper()) for _ in range(3)]
    with connection.transaction():
        assert taking.claim(connection, 2, 100) == numbers[:2]
    with closing(open_connection(dsn)) as other:
        with pytest.raises(Trouble), troubled(), other.transaction():
            taking.claim(other, 2, 100)
        with connection.transaction():
            taking.hold(connection, numbers[:2])
            with other.transaction():
                assert taking.claim(other, 2, 100) == numbers[2:]
            with connection.transaction():
                taking.hold(other, numbers[2:])
        assert claimed(connection) == numbers[:1]
        for number in numbers:
            taking.settle(connection, {number: TAKEN}, Instant(9))
        assert claimed(connection) == []
        assert claimed(other) == []


def test_settled_papers_go_in_their_time_and_refused_ones_stay_longer(
    connection: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [inbox.bring(connection, paper(b"x" * 10)) for _ in range(6)]
    for number, outcome in zip(numbers, [TAKEN, TAKEN, REFUSED, REFUSED, REFUSED], strict=False):
        taking.settle(connection, {number: outcome}, Instant(number))
    assert inbox.blob_of(connection, numbers[0]) is None
    assert inbox.blob_of(connection, numbers[2]) == b"x" * 10
    gone = taking.let_go(connection, Instant(numbers[1]), Instant(numbers[2]))
    assert gone == taking.LetGo(rows=1, blobs=0)
    assert sorted(inbox.found_all(connection, numbers)) == numbers[1:]
    monkeypatch.setattr(taking, "REFUSED_BYTES_MAX", 20)
    assert taking.let_go(connection, Instant(0), Instant(0)) == taking.LetGo(rows=0, blobs=1)
    assert [inbox.blob_of(connection, number) is None for number in numbers[2:]] == [True, False, False, False]
    monkeypatch.setattr(taking, "LET_GO_MAX", 1)
    assert taking.let_go(connection, Instant(10**15), Instant(10**15)).rows == 2
    assert len(inbox.listed(connection, None)) == 3
