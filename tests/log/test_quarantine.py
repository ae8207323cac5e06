"""Refused messages are counted and shown, and no flood can fill the disk with them."""

from __future__ import annotations

import asyncio

import pytest

from beket.log import quarantine
from beket.log.connect import Engine
from beket.log.quarantine import Marking, QuarantineDesk, Refusal, found, listed, mark, set_aside
from beket.words.ids import Instant, PlaceId


def refusal(
    declared: str | None = "LPR-9", at: int = 1, raw: bytes = b"raw", reason: str = "unknown device"
) -> Refusal:
    return Refusal(
        place=PlaceId("KG-TOR-A"), listener="tcp 5001", address="10.0.0.7", declared_id=declared, reason=reason,
        raw=raw, at=Instant(at),
    )  # fmt: skip


def test_one_kind_is_counted_and_the_last_bytes_kept(connection: Engine) -> None:
    set_aside(connection, [refusal(at=1), refusal(at=2, raw=b"later")])
    set_aside(connection, [refusal(at=3, raw=b"last\0")])
    set_aside(connection, [refusal(declared=None)])
    nameless, named = listed(connection)
    assert (named.times, named.first_at, named.last_at, named.last_raw) == (3, 1, 3, b"last\0")
    assert (named.declared_id, nameless.declared_id, nameless.times) == ("LPR-9", None, 1)
    assert (named.verdict, named.place) == (None, "KG-TOR-A")
    assert found(connection, named.id) == named
    assert found(connection, 999_999) is None


def test_long_and_odd_messages_are_cut_and_cleaned(connection: Engine) -> None:
    set_aside(connection, [refusal(declared="a\0" * 1000, raw=b"x" * (quarantine.RAW_BYTES_MAX + 5), reason="\ud800")])
    (kept,) = listed(connection)
    assert len(kept.last_raw) == quarantine.RAW_BYTES_MAX
    assert kept.last_size == quarantine.RAW_BYTES_MAX + 5
    assert kept.declared_id is not None
    assert len(kept.declared_id) == quarantine.TEXT_CHARS_MAX
    assert kept.reason == "?"


def test_a_flood_of_invented_names_is_only_counted(connection: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "ROWS_MAX", 20)
    set_aside(connection, [refusal(declared=f"device {number}", reason=f"why {number}") for number in range(100)])
    rows = listed(connection)
    assert len(rows) == 21
    (rest,) = (row for row in rows if row.address == quarantine.MANY)
    assert (rest.declared_id, rest.reason, rest.place, rest.times) == (quarantine.MANY, quarantine.MANY, None, 80)
    set_aside(connection, [refusal(declared=row.declared_id, reason=row.reason) for row in rows if row is not rest])
    assert len(listed(connection)) == 21


def test_an_engineer_decides_once(connection: Engine) -> None:
    set_aside(connection, [refusal()])
    (held,) = listed(connection)
    claimed = Marking(verdict="claimed", by="aibek", at=Instant(5), note="the new camera of lane 2")
    assert mark(connection, held.id, claimed) is True
    assert mark(connection, held.id, Marking(verdict="refused", by="other", at=Instant(6))) is False
    decided = found(connection, held.id)
    assert decided is not None
    assert (decided.verdict, decided.marked_by, decided.marked_at) == ("claimed", "aibek", 5)
    set_aside(connection, [refusal(at=9)])
    again = found(connection, held.id)
    assert again is not None
    assert (again.times, again.verdict) == (2, "claimed")


def test_the_list_pages_and_keeps_to_a_place(connection: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "LISTED_MAX", 2)
    set_aside(connection, [refusal(declared=str(number)) for number in range(5)])
    first = listed(connection)
    second = listed(connection, before_id=first[-1].id)
    assert [row.declared_id for row in (*first, *second)] == ["4", "3", "2", "1"]
    assert listed(connection, PlaceId("KG-AKT-A")) == []
    assert len(listed(connection, PlaceId("KG-TOR-A"))) == 2


def test_the_desk_counts_what_comes_at_once(dsn: str, connection: Engine) -> None:
    async def work() -> None:
        async with QuarantineDesk(dsn) as desk:
            await asyncio.gather(*(desk.set_aside(refusal(at=number)) for number in range(300)))

    asyncio.run(work())
    (held,) = listed(connection)
    assert (held.times, held.first_at, held.last_at) == (300, 0, 299)
