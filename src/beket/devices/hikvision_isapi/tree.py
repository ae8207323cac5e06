"""What a camera wrote, as plain nested names and texts: XML, JSON or a query string, all alike.

Names are matched without namespace or prefix, because firmwares differ in both (reference 03 §1.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl

import msgspec
from lxml import etree

from beket.devices.kit.driver import Problem

TEXT_MAX: Final = 1024 * 1024
"""Most bytes of an XML or JSON part; a full ANPR message has 4 kB, one with every field 30 kB."""

FIELDS_MAX: Final = 100
"""Most fields of a query string; cameras send about ten."""

DEPTH_MAX: Final = 32
"""Deepest nesting that is followed; ISAPI goes to eight."""

Tree = dict[str, "Branch"]
Branch = str | Tree | list["Branch"]

_ANPR_FIELDS: Final = {"channelid", "datetime", "eventtype", "macaddress", "ipaddress", "deviceid", "uuid"}
"""Fields of a query string that describe the event; the others describe the vehicle."""


def from_xml(blob: bytes) -> Tree | Problem:
    """Read XML with entities off; a document type of any kind is refused, used or not."""
    if len(blob) > TEXT_MAX:
        return Problem(kind="size", detail=f"XML of {len(blob)} bytes", raw=blob)
    if b"<!DOCTYPE" in blob or b"<!ENTITY" in blob:
        return Problem(kind="dtd", detail="a document type is never accepted", raw=blob)
    if b"\x00" in blob:
        return Problem(kind="xml", detail="only UTF-8 is read", raw=blob)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        root = etree.fromstring(blob.strip(), parser)
    except (etree.LxmlError, ValueError) as refused:
        return Problem(kind="xml", detail=str(refused)[:200], raw=blob)
    if root.getroottree().docinfo.doctype:
        return Problem(kind="dtd", detail="a document type is never accepted", raw=blob)
    inner = _element(root, 0)
    return inner if isinstance(inner, dict) else Problem(kind="shape", detail="no elements", raw=blob)


def _element(node: etree._Element, depth: int) -> Branch:
    if len(node) == 0 or depth >= DEPTH_MAX:
        return (node.text or "").strip()
    tree: Tree = {}
    for child in node:
        name = str(child.tag).rpartition("}")[2]
        _grow(tree, name, _element(child, depth + 1))
    return tree


def _grow(tree: Tree, name: str, branch: Branch) -> None:
    held = tree.get(name)
    if held is None:
        tree[name] = branch
    elif isinstance(held, list):
        held.append(branch)
    else:
        tree[name] = [held, branch]


def from_json(blob: bytes) -> Tree | Problem:
    """Read JSON; numbers and booleans become the texts that XML would hold."""
    if len(blob) > TEXT_MAX:
        return Problem(kind="size", detail=f"JSON of {len(blob)} bytes", raw=blob)
    try:
        read = msgspec.json.decode(blob)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as refused:
        return Problem(kind="json", detail=str(refused)[:200], raw=blob)
    tree = _value(read, 0)
    if not isinstance(tree, dict):
        return Problem(kind="shape", detail="not a JSON object", raw=blob)
    inner = tree.get("EventNotificationAlert")
    return inner if isinstance(inner, dict) else tree


def _value(value: object, depth: int) -> Branch:
    if isinstance(value, dict) and depth < DEPTH_MAX:
        return {str(name): _value(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list) and depth < DEPTH_MAX:
        return [_value(inner, depth + 1) for inner in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()


def from_query(query: str) -> Tree | None:
    """Read the fields of a query string; None when they do not speak of a vehicle or an event."""
    try:
        fields = parse_qsl(query[:TEXT_MAX], keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="replace")
    except ValueError:
        return None
    event: Tree = {}
    anpr: Tree = {}
    for name, value in fields:
        (event if name.lower() in _ANPR_FIELDS else anpr)[name] = value.strip()
    if "licensePlate" not in anpr and "eventType" not in event:
        return None
    return {**event, "ANPR": anpr} if anpr else event


def text(tree: Tree, *names: str) -> str | None:
    """The first of these names that has a text here; None for absent and for empty."""
    for name in names:
        held = tree.get(name)
        if isinstance(held, list):
            held = held[0] if held else None
        if isinstance(held, str) and held:
            return held
    return None


def number(tree: Tree, *names: str) -> float | None:
    """The first of these names that has a finite number here."""
    for name in names:
        held = text(tree, name)
        if held is None or len(held) > 24:
            continue
        try:
            value = float(held)
        except ValueError:
            continue
        if -1e12 < value < 1e12:
            return value
    return None


def branches(tree: Branch, name: str, depth: int = 0) -> Iterator[Tree]:
    """Every tree anywhere below that stands under this name, in the order written."""
    if depth > DEPTH_MAX:
        return
    if isinstance(tree, list):
        for item in tree:
            yield from branches(item, name, depth + 1)
    elif isinstance(tree, dict):
        for key, branch in tree.items():
            if key == name:
                yield from _trees(branch)
            elif not isinstance(branch, str):
                yield from branches(branch, name, depth + 1)


def _trees(branch: Branch) -> Iterator[Tree]:
    if isinstance(branch, dict):
        yield branch
    elif isinstance(branch, list):
        for item in branch:
            yield from _trees(item)
