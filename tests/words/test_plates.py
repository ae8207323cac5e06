"""Plates of every country are read, made and folded to one key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.words.plates import FORMATS, PLATE_LENGTH_MAX, Format, canonical, fill, formats_of, plate_key


@pytest.mark.parametrize("row", FORMATS, ids=lambda row: f"{row.country} {row.kind}")
@given(pick=st.data())
def test_a_format_reads_its_example_and_whatever_it_makes(row: Format, pick: st.DataObject) -> None:
    assert (row.country, row.kind) in formats_of(row.example)
    made = fill(row, lambda signs: pick.draw(st.sampled_from(signs)))
    assert (row.country, row.kind) in formats_of(made)
    assert canonical(made) == made
    assert plate_key(made, row.country) == made


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("01 777 ABC", "01777ABC"),
        ("01-777-авс", "01777ABC"),
        ("01KG777ABC", "01KG777ABC"),
        ("ＡＢ１２", "AB12"),
        ("м203ак 761", "M203AK761"),
        ("新·Q 53D57", "新Q53D57"),
        ("۱۲ ب ۳۴۵ ۶۷", "12ب34567"),
        ("Ё1", "E1"),
        ("01\u200b77", "0177"),
        ("", ""),
    ],
)
def test_writings_fold(written: str, key: str) -> None:
    assert canonical(written) == key


@pytest.mark.parametrize(
    ("written", "country", "key"),
    [
        ("01KG777ABC", None, "01777ABC"),
        ("O1KG520PST", None, "O1520PST"),
        ("01 KG 777 ABC", "KG", "01777ABC"),
        ("08KG420AV", None, "08420AV"),
        ("01KG1234H", "KG", "011234H"),
        ("01KG777ABC", "UZ", "01KG777ABC"),
        ("00KG777ABC", None, "00777ABC"),
        ("0LKG458AL", None, "0L458AL"),
        ("34KG1234", None, "34KG1234"),
        ("241 10 VBZ", "KZ", "241VBZ10"),
        ("24110VBZ", None, "24110VBZ"),
        ("498VDZ08", "KZ", "498VDZ08"),
        ("KGAB1234", "KG", "KGAB1234"),
    ],
)
def test_one_plate_has_one_key(written: str, country: str | None, key: str) -> None:
    assert plate_key(written, country) == key


@pytest.mark.parametrize(
    ("plate", "countries"),
    [
        ("01774AFB", {"KG", "UZ"}),
        ("123AB01", {"KZ", "TJ", "AM"}),
        ("12AB345", {"AM", "AZ", "TR"}),
        ("AA1234BB", {"TM", "UA"}),
        ("B0123BI", {"KG", "SU"}),
        ("新Q53D57", {"CN"}),
        ("00000", set()),
        ("", set()),
    ],
)
def test_formats_that_collide_are_all_given(plate: str, countries: set[str]) -> None:
    assert {country for country, _ in formats_of(plate)} == countries


@given(st.text(max_size=200))
def test_any_text_folds_to_a_bounded_key_that_folds_to_itself(text: str) -> None:
    key = canonical(text)
    assert len(key) <= PLATE_LENGTH_MAX
    assert all(sign.isalnum() for sign in key)
    assert canonical(key) == key
    formats_of(text)
