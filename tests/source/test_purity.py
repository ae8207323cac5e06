"""Holds `words` and `core` pure beyond what imports show: no clock, no chance, no file, no print, no global."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

import pytest

from tests.source.tree import PACKAGE, own_python, relative

IMPURE_CALLS: Final = {
    "open",
    "print",
    "input",
    "exec",
    "eval",
    "globals",
    "setattr",
    "delattr",
    "__import__",
    "breakpoint",
    "id",
    "hash",
}
"""`hash` and `id` differ from run to run: a fold that leans on them cannot be replayed."""

IMPURE_METHODS: Final = {"now", "utcnow", "today", "read_text", "write_text", "read_bytes", "write_bytes", "urandom"}


def impurities(source: str) -> Iterator[str]:
    """Name every line that reaches out of the values it was given."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_CALLS:
                yield f"{node.lineno}: {name}()"
            case ast.Call(func=ast.Attribute(attr=name)) if name in IMPURE_METHODS:
                yield f"{node.lineno}: .{name}()"
            case ast.Global() | ast.Nonlocal():
                yield f"{node.lineno}: {' '.join(node.names)} is changed from inside"
            case ast.AsyncFunctionDef() | ast.Await():
                yield f"{node.lineno}: waits"
            case _:
                pass


@pytest.mark.parametrize("room", ["words", "core"])
def test_the_thinking_rooms_are_pure(room: str) -> None:
    paths = own_python(PACKAGE / room)
    assert paths
    assert [f"{relative(path)}:{line}" for path in paths for line in impurities(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "planted",
    [
        "from datetime import datetime as d\nd.now()",
        "print('x')",
        "open('f')",
        "async def f(): ...",
        "def f():\n    global x\n    x = 1",
        "seen = hash('a')",
    ],
)
def test_a_planted_impurity_is_seen(planted: str) -> None:
    assert list(impurities(planted))
    assert not list(impurities("def f(now: int) -> int:\n    return now + 1"))
