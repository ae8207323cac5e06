"""Barriers, loops and lights: signals both ways, states on change and again, settling, and maps that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.driver import Frame, Out
from beket.devices.kit.register_map import MapRefused
from beket.devices.modbus_io import codec
from beket.devices.modbus_io.point_map import map_of
from beket.words.ids import Instant
from beket.words.readings import Passage, SwitchState

INPUTS = ["open_limit", "closed_limit", "loop", "curtain"]


def said(out: Out) -> list[tuple[str | None, str | None]]:
    return [
        (told.reading.what, told.reading.state) for told in out.told if isinstance(told.reading, SwitchState | Passage)
    ]


class Lane:
    """A lane of eight inputs, as long as the test lets it stand."""

    def __init__(self, **options: str | int | float | bool) -> None:
        self.options = options
        self.decoder = codec.decoder(options)
        self.now = 0
        self.sent = 0

    def inputs(self, *names: str, after_ms: int = 100) -> list[tuple[str | None, str | None]]:
        self.now += after_ms
        self.sent += 1
        blob = codec.encode_block(self.options, "inputs", dict.fromkeys(names, True), self.sent)
        return said(self.decoder.read(Frame(blob=blob), Instant(self.now)))


@given(st.sets(st.sampled_from(INPUTS)))
def test_what_stands_is_what_is_said(names: set[str]) -> None:
    barrier = {(): "moving", ("open_limit",): "open", ("closed_limit",): "closed"}.get(
        tuple(sorted(names & {"open_limit", "closed_limit"})), "fault"
    )
    assert Lane().inputs(*names) == [
        ("barrier", barrier),
        ("loop", "occupied" if "loop" in names else "free"),
        ("curtain", "interrupted" if "curtain" in names else "free"),
    ]


def test_only_a_change_is_said() -> None:
    lane = Lane()
    lane.inputs("closed_limit")
    assert lane.inputs("closed_limit") == []
    assert lane.inputs("closed_limit", "loop") == [("loop", "occupied")]
    assert lane.inputs("closed_limit", "loop") == []
    assert lane.inputs("closed_limit") == [("loop", "free")]


def test_a_barrier_must_settle_and_a_loop_need_not() -> None:
    lane = Lane()
    lane.inputs("closed_limit")
    assert lane.inputs() == [], "moving, in one answer only"
    assert lane.inputs("closed_limit") == []
    assert lane.inputs() == []
    assert lane.inputs() == [("barrier", "moving")]
    assert lane.inputs("open_limit") == []
    assert lane.inputs("open_limit") == [("barrier", "open")]


def test_what_does_not_change_is_said_again_every_minute() -> None:
    lane = Lane()
    assert len(lane.inputs("closed_limit")) == 3
    assert lane.inputs("closed_limit", after_ms=59_900) == []
    assert lane.inputs("closed_limit", after_ms=200) == [("barrier", "closed")], "a passage is said on change only"


def test_after_a_lost_link_everything_is_said_anew() -> None:
    lane = Lane()
    lane.inputs("closed_limit")
    lane.decoder.lost(Instant(lane.now))
    assert len(lane.inputs("closed_limit")) == 3


def test_one_module_may_serve_several_devices() -> None:
    lane = Lane(points="barrier, loop")
    assert [what for what, _ in lane.inputs("closed_limit")] == ["barrier", "loop"]
    assert [block.name for block in map_of({"points": "barrier"}).block] == ["inputs"]


def test_states_and_numbers_in_registers() -> None:
    options = {"map": "register_word"}
    blob = codec.encode_block(
        options, "word", {"barrier_up": True, "power": True, "voltage_v": 24.5, "temperature_c": -3}
    )
    out = codec.decoder(options).read(Frame(blob=blob), Instant(0))
    assert said(out) == [("barrier", "open"), ("loop", "free"), ("cabinet", "powered")]
    cabinet = out.told[2].reading
    assert isinstance(cabinet, SwitchState)
    assert cabinet.values == {"power": 1, "voltage_v": 24.5, "temperature_c": -3.0}


def test_keys_tell_the_things_of_one_answer_apart() -> None:
    blob = codec.encode_block({}, "inputs", {"loop": True})
    told = codec.decoder({}).read(Frame(blob=blob), Instant(0)).told
    assert len({one.key for one in told}) == len(told) == 3


def test_an_answer_is_explained_by_the_map() -> None:
    marks = codec.explain(Frame(blob=codec.encode_block({}, "inputs", {"loop": True})), {})
    assert marks[-1].name == "open_limit, closed_limit, loop, curtain"
    coils = codec.explain(Frame(blob=codec.encode_block({}, "coils", {"red": True})), {})
    assert coils[-1].name == "red, green"


WRONG = """
title = "wrong"
[[block]]
name = "inputs"
function = 2
address = 0
count = 8
[signal]
loop = { address = 0 }
[[point]]
what = "loop"
signals = ["loop"]
states = { "1" = "occupied", "0" = "free" }
"""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (WRONG.replace('signals = ["loop"]', 'signals = ["lop"]'), "no signal or number named lop"),
        (WRONG.replace('"1" = "occupied"', '"11" = "occupied"'), "one 0 or 1 for every signal"),
        (WRONG.replace("address = 0 }", "address = 8 }"), "it does not stand in block inputs"),
        (WRONG.replace("address = 0 }", "address = 0, bit = 1 }"), "it does not stand in block inputs"),
        (WRONG + 'occupied = ["there"]\n', "it names what is no state"),
        (WRONG + "settle = 0\n", "settle"),
        (WRONG + WRONG[WRONG.index("[[point]]") :], "each with its own"),
    ],
)
def test_a_map_that_cannot_be_used_is_refused_by_name(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MapRefused, match=why):
        codec.decoder({"map": str(path)})


def test_a_point_that_is_not_there_is_refused() -> None:
    with pytest.raises(MapRefused, match="there are barrier, loop, curtain, light"):
        codec.decoder({"points": "gate"})
