"""The law of the house: which rules are in force, in the order in which they are told."""

from __future__ import annotations

from typing import Final

from beket.core.documents.state import Paper
from beket.core.risk.picture import Picture
from beket.core.risk.rule import Rule
from beket.core.risk.rules import masses

OF_CROSSINGS: Final[tuple[Rule[Picture], ...]] = (
    masses.weighed_off_declared_conveyance,
    masses.goods_outweigh_conveyance,
    masses.more_on_the_scale_than_goods_and_lorry,
)
"""Rules about a conveyance and its papers."""

OF_DOCUMENTS: Final[tuple[Rule[Paper], ...]] = ()
"""Rules about one document by itself."""
