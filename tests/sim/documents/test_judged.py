"""Papers of a whole dry rehearsal: what is true is joined and found right, and every lie is found."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from beket.sim.country import demo_posts
from beket.sim.documents.reckoning import PaperReckoning, rules_in_force
from beket.sim.documents.wrongs import EXPECTED
from beket.sim.faults import ALL, ALL_OF_PAPERS, FaultKind, PaperFault
from beket.sim.judge import Verdict, judge
from beket.sim.pace import DEMO
from beket.sim.rehearsal import Script
from beket.words.site import Post
from tests.sim.documents.dry import PaperRun

RATE = 60.0
SECONDS = 400.0
NONE: frozenset[PaperFault] = frozenset()


@pytest.fixture(scope="module")
def posts() -> Sequence[Post]:
    """Two posts of the big ones: with a container yard's share of lorries, and with scales in the road."""
    return demo_posts(2, rate=RATE, pace=DEMO)


def verdict(
    posts: Sequence[Post],
    seed: int,
    faults: frozenset[PaperFault] = NONE,
    share: float = 1.0,
    devices: frozenset[FaultKind] = frozenset(),
) -> Verdict:
    script = Script(seed=seed, rate=RATE, seconds=SECONDS, pace=DEMO, faults=devices)
    return judge(*PaperRun(posts, script, faults, share).run())


def counted(reckoned: PaperReckoning) -> dict[str, int]:
    """The mistakes by kind, those that none was made of left out."""
    kinds = ("lost", "doubled", "misjoined", "unjoined", "turned_away", "swallowed", "missed", "false")
    return {kind: count for kind in kinds if (count := getattr(reckoned, kind))}


@pytest.mark.parametrize("seed", [1, 2])
def test_papers_that_say_the_truth_lie_with_their_lorries_and_nothing_is_found(
    posts: Sequence[Post], seed: int
) -> None:
    papers = verdict(posts, seed).documents
    assert counted(papers) == {}, papers.mistakes
    assert papers.right
    assert papers.sent > papers.filed > 50
    assert papers.joined > 0.8 * papers.filed
    assert papers.refused == papers.expected == 0


@pytest.mark.parametrize("fault", sorted(ALL_OF_PAPERS))
def test_every_lie_is_found_and_only_where_it_is(posts: Sequence[Post], fault: PaperFault) -> None:
    papers = verdict(posts, 3, frozenset({fault}), share=0.5).documents
    assert counted(papers) == {}, papers.mistakes
    if fault == "damaged":
        assert papers.refused > 3
    else:
        assert EXPECTED[fault] & rules_in_force(), "a rule looks for it"
        assert papers.findings >= papers.expected > 2


def test_a_house_that_lost_messages_is_blamed_for_nothing_that_follows(posts: Sequence[Post]) -> None:
    papers = verdict(posts, 4, ALL_OF_PAPERS, share=0.2, devices=ALL).documents
    assert counted(papers) == {}, papers.mistakes
    assert papers.joined > 0.6 * papers.filed
