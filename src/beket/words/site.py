"""How a checkpoint is laid out: lanes, the devices over them, and what their words mean there."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec
from msgspec import Struct, field

from beket.words.ids import DeviceId, LaneId, PlaceId, Sha256, sha256

Direction = Literal["in", "out"]
"""Into the country or out of it."""

Zone = Literal["arrival", "control", "departure"]
"""Where along a lane a device stands: the gate a conveyance comes in by, the control area, the gate it leaves by."""

View = Literal["front", "rear", "side", "none"]
"""Which side of a conveyance moving along the lane the device sees."""


Class = Literal[
    "camera", "scale", "wim", "portal", "detector", "tracker", "seal", "scanner", "reader", "barrier", "loop", "sensor"
]
"""What a piece of equipment is for."""

MEASURING: Final[frozenset[str]] = frozenset({"scale", "wim", "portal", "detector"})
"""Classes whose results stand only while their verification is in force."""


PERIODS_MISSED_MAX: Final = 3
"""A device is down when it was silent for so many of its expected periods (reference 03 §8)."""


class Name(Struct, frozen=True, kw_only=True):
    """A name in the three languages of the house."""

    ky: str
    ru: str
    en: str


class Lane(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One track: every conveyance moves along it in one direction."""

    id: LaneId
    direction: Direction
    name: Name | None = None


class Device(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One registered piece of equipment and what its words mean where it stands.

    A device with no lane is carried about or moves by itself: a tracker, a seal, a hand-held instrument.
    `forward` says what *approaching the camera* means: along the lane or against it. `after_s` is the window
    (least, most), in seconds after a conveyance first passed the lane's arrival (or departure) gate, in which this
    device may meet the same conveyance. Dates are days as ISO 8601 writes them. `allow` lists the addresses its
    messages may come from. `tls_name` is the name in the certificate that it must prove itself with; it is then heard
    over TLS only.
    """

    id: DeviceId
    driver: str
    lane: LaneId = LaneId("")
    zone: Zone = "arrival"
    view: View = "none"
    forward: Literal["along", "against"] = "along"
    after_s: tuple[int, int] = (0, 30)
    declared_id: str | None = None
    transport: str | None = None
    host: str | None = None
    port: int | None = None
    allow: tuple[str, ...] = ()
    expected_period_s: int = 60
    scale_error_kg: float | None = None
    accuracy_class: str | None = None
    verified_until: str | None = None
    model: str | None = None
    serial: str | None = None
    options: dict[str, str | int | float | bool] = field(default_factory=dict)
    klass: Class | None = None
    firmware: str | None = None
    installed_on: str | None = None
    verified_on: str | None = None
    calibrated_on: str | None = None
    calibrated_until: str | None = None
    tls_name: str | None = None


class Post(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A checkpoint with its lanes and devices, as the site file describes it."""

    id: PlaceId
    name: Name
    latitude: float
    longitude: float
    zone_name: str = "Asia/Bishkek"
    neighbour: str | None = None
    mode: Literal["road", "rail", "air"] = "road"
    border: Literal["external", "internal"] = "external"
    kind: str = "border_checkpoint"
    lanes: tuple[Lane, ...] = ()
    devices: tuple[Device, ...] = ()


_ENCODER: Final = msgspec.json.Encoder(order="sorted")


def fingerprint(post: Post) -> Sha256:
    """Name a layout by all it says, defaults too: who sees the same fingerprint has seen the same layout."""
    return sha256(_ENCODER.encode(_plain(post)))


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a layout is made of
    """Spell a layout out: whether a value that is the usual one was written down makes no difference."""
    if isinstance(value, Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def is_coherent(post: Post) -> bool:
    """Tell whether lanes and devices have names of their own, and every device that has a lane stands in one there is.

    What a layout's drivers ask for is not known here: whoever reads it from a file sees to that.
    """
    lanes, devices = {lane.id for lane in post.lanes}, {device.id for device in post.devices}
    return (
        len(lanes) == len(post.lanes)
        and len(devices) == len(post.devices)
        and {device.lane for device in post.devices if device.lane} <= lanes
    )
