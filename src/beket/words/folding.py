"""Folds what people write in many ways to one key: names, numbers of papers, numbers of seals, words to look for.

A key is compared and never shown. Two texts with one key were meant alike; two keys say only that the writing differs:
nothing here knows that «Восток» and "Vostok" may be one company.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

TEXT_LENGTH_MAX: Final = 4_000
"""Characters of a text that count; a description of goods has at most a few hundred."""

NAMES_REMEMBERED: Final = 1024
"""Names that are kept at hand taken apart: the same few are compared whenever something is heard of their lorry."""

LOOK_ALIKES: Final = str.maketrans("АВЕКМНОРСТУХІЅЈЁ", "ABEKMHOPCTYXISJE")
"""Cyrillic capitals that look like Latin ones (reference 06 §6)."""

_KEYS_WANTING: Final = str.maketrans("ҮӨҢҚҒҰҺҲҶҮүөңқғұһҳҷ", "УОНКГУХХЧУуонкгуххч")
"""Letters of Kyrgyz, Kazakh, Uzbek and Tajik, and what people type who have only a Russian keyboard."""

_LATIN_WANTING: Final = str.maketrans({"ı": "i", "İ": "I", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae"})
"""Latin letters that no decomposition takes apart."""

LEGAL_FORMS: Final = (
    "ОсОО", "ООО", "ОДО", "ТОО", "ЗАО", "ОАО", "ПАО", "НАО", "АО", "ИП", "ЧП", "ПБОЮЛ", "КФХ", "ФГУП",
    "ЖЧК", "ЖАК", "ААК", "ЖШС", "МЧЖ", "ҶДММ", "ҶСП", "ЧДММ",
    "LLC", "LLP", "Ltd", "Limited", "Inc", "Corp", "Corporation", "Co", "Company", "PLC", "JSC", "OJSC", "CJSC", "PJSC",
    "OsOO", "OOO", "TOO", "MChJ", "GmbH", "SARL", "SRL", "SpA", "Sp z oo", "BV", "NV", "UAB",
    "AŞ", "Ltd Şti", "Şti", "San ve Tic", "Sanayi ve Ticaret", "FZE", "FZCO", "Pvt", "Pte", "Private",
    "общество с ограниченной ответственностью", "товарищество с ограниченной ответственностью",
    "закрытое акционерное общество", "открытое акционерное общество", "публичное акционерное общество",
    "акционерное общество", "индивидуальный предприниматель", "частный предприниматель", "крестьянское хозяйство",
    "жоопкерчилиги чектелген коом", "жабык акционердик коом", "ачык акционердик коом", "жеке ишкер",
    "жауапкершілігі шектеулі серіктестік",
    "limited liability company", "joint stock company", "individual entrepreneur",
)  # fmt: skip
"""Forms of companies and of people in business where lorries come from; a name is told without them."""

LEGAL_FORMS_AT_THE_END: Final = ("АК", "АҚ", "ЖК", "ЖИ", "КХ", "ГП", "AG", "KG", "SA", "SAS", "AB", "Oy", "LP")
"""Forms that are words of many names too, such as «Ак-Тилек»: left out only where a name ends with them."""

_BETWEEN_INITIALS: Final = re.compile(r"(?<=\b\w)\.\s?(?=\w\b)")
_WORDS: Final = re.compile(r"[^\W_]+")
_NUMBER_SIGN: Final = re.compile(r"^\s*(?:№|N[O0]?\s*[.°º:#]|N[O0]?(?=\s)|#)+\s*", re.IGNORECASE)
_SEAL_WORD: Final = re.compile(r"^\s*(?:пломб\w*|пл\.|зпу|seals?|мөөр)\s*", re.IGNORECASE)


def _plain(text: str) -> str:
    """Give a text in capitals, without marks above and below letters, and in letters that every keyboard has."""
    short = text[:TEXT_LENGTH_MAX].translate(_LATIN_WANTING).translate(_KEYS_WANTING)
    apart = unicodedata.normalize("NFKD", short)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).upper()


def folded_words(text: str) -> tuple[str, ...]:
    """Give the words of a text as they are looked for: whatever their case, marks and punctuation."""
    return tuple(_WORDS.findall(_plain(text)))


def _name_words(text: str) -> tuple[str, ...]:
    together = _BETWEEN_INITIALS.sub("", text[:TEXT_LENGTH_MAX])
    return tuple(word.translate(LOOK_ALIKES) for word in folded_words(together))


_FORMS: Final = frozenset(_name_words(form) for form in LEGAL_FORMS)
_LAST_FORMS: Final = frozenset(_name_words(form) for form in LEGAL_FORMS_AT_THE_END)
_LONGEST_FORM: Final = max(map(len, _FORMS))


def folded_name(text: str) -> str:
    """Give the key of a name: without its legal form, in Latin letters where Cyrillic ones look the same.

    A name that is nothing but legal forms keeps them: there is nothing else to know it by.
    """
    return "".join(_words_of_name(text))


def same_name(one: str, other: str) -> bool:
    """Say whether two writings may mean one name: alike when folded, or one is the beginning of the other.

    Only whole words count as a beginning: forms and banks cut long names off, and nobody is cut off inside a word here.
    """
    short, long = sorted((_words_of_name(one), _words_of_name(other)), key=len)
    return "".join(short) == "".join(long) or (bool(short) and long[: len(short)] == short)


def one_alphabet(one: str, other: str) -> bool:
    """Say whether two names have an alphabet in common: whether «Восток» is "Vostok" cannot be seen by comparing."""
    return not _alphabets(one).isdisjoint(_alphabets(other))


@lru_cache(maxsize=NAMES_REMEMBERED)
def _alphabets(text: str) -> frozenset[str]:
    letters = {sign for sign in text[:TEXT_LENGTH_MAX] if sign.isalpha()}
    return frozenset(unicodedata.name(letter, "?").split()[0] for letter in letters)


@lru_cache(maxsize=NAMES_REMEMBERED)
def _words_of_name(text: str) -> tuple[str, ...]:
    words = _name_words(text)
    return _without_forms(words) or words


def _without_forms(words: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out legal forms, the longest first: "Ltd Şti" before "Ltd"."""
    kept: tuple[str, ...] = ()
    at = 0
    while at < len(words):
        lengths = range(min(_LONGEST_FORM, len(words) - at), 0, -1)
        found = next((length for length in lengths if words[at : at + length] in _FORMS), 0)
        kept += () if found else words[at : at + 1]
        at += found or 1
    return kept[:-1] if kept[-1:] in _LAST_FORMS else kept


def folded_text(text: str) -> str:
    """Give the key of a description: its words in their order, in Latin letters where Cyrillic ones look the same."""
    return " ".join(word.translate(LOOK_ALIKES) for word in folded_words(text))


def folded_number(text: str) -> str:
    """Give the key of a paper's number: letters and digits alone; a sign for "number" before it does not count.

    Nought and the letter O stay apart: a register that has both means both.
    """
    return "".join(folded_words(_NUMBER_SIGN.sub("", text[:TEXT_LENGTH_MAX]))).translate(LOOK_ALIKES)


def folded_seal(text: str) -> str:
    """Give the key of a seal's number: as of a paper's, without the word "seal" before it."""
    return folded_number(_SEAL_WORD.sub("", text[:TEXT_LENGTH_MAX]))
