"""Slips on the board: waiting, then with their lorry, whatever the batches, and rebuilt the same."""

from __future__ import annotations

from typing import Any

from psycopg import Cursor

from beket.board import rebuild
from beket.board.panels.dossier import dossier
from beket.board.panels.slips import slips_of, waiting
from beket.loop.replay import check
from beket.words.ids import SLIPS, Instant, PlaceId, ReadingId
from beket.words.readings import SlipShown
from beket.words.slips import STANDS_MS, Slip
from tests.board import engine
from tests.board.test_papers import NOON, PLACE, Place, place
from tests.words.slips import slip

__all__ = ["place"]

PRINTED = Instant(NOON // 1000 * 1000)


def shows(place: Place, at: int, shown: Slip) -> str:
    said = SlipShown(
        device_id=SLIPS, received=Instant(NOON + at), reading_id=ReadingId(f"a{at:031x}"), slip=shown, key="01",
        signer="this house", by="a.asanov",
    )  # fmt: skip
    return place.say(said)


def of_lorry(**said: Any) -> Slip:  # noqa: ANN401
    return slip(at=PRINTED, until_at=Instant(PRINTED + STANDS_MS), **said)


def test_a_slip_waits_and_then_is_in_the_dossier_of_its_lorry(place: Place, cursor: Cursor[Any]) -> None:
    ref = shows(place, 0, of_lorry())
    (kept,) = waiting(cursor, PRINTED, frozenset({PLACE}))
    assert (kept.slip, kept.of, kept.crossing, kept.by, kept.signer) == (
        of_lorry(), ref, None, "a.asanov", "this house",
    )  # fmt: skip
    assert waiting(cursor, PRINTED, frozenset({PlaceId("KG-TST-B")})) == ()
    assert waiting(cursor, Instant(PRINTED + STANDS_MS + 1)) == ()
    crossing = place.passes("01KG777ABC", 10_000)
    assert waiting(cursor, PRINTED) == ()
    (claimed,) = slips_of(cursor, (crossing,))
    assert (claimed.of, claimed.crossing, claimed.fits) == (ref, crossing, "plate")
    held = dossier(cursor, crossing)
    assert held is not None
    assert "slip_claimed" in [one.kind for one in held.conclusions]


def test_replayed_and_rebuilt_from_the_log_it_is_the_same(place: Place, cursor: Cursor[Any], dsn: str) -> None:
    shows(place, 0, of_lorry())
    place.passes("01KG777ABC", 10_000)
    shows(place, 20_000, of_lorry(plate="01KG888DEF"))
    live = engine.tables(dsn)
    rebuild.rebuild(dsn)
    assert engine.tables(dsn) == live
    assert len(live["slip"]) == 2
    assert check(place.book).holds
