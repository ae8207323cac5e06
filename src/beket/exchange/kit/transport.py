"""What the customs data models of the WCO and of the Union say alike of transport: means, containers, their seals."""

from __future__ import annotations

from typing import Final

from beket.exchange.kit.branch import Branch
from beket.words.documents import Equipment, Means, MeansStage, Seal

ROAD_TRAILER: Final = "31"
"""What the number of a means is: 30 a road vehicle's plate, 31 a trailer's, 10 and 11 a ship's number and name."""


def means_of(found: Branch, stage: MeansStage, mode: str | None) -> Means:
    """Read a means of transport, whose number comes with the code of what that number is."""
    by = found.says("IdentificationTypeCode", "typeOfIdentification")
    return Means(
        stage=stage,
        mode=mode,
        plate=found.says("ID", "identificationNumber"),
        identified_by=by,
        country=found.says("RegistrationNationalityCode", "nationality"),
        kind=found.says("TypeCode"),
        trailer=by == ROAD_TRAILER,
    )


def sealed_equipment(holder: Branch) -> tuple[tuple[Equipment, ...], tuple[Seal, ...]]:
    """Read containers with their seals; beside them the seals of what has no number: of the vehicle itself."""
    held: list[Equipment] = []
    loose: list[Seal] = []
    for found in holder.all("TransportEquipment"):
        number = found.says("ID", "containerIdentificationNumber")
        seals = tuple(Seal(number=seal) for path in ("Seal/ID", "Seal/identifier") for seal in found.every(path))
        if number is None:
            loose += seals
        else:
            held.append(Equipment(number=number, seals=seals))
    return tuple(held), tuple(loose)
