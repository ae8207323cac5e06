"""What readings alone change on the board: who spoke when, what a camera said it saw, the pictures that came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, get_args

from msgspec import Struct, field

from beket.board.papers import LodgingRow, hear_lodged
from beket.board.past import MINUTE_MS
from beket.board.pictures import PictureRow
from beket.board.rows import DeviceAlive, DeviceHeard, Face, SightingRow
from beket.board.switching import SWITCHED, Switching, hear_switching
from beket.board.trust import HealthRow
from beket.log.book import Frame
from beket.words.ids import CLOCK, Instant
from beket.words.readings import (
    CodeRead,
    ContainerRead,
    DocumentLodged,
    DocumentRead,
    Health,
    PlateRead,
    Said,
    ScanResult,
    SlipShown,
    SourceAnswered,
    Tick,
)

Seeing = PlateRead | ContainerRead | ScanResult | DocumentRead | CodeRead
"""What is shown in a dossier by what it read."""

CODE_SIGNS_MAX: Final = 80
"""Signs of a code that a dossier shows; a QR code may hold thousands."""

Aside = Health | Tick | DocumentLodged | SourceAnswered | SlipShown
"""What no device said, or what the kit said about one."""

_SEEING: Final = get_args(Seeing)
_OPEN_SIGNS: Final = 3
"""Signs of a document's number that are shown: enough to tell one paper in the hand from another."""

_ASIDE: Final = (Health, Tick, DocumentLodged, SourceAnswered, SlipShown)
_SCENES: Final = ("scene", "vehicle")
_PLATES: Final = ("plate",)
_KINDS: Final[dict[type[Said], str]] = {}
"""The tag of each kind of reading, asked for once: as many as there are kinds."""


class Heard(Struct):
    """The rows that readings bring."""

    devices: dict[str, DeviceHeard] = field(default_factory=dict)
    alive: dict[str, DeviceAlive] = field(default_factory=dict)
    health: list[HealthRow] = field(default_factory=list)
    sightings: list[SightingRow] = field(default_factory=list)
    pictures: list[PictureRow] = field(default_factory=list)
    faces: dict[tuple[int, int], Face] = field(default_factory=dict)
    lodgings: list[LodgingRow] = field(default_factory=list)
    switching: Switching = field(default_factory=Switching)
    minutes: dict[int, Instant] = field(default_factory=dict)
    newest_at: Instant | None = None
    newest_seq: int = 0
    seqs: frozenset[int] = frozenset()


def hear(frames: Sequence[Frame]) -> Heard:
    """Gather what the readings of these frames change; facts are no readings and are passed by.

    Nearly all that is said comes by here: it is written out flat, for calls cost more than what is done in them.
    """
    heard = Heard(seqs=frozenset(frame.seq for frame in frames))
    devices, newest = heard.devices, -1
    for frame in frames:
        seq, latest = frame.seq, -1
        for index, entry in enumerate(frame.entries):
            said = entry.body
            if type(said) in SWITCHED:
                hear_switching(heard.switching, frame, index, said)
            if not isinstance(said, Said) or (isinstance(said, _ASIDE) and _hear_aside(heard, frame, index, said)):
                continue
            device = devices.get(said.device_id)
            if device is None:
                device = devices[said.device_id] = DeviceHeard(frame.place, said.device_id, 0, 0, 0, "", 0)
            device.readings += 1
            device.last_seq, device.last_idx, device.last_received = seq, index, said.received
            device.last_kind = _KINDS.get(type(said)) or kind_of(said)
            if said.drift_ms is not None:
                device.drift_ms = said.drift_ms
            latest = max(latest, said.received)
            if isinstance(said, _SEEING):
                _see(heard, frame, index, said)
            heard.newest_seq = seq
        if latest >= 0:
            newest, minute = max(newest, latest), frame.at // MINUTE_MS
            heard.minutes[minute] = Instant(max(latest, heard.minutes.get(minute, latest)))
    heard.newest_at = Instant(newest) if devices else None
    return heard


def _hear_aside(heard: Heard, frame: Frame, index: int, said: Aside) -> bool:
    """Hear what no device said: the clock, a person with a paper, the kit about a device; False when a device did."""
    if isinstance(said, SourceAnswered | SlipShown):
        return True
    if isinstance(said, DocumentLodged):
        heard.lodgings.append(hear_lodged(frame, index, said))
        return True
    if isinstance(said, Tick) or not by_the_kit(said):
        return said.device_id == CLOCK
    heard.health.append(_health(frame, said))
    if said.alive:
        heard.alive[said.device_id] = DeviceAlive(frame.place, said.device_id, said.drift_ms)
    return True


def _health(frame: Frame, said: Health) -> HealthRow:
    return HealthRow(
        frame.place, said.device_id, said.received, said.alive, said.messages, said.resent, said.refused, said.drift_ms,
        said.plates, said.unread, said.zero_kg, said.gamma_background, said.neutron_background,
    )  # fmt: skip


def kind_of(body: Said) -> str:
    """Name the kind of a reading as the log writes it."""
    kind = _KINDS.get(type(body))
    if kind is None:
        kind = _KINDS[type(body)] = str(type(body).__struct_config__.tag)
    return kind


def _see(heard: Heard, frame: Frame, index: int, said: Seeing) -> None:
    row = SightingRow(frame.place, frame.seq, index, said.device_id, said.received)
    heard.sightings.append(row)
    match said:
        case PlateRead():
            row.value, row.country, row.confidence = said.plate, said.country, said.confidence
            row.vehicle_type = said.vehicle_type
        case ContainerRead():
            row.value, row.confidence = said.number, said.confidence
        case ScanResult():
            row.value, row.sort = said.plate, said.verdict
        case DocumentRead():
            row.value, row.country, row.sort = masked(said.number), said.issuer, said.document_type
            return
        case CodeRead():
            row.value = said.text[:CODE_SIGNS_MAX]
            return
    heard.faces[frame.seq, index] = Face(row.vehicle_type, _first(said, _SCENES), _first(said, _PLATES))
    heard.pictures.extend(
        PictureRow(frame.place, frame.seq, index, image.role, ordinal, image.sha256, image.size, image.media_type)
        for ordinal, image in enumerate(said.images)
    )


def masked(number: str) -> str:
    """Hide all of a document's number but its end; of a short one nothing is left to see."""
    hidden = len(number) - _OPEN_SIGNS if len(number) >= 2 * _OPEN_SIGNS else len(number)
    return "•" * hidden + number[hidden:]


def _first(said: PlateRead | ContainerRead | ScanResult, roles: tuple[str, ...]) -> str | None:
    for image in said.images:
        if image.role in roles:
            return image.sha256
    return None


def by_the_kit(said: Said) -> bool:
    """Tell whether a reading is the kit's own word about a device: no message of that device came."""
    return isinstance(said, Health) and said.raw_sha256 is None
