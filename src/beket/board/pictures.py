"""Pictures on the board: of which entry each is, and what it is called in the evidence store."""

from __future__ import annotations

from typing import Final

from msgspec import Struct


class PictureRow(Struct):
    """A picture that came with a reading or a record."""

    place: str
    seq: int
    idx: int
    role: str
    ordinal: int
    sha256: str
    size: int
    media_type: str


PICTURES: Final = """
INSERT INTO BOARD.picture (place, seq, idx, role, ordinal, sha256, size, media_type)
SELECT * FROM SPREAD AS e
"""
