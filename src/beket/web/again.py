"""Refused papers that are brought again, because something here may read them now: new rows with the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from beket.log.inbox import Brought, Paper
from beket.web import access
from beket.web.eyes import Eyes
from beket.web.lodging import lodge
from beket.web.mapping import MAPPED
from beket.web.moments import now_ms

ALIKE_MAX: Final = 50
"""Most papers that are brought again at once, looked for among the newest refused ones."""

BYTES_MAX: Final = 64 * 1024 * 1024
"""Most bytes of papers that are brought again at once; the others by another press of the button."""


def mappable(eyes: Eyes, paper: Brought) -> bool:
    """Tell whether a paper was refused for a reason that a map may help, at a place where these eyes lodge papers."""
    refused = paper.outcome is not None and paper.outcome.refused in MAPPED
    return paper.state == "refused" and refused and eyes.sees("lodge_documents", paper.place)


def alike(eyes: Eyes, paper: Brought) -> list[Brought]:
    """Give other papers that were refused for the same reason, word for word, and not brought again; newest first."""
    found = [one for one in access.inbox(eyes, "refused") if one.id != paper.id and _same(one, paper)]
    done = access.brought_again(eyes, found)
    return [one for one in found if one.id not in done and mappable(eyes, one)][:ALIKE_MAX]


def bring_again(eyes: Eyes, by: str, papers: Sequence[Brought], wanted: str, version: str) -> list[int]:
    """Bring papers again, to be read by a map; gives their new numbers. One whose bytes are gone is left out.

    Pressed twice it is the same papers, as long as the map is of this version. Raises Http404, OtherPaper, Trouble.
    """
    numbers: list[int] = []
    room = BYTES_MAX
    for paper in papers:
        room -= paper.size
        blob = access.brought_bytes(eyes, paper) if room >= 0 or not numbers else None
        if blob is not None:
            numbers += lodge(eyes, [_again(paper, blob, by, (wanted, version))])
    return numbers


def _again(paper: Brought, blob: bytes, by: str, read_by: tuple[str, str]) -> Paper:
    return Paper(
        place=paper.place, way="desk", by=by, at=now_ms(), blob=blob, file_name=paper.file_name,
        media_type=paper.media_type, wanted=read_by[0], crossing=paper.crossing,
        key=f"again:{paper.id}:{read_by[0]}:{read_by[1]}", again_of=paper.id,
    )  # fmt: skip


def _same(one: Brought, other: Brought) -> bool:
    if one.outcome is None or other.outcome is None:
        return False
    return (one.outcome.refused, one.outcome.reason) == (other.outcome.refused, other.outcome.reason)
