"""What scales showed of a conveyance, with their axles and scales, and what the same vehicle weighed at other times."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from beket.board.panels.asking import Cursor, Scope, all_of, places_named, scoped
from beket.board.panels.dossier import Dossier, Evidence
from beket.board.panels.entry import entry
from beket.words.ids import CrossingId, DeviceId, Instant, PlaceId
from beket.words.loads import whole_kg
from beket.words.plates import plate_key
from beket.words.readings import Axle, WimPass

WEIGHINGS_MAX: Final = 8
"""Most weighings of one dossier that are shown: the last ones."""

OTHERS_MAX: Final = 12
"""Most other crossings of one vehicle whose weight is shown: those that were last."""

KEYS_MAX: Final = 20
"""Most writings of one plate that are looked for."""


class Scale(Struct, frozen=True, kw_only=True):
    """What the register says of a scale."""

    id: DeviceId
    klass: str | None = None
    model: str | None = None
    serial: str | None = None
    accuracy_class: str | None = None
    error_kg: float | None = None
    verified_on: str | None = None
    verified_until: str | None = None


class Weighing(Struct, frozen=True, kw_only=True):
    """One weighing: what was shown, by axles where it was, and the scale as it stands in the register now."""

    said: Evidence
    gross_kg: float
    axles: tuple[Axle, ...]
    temperature_c: float | None
    scale: Scale


class Other(Struct, frozen=True, kw_only=True):
    """Another crossing of the same vehicle, and what it weighed."""

    id: CrossingId
    place: PlaceId
    direction: str
    opened_at: Instant
    gross_kg: float
    plate: str | None
    country: str | None
    trailer: str | None


_SCALES: Final = """
SELECT c.id, c.klass, c.model, c.serial, c.accuracy_class, c.scale_error_kg AS error_kg, c.verified_on, c.verified_until
FROM device c WHERE c.place = %(place)s AND c.id = ANY(%(names)s)
"""

_OTHERS: Final = """
SELECT c.id, c.place, c.direction, c.opened_at, c.gross_kg, c.plate, c.country, c.trailer
FROM crossing c
WHERE c.id IN (
    SELECT k.crossing FROM crossing_key k
    WHERE k.key IN (SELECT p.key FROM key_part p WHERE p.part = %(key)s LIMIT %(keys)s)
  ) AND c.id <> %(id)s AND c.gross_kg IS NOT NULL AND c.joined_into IS NULL AND SCOPE
ORDER BY c.opened_at DESC, c.id DESC LIMIT %(most)s
"""


def weighings(cursor: Cursor, held: Dossier) -> tuple[Weighing, ...]:
    """Read the weighings of a dossier, the first first."""
    said = [one for one in held.evidence if one.gross_kg is not None or one.kind == "wim_pass"][-WEIGHINGS_MAX:]
    if not said:
        return ()
    place = held.crossing.place
    named = {"place": place, "names": [one.device for one in said]}
    scales = {scale.id: scale for scale in all_of(cursor, Scale, _SCALES, named)}
    read = ((one, _rolled(cursor, place, one) if one.kind == "wim_pass" else None) for one in said)
    return tuple(_weighing(one, body, scales.get(one.device) or Scale(id=one.device)) for one, body in read)


def _rolled(cursor: Cursor, place: PlaceId, said: Evidence) -> WimPass | None:
    seen = entry(cursor, place, said.ref)
    return seen.body if seen is not None and isinstance(seen.body, WimPass) else None


def _weighing(said: Evidence, body: WimPass | None, scale: Scale) -> Weighing:
    axles = () if body is None else body.axles
    return Weighing(
        said=said, gross_kg=whole_kg(said.gross_kg, axles) or 0.0, axles=axles,
        temperature_c=None if body is None else body.temperature_c, scale=scale,
    )  # fmt: skip


def others(cursor: Cursor, held: Dossier, places: Scope = None) -> tuple[Other, ...]:
    """Read what the vehicle of a dossier weighed at its other crossings, the last first."""
    row = held.crossing
    if not row.plate:
        return ()
    key = plate_key(row.plate, row.country)
    named = {"key": key, "id": row.id, "keys": KEYS_MAX, "most": OTHERS_MAX, **places_named(places)}
    found = all_of(cursor, Other, scoped(_OTHERS, places), named)
    return tuple(one for one in found if one.plate and plate_key(one.plate, one.country) == key)
