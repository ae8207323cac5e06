"""What was said by devices, forms, agencies and clocks; field names follow the device samples."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from beket.words.documents import Document
from beket.words.ids import CrossingId, DeviceId, DocumentId, Instant, ReadingId, Sha256
from beket.words.slips import Slip

Movement = Literal["approaching", "receding", "unknown"]
"""Which way a vehicle moved, as seen by the camera; the device's row says what that means."""

Scalar = int | float | str
"""A value that a device names itself, as it says it: a sensor's number, a card's id, bytes as hex."""

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
    device's clock was found ahead of ours when the message came, `drift_sure` that one behind is no busy line.
    `raw_sha256` names the bytes that came.
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
    drift_sure: bool = False


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
    time_local: str | None = None
    plate_box_px: tuple[int, int, int, int] | None = None


class ContainerRead(Said, frozen=True, kw_only=True, omit_defaults=True, tag="container_read"):
    """A camera or reader says it saw this container number (ISO 6346)."""

    number: str
    iso_type: str | None = None
    confidence: float | None = None
    lane: int | None = None
    images: tuple[Image, ...] = ()


class Weight(Said, frozen=True, kw_only=True, omit_defaults=True, tag="weight"):
    """A scale says what is on it now; value is None when it says none, stable where the frame cannot tell.

    `held` says that its display is frozen: it shows what was, not what is.
    """

    value: float | None
    unit: str = "kg"
    mode: Literal["gross", "net", "tare"] | None = None
    stable: bool | None = None
    tare: float | None = None
    overload: bool = False
    address: str | None = None
    device: int | None = None
    held: bool = False


class Weighing(Said, frozen=True, kw_only=True, omit_defaults=True, tag="weighing"):
    """One conveyance stood on a scale: the first plateau of equal readings above the threshold.

    `zero_kg` is what the empty scale showed at rest before it came, noted and not taken off; `tare_kg` what the
    scale had taken off its net weight and was put on again. `tare_assumed`: it showed a net weight and never told
    its tare, which was taken to be none.
    """

    gross_kg: float
    min_kg: float
    max_kg: float
    n: int
    started: Instant
    ended: Instant
    stable: bool = True
    repeats: int = 0
    zero_kg: float | None = None
    tare_kg: float | None = None
    tare_assumed: bool = False


class Axle(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One axle as a scale in the road weighed it; `spacing_m` is the way from the axle before it."""

    load_kg: float
    spacing_m: float | None = None
    left_kg: float | None = None
    right_kg: float | None = None
    group: int | None = None


class WimPass(Said, frozen=True, kw_only=True, omit_defaults=True, tag="wim_pass"):
    """A conveyance drove over a scale in the road or was weighed axle by axle; axles from the front."""

    axles: tuple[Axle, ...]
    gross_kg: float | None = None
    speed_kmh: float | None = None
    length_m: float | None = None
    vehicle_class: str | None = None
    lane: int | None = None
    plate: str | None = None
    validity: str | None = None
    temperature_c: float | None = None
    event_id: str | None = None
    confidence: float | None = None
    overloaded: bool | None = None
    """What the station itself holds of it; our own rules judge by their own tables."""


class RpmBackground(Said, frozen=True, kw_only=True, omit_defaults=True, tag="rpm_background"):
    """A radiation portal's background counts per panel, with nothing inside."""

    channel: Channel
    counts: tuple[int, ...]


class RpmSample(Said, frozen=True, kw_only=True, omit_defaults=True, tag="rpm_sample"):
    """One counting interval of a portal.

    Line portals give one channel's counts per panel; register portals give both channels' totals at once.
    """

    channel: Channel | None = None
    counts: tuple[int, ...] = ()
    alarm: bool = False
    elapsed: int | None = None
    occupied: bool | None = None
    gamma_count: int | None = None
    gamma_background: float | None = None
    gamma_alarm: bool | None = None
    neutron_count: int | None = None
    neutron_background: float | None = None
    neutron_alarm: bool | None = None
    object_counter: int | None = None


class RpmOccupancy(Said, frozen=True, kw_only=True, omit_defaults=True, tag="rpm_occupancy"):
    """One conveyance passed a radiation portal; closed is False when the link broke before its end.

    A profile is what was counted in a second, again and again while it passed; `gamma_background` (over all panels)
    and `neutron_background_cps` are what it is to be held against.
    """

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
    gamma_profile: tuple[int, ...] = ()
    neutron_profile: tuple[int, ...] = ()


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


class RadMeasurement(Said, frozen=True, kw_only=True, omit_defaults=True, tag="rad_measurement"):
    """A radiation instrument says what it measured (ANSI N42.42): one measurement with its alarms and nuclides."""

    measurement: str
    instrument: str | None = None
    instrument_class: str | None = None
    started: Instant | None = None
    real_time_s: float | None = None
    occupied: bool | None = None
    gamma_counts: int | None = None
    neutron_counts: int | None = None
    dose_usv_h: float | None = None
    speed_kmh: float | None = None
    gamma_alarm: bool = False
    neutron_alarm: bool = False
    alarms: tuple[str, ...] = ()
    nuclides: tuple[str, ...] = ()


class Passage(Said, frozen=True, kw_only=True, omit_defaults=True, tag="passage"):
    """A loop, barrier or light curtain says something passed or stands there; `what` says which of a device's."""

    occupied: bool | None = None
    state: str | None = None
    direction: Movement = "unknown"
    what: str | None = None


class SwitchState(Said, frozen=True, kw_only=True, omit_defaults=True, tag="state"):
    """A barrier, a traffic light, a relay or a controller says how it stands."""

    what: str
    state: str
    values: dict[str, Scalar] = field(default_factory=dict)


class SwitchResult(Said, frozen=True, kw_only=True, omit_defaults=True, tag="switch_result"):
    """What became of an order to a piece of equipment: first that it was begun, then how it ended.

    `begun`: about to be written. `obeyed`: written, read back and seen to have happened. `refused`: not written,
    `why` says by which rule. `failed`: the device would not, or was not reached. `unconfirmed`: written, and nobody
    can say whether it happened. `state` is what was read from the device last, signal by signal.
    """

    order_id: str
    order: str
    result: Literal["begun", "obeyed", "refused", "failed", "unconfirmed"]
    why: str | None = None
    state: dict[str, bool] = field(default_factory=dict)


class CodeRead(Said, frozen=True, kw_only=True, omit_defaults=True, tag="code"):
    """A reader says it read a barcode or QR code; `fields` is what the text's own form says (GS1, an address)."""

    text: str
    symbology: str | None = None
    fields: dict[str, str] = field(default_factory=dict)


class ScanRequest(Said, frozen=True, kw_only=True, omit_defaults=True, tag="scan_request"):
    """Someone asks an X-ray complex to scan a conveyance."""

    plate: str | None = None
    reason: str | None = None
    declaration: str | None = None
    request_id: str | None = None
    containers: tuple[str, ...] = ()


class ScanResult(Said, frozen=True, kw_only=True, omit_defaults=True, tag="scan_result"):
    """An X-ray complex says what it scanned and how its analyst judged the image."""

    scan_id: str
    verdict: Literal["clear", "suspect", "rescan", "refused"] | None = None
    plate: str | None = None
    containers: tuple[str, ...] = ()
    analyst: str | None = None
    images: tuple[Image, ...] = ()
    request_id: str | None = None
    scanner: str | None = None
    remark: str | None = None
    dose_usv: float | None = None
    marked: tuple[tuple[int, int, int, int], ...] = ()
    """Boxes in per-mille of the first image, origin top left: where the analyst saw something."""


class Cell(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The mobile cell a device was heard through."""

    cid: int | None = None
    lac: int | None = None
    rssi: int | None = None


class Position(Said, frozen=True, kw_only=True, omit_defaults=True, tag="position"):
    """A tracker says where it is; latitude and longitude in degrees, WGS 84, None in a record without a place.

    `valid` is False when the device says that it has no fix. `io` holds the device's own numbered inputs,
    `params` what it names itself; `speed_raw` is a speed whose unit the device's papers do not settle.
    """

    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    speed_kmh: float | None = None
    course_deg: float | None = None
    satellites: int | None = None
    hdop: float | None = None
    odometer_m: float | None = None
    ignition: bool | None = None
    digital_inputs: int | None = None
    digital_outputs: int | None = None
    moving: bool | None = None
    source_code: int | None = None
    priority: int | None = None
    event_io: int | None = None
    io: dict[str, Scalar] = field(default_factory=dict)
    params: dict[str, Scalar] = field(default_factory=dict)
    adc: tuple[float | None, ...] = ()
    ibutton: str | None = None
    external_voltage_v: float | None = None
    battery_v: float | None = None
    battery_percent: int | None = None
    alarms: tuple[str, ...] = ()
    cell: Cell | None = None


class SealStatus(Said, frozen=True, kw_only=True, omit_defaults=True, tag="seal_status"):
    """An electronic seal says how it is, and where.

    `alarms` names what it complains of (rope_cut, unlock_alarm, wrong_password, unknown_card, low_battery,
    back_cover_open, motor_fault, vibration, fence_in, fence_out, door); the Union's incident codes follow from them.
    """

    locked: bool | None = None
    rope_inserted: bool | None = None
    door_open: bool | None = None
    alarms: tuple[str, ...] = ()
    battery_percent: int | None = None
    charging: bool | None = None
    battery_v: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    speed_kmh: float | None = None
    speed_raw: int | None = None
    course_deg: float | None = None
    satellites: int | None = None
    odometer_km: int | None = None
    ack_required: bool | None = None
    cell: Cell | None = None
    rssi: int | None = None


class SealSignal(Said, frozen=True, kw_only=True, omit_defaults=True, tag="seal_event"):
    """An electronic seal says that it was locked or unlocked, and by what (the maker's number or a word)."""

    event_source: int | str | None = None
    rfid: str | None = None
    unlock_verified: bool | int | None = None
    wrong_passwords: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    speed_raw: int | None = None
    speed_kmh: float | None = None
    course_deg: float | None = None


class DocumentRead(Said, frozen=True, kw_only=True, omit_defaults=True, tag="document"):
    """A reader says it read this number on a document."""

    document_type: str | None = None
    number: str
    issuer: str | None = None
    surname: str | None = None
    given_names: str | None = None
    nationality: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    expiry_date: str | None = None
    personal_number: str | None = None
    check_digits_ok: bool | None = None


Way = Literal["desk", "form", "folder", "api"]
"""How a document came in: brought by a person, written into a form of ours, laid into a folder, sent by a program."""


class DocumentLodged(Said, frozen=True, kw_only=True, omit_defaults=True, tag="document_lodged"):
    """Somebody brought a trade document: what it claims, in the neutral form, beside its bytes.

    `identity` is what makes it the same document in a resend, `content` the SHA-256 of what it claims: the same
    identity with another content is a correction. `by` is the account or the sender, `crossing` the one it was
    brought for, where somebody said so. `part` counts the documents of one message.
    """

    document: Document
    identity: str
    content: Sha256
    way: Way
    by: str
    crossing: CrossingId | None = None
    file_name: str | None = None
    media_type: str | None = None
    part: int = 0


Answered = Literal["agrees", "differs", "another", "not_found", "unreachable", "other_answer", "leads_elsewhere"]
"""What a source said of a certificate: the same as is printed, other things in some fields, that the code is another
certificate's, that it knows none such; that it cannot be reached, says something else, or that the printed code does
not lead to it at all."""


class Compared(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field of a certificate as it is printed and as its source has it; None where one of them has none."""

    field: str
    printed: str | None = None
    at_source: str | None = None


class SourceAnswered(Said, frozen=True, kw_only=True, omit_defaults=True, tag="source_answered"):
    """The source of a certificate was asked for it by the code that is printed on it.

    `said` is the certificate as the source has it, `differences` are the fields in which it is another.
    """

    document: DocumentId
    source: str
    answered: Answered
    url: str | None = None
    why: str | None = None
    said: Document | None = None
    differences: tuple[Compared, ...] = ()


class SlipShown(Said, frozen=True, kw_only=True, omit_defaults=True, tag="slip_shown"):
    """Somebody showed a printed slip whose signature holds; the text of its code is what came.

    `key` and `signer` say by whose key, `by` is the account that scanned it, `crossing` the one it was shown for, where
    somebody said so.
    """

    slip: Slip
    key: str
    signer: str
    by: str
    crossing: CrossingId | None = None


class Health(Said, frozen=True, kw_only=True, omit_defaults=True, tag="health"):
    """The kit or the device says how the device is; counters and measures are since the line before.

    `connected`: the link stands, None where there is none to stand. `plates` and `unread`: vehicles a camera saw and
    those whose plate it could not read. `zero_kg`: what a scale shows with nothing on it. Backgrounds are a portal's
    means of one counting interval, over all its panels.
    """

    alive: bool
    fault: str | None = None
    messages: int = 0
    resent: int = 0
    refused: int = 0
    last_at: Instant | None = None
    connected: bool | None = None
    span_s: int | None = None
    plates: int = 0
    unread: int = 0
    zero_kg: float | None = None
    gamma_background: float | None = None
    neutron_background: float | None = None


class Tick(Said, frozen=True, kw_only=True, omit_defaults=True, tag="tick"):
    """The house's clock says what time it is."""


Reading = (
    PlateRead
    | ContainerRead
    | Weight
    | Weighing
    | WimPass
    | RpmBackground
    | RpmSample
    | RpmOccupancy
    | RpmFault
    | RpmTamper
    | RpmSetup
    | RadMeasurement
    | Passage
    | SwitchState
    | SwitchResult
    | CodeRead
    | ScanRequest
    | ScanResult
    | Position
    | SealStatus
    | SealSignal
    | DocumentRead
    | DocumentLodged
    | SourceAnswered
    | SlipShown
    | Health
    | Tick
)
