"""What physically happens in the rehearsal: the truth that devices then speak about, well or badly."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from beket.sim.fleet import Sign, Vehicle, VehicleKind
from beket.words.ids import DeviceId, LaneId, PlaceId
from beket.words.readings import Axle, UnreadReason
from beket.words.site import Direction, View, Zone

Outcome = Literal["departed", "backed_out"]


class Happening(Struct, frozen=True, kw_only=True):
    """One device meets one conveyance, `at_ms` after the world began."""

    at_ms: int
    crossing: str
    place: PlaceId
    device: DeviceId
    zone: Zone


class Sight(Happening, frozen=True, kw_only=True, tag="sight"):
    """A camera sees one side of a conveyance: `sign` is what is there, `shown` what the camera reads."""

    uuid: str
    view: View
    vehicle: VehicleKind
    paint: int
    sign: Sign | None
    shown: str | None
    country: str | None
    unread: UnreadReason | None = None
    confidence: float
    receding: bool = False
    captures: int = 1
    container: str | None = None

    @property
    def key(self) -> str:
        """What the camera calls it; repeated captures have the same."""
        return self.uuid


class Weigh(Happening, frozen=True, kw_only=True, tag="weigh"):
    """A conveyance stands on a scale for `lasts_ms`."""

    gross_kg: int
    lasts_ms: int

    @property
    def key(self) -> str:
        """A scale numbers nothing: the weight is all that tells one from the next."""
        return str(self.gross_kg)


class Pass(Happening, frozen=True, kw_only=True, tag="pass"):
    """A conveyance fills a radiation portal for `lasts_ms`; `number` is the portal's own count."""

    number: int
    lasts_ms: int
    gamma: bool
    neutron: bool
    speed_kmh: float

    @property
    def key(self) -> str:
        """The portal's occupancy counter."""
        return str(self.number)


class Scan(Happening, frozen=True, kw_only=True, tag="scan"):
    """A conveyance drives through an X-ray complex, whose operator knows its plate and container from the papers."""

    scan_id: str
    vehicle: VehicleKind
    plate: str | None
    container: str | None

    @property
    def key(self) -> str:
        """The complex's own number of the scan."""
        return self.scan_id


class Roll(Happening, frozen=True, kw_only=True, tag="roll"):
    """A conveyance rolls over scales in the road, whose `axles` err more than a scale on which it stands."""

    roll_id: str
    vehicle: VehicleKind
    axles: tuple[Axle, ...]
    speed_kmh: float

    @property
    def gross_kg(self) -> float:
        """What all axles weigh together."""
        return sum(axle.load_kg for axle in self.axles)

    @property
    def key(self) -> str:
        """The station's own number of the conveyance."""
        return self.roll_id


class Survey(Happening, frozen=True, kw_only=True, tag="survey"):
    """A conveyance drives through a spectroscopic portal that counts `background_cps` with nothing before it."""

    survey_id: str
    lasts_ms: int
    gamma_counts: int
    background_cps: float
    gamma: bool
    neutron: bool

    @property
    def key(self) -> str:
        """A document keeps its number to itself: what was counted tells one from the next."""
        return str(self.gamma_counts)


class Bearer(Struct, frozen=True, kw_only=True):
    """Whom a travel document is of; days are ISO 8601."""

    surname: str
    given_names: str
    birth_date: str
    sex: str
    expiry_date: str


class Show(Happening, frozen=True, kw_only=True, tag="show"):
    """Something comes before a reader: a travel document with its bearer, the code of a paper, a container's number."""

    text: str
    bearer: Bearer | None = None

    @property
    def key(self) -> str:
        """The number, or the code: what the reader says of it."""
        return self.text


Met = Sight | Weigh | Pass | Scan | Roll | Survey | Show
"""Whatever a device may meet."""


class Journey(Struct, frozen=True, kw_only=True):
    """One conveyance at one checkpoint in one direction, from the gate to what became of it."""

    crossing: str
    place: PlaceId
    lane: LaneId
    direction: Direction
    vehicle: Vehicle
    starts_ms: int
    ends_ms: int
    outcome: Outcome
    happenings: tuple[Met, ...]
