"""What people show at a control window of the rehearsal: documents of no country, codes that nobody gave out."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from beket.devices.code_reader.codec import encode_code
from beket.devices.iso6346.codec import encode_number
from beket.devices.kit.driver import NOBODY, UNNAMED
from beket.devices.mrz.codec import encode_td3
from beket.sim.fleet import Vehicle
from beket.sim.happenings import Bearer, Show
from beket.sim.voices import CODES, CONTAINERS, DOCUMENTS, READERS
from beket.words.ids import Instant, PlaceId
from beket.words.readings import DocumentRead
from beket.words.site import Device

STATE: Final = "UTO"
"""The state of all travellers here: Doc 9303 keeps this code for specimens."""

BESIDE_MAX: Final = {"lorry": 1, "car": 2, "bus": 4}
"""People beside the driver whose documents are looked at."""

BESIDE_SHARE: Final = 0.3
"""Share of conveyances in which there are any."""

TIR_SHARE: Final = 0.25
"""Share of lorries under a TIR carnet."""

CERTIFICATE_SHARE: Final = 0.4
"""Share of lorries with a certificate for their goods."""

TO_READER_MS: Final = 1000
"""From the scale to where containers are read."""

TO_WINDOW_MS: Final = (3000, 5000)
"""From the scale to the window behind it."""

BETWEEN_MS: Final = (1200, 3000)
"""From one paper to the next."""

CHANGE_MS: Final = 26_000
"""From the last paper of one conveyance to the first of the next: it drives off, another pulls up."""

_SYLLABLES: Final = ("VAL", "DOR", "KES", "TRA", "MIN", "OL", "BER", "SU", "NEL", "QUI", "RAN", "TO", "LIM", "EK")
_BOX_TYPE: Final = "22G1"


class Window:
    """The readers of one lane behind its scale: everybody stops there, and nobody overtakes."""

    def __init__(self, place: PlaceId, devices: list[Device]) -> None:
        self._place = place
        self._readers = {device.driver: device for device in devices if device.driver in READERS}
        self.free_ms = 0
        """When the next conveyance can show its papers."""

    def passed(self, crossing: str, vehicle: Vehicle, at_ms: int) -> list[Show]:
        """Show what a conveyance has that leaves the scale: its container on the way, then its papers."""
        if not self._readers:
            return []
        rng = Random(f"papers:{crossing}:{vehicle.gross_kg}:{at_ms}")
        shown: list[Show] = []
        if vehicle.container is not None:
            shown += self._show(CONTAINERS, crossing, at_ms + TO_READER_MS, vehicle.container)
        at = max(at_ms + rng.randint(*TO_WINDOW_MS), self.free_ms)
        for driver, text, bearer in _papers(rng, vehicle):
            shown += self._show(driver, crossing, at, text, bearer)
            at += rng.randint(*BETWEEN_MS)
        self.free_ms = at + CHANGE_MS
        return shown

    def _show(self, driver: str, crossing: str, at_ms: int, text: str, bearer: Bearer | None = None) -> Iterator[Show]:
        reader = self._readers.get(driver)
        if reader is not None:
            yield Show(
                at_ms=at_ms, crossing=crossing, place=self._place, device=reader.id, zone=reader.zone,
                text=text, bearer=bearer,
            )  # fmt: skip


def _papers(rng: Random, vehicle: Vehicle) -> Iterator[tuple[str, str, Bearer | None]]:
    """Give what is put before which reader, in this order: people's documents, then the codes of their papers."""
    beside = rng.randint(1, BESIDE_MAX[vehicle.kind]) if rng.random() < BESIDE_SHARE else 0
    for _ in range(1 + beside):
        yield DOCUMENTS, "U" + _digits(rng, 8), _bearer(rng)
    if vehicle.kind != "lorry":
        yield CODES, _address(rng, "insurance"), None
        return
    yield CODES, "CMR-UT-" + _digits(rng, 7), None
    if rng.random() < TIR_SHARE:
        yield CODES, "XU" + _digits(rng, 8), None
    if rng.random() < CERTIFICATE_SHARE:
        yield CODES, _address(rng, "certificate"), None


def _bearer(rng: Random) -> Bearer:
    return Bearer(
        surname="".join(rng.sample(_SYLLABLES, 3)),
        given_names="".join(rng.sample(_SYLLABLES, 2)),
        birth_date=f"{rng.randint(1958, 2004)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
        sex=rng.choice("FM"),
        expiry_date=f"{rng.randint(2028, 2035)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
    )


def _address(rng: Random, kind: str) -> str:
    return f"https://papers.example/{kind}/{rng.getrandbits(40):010x}"


def _digits(rng: Random, count: int) -> str:
    return f"{rng.randrange(10**count):0{count}d}"


def typed(driver: str, met: Show) -> bytes:
    """Write what a reader types of what it read, through its driver's own encoder."""
    if driver == CONTAINERS:
        return encode_number(met.text[:10], _BOX_TYPE)
    if met.bearer is None:
        return encode_code(met.text, "Q1" if met.text.startswith("https:") else "C0")
    document = DocumentRead(
        device_id=NOBODY,
        received=Instant(0),
        reading_id=UNNAMED,
        document_type="P",
        number=met.text,
        issuer=STATE,
        surname=met.bearer.surname,
        given_names=met.bearer.given_names,
        nationality=STATE,
        birth_date=met.bearer.birth_date,
        sex=met.bearer.sex,
        expiry_date=met.bearer.expiry_date,
    )
    return encode_td3(document)
