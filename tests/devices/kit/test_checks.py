"""Check sums against the catalogue's known answers, and against the same sums taken bit by bit."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import xor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.checks import crc8_egts, crc16_arc, crc16_ccitt_false, crc16_modbus, crc16_x25, xor8

DIGITS = b"123456789"

KNOWN: list[tuple[Callable[[bytes], int], int]] = [
    (crc16_ccitt_false, 0x29B1),
    (crc16_x25, 0x906E),
    (crc16_arc, 0xBB3D),
    (crc16_modbus, 0x4B37),
    (crc8_egts, 0xF7),
]


def mirrored(data: bytes, polynomial: int, crc: int) -> int:
    """Take a reflected CRC one bit after the other."""
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ polynomial if crc & 1 else crc >> 1
    return crc


@pytest.mark.parametrize(("check", "answer"), KNOWN, ids=lambda one: getattr(one, "__name__", ""))
def test_known_answers(check: Callable[[bytes], int], answer: int) -> None:
    assert check(DIGITS) == answer


@given(st.binary(max_size=80))
def test_as_taken_bit_by_bit(data: bytes) -> None:
    assert crc16_x25(data) == mirrored(data, 0x8408, 0xFFFF) ^ 0xFFFF
    assert crc16_arc(data) == mirrored(data, 0xA001, 0)
    assert crc16_modbus(data) == mirrored(data, 0xA001, 0xFFFF)
    assert xor8(data) == reduce(xor, data, 0)


def test_one_turned_bit_is_seen_by_all() -> None:
    turned = bytes((DIGITS[0] ^ 0x10,)) + DIGITS[1:]
    for check, answer in KNOWN:
        assert check(turned) != answer


def test_a_captured_gt06_login_bears_its_x25() -> None:
    """The frame is one that traccar's tests hold; the sum is over length to serial."""
    frame = bytes.fromhex("78780d01086471700328358100093f040d0a")
    assert crc16_x25(frame[2:-4]) == int.from_bytes(frame[-4:-2], "big")
