"""What a rule is: a code, how much it weighs, where it comes from, its sentence, and the check itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from msgspec import Struct

from beket.core.documents.state import Paper
from beket.core.risk.picture import Because, Picture
from beket.words.facts import Level

Seen = TypeVar("Seen", Picture, Paper)
Check = Callable[[Seen], Iterable[Because]]


class Rule(Struct, Generic[Seen], frozen=True):
    """One check; `sentence` is what the officer reads, in three languages at the desk."""

    code: str
    level: Level
    basis: str
    sentence: str
    check: Callable[[Seen], Iterable[Because]]


def rule(code: str, *, level: Level, basis: str) -> Callable[[Check[Seen]], Rule[Seen]]:
    """Make a rule of a check: its docstring is its sentence."""

    def made(check: Check[Seen]) -> Rule[Seen]:
        assert check.__doc__, f"rule {code} has no sentence"
        return Rule(code, level, basis, check.__doc__, check)

    return made
