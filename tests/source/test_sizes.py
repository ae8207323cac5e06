"""Holds the sizes we feel at home with: a function on one screen, a file in one sitting."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

from tests.source.tree import own_python, own_text, relative

FUNCTION_LINES_MAX: Final = 70
FILE_LINES_MAX: Final = 600


def long_functions(path: Path) -> list[str]:
    """Name the functions of a file that do not fit on one screen."""
    tree = ast.parse(path.read_text("utf-8"), str(path))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    lengths = ((node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in functions)
    return [f"{relative(path)}: {name} has {lines} lines" for name, lines in lengths if lines > FUNCTION_LINES_MAX]


def long_files(paths: list[Path]) -> list[str]:
    """Name the files that ask to become two."""
    lengths = ((path, len(path.read_text("utf-8").splitlines())) for path in paths)
    return [f"{relative(path)} has {lines} lines" for path, lines in lengths if lines > FILE_LINES_MAX]


def test_no_function_is_longer_than_a_screen() -> None:
    assert [line for path in own_python() for line in long_functions(path)] == []


def test_no_file_is_longer_than_a_sitting() -> None:
    assert long_files(own_text()) == []


@pytest.mark.parametrize(("over", "found"), [(0, 0), (1, 1)])
def test_the_measure_sees_one_line_too_many(tmp_path: Path, over: int, found: int) -> None:
    function, file = tmp_path / "function.py", tmp_path / "file.py"
    function.write_text("def f():\n" + "    a = 1\n" * (FUNCTION_LINES_MAX - 1 + over), "utf-8")
    file.write_text("a = 1\n" * (FILE_LINES_MAX + over), "utf-8")
    assert (len(long_functions(function)), len(long_files([file]))) == (found, found)
