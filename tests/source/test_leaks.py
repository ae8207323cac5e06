"""Sees that nothing of the machine it was written on, and no secret, walks out with the repository."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.source.tree import own, relative

BYTES_MAX: Final = 2_000_000
"""Larger tracked files are pictures and maps; nobody writes a path into those by hand."""

LEAKS: Final = {
    "a path of one machine": re.compile(rb"(?<![\w.])/(?:work|root|tmp|home/[a-z]\w*|Users/\w+)/[\w.]"),
    "a package registry": re.compile(
        rb"(?i)https?://(?:[\w.-]+\.)?(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org|artifactory|nexus)[\w.-]*"
    ),
    "a private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an access token": re.compile(rb"\b(?:ghp_\w{36}|glpat-[\w-]{20}|AKIA[0-9A-Z]{16})\b"),
}


def leaks(content: bytes) -> list[str]:
    """Name what should have stayed at home."""
    return [what for what, pattern in LEAKS.items() if pattern.search(content)]


def test_nothing_of_the_machine_walks_out() -> None:
    small = (path for path in own() if path.stat().st_size <= BYTES_MAX)
    assert [(relative(path), what) for path in small for what in leaks(path.read_bytes())] == []


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"see /" + b"root/thing", ["a path of one machine"]),
        (b"write /" + b"tmp/thing", ["a path of one machine"]),
        (b"https://" + b"pypi.org/simple", ["a package registry"]),
        (b"/var/lib/beket and /etc/beket, ../tmp/x, homework/x", []),
    ],
)
def test_a_planted_leak_is_seen(content: bytes, found: list[str]) -> None:
    assert leaks(content) == found


def test_the_reader_reads_files(tmp_path: Path) -> None:
    assert Path(__file__) in own()
    assert tmp_path not in own()
