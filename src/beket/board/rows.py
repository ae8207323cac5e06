"""Rows that one batch brings to the read tables, gathered in memory and written by one statement per table."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from beket.board.acts import Acts
from beket.board.holding import Holding
from beket.board.layouts import Layouts
from beket.board.limits import WeightLimits
from beket.board.maps import Maps
from beket.board.papers import Papers
from beket.board.passages import Passages
from beket.board.past import Past
from beket.board.procedures import Procedures
from beket.board.situations import Situations
from beket.board.slips import Slips
from beket.board.trust import Trust


class CrossingChange(Struct):
    """What a batch changes of one crossing; None means untouched. It merges as the tables would (board.sql)."""

    id: str
    place: str
    direction: str | None = None
    lane: str | None = None
    opened_at: int | None = None
    opened_by: str | None = None
    zone: str | None = None
    plate: str | None = None
    country: str | None = None
    plate_rank: int | None = None
    trailer: str | None = None
    trailer_country: str | None = None
    container: str | None = None
    gross_kg: float | None = None
    gross_at: int | None = None
    gamma_alarm: bool | None = None
    neutron_alarm: bool | None = None
    controlled_at: int | None = None
    departed_at: int | None = None
    closed_at: int | None = None
    close_reason: str | None = None
    unexplained: str | None = None
    evidence: int = 0
    last_at: int = 0
    vehicle_type: str | None = None
    picture: str | None = None
    plate_picture: str | None = None


class EvidenceRow(Struct):
    """An entry that belongs to a crossing."""

    place: str
    seq: int
    idx: int
    crossing: str
    kind: str
    device: str
    lane: str
    zone: str
    at: int
    because: str
    fact_seq: int
    fact_idx: int
    gross_kg: float | None = None
    gamma_alarm: bool | None = None
    neutron_alarm: bool | None = None


class ConclusionRow(Struct):
    """A fact about a crossing, whole."""

    crossing: str
    seq: int
    idx: int
    kind: str
    fact: str


class SightingRow(Struct):
    """What a camera or reader said it saw; `sort` says of a document its type, of a scan its verdict."""

    place: str
    seq: int
    idx: int
    device: str
    received: int
    value: str | None = None
    country: str | None = None
    confidence: float | None = None
    vehicle_type: str | None = None
    sort: str | None = None


class DeviceHeard(Struct):
    """What a batch's readings say of the device that sent them."""

    place: str
    id: str
    readings: int
    last_seq: int
    last_idx: int
    last_kind: str
    last_received: int
    drift_ms: int | None = None


class DeviceAlive(Struct):
    """The kit says of a device that it is alive: it spoke, though perhaps said nothing that is kept."""

    place: str
    id: str
    drift_ms: int | None = None


class DeviceChange(Struct):
    """What a batch's facts change of one device; None means untouched."""

    place: str
    id: str
    state: str | None = None
    reason: str | None = None
    since: int | None = None
    state_fact: str | None = None
    clock_wrong: bool | None = None
    clock_fact: str | None = None


class PlaceHeard(Struct):
    """When a place was last heard of."""

    id: str
    newest_at: int | None
    newest_seq: int


class PositionRow(Struct):
    """How far a board has folded a place's chain."""

    place: str
    seq: int
    fact_seq: int


class KeyRow(Struct, frozen=True):
    """A folded plate or number a crossing was taken for."""

    key: str
    crossing: str


class LaneRow(Struct):
    """A lane of a layout."""

    place: str
    id: str
    direction: str
    ordinal: int


class DeviceRow(Struct):
    """A device of a layout."""

    place: str
    id: str
    driver: str
    lane: str
    zone: str
    view: str
    model: str | None
    serial: str | None
    expected_period_s: int
    verified_until: str | None
    ordinal: int
    klass: str | None
    firmware: str | None
    installed_on: str | None
    verified_on: str | None
    calibrated_on: str | None
    calibrated_until: str | None
    accuracy_class: str | None
    scale_error_kg: float | None


class Face(Struct, frozen=True):
    """What a sighting can give a dossier to be known by at a glance."""

    vehicle_type: str | None = None
    picture: str | None = None
    plate_picture: str | None = None


class HourRow(Struct):
    """A crossing that was opened or departed in an hour."""

    crossing: str
    at: int
    opened: int
    departed: int


class Batch(Struct):
    """All rows that wait to be written, as many as a turn brings, and faces of the evidence of the place at hand."""

    faces: Mapping[tuple[int, int], Face] = field(default_factory=dict)
    crossings: dict[str, CrossingChange] = field(default_factory=dict)
    evidence: list[EvidenceRow] = field(default_factory=list)
    conclusions: list[ConclusionRow] = field(default_factory=list)
    keys: set[KeyRow] = field(default_factory=set)
    hours: list[HourRow] = field(default_factory=list)
    devices: dict[tuple[str, str], DeviceChange] = field(default_factory=dict)
    trust: Trust = field(default_factory=Trust)
    papers: Papers = field(default_factory=Papers)
    maps: Maps = field(default_factory=Maps)
    situations: Situations = field(default_factory=Situations)
    procedures: Procedures = field(default_factory=Procedures)
    passages: Passages = field(default_factory=Passages)
    acts: Acts = field(default_factory=Acts)
    slips: Slips = field(default_factory=Slips)
    layouts: Layouts = field(default_factory=Layouts)
    limits: WeightLimits = field(default_factory=WeightLimits)
    holding: Holding = field(default_factory=Holding)
    past: Past = field(default_factory=Past)
