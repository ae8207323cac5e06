"""Where in a message each value stands: byte ranges in JSON, XML, form fields and multipart, for `explain`.

A codec says which paths it used and what it read there; these functions find the bytes. A path is a row of member
names and list places: `("data", "results", 0, "plate")`. What is not found, or does not parse, has no mark.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote_plus
from xml.parsers import expat

import msgspec
from msgspec import Struct, field

from beket.devices.kit.driver import Mark, Problem
from beket.devices.kit.multipart import Part
from beket.devices.kit.tags import excess

Path = tuple[str | int, ...]
"""The way to a value: member names and places in lists."""

Used = Mapping[Path, tuple[str, str]]
"""What was used: for each path the name of the field it became and its value as read; without a name, no more of it was
used than that it is there."""

XML_MAX: Final = 8 * 1024 * 1024
"""Most bytes of an XML document: as long as a post may be, for pictures may be written in it."""

ELEMENTS_MAX: Final = 20_000
"""Most elements of an XML document; a portal's longest (an N42 file) has under 1,000."""

DEPTH_MAX: Final = 32
"""Deepest nesting that is followed; no device is known to go over twelve."""

VALUE_MAX: Final = 80
"""Longest value that a mark shows."""

_SPACE: Final = re.compile(rb"[ \t\r\n]*+")
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_PLAIN: Final = re.compile(rb"[^\s,:\[\]{}\"]++")
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_TAG: Final = re.compile(rb"<(?:[^\"'>]|\"[^\"]*+\"|'[^']*+')*+>")
_NAME: Final = re.compile(r"[^:}]*\Z")


def shown(value: object) -> str:
    """Write a value for a mark: short, on one line."""
    text = value if isinstance(value, str) else str(value)
    return " ".join(text[: VALUE_MAX + 1].split())[:VALUE_MAX]


def tidy(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Put marks in order and apart: of two that overlap the narrower first one stays, the other gets the rest."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda one: (one.start, one.end)):
        at = kept[-1].end if kept else 0
        if kept and (mark.start, mark.end) == (kept[-1].start, kept[-1].end):
            if mark.name not in kept[-1].name.split(", "):
                kept[-1] = Mark(start=mark.start, end=mark.end, name=f"{kept[-1].name}, {mark.name}", value=mark.value)
        elif mark.end > max(at, mark.start):
            kept.append(Mark(start=max(mark.start, at), end=mark.end, name=mark.name, value=mark.value))
    return tuple(kept)


def named_paths(tree: object, names: Collection[str]) -> dict[Path, tuple[str, str]]:
    """Every value in a tree that stands under one of these names, anywhere: for codecs that read so."""
    found: dict[Path, tuple[str, str]] = {}
    waiting: list[tuple[Path, object]] = [((), tree)]
    while waiting and len(found) < ELEMENTS_MAX:
        path, value = waiting.pop()
        if len(path) > DEPTH_MAX:
            continue
        if isinstance(value, dict):
            waiting += [((*path, name), inner) for name, inner in value.items()]
        elif isinstance(value, list):
            waiting += [((*path, place), inner) for place, inner in enumerate(value)]
        else:
            name = next((step for step in reversed(path) if isinstance(step, str) and step != "#text"), "")
            if name in names:
                found[path] = (name, shown(value))
    return found


def lists_whole(used: Used) -> dict[Path, tuple[str, str]]:
    """Take a list of plain values as one value: a comma between two numbers means as much as their digits."""
    whole: dict[Path, tuple[str, str]] = {}
    for path, (name, value) in used.items():
        top = path
        while top and isinstance(top[-1], int):
            top = top[:-1]
        before = whole.get(top)
        whole[top] = (name, value if before is None else shown(f"{before[1]}, {value}"))
    return whole


# JSON ----------------------------------------------------------------------------------------------------------------


class _Member(Struct, frozen=True):
    """A member of an object: where its name stands, and where its value."""

    key: int
    key_end: int
    start: int
    end: int


Branches = dict[str | int, Any]
"""Paths that are wanted, by their first step; under None what the path itself is called."""


def json_marks(blob: bytes, used: Used, start: int = 0) -> list[Mark]:
    """Find values in a JSON document that begins at `start`: each mark has the member's name and its value."""
    finder = _JsonFinder(blob, used)
    at = start + 3 if blob.startswith(b"\xef\xbb\xbf", start) else start
    try:
        finder.go(_skip_space(blob, at), _branches(used), ())
    except ValueError:
        return []
    return finder.marks


def _branches(used: Used) -> Branches:
    root: Branches = {}
    for path in used:
        branch = root
        for step in path[:DEPTH_MAX]:
            branch = branch.setdefault(step, {})
    return root


class _JsonFinder:
    """Goes down into a document, along the wanted paths only."""

    def __init__(self, blob: bytes, used: Used) -> None:
        self.marks: list[Mark] = []
        self._blob = blob
        self._used = used

    def go(self, at: int, wanted: Branches, path: Path) -> None:
        """Find what is wanted of the value that begins here; ValueError where it does not parse."""
        first = self._blob[at : at + 1]
        if first == b"{":
            for name, member in _members(self._blob, at, {name for name in wanted if isinstance(name, str)}).items():
                self._member(member, (*path, name))
                self.go(member.start, wanted[name], (*path, name))
        elif first == b"[":
            places = {place for place in wanted if isinstance(place, int)}
            for place, (start, end) in _items(self._blob, at, max(places, default=-1)):
                if place in places:
                    self._value(start, end, (*path, place))
                    self.go(start, wanted[place], (*path, place))

    def _member(self, member: _Member, path: Path) -> None:
        if self._used.get(path, ("", ""))[0]:
            self._value(member.key, member.end, path)
        else:
            self.marks.append(Mark(start=member.key, end=member.key_end, name="member", value=shown(path[-1])))

    def _value(self, start: int, end: int, path: Path) -> None:
        named = self._used.get(path, ("", ""))
        if named[0]:
            self.marks.append(Mark(start=start, end=end, name=named[0], value=shown(named[1])))


def _members(blob: bytes, at: int, names: set[str]) -> dict[str, _Member]:
    """The wanted members of the object that begins here; of equal names the last one counts, as in every reader."""
    found: dict[str, _Member] = {}
    at = _skip_space(blob, at + 1)
    while blob[at : at + 1] != b"}":
        key_end = _value_end(blob, at)
        name = msgspec.json.decode(blob[at:key_end], type=str)
        start = _skip_space(blob, _skip_space(blob, key_end) + 1)
        end = _value_end(blob, start)
        if name in names:
            found[name] = _Member(at, key_end, start, end)
        at = _skip_space(blob, end)
        if blob[at : at + 1] == b",":
            at = _skip_space(blob, at + 1)
    return found


def _items(blob: bytes, at: int, last: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """The places of the array that begins here, up to the last that is wanted."""
    at = _skip_space(blob, at + 1)
    place = 0
    while place <= last and blob[at : at + 1] != b"]":
        end = _value_end(blob, at)
        yield place, (at, end)
        place += 1
        at = _skip_space(blob, end)
        if blob[at : at + 1] == b",":
            at = _skip_space(blob, at + 1)


def _skip_space(blob: bytes, at: int) -> int:
    found = _SPACE.match(blob, at)
    return found.end() if found else at


def _value_end(blob: bytes, at: int) -> int:
    """Where the value that begins here ends; ValueError where none begins."""
    first = blob[at : at + 1]
    if first in (b"{", b"["):
        depth = 0
        for token in _TOKEN.finditer(blob, at):
            sign = blob[token.start()]
            depth += (sign in b"{[") - (sign in b"}]")
            if depth == 0:
                return token.end()
        raise ValueError("it never ends")
    found = (_STRING if first == b'"' else _PLAIN).match(blob, at)
    if found is None:
        raise ValueError("no value")
    return found.end()


# XML -----------------------------------------------------------------------------------------------------------------


class Element(Struct):
    """One XML element: its local name, what is in it, and where its tags lie in the bytes."""

    name: str
    start: int
    inner: int
    end: int = 0
    close: int = 0
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)


def read_xml(blob: bytes, start: int = 0, end: int | None = None) -> Element | Problem:
    """Read XML with the place of every element; names without namespace or prefix. A document type is refused."""
    content = blob[start:end]
    if len(content) > XML_MAX:
        return Problem(kind="size", detail=f"XML of {len(content)} bytes", raw=blob)
    if b"\x00" in content:
        return Problem(kind="xml", detail="only UTF-8 is read", raw=blob)
    if too_much := excess(content):
        return Problem(kind="xml", detail=too_much, raw=blob)
    reader = _XmlReader(blob, start)
    try:
        root = reader.read(content)
    except _Refused as refused:
        return Problem(kind=refused.kind, detail=str(refused), raw=blob)
    except (expat.ExpatError, ValueError) as broken:
        return Problem(kind="xml", detail=str(broken)[:200], raw=blob)
    return root


class _Refused(Exception):
    """XML that is not accepted, whatever it says."""

    kind: Final = "dtd"


class _TooMuch(ValueError):
    """XML with more in it than any device says."""


class _XmlReader:
    """Builds elements from the parser's calls, with byte offsets into the whole message."""

    def __init__(self, blob: bytes, shift: int) -> None:
        self._blob = blob
        self._shift = shift
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._root: Element | None = None
        self._count = 0
        self._parser = expat.ParserCreate(encoding="utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._starts
        self._parser.EndElementHandler = self._ends
        self._parser.CharacterDataHandler = self._says
        self._parser.StartDoctypeDeclHandler = self._refuses
        self._parser.EntityDeclHandler = self._refuses

    def read(self, content: bytes) -> Element:
        """Read a whole document."""
        # A blank before the declaration is an error that devices make; offsets must stay what they are.
        lead = len(content) - len(content.removeprefix(b"\xef\xbb\xbf").lstrip())
        self._shift += lead
        self._parser.Parse(content[lead:].rstrip(b" \t\r\n\x0b\x0c"), True)  # noqa: FBT003  it takes no names
        if self._root is None:
            raise ValueError("no element")
        return self._root

    def _refuses(self, *_: object) -> None:
        raise _Refused("a document type is never accepted")

    def _starts(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > ELEMENTS_MAX or len(self._open) >= DEPTH_MAX:
            raise _TooMuch("more elements, or deeper ones, than any device writes")
        at = self._shift + self._parser.CurrentByteIndex
        tag = _TAG.match(self._blob, at)
        said = {local(key): value for key, value in attributes.items() if not key.startswith("xmlns")}
        element = Element(name=local(name), start=at, inner=tag.end() if tag else at, attributes=said)
        if self._open:
            self._open[-1].children.append(element)
        elif self._root is None:
            self._root = element
        self._open.append(element)
        self._texts.append([])

    def _ends(self, _name: str) -> None:
        element = self._open.pop()
        element.text = "".join(self._texts.pop()).strip()
        if self._blob[element.inner - 2 : element.inner] == b"/>":
            element.close = element.end = element.inner
            return
        element.close = self._shift + self._parser.CurrentByteIndex
        element.end = self._blob.find(b">", element.close) + 1 or element.close

    def _says(self, text: str) -> None:
        if self._open and not self._open[-1].children:
            self._texts[-1].append(text)


def local(name: str) -> str:
    """A name without prefix and namespace."""
    found = _NAME.search(name)
    return found[0] if found else name


def plain(element: Element) -> Any:  # noqa: ANN401  nested names and texts, as JSON would hold them
    """Write an element as plain values: a text, or members by name; repeated ones are a list, attributes have an @."""
    if not element.children and not element.attributes:
        return element.text
    members: dict[str, Any] = {f"@{name}": value for name, value in element.attributes.items()}
    for name, group in _by_name(element).items():
        members[name] = plain(group[0]) if len(group) == 1 else [plain(one) for one in group]
    if not element.children:
        members["#text"] = element.text
    return members


def _by_name(element: Element) -> dict[str, list[Element]]:
    groups: dict[str, list[Element]] = {}
    for child in element.children:
        groups.setdefault(child.name, []).append(child)
    return groups


def xml_marks(root: Element, used: Used) -> list[Mark]:
    """Find values in an XML document by the same paths that `plain` has: `("results", 1, "@likelihood")`."""
    marks: list[Mark] = []
    for path, (name, value) in used.items():
        span = _xml_range(root, path, whole=bool(name))
        if span is not None and span[1] > span[0]:
            marks.append(Mark(start=span[0], end=span[1], name=name or "element", value=shown(value)))
    return marks


def _xml_range(root: Element, path: Path, *, whole: bool) -> tuple[int, int] | None:
    group = [root]
    for step in path:
        if step == "#text":
            return group[0].inner, group[0].close
        if isinstance(step, int):
            if step >= len(group):
                return None
            group = [group[step]]
        elif step.startswith("@"):
            return (group[0].start, group[0].inner) if step[1:] in group[0].attributes else None
        else:
            group = _by_name(group[0]).get(step, [])
        if not group:
            return None
    return (group[0].start, group[-1].end) if whole else (group[0].start, group[0].inner)


# Form fields and multipart -------------------------------------------------------------------------------------------


def form_marks(blob: bytes, used: Used, start: int = 0) -> list[Mark]:
    """Find the fields of an urlencoded body; of equal names the last one counts."""
    marks: dict[str, Mark] = {}
    at = start
    for pair in blob[start:].split(b"&"):
        name, _, text = pair.decode("utf-8", "replace").partition("=")
        name = unquote_plus(name)
        said = used.get((name,))
        if said is not None and pair:
            marks[name] = Mark(start=at, end=at + len(pair), name=said[0], value=shown(said[1] or unquote_plus(text)))
        at += len(pair) + 1
    return list(marks.values())


def part_marks(blob: bytes, parts: Sequence[Part]) -> list[Mark]:
    """Mark what cuts a multipart body: before each part its boundary and headers, after the last one the end."""
    marks: list[Mark] = []
    at = 0
    for part in parts:
        if part.start > at:
            said = ", ".join(word for word in (part.name, part.content_type) if word)
            marks.append(Mark(start=at, end=part.start, name="part", value=shown(said)))
        at = part.end
    if parts and at < len(blob):
        marks.append(Mark(start=at, end=len(blob), name="end of parts", value=""))
    return marks


def picture_mark(part: Part) -> Mark:
    """Mark a picture that is a part of a message."""
    return Mark(start=part.start, end=part.end, name="picture", value=shown(part.name or part.content_type))
