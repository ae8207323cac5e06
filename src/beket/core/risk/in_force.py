"""The law of the house: which rules are in force, in the order in which they are told."""

from __future__ import annotations

from typing import Final

from beket.core.documents.state import Paper
from beket.core.risk.picture import Picture
from beket.core.risk.rule import Rule
from beket.core.risk.rules import (
    agreement,
    certificates,
    history,
    limits,
    masses,
    noted,
    numbers,
    radiation,
    signs,
    sums,
    uses,
)

OF_CROSSINGS: Final[tuple[Rule[Picture], ...]] = (
    masses.weighed_off_declared_conveyance,
    masses.goods_outweigh_conveyance,
    masses.more_on_the_scale_than_goods_and_lorry,
    masses.scales_differ,
    masses.scale_not_verified,
    certificates.certificate_not_valid,
    certificates.certificate_for_other_goods,
    certificates.certificate_for_another,
    agreement.gross_mass_differs,
    agreement.packages_differ,
    agreement.value_differs,
    agreement.consignee_differs,
    agreement.consignor_differs,
    agreement.goods_not_declared,
    agreement.seals_differ,
    agreement.entered_differently,
    signs.another_tractor,
    signs.another_trailer,
    signs.another_container,
    signs.another_country,
    signs.other_seals_found,
    signs.another_vin_than_before,
    signs.slip_of_another,
    uses.used_twice,
    uses.slip_used_again,
    limits.gross_above_limit,
    limits.axles_above_limit,
    history.more_than_goods_and_own_tare,
    history.transit_leaves_lighter,
    history.empty_leaves_heavier,
    noted.noted_otherwise_than_read,
    noted.noted_seals_differ,
    noted.noted_vin_differs,
    noted.noted_packages_differ,
    noted.noted_mass_differs,
    radiation.radiates_unlike_its_goods,
)
"""Rules about a conveyance and its papers."""

OF_DOCUMENTS: Final[tuple[Rule[Paper], ...]] = (
    certificates.issuer_says_otherwise,
    sums.gross_masses_off_total,
    sums.net_masses_off_total,
    sums.packages_off_total,
    sums.lines_off_count,
    sums.net_above_gross,
    sums.values_off_total,
    numbers.container_digit_wrong,
    numbers.code_not_in_nomenclature,
    numbers.changed_without_a_word,
    numbers.vin_odd,
)
"""Rules about one document by itself."""
