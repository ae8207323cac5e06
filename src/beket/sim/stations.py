"""All stations of the rehearsal that post about who passes: X-ray, scales in the road, spectroscopic portals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from beket.sim.country import SPECTRA, WIM, XRAY
from beket.sim.happenings import Met
from beket.sim.posting import Now, Station, Target
from beket.sim.spectra import Instrument
from beket.sim.truth import Told
from beket.sim.wim import Strip
from beket.sim.xray import Complex
from beket.words.ids import DeviceId
from beket.words.site import Device

BEAT_S: Final = 60.0
"""How often those that have a word for it say that they live."""

MAKES: Final[Mapping[str, type[Station]]] = {XRAY: Complex, WIM: Strip, SPECTRA: Instrument}
"""What stands for each driver."""


class Stations:
    """The stations by their devices, and how often they say that they live."""

    def __init__(self, devices: Sequence[Device], target: Target, now: Now) -> None:
        self._all: dict[DeviceId, Station] = {
            device.id: MAKES[device.driver](device, target, now) for device in devices if device.driver in MAKES
        }
        self._since_beat_s = BEAT_S

    def met(self, met: Met) -> bool:
        """Tell whether it is one of these that met a conveyance."""
        return met.device in self._all

    def speak(self, told: Told) -> None:
        """Have the right station tell a happening."""
        self._all[told.telling.met.device].speak(told)

    def tick(self, elapsed_s: float) -> None:
        """Let time pass: once a minute each may say that it lives."""
        self._since_beat_s += elapsed_s
        if self._since_beat_s >= BEAT_S:
            self._since_beat_s = 0.0
            for one in self._all.values():
                one.beat()

    @property
    def busy(self) -> bool:
        """Tell whether any still has something to hand over."""
        return any(one.busy for one in self._all.values())

    def close(self) -> None:
        """Hang up everywhere."""
        for one in self._all.values():
            one.close()
