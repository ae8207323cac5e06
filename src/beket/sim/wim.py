"""Scales in the road of the rehearsal: each who rolls over them is posted with its axles."""

from __future__ import annotations

from beket.devices.kit.driver import NOBODY, UNNAMED
from beket.devices.kit.trial import iso
from beket.devices.wim_json.codec import encode_post, encode_vehicle
from beket.sim.happenings import Roll
from beket.sim.makes import Content
from beket.sim.posting import Station
from beket.sim.truth import Told
from beket.words.ids import Instant
from beket.words.readings import WimPass


class Strip(Station):
    """One station; it names each conveyance by a number and reads no plate."""

    def content(self, told: Told, at: Instant) -> Content:
        """Write the axle table of one conveyance."""
        met = told.telling.met
        assert isinstance(met, Roll)
        said = WimPass(
            device_id=NOBODY,
            received=at,
            reading_id=UNNAMED,
            axles=met.axles,
            gross_kg=met.gross_kg,
            speed_kmh=met.speed_kmh,
            vehicle_class=met.vehicle,
            event_id=met.roll_id,
        )
        body = encode_post([encode_vehicle(said, iso(at), self._name)])
        return Content("application/json", body)
