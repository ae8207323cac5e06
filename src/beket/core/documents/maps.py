"""Conclude that a map which a person wrote is in force, or is so no longer: versions of one name follow each other."""

from __future__ import annotations

from collections.abc import Mapping

from beket.core.documents.limits import MAPS_MAX
from beket.core.documents.state import HeldMap
from beket.core.refused import refused
from beket.words.decisions import MAP_CHARS_MAX, MAP_NAME, MAP_TITLE_MAX, RetireMap, SaveMap
from beket.words.facts import DecisionRefused, MapRetired, MapSaved
from beket.words.ids import EntryRef, Instant, sha256
from beket.words.roles import may

NEVER = HeldMap(sha256=None, version=0, at=Instant(0))
"""What is held of a name that no map of this place has had."""


def of_map(
    maps: Mapping[str, HeldMap], ref: EntryRef, ordered: SaveMap | RetireMap
) -> MapSaved | MapRetired | DecisionRefused:
    """Put a map in force or out of force, or say why it cannot be. What its text says is for whoever reads by it."""
    held = maps.get(ordered.name, NEVER)
    why = _why_not_saved(maps, held, ordered) if isinstance(ordered, SaveMap) else _why_not_retired(held, ordered)
    if why is not None:
        return refused(ref, ordered, why)
    at = Instant(max(ordered.at, held.at + 1))  # it follows the one before, whatever the clock of the desk said
    if isinstance(ordered, RetireMap):
        return MapRetired(
            at=at, because=(ref,), name=ordered.name, sha256=ordered.sha256, by=ordered.by, why=ordered.why.strip(),
            version=held.version,
        )  # fmt: skip
    return MapSaved(
        at=at, because=(ref,), name=ordered.name, title=ordered.title.strip(), text=ordered.text,
        sha256=ordered.sha256, by=ordered.by, version=held.version + 1, replaces=ordered.replaces,
        made_from=ordered.made_from,
    )  # fmt: skip


def _why_not_saved(maps: Mapping[str, HeldMap], held: HeldMap, ordered: SaveMap) -> str | None:
    if not may(ordered.role, "map_documents"):
        return "not_allowed"
    if not MAP_NAME.fullmatch(ordered.name):
        return "no_map_name"
    return _why_not_written(ordered) or _why_not_next(maps, held, ordered)


def _why_not_written(ordered: SaveMap) -> str | None:
    """Why what is to be kept cannot be."""
    if not ordered.title.strip() or len(ordered.title) > MAP_TITLE_MAX:
        return "no_map_title"
    if not ordered.text.strip() or len(ordered.text) > MAP_CHARS_MAX:
        return "map_too_long"
    return None if sha256(ordered.text.encode(errors="replace")) == ordered.sha256 else "map_torn"


def _why_not_next(maps: Mapping[str, HeldMap], held: HeldMap, ordered: SaveMap) -> str | None:
    """Why it cannot follow what is in force."""
    if held.sha256 != ordered.replaces:
        return "map_changed_meanwhile"
    if held.sha256 == ordered.sha256:
        return "map_is_the_same"
    return "too_many_maps" if ordered.name not in maps and len(maps) >= MAPS_MAX else None


def _why_not_retired(held: HeldMap, ordered: RetireMap) -> str | None:
    if not may(ordered.role, "map_documents"):
        return "not_allowed"
    if held.sha256 is None:
        return "no_such_map"
    if held.sha256 != ordered.sha256:
        return "map_changed_meanwhile"
    return None if ordered.why.strip() else "no_reason"
