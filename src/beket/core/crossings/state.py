"""What is held of the conveyances at one place."""

from __future__ import annotations

from msgspec import Struct

from beket.words.ids import PlaceId


class Crossings(Struct, kw_only=True):
    """The crossings slice of one place."""

    place: PlaceId
