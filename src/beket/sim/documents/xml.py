"""Writes a message of the album of formats from nested names and texts: what all its forms here have in common."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias

from lxml import etree

Part: TypeAlias = "tuple[str, str | int | Decimal | tuple[Part, ...] | None]"
"""An element: its name, with the prefix of its namespace, and its text or its parts; with None it is left out."""


def written(root: str, namespace: str, spaces: Mapping[str, str], parts: tuple[Part, ...], mode: str) -> bytes:
    """Write a message; `spaces` are namespaces by their prefixes, `mode` the number of the form in the album."""
    known: dict[str | None, str] = {None: namespace}
    known.update((prefix, uri) for prefix, uri in spaces.items())
    top = etree.Element(f"{{{namespace}}}{root}", {"DocumentModeID": mode}, nsmap=known)
    fill(top, parts, known)
    return etree.tostring(top, encoding="UTF-8", xml_declaration=True)


def fill(inside: etree._Element, parts: tuple[Part, ...], known: Mapping[str | None, str]) -> None:
    """Put parts into an element; `known` are the namespaces by their prefixes, none where a form has none."""
    for name, said in parts:
        if said is None:
            continue
        prefix, _, local = name.rpartition(":")
        namespace = known.get(prefix or None)
        below = etree.SubElement(inside, local if namespace is None else f"{{{namespace}}}{local}")
        if isinstance(said, tuple):
            fill(below, said, known)
        else:
            below.text = f"{said:f}" if isinstance(said, Decimal) else str(said)
