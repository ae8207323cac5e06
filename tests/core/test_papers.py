"""Documents and codes at a window: what is read one after another is one conveyance's, however it comes."""

from __future__ import annotations

import pytest

from beket.core.crossings.limits import READ_TOGETHER_MAX
from beket.core.dossier import dossier
from beket.core.state import decode, encode
from beket.words.facts import EvidenceAttached
from beket.words.ids import CrossingId
from tests.core.tape import PLACE, Player, lines_of, play, reading

TWO_WAIT = """
    0 front 01111AAA             -> A opened, A + front by opening, A front 01111AAA
    4 front 01222BBB             -> B opened, B + front by opening, B front 01222BBB
"""

TAPES = {
    "papers read one after another are one lorry's, and the next lorry's are its own": f"""
        {TWO_WAIT}
        40 papers P1                 -> A + papers by order
        43 papers P2                 -> A + papers by companion
        47 papers CMR1 code          -> A + papers by companion
        90 papers P3                 -> B + papers by window
        94 papers CMR2 code          -> B + papers by companion
    """,
    "the pause counts from the last paper: at its limit it is the same lorry, past it the next": f"""
        {TWO_WAIT}
        40 papers P1                 -> A + papers by order
        60 papers P2                 -> A + papers by companion
        80.001 papers P3             -> B + papers by window
    """,
    "after a long pause nobody else can be there, as long as the window is open for it": """
        0 front 01111AAA             -> A opened, A + front by opening, A front 01111AAA
        40 papers P1                 -> A + papers by window
        90 papers P2                 -> A + papers by window
        991 papers P3                -> A + papers by window
        1893 papers P4               -> nothing
    """,
    "after a long pause it may have been somebody who is heard of late": """
        0 front 01111AAA             -> A opened, A + front by opening, A front 01111AAA
        40 papers P1                 -> A + papers by window
        90 papers P2                 -> A + papers by window
        95 papers P3                 -> A + papers by companion
        50 front 01222BBB late=90    -> B opened, B + front by opening, B front 01222BBB
            , document moves A to B, document moves A to B
    """,
    "a paper that comes late lies with those read about it": f"""
        {TWO_WAIT}
        40 papers P1                 -> A + papers by order
        90 papers P3                 -> B + papers by window
        44 papers P2 late=60         -> A + papers by companion
        75 papers P4 late=60         -> B + papers by companion
    """,
    "nearer to the papers after it than to those before": f"""
        {TWO_WAIT}
        40 papers P1                 -> A + papers by order
        65 papers P3                 -> B + papers by window
        52 papers P4 late=60         -> A + papers by companion
        59 papers P2 late=60         -> B + papers by companion
    """,
    "papers in the wrong order are together all the same": """
        0 front 01111AAA             -> A opened, A + front by opening, A front 01111AAA
        50 papers P3                 -> A + papers by window
        40 papers P1 late=30         -> A + papers by companion
        45 papers P2 late=30         -> A + papers by companion
        30 papers P0 late=50         -> A + papers by companion
    """,
    "who has left shows nothing more": f"""
        {TWO_WAIT}
        40 papers P1                 -> A + papers by order
        45 exit 01111AAA             -> A + exit by plate, A exit_front 01111AAA, A departed
        50 papers P2                 -> B + papers by window
    """,
    "nobody is there: a document opens nothing": """
        40 papers P1                 -> nothing
        42 papers CMR1 code          -> nothing
        45 front 01111AAA            -> A opened, A + front by opening, A front 01111AAA
        50 papers P2                 -> nothing
        85 papers P3                 -> A + papers by window
    """,
    "papers move together when a lorry is heard of late": """
        4 front 01222BBB             -> A opened, A + front by opening, A front 01222BBB
        40 papers P1                 -> A + papers by window
        43 papers P2                 -> A + papers by companion
        45 papers CMR1 code          -> A + papers by companion
        0 front 01111AAA late=200    -> B opened, B + front by opening, B front 01111AAA
            , document moves A to B, document moves A to B, code moves A to B
        210 papers P3                -> A + papers by window
    """,
}


@pytest.mark.parametrize("scene", TAPES)
def test_scene(scene: str) -> None:
    for said, promised, concluded in play(TAPES[scene]):
        assert concluded == promised, f"{scene}: {said}"


def played(*lines: str) -> Player:
    player = Player()
    for number, line in enumerate(lines, start=1):
        player.say(reading(number, line))
    return player


def owners(player: Player) -> list[str]:
    attached = [fact for fact in player.facts if isinstance(fact, EvidenceAttached) and fact.evidence == "document"]
    return [fact.crossing for fact in attached]


def test_what_moved_together_lies_together_in_the_picture_of_its_crossing() -> None:
    player = played(
        *(line.partition("->")[0] for line in lines_of(TAPES["papers move together when a lorry is heard of late"]))
    )
    drawn = [dossier(player.state.crossings, CrossingId(f"{PLACE}:{seq}.0")) for seq in (2, 6)]
    assert [[one.kind for one in each.evidence] for each in drawn if each is not None] == [
        ["plate_read", "document"],
        ["plate_read", "document", "document", "code"],
    ]
    assert decode(encode(player.state)) == player.state


def test_a_full_coach_shows_all_its_papers_at_one_window() -> None:
    coach = [f"{40 + 5 * n} papers P{n}" for n in range(READ_TOGETHER_MAX + 10)]
    player = played("0 front 01111AAA", "20 front 01222BBB", *coach)
    assert set(owners(player)) == {f"{PLACE}:2.0"}
    assert len(owners(player)) == READ_TOGETHER_MAX + 10
