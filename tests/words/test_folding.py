"""Keys of what people write in many ways: what is meant alike folds together, what is not stays apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.words.folding import (
    LEGAL_FORMS,
    LEGAL_FORMS_AT_THE_END,
    TEXT_LENGTH_MAX,
    folded_name,
    folded_number,
    folded_seal,
    folded_text,
    folded_words,
)

FOLDS = (folded_name, folded_number, folded_seal, folded_text)

ONE_NAME = {
    "case, quotes and the place of the form": ("ОсОО «Ак-Тилек»", 'АК ТИЛЕК, ОсОО', '"Ак-Тилек" осоо'),
    "a form in letters that look alike": ("ООО Проба", "OOO Проба", "OОO ПРОБА"),
    "a form spelt out": ("ОсОО Проба", "Общество с ограниченной ответственностью «Проба»"),
    "a form with dots": ("Trial Foods LLC", "L.L.C. Trial Foods", "Trial Foods, l.l.c."),
    "two forms at once": ("Kashgar Trial Trading Co., Ltd.", "KASHGAR TRIAL TRADING"),
    "a form in the middle": ("Филиал ОсОО «Проба»", "Филиал Проба"),
    "forms of Turkey": ("Deneme Gıda San. ve Tic. Ltd. Şti.", "DENEME GIDA A.Ş."),
    "Latin letters in a Cyrillic word": ("ОсОО Восток", "ОсОО BOCTOK"),
    "letters that a Russian keyboard lacks": ("Көк-Төбө", "Кок-Тобо"),
    "initials": ("ИП Пробов П. П.", "Пробов П.П."),
    "marks above letters": ("Пётр Élan", "ПЕТР ELAN"),
    "a form of Kazakhstan at the end": ("Проба АҚ", "Проба"),
}  # fmt: skip

OTHER_NAMES = {
    "a word that is a form elsewhere": ("Ак-Тилек", "Тилек"),
    "a word more": ("Проба", "Проба Плюс"),
    "one letter": ("Проба", "Проза"),
    "nothing but a form": ("ООО", "ЗАО"),
    "a form inside a word": ("Инкорпор", "Пор"),
}


@pytest.mark.parametrize("written", ONE_NAME.values(), ids=ONE_NAME)
def test_one_name_has_one_key(written: tuple[str, ...]) -> None:
    assert len({folded_name(one) for one in written}) == 1
    assert folded_name(written[0])


@pytest.mark.parametrize(("one", "other"), OTHER_NAMES.values(), ids=OTHER_NAMES)
def test_two_names_have_two_keys(one: str, other: str) -> None:
    assert folded_name(one) != folded_name(other)


@pytest.mark.parametrize("form", [*LEGAL_FORMS, *LEGAL_FORMS_AT_THE_END])
def test_every_legal_form_is_left_out_behind_a_name(form: str) -> None:
    assert folded_name(f"Пробный товар {form}") == folded_name("Пробный товар")


@pytest.mark.parametrize("form", LEGAL_FORMS)
def test_every_plain_legal_form_is_left_out_before_a_name(form: str) -> None:
    assert folded_name(f"{form} «Пробный товар»") == folded_name("Пробный товар")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("№ 12-АВ/7", "12AB7", True),  # Cyrillic against Latin
        ("No. 12 ab 7", "12-AB-7", True),
        ("№12", "012", False),
        ("12O7", "1207", False),
        ("NO12", "12", False),
        ("１２-AB", "12AB", True),
    ],
)
def test_numbers_of_papers_fold(one: str, other: str, *, alike: bool) -> None:
    assert (folded_number(one) == folded_number(other)) is alike


def test_a_seal_is_known_without_the_word_before_it() -> None:
    written = ("Пломба № KG-001234", "пломбы KG 001234", "SEAL KG001234", "мөөр КG001234", "kg/001234")
    assert {folded_seal(one) for one in written} == {"KG001234"}


def test_words_to_look_for_lose_marks_and_keep_their_script() -> None:
    assert folded_words("Жаңы алма, pur-sang  №5") == ("ЖАНЫ", "АЛМА", "PUR", "SANG", "NO5")


def test_a_description_keeps_the_order_of_its_words() -> None:
    assert folded_text("Алма, жаңы") == folded_text("алма ЖАНЫ") != folded_text("жаңы алма")


@given(st.text(max_size=200))
def test_any_text_has_a_key_of_letters_and_digits(text: str) -> None:
    for fold in FOLDS:
        key = fold(text)
        assert fold(text.strip()) == key
        assert all(sign.isalnum() or sign == " " for sign in key)


@pytest.mark.parametrize("fold", FOLDS)
def test_what_is_beyond_the_bound_does_not_count(fold: Callable[[str], str]) -> None:
    long = "A1" * (TEXT_LENGTH_MAX // 2)
    assert fold(long) == fold(long + "B")
    assert fold(long) != fold(long[:-1])
