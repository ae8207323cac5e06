"""The cases of this reader, and what is written comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.code_reader.codec import decoder, encode_code, encode_elements, framer
from beket.devices.kit.cases import check_files
from beket.words.ids import Instant
from beket.words.readings import CodeRead

NOW = Instant(1_791_188_468_000)


@pytest.mark.parametrize(
    "verdict", list(check_files([Path(__file__).parent / "cases.json"], NOW)), ids=lambda verdict: verdict["id"]
)
def test_case(verdict: dict[str, Any]) -> None:
    assert verdict["ok"], verdict["why"]


def said(blob: bytes, *, ends: bool = False) -> list[CodeRead]:
    cutting, reader = framer({"ends": ends}), decoder({})
    frames = [*cutting.feed(blob), *cutting.end()]
    readings = [told.reading for frame in frames for told in reader.read(frame, NOW).told]
    return [reading for reading in readings if isinstance(reading, CodeRead)]


@given(text=st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=200))
def test_a_text_comes_back(text: str) -> None:
    (read,) = said(encode_code(text, "Q1"))
    assert (read.text, read.symbology) == (text, "QR_CODE")


def test_what_a_broken_link_left_of_a_code_is_none_where_a_reader_ends_its_texts() -> None:
    blob = encode_code("CMR-UT-0104711") + encode_code("CMR-UT-0104712", "Q1")[:-4]
    assert [read.text for read in said(blob)] == ["CMR-UT-0104711", "CMR-UT-01047"]
    assert [read.text for read in said(blob, ends=True)] == ["CMR-UT-0104711"]
    cutting = framer({"ends": True})
    (torn,) = [*cutting.feed(b"CMR-UT-01"), *cutting.end()]
    (problem,) = decoder({}).read(torn, NOW).problems
    assert (problem.kind, problem.raw) == ("shape", b"CMR-UT-01")


@given(batch=st.from_regex(r"\A[A-Z0-9]{1,20}\Z"), serial=st.from_regex(r"\A[A-Z0-9]{1,20}\Z"))
def test_elements_come_back(batch: str, serial: str) -> None:
    elements = {"01": "04601234567893", "10": batch, "21": serial}
    (read,) = said(encode_code(encode_elements(elements), "C1"))
    assert read.fields == {"gtin": "04601234567893", "batch": batch, "serial": serial}


@pytest.mark.parametrize("text", ["javascript:alert(1)", "http://", "https://a b", "ftp://x.org/y"])
def test_only_an_address_of_the_web_is_one(text: str) -> None:
    (read,) = said(encode_code(text, "Q1"))
    assert read.fields == {}
