"""Papers against a scale and scales against each other, each at what a scale may err by."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest

from beket.core.documents.state import Paper, Scale
from beket.core.risk.picture import Picture
from beket.core.risk.rules.masses import EMPTY_KG_MAX, WEIGHINGS_MAX
from beket.words.loads import SCALE_ERROR_KG
from tests.core.rules.tables import Found, Tables, finds, kg, paper, picture, rows

FINE: Final = {"fine": Scale(error_kg=20.0), "rough": Scale(error_kg=50.0), "strip": Scale(wim=True)}
DAY_OF: Final = "2026-11-18"


def announced(declared: str | None, *weighed: tuple[str, float]) -> Picture:
    """Advance information that declares the mass of the vehicle, and what scales showed."""
    note = paper("advance_information", conveyance_kg=None if declared is None else Decimal(declared))
    return picture(note, weighed=weighed, scales=FINE)


def carried(declared: str | None, shown: float, *more: Paper) -> Picture:
    """A note of goods, and what a scale showed."""
    note = paper() if declared is None else paper(told=kg(declared))
    return picture(note, *more, weighed=(("fine", shown),), scales=FINE)


def off(declared: str, weighed: str, error: str, off_kg: str) -> Found:
    """What is found of a vehicle of another mass."""
    return ({"declared_kg": declared, "weighed_kg": weighed, "error_kg": error, "off_kg": off_kg},)


def heavy(declared: str, weighed: str) -> Found:
    """What is found of goods that are heavier than the whole."""
    return ({"declared_kg": declared, "weighed_kg": weighed, "error_kg": "20"},)


def too_much(declared: str, weighed: str, over: str) -> Found:
    """What is found of a lorry that no such goods make so heavy."""
    told = {"declared_kg": declared, "weighed_kg": weighed, "error_kg": "20", "over_kg": over}
    return ({**told, "empty_kg_max": str(EMPTY_KG_MAX)},)


def twice(*weighed: tuple[str, float], **scales: Scale) -> Picture:
    """A lorry without papers on several scales."""
    return picture(weighed=weighed, scales=FINE | scales)


def tampered(lighter: str, heavier: str, error: str) -> Found:
    """What is found of two weighings that differ."""
    return ({"lighter_kg": lighter, "heavier_kg": heavier, "error_kg": error},)


def verified(until: str | None, document: Paper) -> Picture:
    """A paper, and a scale that was verified until a day."""
    return picture(document, weighed=(("fine", 30_000),), scales={"fine": Scale(error_kg=20.0, verified_until=until)})


RUN_OUT: Final = Scale(error_kg=20.0, verified_until="2026-11-17")

TABLES: Final[Tables] = {
    "W01": (
        ("at the scale's error", announced("30000", ("fine", 30_020)), ()),
        ("one past it", announced("30000", ("fine", 30_021)), off("30000", "30021", "20", "21")),
        ("the other sign", announced("30000", ("fine", 29_979)), off("30000", "29979", "20", "-21")),
        ("an error that nobody registered", announced("30000", ("new", 30_000 + float(SCALE_ERROR_KG))), ()),
        ("one past that", announced("30000", ("new", 30_061)), off("30000", "30061", "60", "61")),
        ("a tenth in the road", announced("27000", ("strip", 30_000)), ()),
        ("past a tenth", announced("26999", ("strip", 30_000)), off("26999", "30000", "3000", "3001")),
        ("the last weighing counts", announced("30000", ("fine", 35_000), ("fine", 30_000)), ()),
        ("not weighed", announced("30000"), ()),
        ("not declared", announced(None, ("fine", 30_000)), ()),
    ),
    "W02": (
        ("at the scale's error", carried("30020", 30_000), ()),
        ("one past it", carried("30021", 30_000), heavy("30021", "30000")),
        ("two notes together", carried("20000", 30_000, paper(name="p2", told=kg("10021"))), heavy("30021", "30000")),
        ("one of two is silent", carried("40000", 30_000, paper(name="p2")), ()),
        ("not declared", carried(None, 30_000), ()),
        ("an invoice may be for more", picture(paper("invoice", told=kg("90000")), weighed=(("fine", 30_000),)), ()),
    ),
    "W03": (
        ("at the heaviest empty lorry", carried("10000", 30_020), ()),
        ("one past it", carried("10000", 30_021), too_much("10000", "30021", "1")),
        ("337 kg where 22 t were, as at Nur Zholy", carried("337", 38_200), too_much("337", "38200", "17843")),
        ("not declared", carried(None, 90_000), ()),
    ),
    "W04": (
        ("at both errors", twice(("fine", 30_000), ("rough", 30_070)), ()),
        ("one past them", twice(("fine", 30_000), ("rough", 30_071)), tampered("30000", "30071", "70")),
        ("the other way round", twice(("fine", 30_071), ("rough", 30_000)), tampered("30000", "30071", "70")),
        ("a scale twice", twice(("fine", 30_000), ("fine", 30_041)), tampered("30000", "30041", "40")),
        (
            "the widest of three",
            twice(("fine", 30_000), ("fine", 30_050), ("fine", 30_090)),
            tampered("30000", "30090", "40"),
        ),
        (
            "a rough one does not hide the others",
            twice(("strip", 33_000), ("fine", 30_000), ("rough", 30_071)),
            tampered("30000", "30071", "70"),
        ),
        ("on a scale that is out of its verification", twice(("fine", 30_000), ("old", 35_000), old=RUN_OUT), ()),
        ("weighed once", twice(("fine", 30_000)), ()),
        ("long ago", twice(("fine", 20_000), *(("fine", 30_000),) * WEIGHINGS_MAX), ()),
        ("not weighed", twice(), ()),
    ),
    "W05": (
        ("on its last day", verified(DAY_OF, paper(told=kg("1"))), ()),
        (
            "a day later",
            verified("2026-11-17", paper(told=kg("1"))),
            ({"device": "fine", "verified_until": "2026-11-17", "weighed_on": DAY_OF},),
        ),
        (
            "held against the mass of the vehicle",
            verified("2026-11-17", paper("advance_information", conveyance_kg=Decimal(1))),
            ({"device": "fine", "verified_until": "2026-11-17", "weighed_on": DAY_OF},),
        ),
        ("no mass to compare", verified("2026-11-17", paper()), ()),
        ("an invoice is not compared", verified("2026-11-17", paper("invoice", told=kg("1"))), ()),
        ("one that cancels", verified("2026-11-17", paper(told=kg("1"), cancels=True)), ()),
        ("the register does not say", verified(None, paper(told=kg("1"))), ()),
        ("a day that is none", verified("next year", paper(told=kg("1"))), ()),
    ),
}


@pytest.mark.parametrize(("code", "seen", "found"), rows(TABLES))
def test_rule(code: str, seen: Picture, found: Found) -> None:
    assert finds(code, seen) == found
