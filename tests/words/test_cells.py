"""Texts in tables: no spreadsheet runs them, and what guards them is no part of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.words.cells import FORMULA, guarded, unguarded


@given(st.text(alphabet="='+-@\t\r ab"))
def test_what_is_guarded_never_looks_like_a_formula_and_comes_back(text: str) -> None:
    assert not guarded(text).startswith(FORMULA)
    if not text.startswith("'"):
        assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["'quoted'", "'", "", "it's", "'a'=b"])
def test_an_apostrophe_that_guards_nothing_stays(text: str) -> None:
    assert unguarded(text) == text
