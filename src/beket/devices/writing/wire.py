"""How a coil is written over Modbus, and what proves that it was: functions 5 and 15, which readers do not have."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from beket.devices.kit.modbus import Heard, Wire, packed_bits, wrap

COILS_MAX: Final = 16
"""Most coils that one order writes: a lane has fewer."""

_ONE: Final = 5
_SEVERAL: Final = 15
_ON: Final = 0xFF00


class Coil(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One coil and what it is to be."""

    address: int
    on: bool


class Write(Struct, frozen=True, kw_only=True):
    """One request that writes, and the echo that a device gives which took it."""

    function: int
    pdu: bytes

    def encode(self, unit: int, transaction: int, wire: Wire) -> bytes:
        """Write the whole frame."""
        return wrap(unit, self.pdu, transaction, wire)

    def taken(self, heard: Heard) -> bool:
        """Tell whether this answer says that exactly this was taken."""
        return heard.function == self.function and heard.body == self.pdu[1:5]


def writes(coils: Sequence[Coil]) -> list[Write]:
    """Write coils in the order given; a run of neighbours in one request, so that it happens at once."""
    return [_several(run) if len(run) > 1 else _one(run[0]) for run in _runs(coils)]


def _runs(coils: Sequence[Coil]) -> list[list[Coil]]:
    runs: list[list[Coil]] = []
    for coil in coils:
        if runs and coil.address == runs[-1][-1].address + 1:
            runs[-1].append(coil)
        else:
            runs.append([coil])
    return runs


def _one(coil: Coil) -> Write:
    return Write(function=_ONE, pdu=struct.pack(">BHH", _ONE, coil.address, _ON if coil.on else 0))


def _several(run: Sequence[Coil]) -> Write:
    body = packed_bits([coil.on for coil in run])
    head = struct.pack(">BHHB", _SEVERAL, run[0].address, len(run), len(body))
    return Write(function=_SEVERAL, pdu=head + body)
