"""How grave something is follows from what it threatens and from the time that there is."""

from __future__ import annotations

from itertools import pairwise
from typing import Final, get_args

import pytest

from beket.core.situations.limits import RANK
from beket.words.gravity import EXAMINED, Harm, Until, level_of

HARMS: Final[tuple[Harm, ...]] = get_args(Harm)
TIMES: Final[tuple[Until, ...]] = get_args(Until)


@pytest.mark.parametrize("harm", HARMS)
def test_the_less_time_there_is_the_graver_it_is(harm: Harm) -> None:
    ranks = [RANK[level_of(harm, until)] for until in TIMES]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize("until", TIMES)
def test_the_worse_the_harm_the_graver_it_is(until: Until) -> None:
    assert all(RANK[level_of(one, until)] <= RANK[level_of(other, until)] for one, other in pairwise(HARMS))


def test_critical_is_what_cannot_be_made_good_and_cannot_wait() -> None:
    critical = {(harm, until) for harm in HARMS for until in TIMES if level_of(harm, until) == "critical"}
    assert critical == {("people", "minutes"), ("loss", "minutes")}


def test_a_difference_of_papers_alone_needs_no_look_at_the_load() -> None:
    assert {"papers", "record"} == set(HARMS) - EXAMINED
