"""Scenes of devices that fail, recover and lose their time."""

from __future__ import annotations

import pytest

from tests.core.tape import play

TAPES = {
    "a device goes silent and says it is well": """
        0 dead front@1 fault=silent  -> front@1 failed silent
        9 dead front@1 fault=silent  -> nothing
        60 alive front@1             -> front@1 recovered
        90 alive front@1             -> nothing
    """,
    "a device that was away speaks": """
        0 dead portal@1 fault=unreachable -> portal@1 failed unreachable
        60 background                     -> portal@1 recovered
    """,
    "what it kept shows nothing of now": """
        0 dead front@1               -> front@1 failed silent
        60 scale 20000 buffered      -> A opened, A + scale 20000 by opening, A unexplained weighing_without_plate
        50 front noPlate buffered    -> B opened, B + front by opening, B unexplained no_plate
        70 front noPlate             -> front@1 recovered, C opened, C + front by opening, C unexplained no_plate
    """,
    "a device that names a fault keeps it while it speaks": """
        0 alive front@1 fault=lens   -> front@1 failed lens
        1 front noPlate              -> A opened, A + front by opening, A unexplained no_plate
        60 alive front@1             -> front@1 recovered
    """,
    "an opened case is a failure until it is closed": """
        0 case open                  -> portal@1 failed tampered
        5 alive portal@1             -> nothing
        9 dead portal@1              -> nothing
        60 case closed               -> portal@1 recovered
    """,
    "a background out of bounds, and in bounds again": """
        0 background high            -> portal@1 failed background high_background gamma
        5 alive portal@1             -> nothing
        60 background                -> portal@1 recovered
    """,
    "a clock is found wrong, and right only when it is well inside": """
        0 alive scale@1 drift=30     -> nothing
        60 alive scale@1 drift=-31   -> scale@1 clock wrong -31000
        61 alive scale@1 drift=-32   -> nothing
        62 alive scale@1 drift=29    -> nothing
        63 alive scale@1 drift=25    -> scale@1 clock right 25000
    """,
}


@pytest.mark.parametrize("scene", TAPES)
def test_scene(scene: str) -> None:
    for said, promised, concluded in play(TAPES[scene]):
        assert concluded == promised, f"{scene}: {said}"
