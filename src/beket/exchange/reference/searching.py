"""Finds codes by a few words while somebody types: each word begins one of a name, or of a name above it.

Names of codes lean on those above them ("other", "fresh"), so a word that a heading has counts for all below it; but
one word at least must be the code's own.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from heapq import nsmallest
from typing import Final

from beket.words.folding import folded_words

WORDS_MAX: Final = 8
"""Most words of one search; the others do not count."""

WHOLE_ONLY: Final = 1
"""A word of so few letters is looked for as a whole: every other name has one that begins so."""

AFTER_ALL: Final = "\U0010ffff"
"""Comes behind every letter: words and codes that begin alike lie before it."""


class Words:
    """The words of the names of all codes, in one language."""

    def __init__(self, codes: Sequence[str], names: Sequence[str]) -> None:
        """Take codes in their order, so that each is followed by those that begin with it, and a name for each."""
        self._codes = codes
        self._ends = [bisect_left(codes, code + AFTER_ALL) for code in codes]
        self._lengths: list[int] = []
        self._places: dict[str, list[int]] = {}
        for at, name in enumerate(names):
            words = dict.fromkeys(folded_words(name))
            self._lengths.append(len(words))
            for word in words:
                self._places.setdefault(word, []).append(at)
        self._vocabulary = sorted(self._places)

    def best(self, text: str, limit: int) -> list[int]:
        """Give the places of the codes that fit best, the best first."""
        wanted = tuple(dict.fromkeys(folded_words(text)))[:WORDS_MAX]
        if not wanted:
            return []
        own = [self._own(word) for word in wanted]
        below = [self._with_below(marks) for marks in own]
        fitting = (at for at in _where_all(below) if any(marks[at] for marks in own))
        return nsmallest(limit, fitting, key=lambda at: self._rank(at, own))

    def _rank(self, at: int, own: list[bytearray]) -> tuple[int, int, int, str]:
        """Tell what comes first: more whole words, then more words, then the shorter name, then the lower code."""
        whole = sum(marks[at] == 2 for marks in own)
        begun = sum(marks[at] > 0 for marks in own)
        return -whole, -begun, self._lengths[at], self._codes[at]

    def _own(self, wanted: str) -> bytearray:
        """Mark the codes whose own name has a word: with 2 where it is whole, with 1 where it is begun."""
        marks = bytearray(len(self._codes))
        if len(wanted) > WHOLE_ONLY:
            first = bisect_left(self._vocabulary, wanted)
            for word in self._vocabulary[first : bisect_left(self._vocabulary, wanted + AFTER_ALL)]:
                for at in self._places[word]:
                    marks[at] = 1
        for at in self._places.get(wanted, ()):
            marks[at] = 2
        return marks

    def _with_below(self, marks: bytearray) -> bytes:
        """Mark all below what is marked."""
        wide = bytearray(len(marks))
        end = 0
        for at in _marked(marks):
            if at >= end:
                end = self._ends[at]
                wide[at:end] = b"\x01" * (end - at)
        return bytes(wide)


def _marked(marks: bytearray) -> Iterator[int]:
    return (at for at, mark in enumerate(marks) if mark)


def _where_all(several: list[bytes]) -> Iterator[int]:
    """Give the places that all have marked."""
    together = int.from_bytes(several[0], "big")
    for marks in several[1:]:
        together &= int.from_bytes(marks, "big")
    return (at for at, mark in enumerate(together.to_bytes(len(several[0]), "big")) if mark)
