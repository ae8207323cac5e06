"""Writes XML in the order of its schema; what is not known is left out, down to the group that nothing is in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain

from lxml import etree
from msgspec import Struct


class Written(Struct, frozen=True):
    """One element to be written: its prefixed name, and a text or the elements below it."""

    name: str
    content: str | tuple[Written, ...]
    attributes: Mapping[str, str]


def leaf(name: str, value: str | Decimal | int | None, **attributes: str) -> Iterator[Written]:
    """Give an element with a text, or nothing where there is no value."""
    if value is None:
        return
    if isinstance(value, Decimal):
        value = f"{value:f}"
    elif isinstance(value, bool):
        value = int(value)
    yield Written(name, str(value), attributes)


def group(name: str, *parts: Iterable[Written], required: bool = False) -> Iterator[Written]:
    """Give an element with others in it, or nothing where it has none and may be left out."""
    below = tuple(chain.from_iterable(parts))
    if below or required:
        yield Written(name, below, {})


def root(name: str, *parts: Iterable[Written]) -> Written:
    """Give the element that holds all others."""
    return Written(name, tuple(chain.from_iterable(parts)), {})


def message(name: str, namespaces: Mapping[str, str], *parts: Iterable[Written]) -> bytes:
    """Write a whole message; `namespaces` are those of the prefixes that its names have."""
    return bytes_of(root(name, *parts), namespaces)


def bytes_of(top: Written, namespaces: Mapping[str, str]) -> bytes:
    """Write a message whose parts were put together, and looked at, before."""
    planted = etree.Element(_qualified(top.name, namespaces), nsmap=dict(namespaces))
    _planted(planted, top.content if isinstance(top.content, tuple) else (), namespaces)
    return etree.tostring(planted, encoding="UTF-8", xml_declaration=True)


def _planted(above: etree._Element, below: Iterable[Written], namespaces: Mapping[str, str]) -> None:
    for one in below:
        element = etree.SubElement(above, _qualified(one.name, namespaces), dict(one.attributes))
        if isinstance(one.content, str):
            element.text = one.content
        else:
            _planted(element, one.content, namespaces)


def _qualified(name: str, namespaces: Mapping[str, str]) -> etree.QName:
    prefix, _, local = name.partition(":")
    return etree.QName(namespaces[prefix], local)
