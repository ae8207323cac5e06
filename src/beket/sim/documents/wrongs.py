"""How papers lie: what each fault makes of a load, in which papers it stands, and which rule should find it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Final

from msgspec.structs import replace

from beket.sim.documents.load import TENTH, Line, Load, firm, line_of
from beket.sim.faults import PaperFault
from beket.sim.fleet import Sign
from beket.sim.happenings import Journey, Weigh

TOLD_SHARE: Final = Decimal(1) / 12
"""What is declared of goods that are declared at less than a tenth: the class of the 337 kg (reference 01 §4)."""

UNDERDECLARED_FROM_KG: Final = 24_000
"""From which mass on the scale it shows whatever the lorry itself weighs."""

OFF_KG: Final = (50, 400)
"""By how much a total is not the sum of its lines."""

SHARES: Final[Mapping[PaperFault, int]] = {
    "sums": 26,
    "damaged": 20,
    "box_digit": 16,
    "other_consignee": 14,
    "other_seals": 10,
    "other_plate": 9,
    "used_twice": 2,
    "underdeclared": 3,
}
"""How often each is what is wrong, in hundredths of all that is: a border's wrong papers are mostly a slip of whoever
typed them. One in twenty is no slip: so many of the declarations that inspections found wrong are critical frauds in
the one public set (1.0 of 21.6 in a hundred, reference 04 §1.1). How the rest divide is our guess."""

SHOWN: Final[tuple[PaperFault, ...]] = ("underdeclared",)
"""What a demonstration shows in its first minutes, once each, however rare it is."""

EXPECTED: Final[Mapping[PaperFault, frozenset[str]]] = {
    "underdeclared": frozenset({"W03"}),
    "other_plate": frozenset({"P01"}),
    "box_digit": frozenset({"N01"}),
    "sums": frozenset({"S01"}),
    "other_consignee": frozenset({"D04"}),
    "used_twice": frozenset({"N03", "U01"}),
    "damaged": frozenset(),
    "other_seals": frozenset({"D07"}),
}
"""The rules of which one should find a fault; a file that broke off is refused instead."""

ALSO: Final[Mapping[PaperFault, frozenset[str]]] = {
    "underdeclared": frozenset({"W01"}),
    "other_plate": frozenset({"P04", "D08"}),
    "box_digit": frozenset({"P03"}),
    "sums": frozenset({"D01", "D08"}),
    "other_consignee": frozenset({"C03", "D08"}),
    "used_twice": frozenset(
        {"R01", "P01", "P02", "P03", "P04", "D01", "D02", "D03", "D04", "D05", "D06", "D08", "W02", "W03"}
    ),
    "damaged": frozenset(),
    "other_seals": frozenset({"P05"}),
}
"""What else may rightly be found where a fault is: it is no false alarm."""

ON_PAPER: Final[frozenset[PaperFault]] = frozenset({"box_digit", "sums", "used_twice"})
"""Faults that one paper shows by itself, whoever's it is."""

STANDS_IN: Final[Mapping[PaperFault, tuple[str, ...]]] = {
    "underdeclared": ("cmr-",),
    "other_plate": ("cmr-",),
    "box_digit": ("dt-",),
    "sums": ("cmr-",),
    "other_consignee": ("dt-", "cmr-"),
    "used_twice": ("cmr-",),
    "damaged": ("broken-",),
    "other_seals": ("dt-",),
}
"""How the files begin in which a fault stands: all of them must be on file before anybody can find it."""


def possible(fault: PaperFault, journey: Journey, load: Load) -> bool:
    """Say whether this can be wrong with this lorry's papers, so that somebody could see it."""
    match fault:
        case "underdeclared":
            weighed = any(isinstance(met, Weigh) for met in journey.happenings)
            return weighed and load.conveyance_kg >= UNDERDECLARED_FROM_KG
        case "other_plate":
            return len(load.signs) > 1
        case "box_digit":
            return load.container is not None
        case "other_seals":
            return journey.direction == "in"
        case _:
            return True


def claimed(fault: PaperFault | None, load: Load) -> Load:
    """What all papers of a lorry say of its load."""
    if fault != "underdeclared":
        return load
    lines = tuple(_lighter(line) for line in load.lines)
    return replace(load, lines=lines, told_gross_kg=sum((line.gross_kg for line in lines), Decimal(0)))


def _lighter(line: Line) -> Line:
    gross = max((line.gross_kg * TOLD_SHARE).quantize(TENTH), TENTH)
    return line_of(line.kind, line.origin, gross, line.net_kg / line.gross_kg)


def declared(fault: PaperFault | None, load: Load, rng: Random) -> Load:
    """What the declaration says otherwise than the note."""
    match fault:
        case "box_digit" if load.container is not None:
            wrong = (int(load.container[-1]) + rng.randint(1, 9)) % 10
            return replace(load, container=f"{load.container[:-1]}{wrong}")
        case "other_consignee":
            return replace(load, consignee=firm(rng, load.destination, load.consignee.name))
        case "other_seals":
            return replace(load, seals=tuple(f"{load.dispatch}9{seal[-7:]}" for seal in load.seals))
        case _:
            return load


def noted(fault: PaperFault | None, load: Load, rng: Random) -> Load:
    """What the consignment note says otherwise than the declaration."""
    match fault:
        case "other_plate":
            return replace(load, tractor=_no_such_lorry(rng))
        case "sums":
            return replace(load, told_gross_kg=load.told_gross_kg + rng.randint(*OFF_KG))
        case _:
            return load


def _no_such_lorry(rng: Random) -> Sign:
    """Name a plate that nobody here bears: no number begins with so many noughts."""
    letters = "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=3))
    return Sign(value=f"0{rng.randint(1, 9)}000{letters}", country="KG", style="KG")
