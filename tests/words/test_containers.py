"""Container numbers check themselves."""

from __future__ import annotations

import pytest

from beket.words.containers import check_digit, digit_wanted, is_container


@pytest.mark.parametrize("number", ["CSQU3054383", "MSKU9070323", "TOLU4734787"])
def test_true_numbers(number: str) -> None:
    assert is_container(number)
    assert check_digit(number[:10]) == int(number[10])


@pytest.mark.parametrize("number", ["CSQU3054384", "CSQX3054383", "CSQU305438", "csqu3054383", "", "CSQU30543833"])
def test_what_is_no_container_number(number: str) -> None:
    assert not is_container(number)


@pytest.mark.parametrize("place", range(10))
def test_one_wrong_digit_shows(place: int) -> None:
    true = "CSQU3054383"
    sign = true[place]
    other = "A" if sign == "B" else "B"
    wrong = true[:place] + (other if sign.isalpha() else str((int(sign) + 1) % 10)) + true[place + 1 :]
    assert not is_container(wrong)


@pytest.mark.parametrize(
    ("number", "wanted"),
    [("CSQU3054383", None), ("CSQU3054384", 3), ("CSQU305438", None), ("AB123477", None), ("", None)],
)
def test_a_wrong_digit_is_told_with_the_right_one(number: str, wanted: int | None) -> None:
    assert digit_wanted(number) == wanted
