"""The interlock and the wiring: a table of what is never done, and of wirings that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.register_map import MapRefused
from beket.devices.writing.interlock import Lane, in_the_way, why_not, why_not_here
from beket.devices.writing.wire import Coil, writes
from beket.devices.writing.wiring import wiring_of
from beket.words.decisions import EquipmentOrder
from beket.words.ids import Instant
from beket.words.roles import MAY, Role
from tests.devices.writing.lane import NOW, order

FREE = Lane(blocked_by=(), occupied=False)
WIRING = wiring_of({})
LETTING = ["open_barrier", "light_green", "unlock"]


@pytest.mark.parametrize("what", LETTING)
@pytest.mark.parametrize(
    ("lane", "why"),
    [
        (FREE, None),
        (Lane(blocked_by=("radiation alarm 12.0",)), "lane_blocked: radiation alarm 12.0"),
        (Lane(blocked_by=None), "blocks_unknown"),
        (None, "blocks_unknown"),
    ],
)
def test_nothing_lets_a_blocked_lane_go(what: EquipmentOrder, lane: Lane | None, why: str | None) -> None:
    assert why_not(order(what), WIRING.find(what), lane, NOW) == why


@pytest.mark.parametrize("what", ["close_barrier", "light_red"])
def test_a_blocked_lane_can_always_be_closed(what: EquipmentOrder) -> None:
    assert why_not(order(what), WIRING.find(what), Lane(blocked_by=("alarm",)), NOW) is None
    assert why_not(order(what), WIRING.find(what), None, NOW) is None


@pytest.mark.parametrize("role", list(MAY))
def test_only_who_may_is_obeyed(role: Role) -> None:
    why = why_not(order(role=role), WIRING.find("open_barrier"), FREE, NOW)
    assert (why is None) == ("order_equipment" in MAY[role])
    assert why in (None, "not_allowed")


@pytest.mark.parametrize(
    ("given", "now", "why"),
    [
        ({"until_at": NOW}, NOW, None),
        ({"until_at": NOW}, NOW + 1, "too_late"),
        ({"at": NOW + 5_000}, NOW, None),
        ({"at": NOW + 5_001}, NOW, "too_late"),
        ({"until_at": NOW + 10**9}, NOW + 600_000, None),
        ({"until_at": NOW + 10**9}, NOW + 600_001, "too_late"),
        ({"why": " "}, NOW, "no_name_or_reason"),
    ],
)
def test_an_order_has_its_time_and_its_reason(given: dict[str, int | str], now: int, why: str | None) -> None:
    assert why_not(order(**given), WIRING.find("open_barrier"), FREE, Instant(now)) == why  # type: ignore[arg-type]


def test_what_is_not_wired_cannot_be_done() -> None:
    assert why_not(order("light_dark"), WIRING.find("light_dark"), FREE, NOW) == "not_wired"


@pytest.mark.parametrize(
    ("signals", "why"),
    [
        ({"loop": False, "curtain": False}, None),
        ({"loop": True, "curtain": False}, "occupied: loop"),
        ({"loop": False, "curtain": True}, "occupied: curtain"),
        ({"loop": None, "curtain": False}, "unknown: loop"),
        ({}, "unknown: loop, curtain"),
    ],
)
def test_a_barrier_never_closes_on_what_it_sees_or_cannot_see(signals: dict[str, bool | None], why: str | None) -> None:
    doing = WIRING.find("close_barrier")
    assert doing is not None
    assert why_not_here(order("close_barrier"), doing, FREE, signals) == why
    assert (in_the_way(doing, signals) is None) == (why is None)


def test_a_barrier_never_closes_on_what_another_device_sees() -> None:
    doing = WIRING.find("close_barrier")
    assert doing is not None
    clear = {"loop": False, "curtain": False}
    seen = Lane(blocked_by=(), occupied=True)
    assert why_not_here(order("close_barrier"), doing, seen, clear) == "occupied: another device sees something"


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=16))
def test_coils_are_written_in_the_order_given(pairs: list[tuple[int, bool]]) -> None:
    written: list[tuple[int, bool]] = []
    for one in writes([Coil(address=address, on=on) for address, on in pairs]):
        address = int.from_bytes(one.pdu[1:3], "big")
        if one.function == 5:
            written.append((address, one.pdu[3] == 0xFF))
        else:
            count = int.from_bytes(one.pdu[3:5], "big")
            held = int.from_bytes(one.pdu[6:], "little")
            written += [(address + at, bool(held >> at & 1)) for at in range(count)]
    assert written == pairs


GOOD = """
title = "one coil"
rest = [{ address = 0, on = false }]
[[block]]
name = "inputs"
function = 2
address = 0
count = 2
[signal]
up = { address = 0 }
loop = { address = 1 }
[[doing]]
order = "open_barrier"
write = [{ address = 0, on = true }]
want = { up = true }
"""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (GOOD.replace("want = { up", "want = { upp"), "no signal named upp"),
        (GOOD + 'watch = ["loop"]\n', "abort"),
        (GOOD.replace("rest = [{ address = 0, on = false }]", "rest = []"), "rest"),
        (GOOD.replace("write = [{ address = 0,", "write = [{ address = 3,"), "leaves coil 3"),
        (GOOD + "within_ms = 0\n", "within_ms"),
        (GOOD + GOOD[GOOD.index("[[doing]]") :], "each order once"),
        (GOOD.replace('"open_barrier"', '"blow_up"'), "blow_up"),
    ],
)
def test_a_wiring_that_cannot_be_used_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "wiring.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MapRefused, match=why):
        wiring_of({"map": str(path)})
