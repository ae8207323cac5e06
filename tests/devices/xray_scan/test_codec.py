"""X-ray complexes: the schema both ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.cases import check_files
from beket.devices.kit.driver import Frame
from beket.devices.xray_scan.codec import SCHEMA, Result, decoder, encode, encode_multipart, iso
from beket.words.ids import Instant
from beket.words.readings import ScanResult

NOW = Instant(1_791_188_468_000)


@pytest.mark.parametrize(
    "verdict", list(check_files([Path(__file__).parent / "cases.json"], NOW)), ids=lambda verdict: verdict["id"]
)
def test_case(verdict: dict[str, Any]) -> None:
    assert verdict["ok"], verdict["why"]


@given(remark=st.text(min_size=1, max_size=100), image=st.binary(min_size=1, max_size=300))
def test_a_result_comes_back_with_its_image_untouched(remark: str, image: bytes) -> None:
    if b"--scan" in image or image.lstrip().startswith(b"{"):
        return
    said = Result(schema=SCHEMA, scanner="X1", time=iso(NOW), scan_id="S-1", verdict="clear", remark=remark)
    body = encode_multipart(said, [("scan", "image/png", image)])
    out = decoder({}).read(Frame(blob=body, content_type="multipart/form-data; boundary=scan"), NOW)
    (told,) = out.told
    assert isinstance(told.reading, ScanResult)
    assert (told.reading.remark, told.reading.time) == (remark, NOW)
    assert [picture.blob for picture in out.pictures] == [image]


def test_a_verdict_that_comes_later_is_another_statement_and_a_resend_is_not() -> None:
    first = Result(schema=SCHEMA, scanner="X1", scan_id="S-1")
    later = Result(schema=SCHEMA, scanner="X1", scan_id="S-1", verdict="clear", analyst="a7")
    keys = [decoder({}).read(Frame(blob=encode(one)), NOW).told[0].key for one in (first, first, later)]
    assert keys[0] == keys[1] != keys[2]
