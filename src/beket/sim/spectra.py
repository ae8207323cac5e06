"""Spectroscopic portals of the rehearsal: each who drives through one is posted as an N42 document.

Everybody in its lane drives through it. Whose a measurement is follows from turns: one of an instrument that measured
only those the first portal stopped would be taken for the next one's in the lane.
"""

from __future__ import annotations

from random import Random
from typing import Final

from beket.devices.n42.codec import Document, Measured, encode_file
from beket.sim.country import SPECTRA_AT
from beket.sim.happenings import Survey
from beket.sim.makes import Content
from beket.sim.posting import Station
from beket.sim.truth import Told
from beket.words.ids import Instant

PATH: Final = "/n42"

BACKGROUND_S: Final = 60
"""How long an instrument of this kind counts its background before somebody comes."""

_NEUTRON_CPS: Final = 1.5
_DOSE_USV_H: Final = 0.11
_NUCLIDES: Final = ("K-40", "Ra-226", "Th-232")
"""What radiates by nature in ceramics, fertiliser and granite."""


class Instrument(Station):
    """One portal; some are of an age that writes the older form, which has no word for alarms."""

    def content(self, told: Told, at: Instant) -> Content:
        """Write the document of one passage: the background before it, and what was counted while it passed."""
        met = told.telling.met
        assert isinstance(met, Survey)
        rng = Random(f"spectra:{met.survey_id}")
        document = Document(
            uuid=met.survey_id,
            identifier=self._name,
            model="spectroscopic portal",
            kind="Spectroscopic Portal Monitor",
            measured=(
                Measured(
                    id=f"{met.survey_id}-B",
                    what="Background",
                    started=Instant(at - 1000 * BACKGROUND_S),
                    real_time_s=float(BACKGROUND_S),
                    gamma_counts=round(rng.gauss(met.background_cps * BACKGROUND_S, 300)),
                    neutron_counts=round(rng.gauss(_NEUTRON_CPS * BACKGROUND_S, 8)),
                ),
                self._passage(met, at),
            ),
        )
        body = encode_file(document, SPECTRA_AT.get(self.id.rpartition("/")[0], "2011"))
        return Content("application/xml", body, PATH)

    @staticmethod
    def _passage(met: Survey, at: Instant) -> Measured:
        alarms = (("Gamma",) if met.gamma else ()) + (("Neutron",) if met.neutron else ())
        seconds = met.lasts_ms / 1000
        return Measured(
            id=met.survey_id,
            what="Foreground",
            started=at,
            real_time_s=seconds,
            occupied=True,
            gamma_counts=met.gamma_counts,
            neutron_counts=round(seconds * _NEUTRON_CPS * (20 if met.neutron else 1)),
            dose_usv_h=round(_DOSE_USV_H * met.gamma_counts / (seconds * met.background_cps), 3),
            alarms=alarms,
            nuclides=(_NUCLIDES[met.gamma_counts % len(_NUCLIDES)],) if met.gamma else (),
        )
