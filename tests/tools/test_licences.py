"""The keeper of licences lets through what may be given on, and nothing else."""

from __future__ import annotations

import pytest

from tools.licences import allowed, locked, rows


@pytest.mark.parametrize(
    ("name", "licence", "may"),
    [
        ("anything", "MIT", True),
        ("anything", "MIT AND PSF-2.0", True),
        ("anything", "Apache-2.0 OR GPL-3.0-only", True),
        ("anything", "MIT AND GPL-3.0-only", False),
        ("anything", "GPL-3.0-only", False),
        ("anything", "", False),
        ("psycopg", "LGPL-3.0-only", True),
        ("psycopg", "GPL-3.0-only", False),
        ("anything", "LGPL-3.0-only", False),
    ],
)
def test_only_what_may_come_along(name: str, licence: str, may: bool) -> None:
    assert allowed(name, licence) is may


def test_everything_locked_is_looked_at() -> None:
    assert {"django", "psycopg", "msgspec"} <= set(locked())
    assert {name for name, _version, _licence in rows()} >= {"django", "psycopg", "msgspec"}
