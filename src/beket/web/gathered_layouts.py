"""Layouts of checkpoints, asked through the one door."""

from __future__ import annotations

from django.http import Http404

from beket.board.panels import layouts as board
from beket.board.panels.layouts import LayoutSeen
from beket.web import access
from beket.web.eyes import Eyes
from beket.words.ids import PlaceId
from beket.words.site import Post


def in_force(eyes: Eyes) -> tuple[LayoutSeen, ...]:
    """The layout in force of each checkpoint."""
    return access.scoped(eyes, "see_devices", board.in_force)


def waiting(eyes: Eyes) -> tuple[LayoutSeen, ...]:
    """Layouts that wait for a second person or for their day."""
    return access.scoped(eyes, "see_devices", board.waiting)


def of_place(eyes: Eyes, place: str) -> tuple[LayoutSeen, ...]:
    """All layouts of one checkpoint, also of one that is not laid out yet."""
    access.at_place(eyes, "see_devices", place)
    found = access.scoped(eyes, "see_devices", lambda cursor, _scope: board.of_place(cursor, PlaceId(place)))
    if not found:
        raise Http404
    return found


def beside(eyes: Eyes) -> tuple[Post, ...]:
    """Every checkpoint as it is laid out now, for whoever may lay one out: names and ports are taken by all of them."""
    if not eyes.can("propose_posts"):
        return ()
    return access.everywhere(lambda cursor: tuple(one.post for one in board.in_force(cursor)))
