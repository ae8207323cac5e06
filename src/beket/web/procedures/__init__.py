"""Procedures that come with the house, as they are written: where whoever writes one for a post begins."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


@lru_cache(1)
def shipped_procedures() -> dict[str, str]:
    """Give them by their codes."""
    found = {one.name: one.read_text("utf-8") for one in files(__name__).iterdir() if one.name.endswith(".toml")}
    return {name.removesuffix(".toml"): text for name, text in sorted(found.items())}
