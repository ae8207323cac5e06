"""Orders to a lane's equipment with how each ended, and how the equipment last said that it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct, field

from beket.log.book import Frame
from beket.words.decisions import OrderEquipment
from beket.words.readings import Passage, SwitchResult, SwitchState
from beket.words.wire import Body

SWITCHED: Final[frozenset[type]] = frozenset({OrderEquipment, SwitchResult, SwitchState, Passage})
"""What is gathered here; one look tells it from all else that is said."""


class OrderRow(Struct):
    """An order as a person gave it."""

    place: str
    decision: str
    device: str
    what: str
    why: str
    crossing: str | None
    by_whom: str
    role: str
    at: int
    until_at: int
    seq: int
    idx: int


class OutcomeRow(Struct):
    """What became of an order, or that it is begun."""

    place: str
    decision: str
    result: str
    result_why: str | None
    result_at: int
    result_seq: int
    result_idx: int


class StandingRow(Struct):
    """How one thing of a device stands."""

    place: str
    device: str
    what: str
    state: str
    at: int
    seq: int
    idx: int


class Switching(Struct):
    """The rows of one batch; of several words about one thing the last stands."""

    orders: list[OrderRow] = field(default_factory=list)
    outcomes: dict[tuple[str, str], OutcomeRow] = field(default_factory=dict)
    standings: dict[tuple[str, str, str], StandingRow] = field(default_factory=dict)


def hear_switching(held: Switching, frame: Frame, index: int, body: Body) -> None:
    """Add one entry of a kind in SWITCHED to the batch."""
    place, seq = frame.place, frame.seq
    match body:
        case OrderEquipment():
            held.orders.append(
                OrderRow(
                    place,
                    body.decision_id,
                    body.device,
                    body.order,
                    body.why,
                    body.crossing,
                    body.by,
                    body.role,
                    body.at,
                    body.until_at,
                    seq,
                    index,
                )
            )
        case SwitchResult():
            row = OutcomeRow(place, body.order_id, body.result, body.why, body.received, seq, index)
            held.outcomes[place, body.order_id] = row
        case SwitchState() | Passage():
            what, state = body.what or "", _state(body)
            if state is not None:
                standing = StandingRow(place, body.device_id, what, state, body.received, seq, index)
                held.standings[place, body.device_id, what] = standing
        case _:
            raise AssertionError(f"{type(body).__name__} is not in SWITCHED")


def _state(said: SwitchState | Passage) -> str | None:
    if said.state is not None or isinstance(said, SwitchState) or said.occupied is None:
        return said.state
    return "occupied" if said.occupied else "free"


def written(held: Switching) -> Iterator[tuple[str, Sequence[Struct]]]:
    """Give each statement with its rows: an order before what became of it."""
    yield ORDERS, held.orders
    yield OUTCOMES, list(held.outcomes.values())
    yield STANDINGS, list(held.standings.values())


ORDERS: Final = """
INSERT INTO BOARD.switch_order (place, decision, device, what, why, crossing, by_whom, role, at, until_at, seq, idx)
SELECT * FROM SPREAD AS e ON CONFLICT (place, decision) DO NOTHING
"""

OUTCOMES: Final = """
UPDATE BOARD.switch_order AS o SET result = e.result, result_why = e.result_why, result_at = e.result_at,
  result_seq = e.result_seq, result_idx = e.result_idx
FROM SPREAD AS e WHERE o.place = e.place AND o.decision = e.decision
"""

STANDINGS: Final = """
INSERT INTO BOARD.standing (place, device, what, state, at, seq, idx) SELECT * FROM SPREAD AS e
ON CONFLICT (place, device, what) DO UPDATE
SET state = excluded.state, at = excluded.at, seq = excluded.seq, idx = excluded.idx
"""
