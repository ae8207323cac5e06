"""What a rule is: a code, what it threatens and when, where it comes from, its sentence, and the check itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from msgspec import Struct

from beket.core.documents.state import Paper
from beket.core.risk.picture import Because, Picture
from beket.words.concluded import Level
from beket.words.gravity import Harm, Until, level_of

Seen = TypeVar("Seen", Picture, Paper)
Check = Callable[[Seen], Iterable[Because]]


class Rule(Struct, Generic[Seen], frozen=True):
    """One check; `sentence` is what the officer reads, in three languages at the desk."""

    code: str
    harm: Harm
    until: Until
    basis: str
    sentence: str
    check: Callable[[Seen], Iterable[Because]]

    def level(self, harm: Harm) -> Level:
        """How grave it is where it threatens this, for once or as always."""
        return level_of(harm, self.until)


def rule(code: str, *, harm: Harm, basis: str, until: Until = "release") -> Callable[[Check[Seen]], Rule[Seen]]:
    """Make a rule of a check: its docstring is its sentence."""

    def made(check: Check[Seen]) -> Rule[Seen]:
        assert check.__doc__, f"rule {code} has no sentence"
        return Rule(code, harm, until, basis, check.__doc__, check)

    return made
