"""The cases of this reader, and what is written comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.iso6346.codec import decoder, encode_number, framer
from beket.devices.kit.cases import check_files
from beket.words.ids import Instant
from beket.words.readings import ContainerRead

NOW = Instant(1_791_188_468_000)


@pytest.mark.parametrize(
    "verdict", list(check_files([Path(__file__).parent / "cases.json"], NOW)), ids=lambda verdict: verdict["id"]
)
def test_case(verdict: dict[str, Any]) -> None:
    assert verdict["ok"], verdict["why"]


def said(blob: bytes) -> list[ContainerRead]:
    cutting, reader = framer({}), decoder({})
    frames = [*cutting.feed(blob), *cutting.end()]
    readings = [told.reading for frame in frames for told in reader.read(frame, NOW).told]
    return [reading for reading in readings if isinstance(reading, ContainerRead)]


@given(first_ten=st.from_regex(r"\A[A-Z]{3}U[0-9]{6}\Z"), iso_type=st.sampled_from([None, "22G1", "45R1"]))
def test_a_number_comes_back(first_ten: str, iso_type: str | None) -> None:
    (read,) = said(encode_number(first_ten, iso_type))
    assert (read.number[:10], read.iso_type, read.valid) == (first_ten, iso_type, True)


@given(first_ten=st.from_regex(r"\A[A-Z]{3}U[0-9]{6}\Z"), by=st.integers(1, 9))
def test_another_check_digit_is_kept_and_marked(first_ten: str, by: int) -> None:
    right = encode_number(first_ten).decode().strip()
    wrong = f"{right[:10]}{(int(right[10]) + by) % 10}"
    (read,) = said(wrong.encode())
    assert (read.number, read.valid) == (wrong, False)
