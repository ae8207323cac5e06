"""Notes are kept as they are compared, and what cannot be used is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.words.passages import READ, VALUE_MAX, Note, NoteField, Unusable, tidy


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        ("plate", "01 kg 777 авс", "01777ABC"),
        ("trailer", "02-222-вв", "02222BB"),
        ("container", "csqu 305438 3", "CSQU3054383"),
        ("vin", "xtc 549012 34567890", "XTC54901234567890"),
        ("seals", "kg-1, KG1;  kg 2", "KG1 KG 2"),
        ("gross_kg", "24 380,50", "24380.50"),
        ("packages", "0040", "40"),
        ("persons", "2", "2"),
    ],
)
def test_a_note_is_kept_as_it_is_compared(field: NoteField, written: str, kept: str) -> None:
    assert tidy(Note(field=field, value=written)).value == kept


@pytest.mark.parametrize(
    ("field", "written", "country", "said"),
    [
        ("plate", "---", None, "plate"),
        ("plate", "", None, "plate: from 1"),
        ("plate", "A" * (VALUE_MAX + 1), None, "plate: from 1"),
        ("plate", "01777ABC", "Kyrgyzstan", "country"),
        ("container", "--", None, "container"),
        ("vin", "XTC5490123456789", None, "ISO 3779"),
        ("vin", "XTC5490123456789O", None, "ISO 3779"),
        ("seals", ";", None, "seals"),
        ("gross_kg", "nan", None, "gross_kg"),
        ("gross_kg", "0", None, "gross_kg"),
        ("gross_kg", "1000001", None, "gross_kg"),
        ("gross_kg", "1e999999999", None, "gross_kg"),
        ("gross_kg", "1e-9999", None, "gross_kg"),
        ("packages", "4.5", None, "packages"),
        ("persons", "-1", None, "persons"),
    ],
)
def test_what_cannot_be_used_is_named(field: NoteField, written: str, country: str | None, said: str) -> None:
    with pytest.raises(Unusable, match=said):
        tidy(Note(field=field, value=written, country=country))


@given(st.sampled_from([*READ, "vin", "seals", "packages", "persons"]), st.text(max_size=40))
def test_what_is_tidy_stays_so(field: NoteField, written: str) -> None:
    try:
        kept = tidy(Note(field=field, value=written))
    except Unusable:
        return
    assert tidy(kept) == kept
