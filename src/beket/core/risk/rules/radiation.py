"""Radiation: what a portal had an alarm of against what the papers say is on the lorry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from beket.core.risk.kinds import GOODS
from beket.core.risk.picture import Because, Picture, because, told
from beket.core.risk.rule import rule

NATURAL_GOODS: Final = (
    "0801", "0803", "2507", "2508", "2510", "2515", "2516", "2529", "2615", "2834", "2836", "3103", "3104", "3105",
    "6801", "6802", "6805", "6810", "6815", "69",
)  # fmt: skip
"""Headings of goods that radiate by nature: potassium and phosphate fertiliser, granite and other stone, clay and cat
litter, ceramics, abrasives, zircon, bananas and Brazil nuts (reference 03 §3.4; Kouzes et al. on such cargo)."""


@rule("R01", harm="people", basis="reference 03 §3.4: a gamma alarm is weighed against the goods that are declared")
def radiates_unlike_its_goods(seen: Picture) -> Iterator[Because]:
    """A portal had a gamma alarm, and nothing that the papers declare radiates by nature."""
    papers = tuple(paper for paper in seen.of(*GOODS, "invoice") if any(line.code for line in paper.gist.lines))
    codes = [line.code for paper in papers for line in paper.gist.lines if line.code]
    if seen.visit.radiated and codes and not any(code.startswith(NATURAL_GOODS) for code in codes):
        yield because(papers, "", seen.visit.radiated, declared_codes=told(codes))
