"""Holds what is to be written against what its form asks: all that is missing or cannot stand there, told at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Final, Literal

from msgspec import Struct

from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.writing import Written

FAULTS_SHOWN: Final = 50
"""Faults that a refusal tells one by one; the rest is counted."""

SHOWN_CHARS_MAX: Final = 40

_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML has no way to write (XML 1.0, production 2)."""

_MOMENT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)?", re.ASCII
)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Shape(Struct, frozen=True):
    """How a text must look: what says so, and the same in words."""

    fits: Callable[[str], bool]
    words: str


class Form(Struct, frozen=True, kw_only=True):
    """What a form asks, by the local names of its elements; an attribute's name has an @ before it.

    `names` is what people call them, `shapes` how their texts must look, `wanted` what a group must hold, and `most`
    how often a part may stand in one group.
    """

    names: Mapping[str, str]
    shapes: Mapping[str, Shape]
    wanted: Mapping[str, tuple[str, ...]]
    most: Mapping[str, int]


class Fault(Struct, frozen=True, kw_only=True):
    """One thing that is missing or cannot stand where it is."""

    kind: Literal["missing", "value"]
    where: str
    what: str


def matching(pattern: str, words: str) -> Shape:
    """Ask for a text of a pattern."""
    compiled = re.compile(pattern, re.ASCII)
    return Shape(lambda said: compiled.fullmatch(said) is not None, words)


def text(most: int, least: int = 1) -> Shape:
    """Ask for a text of so many characters."""
    length = f"{most}" if least == most else f"{least} to {most}"
    return Shape(lambda said: least <= len(said.strip()) <= most, f"{length} characters")


def decimal(whole: int, behind: int) -> Shape:
    """Ask for a number with so many digits before and behind the point; noughts at its end count for nothing."""
    words = f"a number with at most {behind} digits behind the point"
    return matching(rf"-?0*\d{{1,{whole}}}(\.\d{{1,{behind}}}0*)?", words)


def _is_day(said: str) -> bool:
    return _DAY.fullmatch(said) is not None and _dated(date.fromisoformat, said)


def _is_moment(said: str) -> bool:
    return _MOMENT.fullmatch(said) is not None and _dated(datetime.fromisoformat, said)


def _dated(read: Callable[[str], object], said: str) -> bool:
    try:
        read(said)
    except ValueError:
        return False
    return True


DAY: Final = Shape(_is_day, "a day (2026-11-02)")
MOMENT: Final = Shape(_is_moment, "a day and a time with seconds (2026-11-02T08:15:00+06:00)")
INDICATOR: Final = matching("[01]", "yes or no")


def refuse_faults(top: Written, form: Form, besides: tuple[Fault, ...] = ()) -> None:
    """Refuse what is not complete or would not be valid, with every reason; `besides` are faults found elsewhere."""
    found = (*besides, *faults_of(top, form))
    if not found:
        return
    told = [f"{one.where}: {one.what}" for one in found[:FAULTS_SHOWN]]
    if len(found) > FAULTS_SHOWN:
        told.append(f"and {len(found) - FAULTS_SHOWN} more")
    missing = any(one.kind == "missing" for one in found)
    raise Refused("missing" if missing else "value", "; ".join(told), found[0].where)


def faults_of(one: Written, form: Form, where: str = "") -> Iterator[Fault]:
    """Give what is wrong with an element and with all below it."""
    name = one.name.rpartition(":")[2]
    yield from (fault for key, said in one.attributes.items() for fault in _text_faults(f"@{key}", said, form, where))
    if isinstance(one.content, str):
        yield from _text_faults(name, one.content, form, where)
        return
    parts = [(part.name.rpartition(":")[2], part) for part in one.content]
    held, seen = Counter(called for called, _ in parts), Counter[str]()
    yield from _count_faults(name, held, form, where)
    for called, part in parts:
        seen[called] += 1
        number = f" {seen[called]}" if held[called] > 1 else ""
        place = _under(where, f"{form.names.get(called, called)}{number}")
        yield from faults_of(part, form, place)


def _under(where: str, name: str) -> str:
    return f"{where}, {name}" if where else name


def _count_faults(name: str, held: Counter[str], form: Form, where: str) -> Iterator[Fault]:
    for wanted in form.wanted.get(name, ()):
        if not held[wanted]:
            yield Fault(kind="missing", where=_under(where, form.names.get(wanted, wanted)), what="missing")
    for called, times in held.items():
        most = form.most.get(called, times)
        if times > most:
            what = f"is there {times} times, and the form has room for {most}"
            yield Fault(kind="value", where=_under(where, form.names.get(called, called)), what=what)


def _text_faults(name: str, said: str, form: Form, where: str) -> Iterator[Fault]:
    """Say what is wrong with a text; the place of an attribute is that of its element, and its name."""
    place = _under(where, form.names.get(name, name)) if name.startswith("@") else where
    shape = form.shapes.get(name)
    if not said.strip():
        yield Fault(kind="missing", where=place, what="missing")
    elif _UNWRITABLE.search(said) or (shape is not None and not shape.fits(said)):
        asked = "text that can be written" if shape is None or _UNWRITABLE.search(said) else shape.words
        yield Fault(kind="value", where=place, what=f"{said[:SHOWN_CHARS_MAX]!r} is not {asked}")
