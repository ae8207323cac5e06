"""Scans of an X-ray complex: given by the plate or container they carry where that can be, by turn where it cannot."""

from __future__ import annotations

import pytest

from tests.core.tape import play

THREE_COME = """
    0 front 01111AAA             -> A opened, A + front by opening, A front 01111AAA
    4 rear 07333CD               -> A + rear by window, A trailer 07333CD
    12 front 05222BBB            -> B opened, B + front by opening, B front 05222BBB
    17 box CSQU3054383           -> B + box by window, B container CSQU3054383
    24 front 08444EEE            -> C opened, C + front by opening, C front 08444EEE
"""

TAPES = {
    "only some are scanned: each scan is whose plate it carries": f"""
        {THREE_COME}
        60 xray S1 plate=08444EEE        -> C + xray by plate
        70 xray S2 plate=05222BBB        -> B + xray by plate
        80 xray S3                       -> A + xray by order
    """,
    "a container, a trailer and the box's KG read along tell as well": f"""
        {THREE_COME}
        60 xray S1 box=CSQU3054383       -> B + xray by plate
        70 xray S2 plate=07333CD         -> A + xray by plate
        80 xray S3 plate=08KG444EEE      -> C + xray by plate
    """,
    "the plate counts more than the container": f"""
        {THREE_COME}
        60 xray S1 plate=08444EEE box=CSQU3054383 -> C + xray by plate
    """,
    "a container tells where the plate is nobody's": f"""
        {THREE_COME}
        60 xray S1 plate=09999ZZZ box=CSQU3054383 -> B + xray by plate
    """,
    "who is scanned again is still the same": f"""
        {THREE_COME}
        60 xray S1 plate=05222BBB        -> B + xray by plate
        75 xray S2 plate=05222BBB        -> B + xray by plate
    """,
    "a slip of the pen is like one plate only": f"""
        {THREE_COME}
        60 xray S1 plate=0S222BBB        -> B + xray by plate
    """,
    "a plate like two is neither: it is the first one's turn": """
        0 front 01777ABC                 -> A opened, A + front by opening, A front 01777ABC
        4 front 01777ABD                 -> B opened, B + front by opening, B front 01777ABD
        60 xray S1 plate=01777ABE        -> A + xray by order
    """,
    "nobody bears it: by turn": f"""
        {THREE_COME}
        60 xray S1 plate=09999ZZZ        -> A + xray by order
    """,
    "the bearer cannot be in the complex yet, nor any more": """
        0 front 01111AAA                 -> A opened, A + front by opening, A front 01111AAA
        600 front 05222BBB               -> B opened, B + front by opening, B front 05222BBB
        628.999 xray S1 plate=05222BBB   -> A + xray by window
        629 xray S2 plate=05222BBB       -> B + xray by plate
        1501 xray S3 plate=05222BBB      -> B + xray by plate
        1501.001 xray S4 plate=05222BBB  -> C opened, C + xray by opening, C unexplained passage_without_plate
    """,
    "a plate of somebody who waits elsewhere is no slip for one who is here": """
        0 front 01777ABC                 -> A opened, A + front by opening, A front 01777ABC
        1000 front 09888XYZ              -> B opened, B + front by opening, B front 09888XYZ
        1010 front 01777ABD              -> C opened, C + front by opening, C front 01777ABD
        1050 xray S1 plate=01777ABC      -> B + xray by order
    """,
    "who has left is not scanned": """
        0 front 01111AAA                 -> A opened, A + front by opening, A front 01111AAA
        4 front 05222BBB                 -> B opened, B + front by opening, B front 05222BBB
        50 exit 01111AAA                 -> A + exit by plate, A exit_front 01111AAA, A departed
        60 xray S1 plate=01111AAA        -> B + xray by window
    """,
    "a conveyance of another lane is in the complex too, one of the other direction is not": """
        0 front@2 01111AAA               -> A opened, A + front by opening, A front 01111AAA
        4 front@9 05222BBB               -> B opened, B + front by opening, B front 05222BBB
        60 xray S1 plate=01111AAA        -> A + xray by plate
        64 xray S2 plate=05222BBB        -> C opened, C + xray by opening, C unexplained passage_without_plate
    """,
    "two visits of one plate: the one that is in the complex now": """
        0 front 01111AAA                 -> A opened, A + front by opening, A front 01111AAA
        700 front 01111AAA               -> A closed seen_again_without_departure, B opened, B + front by opening
            , B front 01111AAA
        760 xray S1 plate=01111AAA       -> B + xray by plate
        500 xray S2 plate=01111AAA late=300 -> A + xray by plate
    """,
}


@pytest.mark.parametrize("scene", TAPES)
def test_scene(scene: str) -> None:
    for said, promised, concluded in play(TAPES[scene]):
        assert concluded == promised, f"{scene}: {said}"
