"""Where the given standards lie: beside the repository, read there and never copied."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from lxml import etree

FIXTURES: Final = Path(__file__).parent / "fixtures"
_GIVEN: Final = Path(__file__).parents[2] / ".." / "shared" / "data" / "standards"


def given(*parts: str) -> Path:
    """Give a file or folder of the standards; skips where they are absent."""
    found = _GIVEN.joinpath(*parts)
    if not found.exists():
        pytest.skip("the standards are not beside this repository (../shared)")
    return found


def fixture(name: str) -> bytes:
    """Read a message of our own."""
    return (FIXTURES / name).read_bytes()


def faults(blob: bytes, *schema: str) -> list[str]:
    """Say what a message breaks of a schema that was given."""
    checked = etree.XMLSchema(etree.parse(given(*schema)))
    checked.validate(etree.fromstring(blob))
    return [f"line {fault.line}: {fault.message}" for fault in checked.error_log]
