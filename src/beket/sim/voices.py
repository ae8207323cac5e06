"""How each make of scale says a weight: the rehearsal's scales speak through the drivers' own encoders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from beket.devices.a_and_d import codec as a_and_d
from beket.devices.cas import codec as cas
from beket.devices.mt_sics import codec as mt_sics
from beket.devices.rice_lake import codec as rice_lake
from beket.devices.toledo_continuous import codec as toledo
from beket.devices.yaohua_a9 import codec as yaohua
from beket.sim import indicator


class Voice(Struct, frozen=True, kw_only=True):
    """One make: what it says of a load at rest and of one that moves, and what it answers to a question.

    `asked_first`: it says nothing to who has not asked this of it.
    """

    still: Callable[[int], bytes]
    moving: Callable[[int], bytes]
    asked_first: bytes = b""
    answers: Mapping[bytes, bytes] = {}


VOICES: Final[Mapping[str, Voice]] = {
    "yaohua_a9": Voice(still=yaohua.encode_weight, moving=yaohua.encode_weight),
    "toledo_continuous": Voice(still=toledo.encode, moving=lambda kg: toledo.encode(kg, motion=True)),
    "cas": Voice(still=cas.encode, moving=lambda kg: cas.encode(kg, state="US")),
    "rice_lake": Voice(still=rice_lake.encode, moving=lambda kg: rice_lake.encode(kg, status="M")),
    "a_and_d": Voice(still=a_and_d.encode, moving=lambda kg: a_and_d.encode(kg, state="US")),
    "mt_sics": Voice(
        still=mt_sics.encode,
        moving=lambda kg: mt_sics.encode(kg, stable=False),
        asked_first=mt_sics.encode_request("SIR"),
        answers={mt_sics.encode_request("TA"): mt_sics.encode_tare(0)},
    ),
    indicator.DRIVER: Voice(
        still=lambda kg: indicator.shown(kg, stable=True), moving=lambda kg: indicator.shown(kg, stable=False)
    ),
}
"""Makes of scales that the rehearsal knows, by their drivers."""

DOCUMENTS: Final = "mrz"
CODES: Final = "code_reader"
CONTAINERS: Final = "iso6346"
READERS: Final = (DOCUMENTS, CODES, CONTAINERS)
"""Readers that the rehearsal knows, by their drivers."""

PORTALS: Final = ("rapiscan_tsa", "aspect_modbus")
"""Makes of radiation portals that the rehearsal knows, by their drivers."""
