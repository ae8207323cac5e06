"""Seals that papers name against those that somebody found: what is missing, and what is foreign."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from beket.core.documents.state import Paper


def declared_seals(papers: Iterable[Paper]) -> tuple[str, ...]:
    """Give the seals that papers name, each once."""
    return tuple(dict.fromkeys(seal for paper in papers for seal in paper.gist.seals))


def apart(declared: Collection[str], found: Collection[str]) -> tuple[list[str], list[str]]:
    """Give the seals that are declared and were not found, and those that were found and are not declared."""
    return [seal for seal in declared if seal not in found], [seal for seal in found if seal not in declared]
