"""A message as a tree of named branches, whatever it was written in; what nobody asked for can be told afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from beket.exchange.kit.moment import iso_moment
from beket.words.documents import Remark, RemarkKind, Unread

REMARKS_MAX: Final = 200
"""Most remarks about one document; one that deserves more is odd throughout, and these say so."""

UNREAD_VALUES: Final = 3
UNREAD_PATHS_MAX: Final = 500
VALUE_CHARS_MAX: Final = 200
"""What is kept of parts that are not read: so many values of so many paths, each cut here. The bytes are kept whole."""

OTHERS: Final = "…"
"""The path under which the rest is counted where a message has more of them."""

_NUMBER: Final = re.compile(r"[+-]?\d{1,24}(\.\d{1,24})?")
_DATE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}:\d{2})?")
_YES: Final = frozenset({"1", "true"})


_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Branch:
    """One element: its local name, its text, and the branches below it. Paths are names with a slash between."""

    __slots__ = ("attributes", "branches", "line", "name", "namespace", "remarks", "taken", "text")

    def __init__(self, name: str, text: str, line: int, remarks: list[Remark], namespace: str = "") -> None:
        self.name = name
        self.namespace = namespace
        self.text = text
        self.line = line
        self.remarks = remarks
        self.attributes: Mapping[str, str] = _NONE
        self.branches: Sequence[Branch] = ()
        self.taken = False

    def grow(self, below: Branch) -> None:
        """Hang a branch below this one, behind those that are there."""
        if isinstance(self.branches, list):
            self.branches.append(below)
        else:
            self.branches = [*self.branches, below]

    def all(self, path: str) -> list[Branch]:
        """Give every branch at a path, in the order written."""
        first, _, rest = path.partition("/")
        found = [below for below in self.branches if below.name == first]
        return [below for branch in found for below in branch.all(rest)] if rest else found

    def one(self, *paths: str) -> Branch:
        """Give the first branch at the first of some paths that has one; an empty branch where there is none."""
        for path in paths:
            for found in self.all(path):
                return found
        return Branch("", "", self.line, self.remarks)

    def says(self, *paths: str) -> str | None:
        """Give the text at the first of some paths that has any."""
        for path in paths:
            for found in self.all(path):
                found.taken = True
                if found.text:
                    return found.text
        return None

    def every(self, path: str) -> list[str]:
        """Give every text at a path."""
        found = self.all(path)
        for branch in found:
            branch.taken = True
        return [branch.text for branch in found if branch.text]

    def number(self, *paths: str) -> Decimal | None:
        """Give a decimal number, exactly as written; what is none is remarked."""
        said = self.says(*paths)
        if said is None:
            return None
        if _NUMBER.fullmatch(said) is None:
            self.remark("number", said, "no number", paths[0])
            return None
        return Decimal(said)

    def whole(self, *paths: str) -> int | None:
        """Give a whole number; what is none is remarked."""
        found = self.number(*paths)
        if found is None:
            return None
        if found != found.to_integral_value():
            self.remark("number", str(found), "no number", paths[0])
            return None
        return int(found)

    def date(self, *paths: str) -> str | None:
        """Give a day (ISO 8601); a time behind it is left out; what is no date is remarked."""
        said = self.says(*paths)
        if said is None:
            return None
        found = _DATE.fullmatch(said)
        if found is None:
            self.remark("date", said, "no date", paths[0])
            return None
        return found[1]

    def moment(self, path: str, code: str | None) -> str | None:
        """Give a moment (ISO 8601) written in digits, in the order that a code says; what is none is remarked."""
        said = self.says(path)
        if said is None:
            return None
        found = iso_moment(said, code)
        if found is None:
            self.remark("date", said, "no date", path)
        return found

    def yes(self, *paths: str) -> bool | None:
        """Give an indicator."""
        said = self.says(*paths)
        return None if said is None else said.lower() in _YES

    def attribute(self, name: str) -> str | None:
        """Give an attribute by its local name."""
        return self.attributes.get(name) or None

    def unread(self) -> tuple[Unread, ...]:
        """Tell the texts below that nobody asked for, by path."""
        kept: dict[str, list[str]] = {}
        counts: dict[str, int] = {}
        for path, text in _leaves(self, ""):
            known = path in counts or len(counts) < UNREAD_PATHS_MAX
            name = path if known else OTHERS
            counts[name] = counts.get(name, 0) + 1
            values = kept.setdefault(name, [])
            if len(values) < UNREAD_VALUES:
                values.append(text[:VALUE_CHARS_MAX])
        return tuple(Unread(path=path, count=count, values=tuple(kept[path])) for path, count in counts.items())

    def remark(self, kind: RemarkKind, said: str, what: str, path: str) -> None:
        """Note what is odd at a path: what is said there, and what that is."""
        if len(self.remarks) < REMARKS_MAX:
            where = f"line {self.line}: {path}" if self.line else path
            self.remarks.append(Remark(kind=kind, detail=f"{said[:VALUE_CHARS_MAX]!r} is {what}", where=where))


def _leaves(branch: Branch, path: str) -> Iterator[tuple[str, str]]:
    for below in branch.branches:
        name = f"{path}/{below.name}" if path else below.name
        if below.text and not below.taken:
            yield name, below.text
        yield from _leaves(below, name)
