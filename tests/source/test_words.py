"""Holds the way we write: everything public says what it is for, and no name is a shrug."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.source.tree import PACKAGE, ROOT, own_python, own_text, relative

SHRUGS: Final = re.compile(r"(?:Manager|Helpers?|Utils?|Processor|Data|Info|Event|Record)$")
"""A class so named has not found its noun yet."""

SHRUG_MODULES: Final = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}

UNFINISHED: Final = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b|(?:#|//|/\*|--)\s*(?:XX" + r"X|HA" + r"CK)\b")

Public = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def publics(tree: ast.Module) -> Iterator[tuple[str, int, Public]]:
    """Give the module, its public classes and functions, and the public methods of those classes."""
    yield "module", 1, tree
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node.name, node.lineno, node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from methods(node)


def methods(owner: ast.ClassDef) -> Iterator[tuple[str, int, Public]]:
    """Give a class's public methods, but not the framework's hooks, whose purpose the framework says."""
    for node in owner.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield f"{owner.name}.{node.name}", node.lineno, node


def silent(source: str) -> list[str]:
    """Name what does not say what it is for."""
    return [f"{line}: {name}" for name, line, node in publics(ast.parse(source)) if not ast.get_docstring(node)]


def shrugs(path: Path, source: str) -> list[str]:
    """Name what is named by a shrug."""
    classes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef))
    found = [f"{node.lineno}: class {node.name}" for node in classes if SHRUGS.search(node.name)]
    return found + [f"module {part}" for part in (path.stem, path.parent.name) if part in SHRUG_MODULES]


def test_everything_public_says_what_it_is_for() -> None:
    folders = (PACKAGE, ROOT / "tools", ROOT / "bench")
    paths = [path for folder in folders for path in own_python(folder) if path.parent.name != "migrations"]
    assert paths
    assert [f"{relative(path)}:{line}" for path in paths for line in silent(path.read_text("utf-8"))] == []


def test_no_class_is_named_by_a_shrug() -> None:
    found = ((path, shrugs(path, path.read_text("utf-8"))) for path in own_python())
    assert [f"{relative(path)}:{line}" for path, lines in found for line in lines] == []


def test_nothing_is_left_for_later_in_the_code() -> None:
    lines = (
        (f"{relative(path)}:{number}", line)
        for path in own_text()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
    )
    assert [where for where, line in lines if UNFINISHED.search(line)] == []


@pytest.mark.parametrize(
    ("source", "complaints"),
    [
        ('"""For x."""\ndef f():\n    """Do x."""', 0),
        ('"""For x."""\ndef f(): ...', 1),
        ('"""For x."""\nclass A:\n    """For a."""\n    def b(self): ...', 1),
        ("def _f(): ...", 1),
    ],
)
def test_a_silent_name_is_seen(source: str, complaints: int) -> None:
    assert len(silent(source)) == complaints


@pytest.mark.parametrize(
    ("line", "found"),
    [("x = 1  # TO" + "DO: later", True), ("// XX" + "X", True), ('plate = "01KG777XXX"', False), ("KG-XXX-A", False)],
)
def test_an_unfinished_line_is_seen(line: str, found: bool) -> None:
    assert bool(UNFINISHED.search(line)) is found


def test_a_shrug_is_seen(tmp_path: Path) -> None:
    assert shrugs(tmp_path / "lanes.py", "class LaneManager: ...") == ["1: class LaneManager"]
    assert shrugs(tmp_path / "utils.py", "") == ["module utils"]
    assert shrugs(tmp_path / "lanes.py", "class PlateRead: ...\nclass DatabaseAway(Exception): ...") == []
