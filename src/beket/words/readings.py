"""What was said by devices, forms, agencies and clocks; field names follow the device samples."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from beket.words.ids import DeviceId, Instant, ReadingId, Sha256

Movement = Literal["approaching", "receding", "unknown"]
"""Which way a vehicle moved, as seen by the camera; the device's row says what that means."""

UnreadReason = Literal["no_plate", "unreadable"]
ImageRole = Literal["scene", "plate", "vehicle", "other"]
Channel = Literal["gamma", "neutron"]


class Image(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture kept in the evidence store, named by its SHA-256."""

    role: ImageRole
    sha256: Sha256
    size: int
    media_type: str = "image/jpeg"


class Said(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """What every reading carries.

    `time` is the device's own clock (None when it has none), `received` is ours; `drift_ms` is how far the
    device's clock was found ahead of ours when the message came. `raw_sha256` names the bytes that came.
    """

    device_id: DeviceId
    time: Instant | None = None
    received: Instant
    reading_id: ReadingId
    raw_sha256: Sha256 | None = None
    valid: bool = True
    buffered: bool = False
    sequence: int | None = None
    drift_ms: int | None = None


class PlateRead(Said, frozen=True, kw_only=True, omit_defaults=True, tag="plate_read"):
    """A camera says a vehicle with this plate passed; plate is None when it could not be read."""

    plate: str | None
    plate_raw: str | None = None
    plate_original: str | None = None
    country: str | None = None
    confidence: float | None = None
    char_confidences: tuple[float, ...] = ()
    lane: int | None = None
    direction: Movement = "unknown"
    plate_color: str | None = None
    plate_type: str | None = None
    vehicle_type: str | None = None
    vehicle_color: str | None = None
    vehicle_make: str | None = None
    speed_kmh: float | None = None
    length_m: float | None = None
    adr: str | None = None
    unread_reason: UnreadReason | None = None
    plate_box_scene_permille: tuple[int, int, int, int] | None = None
    event_id: str | None = None
    retransmitted: bool = False
    images: tuple[Image, ...] = ()


class ContainerRead(Said, frozen=True, kw_only=True, omit_defaults=True, tag="container_read"):
    """A camera or reader says it saw this container number (ISO 6346)."""

    number: str
    iso_type: str | None = None
    confidence: float | None = None
    lane: int | None = None
    images: tuple[Image, ...] = ()


class Weight(Said, frozen=True, kw_only=True, omit_defaults=True, tag="weight"):
    """A scale says what is on it now; stable is None where the frame cannot tell."""

    value: float
    unit: str = "kg"
    mode: Literal["gross", "net", "tare"] | None = None
    stable: bool | None = None
    tare: float | None = None
    overload: bool = False
    address: str | None = None


class Weighing(Said, frozen=True, kw_only=True, omit_defaults=True, tag="weighing"):
    """One conveyance stood on a scale: the first plateau of equal readings above the threshold."""

    gross_kg: float
    min_kg: float
    max_kg: float
    n: int
    started: Instant
    ended: Instant
    stable: bool = True
    repeats: int = 0


class RpmBackground(Said, frozen=True, kw_only=True, omit_defaults=True, tag="rpm_background"):
    """A radiation portal's background counts per panel, with nothing inside."""

    channel: Channel
    counts: tuple[int, ...]


class RpmSample(Said, frozen=True, kw_only=True, omit_defaults=True, tag="rpm_sample"):
    """One counting interval of an occupied portal."""

    channel: Channel
    counts: tuple[int, ...]
    alarm: bool = False


class RpmOccupancy(Said, frozen=True, kw_only=True, omit_defaults=True, tag="rpm_occupancy"):
    """One conveyance passed a radiation portal; closed is False when the link broke before its end."""

    counter: int | None
    gamma_alarm: bool
    neutron_alarm: bool
    max_gamma_1s: int
    max_neutron: int
    started: Instant
    ended: Instant
    gamma_background: tuple[int, ...] = ()
    neutron_background_cps: float | None = None
    speed_kmh: float | None = None
    closed: bool = True


class RpmFault(Said, frozen=True, kw_only=True, omit_defaults=True, tag="rpm_fault"):
    """A portal says its background is out of bounds."""

    channel: Channel
    fault: Literal["high_background", "low_background"]
    counts: tuple[int, ...] = ()


class RpmTamper(Said, frozen=True, kw_only=True, omit_defaults=True, tag="rpm_tamper"):
    """A portal says its case was opened, or closed again."""

    tampered: bool


class RpmSetup(Said, frozen=True, kw_only=True, omit_defaults=True, tag="rpm_setup"):
    """A portal says one line of its own settings."""

    line: str
    values: tuple[str, ...]


class Passage(Said, frozen=True, kw_only=True, omit_defaults=True, tag="passage"):
    """A loop, barrier or light curtain says something passed or stands there."""

    occupied: bool | None = None
    state: str | None = None
    direction: Movement = "unknown"


class ScanRequest(Said, frozen=True, kw_only=True, omit_defaults=True, tag="scan_request"):
    """Someone asks an X-ray complex to scan a conveyance."""

    plate: str | None = None
    reason: str | None = None
    declaration: str | None = None


class ScanResult(Said, frozen=True, kw_only=True, omit_defaults=True, tag="scan_result"):
    """An X-ray complex says what it scanned and how its analyst judged the image."""

    scan_id: str
    verdict: Literal["clear", "suspect", "rescan", "refused"] | None = None
    plate: str | None = None
    containers: tuple[str, ...] = ()
    analyst: str | None = None
    images: tuple[Image, ...] = ()


class Position(Said, frozen=True, kw_only=True, omit_defaults=True, tag="position"):
    """A tracker says where it is; latitude and longitude in degrees, WGS 84."""

    latitude: float
    longitude: float
    altitude_m: float | None = None
    speed_kmh: float | None = None
    course_deg: float | None = None
    satellites: int | None = None
    hdop: float | None = None
    odometer_m: float | None = None
    ignition: bool | None = None
    digital_inputs: int | None = None


class SealStatus(Said, frozen=True, kw_only=True, omit_defaults=True, tag="seal_status"):
    """An electronic seal says how it is."""

    locked: bool | None = None
    rope_inserted: bool | None = None
    door_open: bool | None = None
    alarms: tuple[str, ...] = ()
    battery_percent: int | None = None
    charging: bool | None = None


class SealSignal(Said, frozen=True, kw_only=True, omit_defaults=True, tag="seal_event"):
    """An electronic seal says that it was locked or unlocked, and by what."""

    event_source: str | None = None
    rfid: str | None = None
    unlock_verified: bool | None = None


class DocumentRead(Said, frozen=True, kw_only=True, omit_defaults=True, tag="document"):
    """A reader says it read this number on a document."""

    document_type: str | None = None
    number: str
    issuer: str | None = None


class Health(Said, frozen=True, kw_only=True, omit_defaults=True, tag="health"):
    """The kit or the device says how the device is; counters are since the line before."""

    alive: bool
    fault: str | None = None
    messages: int = 0
    resent: int = 0
    refused: int = 0
    last_at: Instant | None = None


class Tick(Said, frozen=True, kw_only=True, omit_defaults=True, tag="tick"):
    """The house's clock says what time it is."""


Reading = (
    PlateRead
    | ContainerRead
    | Weight
    | Weighing
    | RpmBackground
    | RpmSample
    | RpmOccupancy
    | RpmFault
    | RpmTamper
    | RpmSetup
    | Passage
    | ScanRequest
    | ScanResult
    | Position
    | SealStatus
    | SealSignal
    | DocumentRead
    | Health
    | Tick
)
