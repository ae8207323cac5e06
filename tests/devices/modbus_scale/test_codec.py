"""Scales with registers: every form and word order both ways, maps of ours and of a site, and maps that are refused."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.driver import Frame, Out
from beket.devices.kit.modbus import Answer, Ask, encode_exception, parse_ask
from beket.devices.kit.register_map import Block, Form, MapRefused, Number, Values, Words, read_map
from beket.devices.modbus_scale import codec
from beket.devices.modbus_scale.scale_map import Flag, ScaleMap, map_of
from beket.words.ids import Instant
from beket.words.readings import Weighing, Weight

MAPS = sorted(path.name.removesuffix(".toml") for path in (files("beket.devices.modbus_scale") / "maps").iterdir())

OTHER = """
title = "two blocks, tenths, swapped bytes, a unit code"
[[block]]
name = "status"
function = 4
address = 100
count = 2
every_ms = 1000
[[block]]
name = "weight"
function = 3
address = 10
count = 4
[weight]
block = "weight"
address = 10
form = "int32"
words = "low_first"
bytes_swapped = true
decimals = 12
[unit_code]
number = { block = "status", address = 101, form = "uint16" }
names = { "2" = "t" }
[flags]
motion = { block = "status", address = 100, bit = 3, inverted = true }
"""


def ones(out: Out, kind: type) -> list[object]:
    return [told.reading for told in out.told if isinstance(told.reading, kind)]


def shown(options: dict[str, str | int | float | bool], value: float, flags: dict[Flag, bool] | None = None) -> Weight:
    out = codec.decoder(options).read(Frame(blob=codec.encode_shown(options, value, flags)), Instant(0))
    (one,) = ones(out, Weight)
    assert isinstance(one, Weight)
    return one


@pytest.mark.parametrize("name", MAPS)
def test_a_map_of_ours_reads_what_it_writes(name: str) -> None:
    by = map_of({"map": name})
    assert by.title
    assert by.source
    for value in (0, 24_380, 70_000, -20):
        assert shown({"map": name}, value).value == value
    if "overload" in by.flags:
        assert shown({"map": name}, 1, {"overload": True}).overload
    if "stable" in by.flags:
        assert shown({"map": name}, 1, {"stable": True}).stable is True
        assert shown({"map": name}, 1).stable is False
    if "motion" in by.flags:
        assert shown({"map": name}, 1, {"motion": True}).stable is False


NUMBERS = st.builds(
    Number,
    address=st.just(0),
    form=st.sampled_from(["int32", "int64", "float64"]),
    words=st.sampled_from(["high_first", "low_first"]),
    bytes_swapped=st.booleans(),
    scale=st.sampled_from([1.0, 0.1, 0.5, 10.0]),
    shift=st.sampled_from([0.0, 100.0]),
)


def held(number: Number, words: tuple[int, ...]) -> float | None:
    block = Block(name="b", function=3, address=0, count=len(words))
    values = Values([block])
    body = b"".join(word.to_bytes(2, "big") for word in words)
    values.take(Answer(ask=block.ask(1), body=body, blob=body), Instant(0))
    return number.read(values)


@given(NUMBERS, st.integers(-1_000_000, 1_000_000))
def test_every_form_and_order_both_ways(number: Number, raw: int) -> None:
    value = round(raw * number.scale + number.shift, 9)
    assert held(number, number.write(value)) == pytest.approx(value)


@pytest.mark.parametrize(
    ("form", "words", "registers", "value"),
    [
        ("int16", "high_first", (0xFFFF,), -1),
        ("uint16", "high_first", (0xFFFF,), 65_535),
        ("uint32", "low_first", (1, 2), 131_073),
        ("int32", "high_first", (0xFFFF, 0xFFFE), -2),
        ("float32", "high_first", (0x445E, 0xA000), 890.5),
        ("float32", "low_first", (0xA000, 0x445E), 890.5),
        ("float32", "high_first", (0x7FC0, 0), None),
    ],
)
def test_known_registers(form: Form, words: Words, registers: tuple[int, ...], value: float | None) -> None:
    assert held(Number(address=0, form=form, words=words), registers) == value


def test_a_mask_takes_its_own_bits() -> None:
    assert held(Number(address=0, form="uint16", mask=0x0F00), (0x5A21,)) == 10


def test_a_site_s_own_map_with_two_blocks(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text(OTHER, encoding="utf-8")
    scale = codec.decoder({"map": str(path), "unit": 9})
    # 0x0539 tenths: low word first, its bytes swapped.
    weight = Frame(blob=bytes.fromhex("3905000000010000"), path="9/3/10")
    out = scale.read(weight, Instant(0))
    assert [problem.kind for problem in out.problems] == ["field"], "its unit is not known yet"
    assert scale.read(Frame(blob=b"\0\x08\0\x02", path="9/4/100"), Instant(100)).alive
    (one,) = ones(scale.read(weight, Instant(200)), Weight)
    assert isinstance(one, Weight)
    assert (one.value, one.unit, one.stable) == (133.7, "t", True)
    later = scale.read(weight, Instant(60_000))
    assert [problem.kind for problem in later.problems] == ["field"], "a unit a minute old is not believed"


def test_blocks_are_asked_in_turn() -> None:
    scale = codec.decoder({"map": "laumas", "unit": 4})
    ask, _ = parse_ask(scale.ask(Instant(0))) or (None, 0)
    assert ask == Ask(unit=4, function=3, address=6, count=8)


def test_a_lorry_is_one_weighing() -> None:
    scale = codec.decoder({})
    outs = []
    for at, (kg, stable) in enumerate([(0, True), (9000, False), *[(24_380, True)] * 6, (4000, False), (0, True)]):
        blob = codec.encode_shown({}, kg, {"stable": stable}, transaction=at + 1)
        outs.append(scale.read(Frame(blob=blob), Instant(at * 200)))
    (one,) = [reading for out in outs for reading in ones(out, Weighing)]
    assert isinstance(one, Weighing)
    assert (one.gross_kg, one.zero_kg) == (24_380, 0)
    keys = [told.key for out in outs for told in out.told]
    assert len(keys) == len(set(keys)), "equal weights at other times are other readings"


def test_a_refusal_is_a_fault() -> None:
    scale = codec.decoder({})
    ask, transaction = parse_ask(scale.ask(Instant(0))) or (None, 0)
    assert ask is not None
    out = scale.read(Frame(blob=encode_exception(ask, 2, transaction)), Instant(1))
    assert (out.alive, out.fault) == (True, "refuses to be read: illegal data address")


def test_an_answer_is_explained_by_the_map() -> None:
    marks = codec.explain(Frame(blob=codec.encode_shown({}, 24_380, tare=100)), {})
    assert [mark.name for mark in marks[-3:]] == ["weight", "tare", "stable, overload, net"]
    assert marks[-3].value == f"{24_380:08x}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("title = ", "Invalid value"),
        ("title = 'x'\n[[block]]\nname='a'\nfunction=3\naddress=0\ncount=2\n", "weight"),
        (OTHER + "\n[other]\n", "other"),
        (OTHER.replace("decimals = 12", "decimals = 14"), "it does not stand in block weight"),
        (OTHER.replace('block = "weight"\naddress = 10', 'block = "none"\naddress = 10'), "no block named 'none'"),
        (OTHER.replace("count = 4", "count = 400"), "no device may be asked so"),
        (OTHER.replace('"t"', '"stone"'), "unit: stone is none of"),
        (OTHER.replace("every_ms = 1000", "every_ms = 1"), "no device may be asked so"),
    ],
)
def test_a_map_that_cannot_be_used_is_refused_by_name(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MapRefused, match=why) as refused:
        codec.decoder({"map": str(path)})
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("name", ["none", "../x", "/nowhere/at/all.toml", "Laumas"])
def test_a_map_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(MapRefused):
        codec.decoder({"map": name})


def test_a_map_that_is_too_long_is_refused() -> None:
    with pytest.raises(MapRefused, match="more than"):
        read_map("#" * 70_000, ScaleMap, "it")
