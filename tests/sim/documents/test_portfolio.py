"""Which papers lorries have: the same seed gives the same, and a fault stands where it is said to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from beket.exchange.kit.refusal import Refusal
from beket.exchange.reading import read_documents
from beket.sim.country import demo_posts
from beket.sim.documents.ledger import Papers
from beket.sim.documents.load import LOADED_FROM_KG
from beket.sim.documents.portfolio import CSV, FAULTY_SHARE, JSON, Portfolio
from beket.sim.documents.portfolio import Season as PaperSeason
from beket.sim.documents.wrongs import SHARES, SHOWN
from beket.sim.faults import ALL_OF_PAPERS, PaperFault, faults_named, paper_faults_named
from beket.sim.happenings import Journey
from beket.sim.pace import DEMO
from beket.sim.world import Season, World
from beket.words import papers as asked
from tests.exchange.given import one
from tests.sim.house import T0

POSTS = demo_posts(4, rate=60.0, pace=DEMO)


def journeys(count: int) -> list[Journey]:
    world = World(POSTS, Season(seed=5, rate=60.0, began=T0, pace=DEMO))
    return list(islice(world.journeys(), count))


JOURNEYS = journeys(600)


def folders(faults: frozenset[PaperFault] = frozenset(), share: float = 1.0, seed: int = 5) -> list[Papers]:
    portfolio = Portfolio(POSTS, PaperSeason(seed=seed, began=T0, faults=faults, share=share))
    return [portfolio.papers(journey) for journey in JOURNEYS]


def sent(found: list[Papers]) -> Iterator[tuple[str, bytes]]:
    for folder in found:
        yield from ((paper.file_name, paper.blob) for paper in folder.sent)


def test_the_same_seed_gives_the_same_papers_and_another_others() -> None:
    assert list(sent(folders())) == list(sent(folders()))
    assert list(sent(folders())) != list(sent(folders(seed=6)))


def test_whoever_carries_nothing_has_no_papers_and_every_loaded_lorry_has_a_note() -> None:
    loaded = 0
    for journey, folder in zip(JOURNEYS, folders(), strict=True):
        vehicle = journey.vehicle
        carries = vehicle.kind == "lorry" and vehicle.front is not None and vehicle.gross_kg >= LOADED_FROM_KG
        loaded += carries
        assert any(paper.note for paper in folder.sent) is carries
    assert loaded > 100


def test_every_kind_of_paper_is_sent_and_none_overtakes_its_correction() -> None:
    found = folders()
    beginnings = {name.split("-")[0] for name, _ in sent(found)}
    assert beginnings == {"dt", "pi", "cmr", "ecmr", "invoice", "ettn"}
    assert {JSON, CSV} < {paper.media_type for folder in found for paper in folder.sent}
    for folder in found:
        assert [paper.send_ms for paper in folder.sent] == sorted(paper.send_ms for paper in folder.sent)


def test_a_correction_names_what_it_corrects() -> None:
    corrected = 0
    for folder in folders():
        notes = {paper.file_name: one(paper.blob) for paper in folder.sent if paper.file_name.startswith("cmr-")}
        for name, after in notes.items():
            if name.endswith("-2.xml"):
                corrected += 1
                assert after.replaces == notes[name.replace("-2.xml", ".xml")].id
    assert corrected > 2


def test_a_paper_that_is_sent_twice_is_the_same_bytes() -> None:
    twice = [paper for folder in folders() for paper in folder.sent if paper.resend]
    assert len(twice) > 2
    assert {paper.key.endswith("-again") for paper in twice} == {True, False}
    for folder in folders():
        once = {paper.digest: paper.blob for paper in folder.sent if not paper.resend}
        assert all(once[paper.digest] == paper.blob for paper in folder.sent if paper.resend)


def test_papers_come_ahead_of_the_lorry_while_it_is_here_and_after_it_has_gone() -> None:
    phases = set()
    for journey, folder in zip(JOURNEYS, folders(), strict=True):
        for paper in folder.sent[:1]:
            late = paper.send_ms > journey.ends_ms
            phases.add("late" if late else "ahead" if paper.send_ms < journey.starts_ms else "inside")
    assert phases == {"ahead", "inside", "late"}


def test_whoever_comes_back_brings_papers_along() -> None:
    """A paper ahead of a return would be taken for a late one of the visit before; the lorry itself brings them."""
    portfolio = Portfolio(POSTS, PaperSeason(seed=5, began=T0))
    loaded = next(journey for journey in JOURNEYS if portfolio.papers(journey).sent)
    again = [portfolio.papers(loaded) for _ in range(20)]
    times = {paper.send_ms for folder in again for paper in folder.sent[:1]}
    assert all(loaded.starts_ms < at < loaded.ends_ms for at in times)


def test_few_lorries_have_wrong_papers_where_nobody_asked() -> None:
    found = folders(ALL_OF_PAPERS, FAULTY_SHARE)
    loaded = sum(bool(folder.sent) for folder in found)
    assert 0 < sum(bool(folder.wrong) for folder in found) <= 0.08 * loaded
    assert not any(folder.wrong for folder in folders())


def test_most_of_what_is_wrong_is_a_slip_and_little_is_grave() -> None:
    wrong = [told.fault for folder in folders(ALL_OF_PAPERS, 1.0) for told in folder.wrong]
    grave = sum(fault in {"underdeclared", "used_twice"} for fault in wrong)
    assert len(wrong) > 100
    assert 0 < grave < 0.1 * len(wrong)
    assert set(SHARES) == ALL_OF_PAPERS
    assert sum(SHARES.values()) == 100


def test_what_is_to_be_shown_stands_in_the_papers_of_the_first_lorry_in_which_it_can() -> None:
    portfolio = Portfolio(POSTS, PaperSeason(seed=5, began=T0, faults=ALL_OF_PAPERS, share=0.0, shown=SHOWN))
    wrong = [(at, told.fault) for at, one in enumerate(JOURNEYS) for told in portfolio.papers(one).wrong]
    assert [fault for _, fault in wrong] == list(SHOWN)
    assert wrong[0][0] < 60, "within the first minutes of a demonstration"


@pytest.mark.parametrize("fault", sorted(ALL_OF_PAPERS))
def test_what_is_wrong_stands_in_the_papers_that_are_named(fault: PaperFault) -> None:
    found = folders(frozenset({fault}), share=0.5)
    everything = {paper.digest: paper for folder in found for paper in folder.sent}
    wrong = [told for folder in found for told in folder.wrong]
    assert len(wrong) > 3
    assert {told.fault for told in wrong} == {fault}
    assert all(digest in everything for told in wrong for digest in told.digests)
    for told in wrong:
        assert told.digests
        refused = [isinstance(read_documents(everything[digest].blob), Refusal) for digest in told.digests]
        assert refused == [fault == "damaged"] * len(refused)


def test_an_underdeclared_load_is_declared_at_less_than_a_tenth() -> None:
    for journey, folder in zip(JOURNEYS, folders(frozenset({"underdeclared"})), strict=True):
        if folder.wrong:
            masses = [asked.gross_kg_of(one(paper.blob)) for paper in folder.sent]
            assert all(mass is not None and 0 < mass < (journey.vehicle.gross_kg - 13_000) / 10 for mass in masses)


def test_faults_of_devices_and_of_papers_are_told_apart() -> None:
    assert paper_faults_named("drop, sums") == {"sums"}
    assert faults_named("drop, sums") == {"drop"}
    assert paper_faults_named("all") == ALL_OF_PAPERS
    assert paper_faults_named("none") == paper_faults_named("") == frozenset()
    with pytest.raises(ValueError, match="underdeclared"):
        paper_faults_named("sums,fire")
