"""Documents that maps read: JSON, XML and form fields as one kind of tree, and the routes to values in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, Literal
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from beket.devices.kit.driver import Mark, Problem
from beket.devices.kit.explain import DEPTH_MAX, Element, Path, Used, form_marks, json_marks, plain, read_xml, xml_marks

DOCUMENT_MAX: Final = 8 * 1024 * 1024
"""Most bytes of a document: as long as a post may be, for pictures may be written in it."""

FORM_FIELDS_MAX: Final = 200
"""Most fields of a form or a query; devices send about ten."""

STEPS_MAX: Final = DEPTH_MAX
"""Longest route; no device is known to nest deeper than twelve."""

ITEMS_MAX: Final = 256
"""Most items of a list that are looked at: vehicles in one picture are the longest known."""

Form = Literal["json", "xml", "form"]
"""What a document is written in."""

_STEP: Final = re.compile(r"([^\[\]]+)(?:\[([^\[\]=]+)=([^\[\]]*)\])?")
_BOM: Final = b"\xef\xbb\xbf"


class _Nothing:
    """What stands where nothing stands; None is a value that devices write."""


NOTHING: Final = _Nothing()


class Step(Struct, frozen=True):
    """One step of a route: a member's name or a list's place; where a list is met, `name[key=value]` picks from it."""

    name: str
    key: str = ""
    value: str = ""


class Route(Struct, frozen=True):
    """The way to a value: from the document's top, from the item in hand, or a level of the topic."""

    origin: Literal["top", "item", "topic"]
    steps: tuple[Step, ...] = ()
    level: int = 0


def route_of(text: str) -> Route:
    """Read a route: `a/b/0`, `/from/the/top`, `list[name=this]/value`, `topic:2`. Raises ValueError saying why not.

    A slash in a name is written ~1 and a tilde ~0, as in a JSON pointer.
    """
    if text.startswith("topic:"):
        level = text.removeprefix("topic:")
        if not level.isdigit():
            raise ValueError(f"{text!r} names no level of a topic; the first is topic:0")
        return Route(origin="topic", level=int(level))
    names = [name for name in text.removeprefix("/").split("/") if name]
    if len(names) > STEPS_MAX:
        raise ValueError(f"a path has at most {STEPS_MAX} steps")
    return Route(origin="top" if text.startswith("/") else "item", steps=tuple(_step(name) for name in names))


def _step(text: str) -> Step:
    found = _STEP.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no step of a path: write name, a place in a list, or name[key=value]")
    name, key, value = (group or "" for group in found.groups())
    return Step(_unescaped(name), key, value)


def _unescaped(text: str) -> str:
    return text.replace("~1", "/").replace("~0", "~")


class Document(Struct, frozen=True, kw_only=True):
    """One document of a message: where it lies in the bytes, what it is written in, what is in it."""

    form: Form
    start: int
    tree: Any
    element: Element | None = None

    def marks(self, blob: bytes, used: Used) -> list[Mark]:
        """Find what was used of it in the bytes."""
        if self.form == "json":
            return json_marks(blob, used, self.start)
        if self.form == "xml":
            return xml_marks(self.element, used) if self.element is not None else []
        return form_marks(blob, used, self.start)


def form_in(content: bytes, content_type: str) -> Form | None:
    """Tell what a run of bytes is written in, by how it begins, else by what it is called; None: in none of these."""
    begins = content[:64].removeprefix(_BOM).lstrip()[:1]
    if begins == b"<":
        return "xml"
    if begins in (b"{", b"["):
        return "json"
    return "form" if content_type == "application/x-www-form-urlencoded" and begins else None


def read_document(blob: bytes, start: int, end: int, form: Form) -> Document | Problem:
    """Read the document that lies there. Never raises."""
    if end - start > DOCUMENT_MAX:
        return Problem(kind="size", detail=f"a document of {end - start} bytes", raw=blob)
    if form == "xml":
        read = read_xml(blob, start, end)
        if isinstance(read, Problem):
            return read
        return Document(form="xml", start=start, tree=plain(read), element=read)
    content = blob[start:end]
    if form == "form":
        fields = read_form(content.decode("utf-8", "replace"))
        return Document(form="form", start=start, tree=fields)
    try:
        return Document(form="json", start=start, tree=msgspec.json.decode(content.removeprefix(_BOM)))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as refused:
        return Problem(kind="json", detail=str(refused)[:200], raw=blob)


def read_form(text: str) -> dict[str, str]:
    """Read urlencoded fields; more of them than any device sends are none."""
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=FORM_FIELDS_MAX, errors="replace"))
    except ValueError:
        return {}


class Here(Struct, frozen=True):
    """A place in a document: the way to it and what stands there."""

    path: Path
    value: Any


class Looking:
    """Looks values up in one document, and can remember which were used and as what."""

    def __init__(self, top: Here, topic: Sequence[str] = (), *, remember: bool = False) -> None:
        self.top = top
        self.used: dict[Path, tuple[str, str]] = {}
        self._topic = topic
        self._remember = remember

    def at(self, route: Route, item: Here, name: str) -> Any:  # noqa: ANN401  whatever the device wrote
        """The value at a route, or NOTHING; `name` is the field that it becomes."""
        if route.origin == "topic":
            return self._topic[route.level] if route.level < len(self._topic) else NOTHING
        here = self.go(route.steps, self.top if route.origin == "top" else item)
        if here is None:
            return NOTHING
        self.note(here, name)
        return here.value

    def stands(self, route: Route, item: Here, name: str) -> Any:  # noqa: ANN401  whatever the device wrote
        """The value at a route, for a condition: of one with others in it, no more than that it is there is used."""
        here = None if route.origin == "topic" else self.go(route.steps, self.top if route.origin == "top" else item)
        if here is None or not _has_inner(here.value):
            return self.at(route, item, name)
        if self._remember:
            self.used.setdefault(here.path, ("", ""))
        return here.value

    def go(self, steps: Sequence[Step], here: Here) -> Here | None:
        """Walk some steps; None where the way ends."""
        for step in steps:
            found = self._step(step, here)
            if found is None:
                return None
            here = found
        return here

    def items(self, here: Here) -> list[Here]:
        """The first items of a list; what is no list is the one item of its own."""
        if isinstance(here.value, list):
            return [Here((*here.path, place), item) for place, item in enumerate(here.value[:ITEMS_MAX])]
        return [here]

    def note(self, here: Here, name: str) -> None:
        """Remember that a value was used, and as what."""
        if self._remember:
            held = self.used.get(here.path, ("", ""))[0]
            names = held if name in held.split(", ") else f"{held}, {name}" if held else name
            self.used[here.path] = (names, word_of(here.value))

    def _step(self, step: Step, here: Here) -> Here | None:
        if isinstance(here.value, list) and not step.name.isdigit():
            here = Here((*here.path, 0), here.value[0]) if here.value else here
        value = here.value
        if isinstance(value, dict) and step.name in value:
            found = Here((*here.path, step.name), value[step.name])
        elif isinstance(value, list) and step.name.isdigit() and len(step.name) < 7 and int(step.name) < len(value):
            found = Here((*here.path, int(step.name)), value[int(step.name)])
        else:
            return None
        return self._picked(step, found) if step.key else found

    def _picked(self, step: Step, here: Here) -> Here | None:
        for item in self.items(here):
            if isinstance(item.value, dict) and word_of(item.value.get(step.key)) == step.value:
                self.note(Here((*item.path, step.key), item.value[step.key]), step.name)
                return item
        return None


def _has_inner(value: object) -> bool:
    return isinstance(value, list) or (isinstance(value, dict) and "#text" not in value)


def word_of(value: object) -> str:
    """Write a plain value as XML would hold it; what is no plain value is empty."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return word_of(value.get("#text"))  # an element with attributes
    if value is None or isinstance(value, list | _Nothing):
        return ""
    return str(value)
