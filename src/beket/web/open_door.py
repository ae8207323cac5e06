"""What anybody is told who has no account: what stands on a paper in their hand, and what places are called."""

from __future__ import annotations

from django.db import connection
from django.http import Http404

from beket.board.panels import acts as board_acts
from beket.board.panels.acts import ActSeen
from beket.words.acts import CHECK_SIGNS
from beket.words.ids import Sha256
from beket.words.site import Name


def act_for_anyone(number: str, check: str) -> ActSeen | None:
    """An act for whoever has its paper in hand: without the signs that stand on it the number alone tells nothing."""
    with connection.cursor() as cursor:
        found = board_acts.act(cursor, number)
    if found is None or len(check) < CHECK_SIGNS or not found.sha256.startswith(check):
        return None
    return found


def act_of_paper(pdf: Sha256) -> ActSeen | None:
    """An act for whoever has its file: the hash of the whole file is the proof."""
    with connection.cursor() as cursor:
        return board_acts.act_of_pdf(cursor, pdf)


def place_words(place: str) -> tuple[Name, str]:
    """A place's name in the three languages, and its zone: names are no secret."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name_ky, name_ru, name_en, zone_name FROM place WHERE id = %s", [place])
        row = cursor.fetchone()
    if row is None:
        raise Http404
    ky, ru, en, zone = row
    return Name(ky=ky or place, ru=ru or place, en=en or place), zone
