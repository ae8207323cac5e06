"""Counts as an operator reads them."""

from __future__ import annotations

import pytest

from beket.app.counts import counted


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 entries"), (1, "1 entry"), (2, "2 entries"), (21, "21 entries"), (1000, "1000 entries")]
)
def test_a_number_has_the_word_that_fits_it(number: int, said: str) -> None:
    assert counted(number, "entry", "entries") == said


def test_most_words_take_an_s() -> None:
    assert [counted(number, "device") for number in (1, 3)] == ["1 device", "3 devices"]
