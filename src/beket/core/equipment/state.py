"""What is held of the layout and the devices of one place."""

from __future__ import annotations

from msgspec import Struct, field

from beket.words.ids import DeviceId
from beket.words.site import Post


class Equipment(Struct, kw_only=True):
    """The equipment slice of one place: the layout in force, what is wrong with whom, and whose clock is off.

    A device has one thing wrong with it at a time, the gravest it said; it is bounded by the layout's devices.
    """

    post: Post | None = None
    failures: dict[DeviceId, str] = field(default_factory=dict)
    wrong_clocks: dict[DeviceId, int] = field(default_factory=dict)
