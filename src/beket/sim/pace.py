"""How fast conveyances move through a lane: as they really do, or hurried for a demonstration or a load test."""

from __future__ import annotations

import math
from typing import Final

from msgspec import Struct

HEADWAY_S_MIN: Final = 4.0
"""Two conveyances never pass a gate closer than this: bumper to bumper at 15-20 km/h."""


class Pace(Struct, frozen=True, kw_only=True):
    """Ranges in seconds; the site's windows (`after_s`) follow from them, as an installer would measure them.

    `headway`: from front to front at a gate. `to_rear`: from the front camera to the rear one. `to_scale`: from the
    gate to the scale when nobody waits there. `on_scale`: standing on it. `scale_wait_max`: the gate lets nobody in
    who would wait longer for the scale. `control`: from the scale, or the gate, to the exit. `back_out`: from the gate
    to turning back. `away`: until a conveyance comes back.
    """

    headway: tuple[float, float]
    to_rear: tuple[float, float]
    to_scale: tuple[float, float]
    on_scale: tuple[float, float]
    scale_wait_max: float
    control: tuple[float, float]
    back_out: tuple[float, float]
    away: tuple[float, float]

    @property
    def rear_window_s(self) -> tuple[int, int]:
        """When a rear camera may see what the front camera saw."""
        return math.floor(self.to_rear[0]) - 1, math.ceil(self.to_rear[1]) + 2

    @property
    def portal_window_s(self) -> tuple[int, int]:
        """When what the front camera saw may begin to fill the portal, which stands a few metres on."""
        return 0, 4

    @property
    def scale_window_s(self) -> tuple[int, int]:
        """When a conveyance may be weighed."""
        least = math.floor(self.to_scale[0]) - 1
        return least, math.ceil(self.to_scale[1] + self.scale_wait_max + self.on_scale[1]) + 3

    @property
    def papers_window_s(self) -> tuple[int, int]:
        """When a conveyance that was weighed may show its container, and its papers one after another."""
        least, most = self.scale_window_s
        return least, most + 30


REAL: Final = Pace(
    headway=(4.0, 9.0),
    to_rear=(3.0, 6.0),
    to_scale=(30.0, 60.0),
    on_scale=(8.0, 20.0),
    scale_wait_max=120.0,
    control=(600.0, 7200.0),
    back_out=(40.0, 120.0),
    away=(3600.0, 14400.0),
)
"""As at a border that flows: ten minutes to two hours inside."""

DEMO: Final = Pace(
    headway=(4.0, 7.0),
    to_rear=(3.0, 5.0),
    to_scale=(8.0, 14.0),
    on_scale=(3.0, 5.0),
    scale_wait_max=20.0,
    control=(20.0, 150.0),
    back_out=(15.0, 30.0),
    away=(120.0, 400.0),
)
"""Hurried, so that a whole visit can be watched in a minute or two."""

LOAD: Final = Pace(
    headway=(4.0, 4.6),
    to_rear=(3.0, 3.6),
    to_scale=(8.0, 9.0),
    on_scale=(1.6, 2.0),
    scale_wait_max=8.0,
    control=(6.0, 14.0),
    back_out=(9.0, 14.0),
    away=(40.0, 120.0),
)
"""The shortest visit that still keeps to physics: for hundreds of readings a second."""
