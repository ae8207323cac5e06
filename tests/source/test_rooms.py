"""Sees that every folder that must have a shape has it: a driver, a decision record, a guide."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

import pytest

from tests.source.tree import PACKAGE, ROOT, own, own_python, relative

DRIVER_FILES: Final = ("__init__.py", "manifest.toml", "codec.py", "connector.py", "README.md")
MAPPED_FILES: Final = ("__init__.py", "manifest.toml", "map.toml", "README.md")
NO_DRIVERS: Final = {"kit", "writing"}
"""What stands among the drivers and is none: what they share, and the port that writes."""

RECORD: Final = re.compile(r"\d{4}-[a-z0-9-]+\.md")
RECORD_PARTS: Final = ("# ", "## Context", "## Decision", "## Consequences")


def drivers() -> list[Path]:
    """Give the folder of every device protocol."""
    return sorted(
        {path.parent for path in own_python(PACKAGE / "devices") if path.parent.parent == PACKAGE / "devices"}
        - {PACKAGE / "devices" / name for name in NO_DRIVERS}
    )


def test_every_driver_is_whole() -> None:
    missing = [
        f"{relative(folder)}/{name}"
        for folder in drivers()
        for name in (MAPPED_FILES if (folder / "map.toml").is_file() else DRIVER_FILES)
        if not (folder / name).is_file()
    ]
    assert missing == []


def test_every_driver_is_tested_in_a_folder_of_its_name() -> None:
    tests = {path.parent.name for path in own() if path.is_relative_to(ROOT / "tests" / "devices")}
    assert [folder.name for folder in drivers() if folder.name not in tests] == []


def test_every_manifest_names_its_own_folder() -> None:
    named = {folder.name: tomllib.loads((folder / "manifest.toml").read_text("utf-8")) for folder in drivers()}
    assert [name for name, manifest in named.items() if manifest.get("name") != name] == []


def test_every_decision_record_has_its_number_and_its_parts() -> None:
    records = sorted(path for path in own() if path.parent == ROOT / "docs" / "decisions")
    assert records
    assert [path.name for path in records if not RECORD.fullmatch(path.name)] == []
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    lacking = [(path.name, part) for path in records for part in RECORD_PARTS if part not in path.read_text("utf-8")]
    assert lacking == []


@pytest.mark.parametrize("guide", ["add-a-device", "add-a-screen"])
def test_every_guide_opens_with_the_files_it_touches(guide: str) -> None:
    opening = (ROOT / "docs" / "how-to" / f"{guide}.md").read_text("utf-8")[:600]
    assert re.search(r"^(?:## |\*\*)Files ", opening, re.MULTILINE)
