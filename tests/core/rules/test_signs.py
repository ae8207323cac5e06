"""Plates, containers and seals of papers against those that were seen, and one paper for two crossings."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace

from beket.core.documents.state import Paper, ShownSlip
from beket.core.risk.picture import Picture
from beket.words.documents import DocumentKind
from beket.words.gist import Plate, Sealed, Vin
from beket.words.ids import CrossingId, EntryRef
from beket.words.site import Direction
from tests.core.rules.tables import HERE, Found, Tables, finds, paper, picture, plates, rows, used
from tests.words.slips import slip

FRONT: Final = {"front": "01111AAA KG"}
WITH_TRAILER: Final = {"front": "01111AAA KG", "trailer": "02222BB KG"}
BOX, OTHER_BOX, MISREAD_BOX = "CSQU3054383", "MSKU9070323", "MSKU9070324"


def tractor(written: str, **signs: str) -> Picture:
    """A note of a tractor, and what was seen."""
    return picture(paper(plates=plates(written)), signs=signs)


def another(declared: str, seen: str) -> Found:
    """What is found of plates that differ."""
    return ({"declared_plates": declared, "seen_plates": seen},)


def slipped(plate: str, other: str = "", **signs: str) -> Picture:
    """A printed slip of a plate, and what was seen."""
    seen = picture(signs=signs)
    ref = EntryRef("6.0")
    seen.visit.slips[ref] = ShownSlip(of=ref, slip=slip(plate), signer="", by="a", other=CrossingId(other) or None)
    return seen


def trailer(*written: str, **signs: str) -> Picture:
    """A note of trailers, and what was seen."""
    return picture(paper(plates=plates(*written, trailer=True)), signs=signs)


def boxes(declared: tuple[str, ...], *read: str) -> Picture:
    """A note of containers, and those that were read."""
    return picture(paper(containers=declared), boxes=read)


def seals(declared: tuple[str, ...], **recorded: object) -> Picture:
    """A note of seals, and what a control recorded."""
    return picture(paper(seals=declared), paper("control_result", "r1", sealed=replace(Sealed(), **recorded)))


def odd_seals(declared: str, found: str, missing: str, foreign: str) -> Found:
    """What is found of seals that differ."""
    return ({"declared_seals": declared, "found_seals": found, "missing_seals": missing, "foreign_seals": foreign},)


def plate_of(country: str | None) -> tuple[Plate, ...]:
    """The plate that was seen, as a paper has it."""
    return (Plate(written="01111AAA", key="01111AAA", country=country),)


def said(vin: str, name: str = "n1", *, cancels: bool = False) -> Paper:
    """A note that names a trailer and its maker's number."""
    return paper("consignment_note", name, vins=(Vin(vin=vin, plate="02222BB"),), cancels=cancels)


def before(vin: str, now: str) -> Picture:
    """A note of this visit, and one of an earlier one."""
    return replace(picture(said(now)), earlier=(said(vin, "n0"),))


def brought(kind: DocumentKind, *crossings: tuple[str, Direction | None], cancels: bool = False) -> Picture:
    """A crossing with a paper that belongs to it and to others."""
    return picture(paper(kind, crossings=used((HERE, "in"), *crossings), cancels=cancels))


def more(others: str, times: str) -> Found:
    """What is found of a paper that is used more than once."""
    return ({"other_crossings": others, "times": times},)


TABLES: Final[Tables] = {
    "P01": (
        ("the tractor that was seen", tractor("01111AAA", **FRONT), ()),
        ("another", tractor("01999ZZZ", **FRONT), another("01999ZZZ", "01111AAA")),
        ("seen behind only", tractor("01999ZZZ", rear="02222BB"), ()),
        ("at the exit", tractor("01999ZZZ", exit_front="01111AAA"), another("01999ZZZ", "01111AAA")),
        ("one of two plates in one field", picture(paper(plates=plates("02222BB", "01111AAA")), signs=FRONT), ()),
        ("a trailer is no tractor", trailer("01999ZZZ", **FRONT), ()),
        ("no plate in the paper", picture(paper(), signs=FRONT), ()),
        ("one that cancels", picture(paper(plates=plates("01999ZZZ"), cancels=True), signs=FRONT), ()),
    ),
    "P02": (
        ("the trailer that was seen", trailer("02222BB", **WITH_TRAILER), ()),
        ("another", trailer("02999ZZ", **WITH_TRAILER), another("02999ZZ", "02222BB")),
        ("one of two", trailer("02999ZZ", "02222BB", **WITH_TRAILER), ()),
        ("one sign that cameras confuse", trailer("O2222BB", **WITH_TRAILER), ()),
        ("two of them", trailer("OZ222BB", **WITH_TRAILER), another("OZ222BB", "02222BB")),
        ("none was read", trailer("02999ZZ", **FRONT), ()),
        ("none in the paper", tractor("01111AAA", **WITH_TRAILER), ()),
        (
            "one that cancels",
            picture(paper(plates=plates("02999ZZ", trailer=True), cancels=True), signs=WITH_TRAILER),
            (),
        ),
    ),
    "P03": (
        ("the one that was seen", boxes((BOX,), BOX), ()),
        ("one of two was seen", boxes((BOX, OTHER_BOX), BOX), ()),
        ("another", boxes((BOX,), OTHER_BOX), ({"seen_container": OTHER_BOX, "declared_containers": BOX},)),
        ("none is declared", boxes((), BOX), ({"seen_container": BOX, "declared_containers": ""},)),
        ("none was read", boxes((BOX,)), ()),
        ("misread: its digit is wrong", boxes((BOX,), MISREAD_BOX), ()),
        ("no paper of the goods", picture(paper("invoice"), boxes=(BOX,)), ()),
    ),
    "P04": (
        ("the same", picture(paper(plates=plate_of("kg")), signs=FRONT), ()),
        (
            "another",
            picture(paper(plates=plate_of("KZ")), signs=FRONT),
            ({"plate": "01111AAA", "declared_country": "KZ", "seen_country": "KG"},),
        ),
        ("none in the paper", picture(paper(plates=plate_of(None)), signs=FRONT), ()),
        ("none was seen", picture(paper(plates=plate_of("KZ")), signs={"front": "01111AAA"}), ()),
        ("written in words", picture(paper(plates=plate_of("Kazakhstan")), signs=FRONT), ()),
        ("of a plate that was not seen", picture(paper(plates=plates("01999ZZZ KZ")), signs=FRONT), ()),
        ("one that cancels", picture(paper(plates=plate_of("KZ"), cancels=True), signs=FRONT), ()),
    ),
    "P05": (
        ("those that are declared", seals(("KG1", "KG2"), found=("KG2", "KG1")), ()),
        ("one is missing", seals(("KG1", "KG2"), found=("KG1",)), odd_seals("KG1, KG2", "KG1", "KG2", "")),
        ("one is foreign", seals(("KG1",), found=("KG1", "KG9")), odd_seals("KG1", "KG1, KG9", "", "KG9")),
        ("taken off and told", seals(("KG1", "KG2"), found=("KG1",), changed=("KG2",)), ()),
        ("put on by the control, and declared since", seals(("KG1", "KG7"), found=("KG1",), placed=("KG7",)), ()),
        ("only put on", seals(("KG1",), placed=("KG7",)), ()),
        ("there were none", seals(("KG1",), present=False), odd_seals("KG1", "", "KG1", "")),
        ("there were some, without numbers", seals(("KG1",), present=True), ()),
        ("none is declared", seals((), found=("KG9",)), ()),
        ("a control without seals", picture(paper(seals=("KG1",)), paper("control_result", "r1")), ()),
    ),
    "P06": (
        ("the same", before("A1", "A1"), ()),
        ("another", before("A1", "B2"), ({"plate": "02222BB", "vin_before": "A1", "vin": "B2"},)),
        ("of another plate", replace(before("A1", "B2"), papers=(paper(vins=(Vin(vin="B2", plate="02999BB"),)),)), ()),
        ("of no plate", replace(before("A1", "B2"), papers=(paper(vins=(Vin(vin="B2"),)),)), ()),
        (
            "told twice",
            replace(before("A1", "B2"), papers=(said("B2"), said("B2", "n2"))),
            ({"plate": "02222BB", "vin_before": "A1", "vin": "B2"},),
        ),
        ("cancelled", replace(before("A1", "B2"), papers=(said("B2", cancels=True),)), ()),
        ("nothing before", picture(said("B2")), ()),
    ),
    "P07": (
        ("the lorry that it names", slipped("01111AAA", **FRONT), ()),
        ("another", slipped("01999ZZZ", **FRONT), ({"slip_plates": "01999ZZZ", "seen_plates": "01111AAA"},)),
        ("one sign that cameras confuse", slipped("O1111AAA", **FRONT), ()),
        ("seen at the exit", slipped("01999ZZZ", **FRONT, exit_front="01999ZZZ"), ()),
        ("nothing was seen", slipped("01999ZZZ"), ()),
    ),
    "U01": (
        ("once", brought("consignment_note"), ()),
        ("twice", brought("consignment_note", ("KG-TST-A:7.0", "in")), more("KG-TST-A:7.0", "2")),
        (
            "three times",
            brought("certificate", ("KG-TST-A:7.0", "in"), ("KG-TST-A:8.0", "in")),
            more("KG-TST-A:7.0, KG-TST-A:8.0", "3"),
        ),
        ("in and out again", brought("tir_carnet", ("KG-TST-A:7.0", "out")), ()),
        ("which way is not known", brought("consignment_note", ("KG-TST-A:7.0", None)), ()),
        ("an invoice for two lorries", brought("invoice", ("KG-TST-A:7.0", "in")), ()),
        ("one that cancels", brought("consignment_note", ("KG-TST-A:7.0", "in"), cancels=True), ()),
    ),
    "U02": (
        ("shown once", slipped("01111AAA", **FRONT), ()),
        ("of another crossing", slipped("01111AAA", "7.0", **FRONT), ({"other_crossings": "7.0"},)),
    ),
}


@pytest.mark.parametrize(("code", "seen", "found"), rows(TABLES))
def test_rule(code: str, seen: Picture | Paper, found: Found) -> None:
    assert finds(code, seen) == found
