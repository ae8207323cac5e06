"""What inspectors noted against what machines read and what papers say."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace

from beket.core.documents.state import Noted, Paper, Scale
from beket.core.risk.picture import Picture
from beket.words.gist import Sum, Vin
from beket.words.ids import EntryRef
from beket.words.passages import NoteField
from tests.core.rules.tables import Found, Tables, finds, paper, picture, rows

BOX, OTHER_BOX = "CSQU3054383", "MSKU9070323"
VIN, OTHER_VIN = "XTC54901234567890", "XTC54909876543210"
SCALES: Final = {"scale": Scale(error_kg=20)}


def noted(field: NoteField, value: str, seen: Picture) -> Picture:
    """A crossing of which something was noted."""
    return replace(seen, visit=replace(seen.visit, noted={field: Noted(value=value, ref=EntryRef("7.0"))}))


def read(field: NoteField, value: str, **signs: str) -> Picture:
    """What was noted, and what cameras read."""
    return noted(field, value, picture(signs=signs))


def apart(value: str, seen: str) -> Found:
    return ({"noted": value, "read": seen},)


def sealed(found: str, *declared: str, cancels: bool = False) -> Picture:
    """Seals that were found, and those of a note."""
    return noted("seals", found, picture(paper(seals=declared, cancels=cancels)))


def seals(declared: str, found: str, missing: str, foreign: str) -> Found:
    return ({"declared_seals": declared, "found_seals": found, "missing_seals": missing, "foreign_seals": foreign},)


def made(value: str, *vins: Vin, cancels: bool = False) -> Picture:
    """A VIN that was noted, and those of a note."""
    return noted("vin", value, picture(paper(vins=vins, cancels=cancels), signs={"front": "01111AAA"}))


def declared(packages: int | None, name: str = "d1") -> Paper:
    return paper("goods_declaration", name, told=Sum(packages=packages))


def weighed(value: str, *shown: float) -> Picture:
    """A mass that was noted, and those that a scale showed."""
    return noted("gross_kg", value, picture(weighed=tuple(("scale", kg) for kg in shown), scales=SCALES))


TABLES: Final[Tables] = {
    "E01": (
        ("the plate that was read", read("plate", "01111AAA", front="01111AAA"), ()),
        ("another", read("plate", "01999ZZZ", front="01111AAA"), apart("01999ZZZ", "01111AAA")),
        ("one sign that cameras confuse", read("plate", "O1111AAA", front="01111AAA"), ()),
        ("none was read", read("plate", "01999ZZZ"), ()),
        ("only behind", read("plate", "01999ZZZ", rear="02222BB"), ()),
        ("as at the exit", read("plate", "01999ZZZ", front="01111AAA", exit_front="01999ZZZ"), ()),
        ("another trailer", read("trailer", "02999ZZ", trailer="02222BB"), apart("02999ZZ", "02222BB")),
        ("what was read behind is its trailer's", read("trailer", "02222BB", rear="02222BB"), ()),
        ("another container", noted("container", BOX, picture(boxes=(OTHER_BOX,))), apart(BOX, OTHER_BOX)),
        ("one of two", noted("container", BOX, picture(boxes=(OTHER_BOX, BOX))), ()),
        ("no container was read", noted("container", BOX, picture()), ()),
        ("nothing was noted", picture(signs={"front": "01111AAA"}), ()),
    ),
    "E02": (
        ("those that are declared", sealed("KG2 KG1", "KG1", "KG2"), ()),
        ("one is missing", sealed("KG1", "KG1", "KG2"), seals("KG1, KG2", "KG1", "KG2", "")),
        ("one is foreign", sealed("KG1 KG9", "KG1"), seals("KG1", "KG1, KG9", "", "KG9")),
        ("none is declared", sealed("KG1"), ()),
        ("the paper cancels", sealed("KG1", "KG2", cancels=True), ()),
        ("nothing was noted", picture(paper(seals=("KG1",))), ()),
    ),
    "E03": (
        ("the same", made(VIN, Vin(vin=VIN, plate="01111AAA")), ()),
        ("another", made(OTHER_VIN, Vin(vin=VIN, plate="01111AAA")), ({"noted": OTHER_VIN, "vin": VIN},)),
        ("beside no plate", made(OTHER_VIN, Vin(vin=VIN)), ({"noted": OTHER_VIN, "vin": VIN},)),
        ("of the trailer", made(OTHER_VIN, Vin(vin=VIN, plate="02222BB")), ()),
        ("none in the paper", made(VIN), ()),
        ("one that cancels", made(OTHER_VIN, Vin(vin=VIN), cancels=True), ()),
        ("nothing was noted", picture(paper(vins=(Vin(vin=VIN),))), ()),
    ),
    "E04": (
        ("as many", noted("packages", "40", picture(declared(40))), ()),
        (
            "one more",
            noted("packages", "41", picture(declared(40))),
            ({"noted": "41", "declared_packages": "40"},),
        ),
        ("two declarations together", noted("packages", "70", picture(declared(40), declared(30, "d2"))), ()),
        ("the declaration is silent", noted("packages", "41", picture(declared(None))), ()),
        ("no declaration", noted("packages", "41", picture(paper(told=Sum(packages=40)))), ()),
        ("nothing was noted", picture(declared(40)), ()),
    ),
    "E05": (
        ("within what it can err", weighed("24380", 24400), ()),
        (
            "one kilogram more",
            weighed("24379", 24400),
            ({"noted": "24379", "weighed_kg": "24400", "error_kg": "20"},),
        ),
        ("held against the last", weighed("18200", 24400, 18200), ()),
        ("no scale showed any", weighed("24379"), ()),
        ("nothing was noted", picture(weighed=(("scale", 24400),), scales=SCALES), ()),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "seen", "found"), rows(TABLES))
def test_what_the_rule_finds(code: str, seen: Picture, found: Found) -> None:
    assert finds(code, seen) == found
