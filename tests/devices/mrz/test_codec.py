"""The cases of this reader, and what is written comes back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from beket.devices.kit.cases import check_files
from beket.devices.kit.driver import NOBODY, UNNAMED
from beket.devices.mrz.codec import decoder, encode_td3, framer
from beket.words.ids import Instant
from beket.words.readings import DocumentRead

NOW = Instant(1_791_188_468_000)


@pytest.mark.parametrize(
    "verdict", list(check_files([Path(__file__).parent / "cases.json"], NOW)), ids=lambda verdict: verdict["id"]
)
def test_case(verdict: dict[str, Any]) -> None:
    assert verdict["ok"], verdict["why"]


def said(blob: bytes) -> list[DocumentRead]:
    cutting, reader = framer({}), decoder({})
    frames = [*cutting.feed(blob), *cutting.end()]
    readings = [told.reading for frame in frames for told in reader.read(frame, NOW).told]
    return [reading for reading in readings if isinstance(reading, DocumentRead)]


NAMES = st.from_regex(r"\A[A-Z]{1,9}(?: [A-Z]{1,7})?\Z")


@given(
    surname=NAMES, given_names=NAMES, number=st.from_regex(r"\A[A-Z0-9]{5,9}\Z"),
    born=st.dates(date(1930, 1, 1), date(2020, 12, 31)),
    expires=st.dates(date(2020, 1, 1), date(2069, 12, 31)), sex=st.sampled_from(["F", "M", None]),
)  # fmt: skip
def test_a_passport_comes_back(
    surname: str, given_names: str, number: str, born: date, expires: date, sex: str | None
) -> None:
    read = DocumentRead(
        device_id=NOBODY, received=NOW, reading_id=UNNAMED, document_type="P", number=number, issuer="KGZ",
        surname=surname, given_names=given_names, nationality="KGZ", birth_date=born.isoformat(), sex=sex,
        expiry_date=expires.isoformat(), check_digits_ok=True,
    )  # fmt: skip
    (again,) = said(encode_td3(read))
    born_again = again.birth_date
    assert born_again is not None
    assert born_again[2:] == born.isoformat()[2:], (
        "the century is a guess where a life may be longer than a hundred years"
    )
    assert structs.replace(again, birth_date=read.birth_date) == read


@given(at=st.integers(0, 9), by=st.integers(1, 9))
def test_a_wrong_digit_is_told(at: int, by: int) -> None:
    line = bytearray(b"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10")
    place = 45 + at
    if not chr(line[place]).isdigit():
        return
    line[place] = ord("0") + (line[place] - ord("0") + by) % 10
    (read,) = said(bytes(line))
    assert read.check_digits_ok is False
    assert not read.valid


def test_lines_of_two_documents_do_not_become_one() -> None:
    reader, cutting = decoder({}), framer({})
    first, second = b"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n", b"L898902C36UTO7408122F1204159ZE184226B<<<<<10\n"
    assert not [told for frame in cutting.feed(first) for told in reader.read(frame, NOW).told]
    assert [one.kind for one in reader.waited(Instant(NOW + 4000)).problems] == ["shape"]
    late = Instant(NOW + 5000)
    assert not [told for frame in cutting.feed(second) for told in reader.read(frame, late).told]
