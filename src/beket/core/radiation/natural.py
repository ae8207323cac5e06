"""Whether an alarm is like those of goods that radiate by nature: most alarms at borders are (reference 03 §3.4)."""

from __future__ import annotations

from typing import Final

from beket.words.readings import RadMeasurement, RpmOccupancy

NATURAL_TIMES_MAX: Final = 3.0
"""How many times the usual count goods that radiate by nature show at most. Tiles, fertiliser and granite lift a portal
to one and a half or two and a half times its background; no source settles the bound, and what is above it may still
turn out to be innocent."""

NATURAL_NUCLIDES: Final = frozenset({"K40", "TH232", "RA226"})
"""What such goods hold. Radium is a source too where it was concentrated: that one is stronger than the bound."""


def is_natural(said: RpmOccupancy | RadMeasurement) -> bool:
    """Say whether an alarm may be that of ordinary goods; neutrons never are, and what was not measured is not."""
    if said.neutron_alarm or not said.gamma_alarm:
        return False
    if isinstance(said, RadMeasurement):
        named = {nuclide.upper().replace("-", "") for nuclide in said.nuclides}
        return bool(named) and named <= NATURAL_NUCLIDES
    usual = sum(said.gamma_background)
    return 0 < said.max_gamma_1s <= usual * NATURAL_TIMES_MAX
