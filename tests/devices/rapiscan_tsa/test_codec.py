"""Rapiscan and TSA: golden lines both ways, and what is written is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.driver import Frame, Out
from beket.devices.rapiscan_tsa import codec
from beket.words.ids import Instant
from beket.words.readings import Channel, RpmBackground, RpmFault, RpmOccupancy, RpmSample, RpmSetup, RpmTamper

FOUR = st.tuples(*[st.integers(0, 999_999)] * 4)


def run(*lines: bytes, step_ms: int = 200) -> list[Out]:
    portal = codec.decoder({})
    return [portal.read(Frame(blob=line), Instant(at * step_ms)) for at, line in enumerate(lines)]


def occupancies(outs: list[Out]) -> list[RpmOccupancy]:
    return [told.reading for out in outs for told in out.told if isinstance(told.reading, RpmOccupancy)]


GOLDEN = {
    b"GB,000228,000231,000219,000225\r\n": codec.encode_background("gamma", (228, 231, 219, 225)),
    b"NB,000001,000000,000001,000000\r\n": codec.encode_background("neutron", (1, 0, 1, 0)),
    b"GS,000046,000045,000044,000047\r\n": codec.encode_sample("gamma", (46, 45, 44, 47)),
    b"NA,000004,000003,000005,000004\r\n": codec.encode_sample("neutron", (4, 3, 5, 4), alarm=True),
    b"SP,0.2249,03.031,04.878,000000\r\n": codec.encode_speed(4.878),
    b"GX,000417,001200,000\r\n": codec.encode_end(417, 1.2),
    b"GL,000001,000002,000003,000004\r\n": codec.encode_fault("gamma", (1, 2, 3, 4), high=False),
    b"SG1,000500,5\r\n": codec.encode_setup("SG1", ("000500", "5")),
}


@pytest.mark.parametrize("line", GOLDEN)
def test_golden_lines_both_ways(line: bytes) -> None:
    assert GOLDEN[line] == line
    assert all(not out.problems for out in run(line))


@given(FOUR, st.sampled_from(["gamma", "neutron"]), st.booleans())
def test_what_is_written_is_read(counts: tuple[int, int, int, int], channel: Channel, alarm: bool) -> None:
    background, sample, fault = run(
        codec.encode_background(channel, counts),
        codec.encode_sample(channel, counts, alarm=alarm),
        codec.encode_fault(channel, counts),
    )
    said = [told.reading for out in (background, sample, fault) for told in out.told]
    assert isinstance(said[0], RpmBackground)
    assert isinstance(said[1], RpmSample)
    assert isinstance(said[2], RpmFault)
    assert {(one.channel, one.counts) for one in said if not isinstance(one, RpmOccupancy)} == {(channel, counts)}  # type: ignore[union-attr]
    assert said[1].alarm is alarm


def test_tamper_and_setup() -> None:
    set_, cleared, setup = run(
        codec.encode_tamper(tampered=True), codec.encode_tamper(tampered=False), codec.encode_setup("SN1", ("9",))
    )
    assert [
        told.reading.tampered for out in (set_, cleared) for told in out.told if isinstance(told.reading, RpmTamper)
    ] == [
        True,
        False,
    ]
    assert isinstance(setup.told[0].reading, RpmSetup)


def passing(alarm_at: int | None = None, number: int = 7, lines: int = 8) -> list[bytes]:
    scans = [codec.encode_sample("gamma", (10 + at, 0, 0, 0), alarm=at == alarm_at) for at in range(lines)]
    return [*scans, codec.encode_speed(10.0), codec.encode_end(number, 1.2)]


def test_an_occupancy_is_its_lines() -> None:
    lines = passing(alarm_at=3)
    outs = run(codec.encode_background("gamma", (1, 2, 3, 4)), *lines)
    (one,) = occupancies(outs)
    assert (one.counter, one.closed, one.gamma_alarm, one.neutron_alarm) == (7, True, True, False)
    assert one.max_gamma_1s == sum(range(13, 18))
    assert (one.started, one.ended) == (200, 200 * len(lines))
    assert one.gamma_background == (1, 2, 3, 4)
    assert one.speed_kmh == 10.0
    assert outs[-1].told[-1].message.blob == b"".join(lines)


def test_two_occupancies_do_not_mix() -> None:
    first, second = occupancies(run(*passing(alarm_at=1, number=1), *passing(number=2)))
    assert (first.gamma_alarm, second.gamma_alarm) == (True, False)
    assert second.started > first.ended


def test_the_same_occupancy_sent_again_is_the_same_reading() -> None:
    outs = run(*passing(), *passing())
    keys = [told.key for out in outs for told in out.told if isinstance(told.reading, RpmOccupancy)]
    assert len(keys) == 2
    assert keys[0] == keys[1]


def test_a_portal_that_falls_silent_inside_still_raises_its_alarm() -> None:
    portal = codec.decoder({})
    portal.read(Frame(blob=codec.encode_sample("neutron", (4, 3, 5, 4), alarm=True)), Instant(1_000))
    assert portal.waited(Instant(10_999)).told == ()
    (one,) = occupancies([portal.waited(Instant(11_000))])
    assert (one.neutron_alarm, one.closed, one.counter, one.ended) == (True, False, None, 1_000)
    assert portal.lost(Instant(12_000)).told == (), "it is said once"


def test_a_very_long_occupancy_is_counted_on_and_held_only_so_far() -> None:
    line = codec.encode_sample("gamma", (1, 1, 1, 1))
    lines = [line] * (codec.OCCUPANCY_BYTES_MAX // len(line) + 100)
    out = run(*lines, codec.encode_sample("gamma", (900, 0, 0, 0), alarm=True), codec.encode_end(9, 1.0))[-1]
    (one,) = occupancies([out])
    assert one.gamma_alarm
    assert one.max_gamma_1s == 916
    assert len(out.told[0].message.blob) <= codec.OCCUPANCY_BYTES_MAX


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"XX,1\r\n", "shape"),
        (b"GB,1,2,3\r\n", "field"),
        (b"GS,1,2,3,-4\r\n", "field"),
        (b"GS,1,2,3,99999999999\r\n", "field"),
        (b"SP,fast\r\n", "field"),
        (b"GX,1\r\n", "field"),
        (b"\xff\xfe\r\n", "shape"),
    ],
)
def test_a_bad_line_is_refused_by_name(line: bytes, kind: str) -> None:
    (out,) = run(line)
    assert [problem.kind for problem in out.problems] == [kind]
    assert out.problems[0].raw == line
    assert out.told == ()


def explained(line: bytes) -> list[tuple[str, str]]:
    return [(mark.name, mark.value) for mark in codec.explain(Frame(blob=line), {})]


def test_a_line_is_explained_field_by_field() -> None:
    assert explained(b"NB,000001,000000, 000002,000000\r\n") == [
        ("line", "NB"),
        ("neutron_1", "000001"),
        ("neutron_2", "000000"),
        ("neutron_3", "000002"),
        ("neutron_4", "000000"),
    ]
    assert explained(codec.encode_end(417, 1.2))[1:] == [
        ("counter", "000417"),
        ("neutron_background_per_mille", "001200"),
    ]
    assert explained(codec.encode_speed(4.878))[-1] == ("speed_kmh", "04.878")
    assert explained(codec.encode_setup("SG1", ("", "5"))) == [("line", "SG1"), ("settings", ",5")]
    assert explained(codec.encode_tamper(tampered=True)) == [("line", "TT")]


def test_a_refused_line_is_not_explained() -> None:
    assert explained(b"GB,1,2,3\r\n") == []


def test_the_profile_is_the_sum_of_each_second_while_it_passed() -> None:
    lines = [codec.encode_sample("gamma", (10, 10, 10, at)) for at in range(8)]
    outs = run(*lines, codec.encode_sample("neutron", (0, 1, 0, 0)), codec.encode_end(7, 1.2))
    (passed,) = occupancies(outs)
    assert passed.gamma_profile == (160, 165, 170, 175)
    assert passed.max_gamma_1s == max(passed.gamma_profile)
    assert passed.neutron_profile == (1,)
