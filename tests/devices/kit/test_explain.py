"""Byte ranges of values: what a mark covers is exactly what a reader reads there."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beket.devices.kit.driver import Mark, Problem
from beket.devices.kit.explain import (
    DEPTH_MAX,
    ELEMENTS_MAX,
    Element,
    Used,
    form_marks,
    json_marks,
    named_paths,
    part_marks,
    plain,
    read_xml,
    tidy,
    xml_marks,
)
from beket.devices.kit.multipart import split

NAME = st.text('abcé"\\/ {[,:', min_size=1, max_size=5)
SCALAR = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=8)
TREE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAME, inner, max_size=4), max_leaves=12
)


def paths(tree: object, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], object]]:
    """Every place of a tree with what stands there, but the tree itself."""
    inner: list[tuple[Any, Any]] = (
        list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree)) if isinstance(tree, list) else []
    )
    found = [((*path, step), value) for step, value in inner]
    return found + [one for step, value in inner for one in paths(value, (*path, step))]


@settings(max_examples=200, deadline=None)
@given(tree=TREE, indent=st.sampled_from([None, 1]), ascii_only=st.booleans(), lead=st.sampled_from([b"", b"x: "]))
def test_a_mark_in_json_covers_the_member_and_its_value(tree: Any, indent: int, ascii_only: bool, lead: bytes) -> None:  # noqa: ANN401
    blob = lead + json.dumps(tree, indent=indent, ensure_ascii=ascii_only).encode() + b" "
    for path, value in paths(tree):
        marks = json_marks(blob, {path: ("wanted", "")}, len(lead))
        (mark,) = [mark for mark in marks if mark.name == "wanted"]
        found = blob[mark.start : mark.end].decode()
        read = json.loads(found) if isinstance(path[-1], int) else json.loads("{" + found + "}")[path[-1]]
        assert read == value
        named = [step for step in path[:-1] if isinstance(step, str)]
        assert len([mark for mark in marks if mark.name == "member"]) == len(named)


def test_of_equal_names_the_last_is_marked() -> None:
    blob = b'{"a": 1, "b": 2, "a": 3}'
    (mark,) = json_marks(blob, {("a",): ("a", "3")})
    assert blob[mark.start : mark.end] == b'"a": 3'


@settings(max_examples=200, deadline=None)
@given(blob=st.binary(max_size=60) | st.text('{}[]":,a1 \\', max_size=40).map(str.encode))
def test_what_is_no_json_has_no_marks_and_breaks_nothing(blob: bytes) -> None:
    marks = json_marks(blob, {("a",): ("a", ""), ("a", 1, "a"): ("b", ""), (1,): ("c", "")})
    assert all(0 <= mark.start <= mark.end <= len(blob) for mark in marks)


WORD = st.text("abc", min_size=1, max_size=4)
LEAF = st.text("xyz é<&>", max_size=8)
XML = st.recursive(LEAF, lambda inner: st.lists(st.tuples(WORD, inner), min_size=1, max_size=4), max_leaves=10)


def written(tree: Any) -> str:  # noqa: ANN401
    """Write nested names and texts as XML, with the things between them that change nothing."""
    if isinstance(tree, str):
        return escape(tree)
    return "".join(f"\n <n:{name}><!-- > -->{written(inner)}</n:{name} >" for name, inner in tree)


@settings(max_examples=200, deadline=None)
@given(tree=XML, lead=st.sampled_from([b"", b"\r\n", b"\xef\xbb\xbf"]))
def test_a_mark_in_xml_covers_the_element(tree: Any, lead: bytes) -> None:  # noqa: ANN401
    blob = b"head" + lead + f'<r xmlns:n="urn:x" a="&lt;">{written(tree)}</r>  '.encode()
    root = read_xml(blob, 4)
    assert isinstance(root, Element)
    values = plain(root)
    for path, value in paths(values):
        if path[-1] in ("@a", "#text"):
            continue
        (mark,) = xml_marks(root, {path: ("wanted", str(value))})
        inside = blob[mark.start : mark.end]
        assert inside.startswith(b"<n:")
        assert inside.endswith(b">")
        if isinstance(value, str):
            assert escape(value).encode() in inside


@pytest.mark.parametrize(
    ("blob", "kind"),
    [
        (b'<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>', "dtd"),
        (b'<!DOCTYPE r SYSTEM "http://192.0.2.1/x"><r/>', "dtd"),
        (b"<r>&a;</r>", "xml"),
        (b"<r>", "xml"),
        (b"", "xml"),
        ("<r/>".encode("utf-16"), "xml"),
        (b"<a>" * (DEPTH_MAX + 1) + b"</a>" * (DEPTH_MAX + 1), "xml"),
        (b"<r>" + b"<a/>" * ELEMENTS_MAX + b"</r>", "xml"),
    ],
)
def test_xml_that_is_not_accepted_says_why(blob: bytes, kind: str) -> None:
    read = read_xml(blob)
    assert isinstance(read, Problem)
    assert read.kind == kind


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text("<>/!?a=\"' []-&;", max_size=40).map(str.encode))
def test_any_bytes_are_xml_or_are_not(blob: bytes) -> None:
    assert isinstance(read_xml(blob), Element | Problem)


def test_attributes_and_text_are_marked_apart() -> None:
    blob = b'<r><plate sure="0.9">A1</plate><x on="1"/></r>'
    root = read_xml(blob)
    assert isinstance(root, Element)
    assert plain(root) == {"plate": {"@sure": "0.9", "#text": "A1"}, "x": {"@on": "1", "#text": ""}}
    used: Used = {("plate",): ("plate", "A1"), ("plate", "@sure"): ("confidence", "0.9"), ("x", "@on"): ("on", "1")}
    marks = tidy(xml_marks(root, used))
    assert [(blob[mark.start : mark.end], mark.name) for mark in marks] == [
        (b'<plate sure="0.9">', "confidence"),
        (b"A1</plate>", "plate"),
        (b'<x on="1"/>', "on"),
    ]


def test_form_fields_are_found_by_their_decoded_names() -> None:
    blob = b"xx&a%20b=1&c=2&c=3"
    marks = form_marks(blob, {("a b",): ("first", ""), ("c",): ("last", "")}, 3)
    assert [(blob[mark.start : mark.end], mark.name, mark.value) for mark in marks] == [
        (b"a%20b=1", "first", "1"),
        (b"c=3", "last", "3"),
    ]


def test_parts_are_marked_by_what_cuts_them() -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n{}\r\n--b--\r\n'
    marks = part_marks(body, split(body, b"b"))
    assert [body[mark.start : mark.end] for mark in marks] == [body[: body.index(b"{}")], b"\r\n--b--\r\n"]
    assert marks[0].value == "x"


def test_marks_are_put_in_order_and_apart() -> None:
    marks = [
        Mark(start=5, end=9, name="b", value=""),
        Mark(start=0, end=6, name="a", value=""),
        Mark(start=6, end=8, name="inside", value=""),
        Mark(start=0, end=6, name="also a", value="v"),
    ]
    assert [(one.start, one.end, one.name) for one in tidy(marks)] == [(0, 6, "a, also a"), (6, 9, "b")]


def test_values_are_found_by_their_names_wherever_they_stand() -> None:
    tree = {"a": [{"b": "1"}, {"b": {"@x": "2", "#text": "3"}}], "c": "4"}
    assert set(named_paths(tree, {"b"})) == {("a", 0, "b"), ("a", 1, "b", "#text")}
