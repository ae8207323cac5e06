"""A message as a tree of named branches, whatever it was written in; what nobody asked for can be told afterwards."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from msgspec import Struct, field

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

DIGITS_MAX: Final = 24
"""Most digits of a number before its point, and behind it."""

_NUMBER: Final = re.compile(rf"[+-]?\d{{1,{DIGITS_MAX}}}(\.\d{{1,{DIGITS_MAX}}})?")
_DATE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}:\d{2})?")
_YES: Final = frozenset({"1", "true"})


_NO_ATTRIBUTES: Final[Mapping[str, str]] = MappingProxyType({})
_NOBODY: Final[Mapping[str, Sequence[Branch]]] = MappingProxyType({})


class Branch(Struct, eq=False, gc=False):
    """One element: its local name, its text, and the branches below it. Paths are names with a slash between.

    No branch knows the one above it, so the collector of cycles need not look at a hundred thousand of them.
    """

    name: str
    text: str
    line: int
    remarks: list[Remark]
    namespace: str = ""
    attributes: Mapping[str, str] = _NO_ATTRIBUTES
    branches: Sequence[Branch] = ()
    taken: bool = False
    _listed: Sequence[Branch] = ()
    _by_name: Mapping[str, Sequence[Branch]] = _NOBODY

    def grow(self, below: Branch) -> None:
        """Hang a branch below this one, behind those that are there."""
        if isinstance(self.branches, list):
            self.branches.append(below)
            self._listed = ()
        else:
            self.branches = [*self.branches, below]

    def bear(self, below: Sequence[Branch], by_name: Mapping[str, Sequence[Branch]]) -> None:
        """Hang branches below one that has none, listed by their names already."""
        self.branches = self._listed = below
        self._by_name = by_name

    def all(self, path: str) -> Sequence[Branch]:
        """Give every branch at a path, in the order written."""
        if self._listed is not self.branches:
            self._list()
        found = self._by_name.get(path)
        if found is not None or "/" not in path:
            return found or ()
        first, _, rest = path.partition("/")
        found = self._by_name.get(first, ())
        return [below for branch in found for below in branch.all(rest)] if rest else found

    def _list(self) -> None:
        """List the branches below by their names, for each is asked for many times by a format."""
        by_name: defaultdict[str, list[Branch]] = defaultdict(list)
        for below in self.branches:
            by_name[below.name].append(below)
        self._by_name, self._listed = by_name, self.branches

    def one(self, *paths: str) -> Branch:
        """Give the first branch at the first of some paths that has one; an empty branch where there is none."""
        for path in paths:
            for found in self.all(path):
                return found
        return Branch("", "", self.line, self.remarks)

    def says(self, *paths: str) -> str | None:
        """Give the text at the first of some paths that has any."""
        if self._listed is not self.branches:
            self._list()
        for path in paths:
            at = self._by_name.get(path)  # as `all`, without a call: this is what formats do most
            for found in self.all(path) if at is None and "/" in path else at or ():
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
        said = self.says(*paths)
        if said is None:
            return None
        if said.isdecimal() and said.isascii() and len(said) <= DIGITS_MAX:
            return int(said)
        found = self.number(*paths)
        if found is None:
            return None
        whole = int(found)
        if whole != found:
            self.remark("number", str(found), "no number", paths[0])
            return None
        return whole

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
        left: dict[str, _Left] = {}
        _leave(self, "", left)
        return tuple(Unread(path=path, count=one.count, values=tuple(one.values)) for path, one in left.items())

    def remark(self, kind: RemarkKind, said: str, what: str, path: str) -> None:
        """Note what is odd at a path: what is said there, and what that is."""
        if len(self.remarks) < REMARKS_MAX:
            where = f"line {self.line}: {path}" if self.line else path
            self.remarks.append(Remark(kind=kind, detail=f"{said[:VALUE_CHARS_MAX]!r} is {what}", where=where))


class _Left(Struct):
    """How often something was left unread at one path, and the first of it."""

    count: int = 0
    values: list[str] = field(default_factory=list)


def _leave(branch: Branch, path: str, left: dict[str, _Left]) -> None:
    for below in branch.branches:
        inner = below.branches
        unread = not below.taken and below.text
        if not unread and not inner:  # nobody wants to know the path of what was read
            continue
        name = f"{path}/{below.name}" if path else below.name
        if unread:
            one = left.get(name)
            if one is None:
                one = left.setdefault(name if len(left) < UNREAD_PATHS_MAX else OTHERS, _Left())
            one.count += 1
            if one.count <= UNREAD_VALUES:
                one.values.append(below.text[:VALUE_CHARS_MAX])
        if inner:
            _leave(below, name, left)
