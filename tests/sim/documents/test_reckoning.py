"""The judge of papers can fail: each mistake is reported by its name, and excused where it follows from another."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from beket.sim.documents.belief import PaperBelief
from beket.sim.documents.ledger import Paper, PaperLedger, Wrong
from beket.sim.documents.reckoning import Ground, PaperReckoning, Seen, reckon_papers
from beket.words.ids import CrossingId, DocumentId, PlaceId, Sha256

PLACE = PlaceId("KG-TOR-A")
MINE, OTHERS = CrossingId("KG-TOR-A:1.0"), CrossingId("KG-TOR-A:2.0")
DOCUMENT = DocumentId("KG-TOR-A:9.0")
DIGEST = Sha256("aa")
RULES = frozenset({"W03", "P01", "S01", "D04"})
READ = Seen(read=frozenset({"01KG777ABC"}), front=frozenset({"01KG777ABC"}), weighed=True)
NOTE = Paper(
    crossing="mine", place=PLACE, file_name="cmr-1.xml", media_type="application/xml", blob=b"", digest=DIGEST,
    key="k", send_ms=0, signs=frozenset({"01KG777ABC"}), note=True, status=201,
)  # fmt: skip


def on_file(*, at: CrossingId | None = MINE, times: int = 1) -> PaperBelief:
    belief = PaperBelief()
    for number in range(times):
        document = DocumentId(f"KG-TOR-A:{9 + number}.0")
        belief.of_bytes[DIGEST].append(document)
        belief.bytes_of[document] = DIGEST
        if at is not None:
            belief.fits[document].add(at)
    return belief


def reckoned(
    belief: PaperBelief,
    *papers: Paper,
    wrong: tuple[Wrong, ...] = (),
    seen: Seen = READ,
    astray: frozenset[str] = frozenset(),
    unverified: frozenset[str] = frozenset(),
) -> PaperReckoning:
    ledger = PaperLedger()
    for paper in papers or (NOTE,):
        ledger.write(paper)
    for one in wrong:
        ledger.blame(one)
    ground = Ground(
        seen={"mine": seen}, owners={MINE: "mine", OTHERS: "another's"}, root=lambda crossing: crossing,
        astray=astray, unverified=unverified,
    )  # fmt: skip
    return reckon_papers(ledger, belief, ground, RULES)


def mistakes(found: PaperReckoning) -> list[str]:
    return [one.partition(":")[0] for one in found.mistakes]


def test_a_paper_that_lies_where_it_belongs_is_right() -> None:
    found = reckoned(on_file(), NOTE, replace(NOTE, key="k-again", resend=True))
    assert found.right
    assert (found.sent, found.filed, found.joined) == (2, 1, 1)


@pytest.mark.parametrize(
    ("belief", "paper", "mistake"),
    [
        (PaperBelief(), NOTE, "lost"),
        (PaperBelief(), replace(NOTE, status=202), "lost"),
        (on_file(times=2), NOTE, "doubled"),
        (on_file(at=OTHERS), NOTE, "misjoined"),
        (on_file(at=CrossingId("KG-TOR-A:0.5")), NOTE, "misjoined"),
        (on_file(at=None), NOTE, "unjoined"),
        (PaperBelief(), replace(NOTE, status=422), "turned_away"),
        (on_file(at=None), replace(NOTE, damaged=True), "swallowed"),
    ],
)
def test_each_mistake_is_told_by_its_name(belief: PaperBelief, paper: Paper, mistake: str) -> None:
    found = reckoned(belief, paper)
    assert mistakes(found) == [mistake]
    assert getattr(found, mistake) == 1
    assert not found.right


def test_a_broken_file_that_is_refused_is_right() -> None:
    found = reckoned(PaperBelief(), replace(NOTE, damaged=True, status=422))
    assert (found.right, found.refused, found.filed) == (True, 1, 0)


def test_a_paper_nobody_answered_promises_nothing() -> None:
    found = reckoned(PaperBelief(), replace(NOTE, status=None))
    assert (found.right, found.unanswered) == (True, 1)


def test_a_paper_of_a_lorry_that_nobody_read_may_wait() -> None:
    found = reckoned(on_file(at=None), seen=Seen())
    assert (found.right, found.waiting) == (True, 1)


def test_an_offer_is_right_only_between_several() -> None:
    belief = on_file(at=None)
    belief.offered[DOCUMENT] = (MINE, OTHERS)
    assert reckoned(belief).offered == 1
    belief.offered[DOCUMENT] = (MINE,)
    assert mistakes(reckoned(belief)) == ["unjoined"]


def test_a_version_that_was_replaced_lies_nowhere() -> None:
    belief = on_file(at=None)
    belief.replaced.add(DOCUMENT)
    assert reckoned(belief).right


@pytest.mark.parametrize("excuse", [{"seen": replace(READ, askew=True)}, {"astray": frozenset({"mine"})}])
def test_what_follows_from_a_lost_reading_is_explained_but_no_loss_is(excuse: dict[str, object]) -> None:
    away = reckoned(on_file(at=OTHERS), **excuse)  # type: ignore[arg-type]
    assert (away.right, away.explained) == (True, 1)
    assert mistakes(reckoned(PaperBelief(), **excuse)) == ["lost"]  # type: ignore[arg-type]


WEIGHT = Wrong(fault="underdeclared", crossings=("mine",), digests=(DIGEST,))


def test_what_is_wrong_and_found_is_no_false_alarm() -> None:
    belief = on_file()
    belief.findings[MINE, "W03", "consignment_note"] = (DOCUMENT,)
    found = reckoned(belief, wrong=(WEIGHT,))
    assert (found.right, found.expected, found.findings) == (True, 1, 1)


def test_what_is_wrong_and_not_found_is_missed() -> None:
    found = reckoned(on_file(), wrong=(WEIGHT,))
    assert (mistakes(found), found.expected, found.missed) == (["missed"], 1, 1)


@pytest.mark.parametrize(
    ("belief", "seen", "wrong"),
    [
        (on_file(), replace(READ, weighed=False), WEIGHT),
        (on_file(at=None), Seen(), WEIGHT),
        (on_file(), replace(READ, front=frozenset()), replace(WEIGHT, fault="other_plate")),
        (on_file(), READ, replace(WEIGHT, fault="sums", digests=(DIGEST, Sha256("bb")))),
        (on_file(), READ, replace(WEIGHT, fault="box_digit")),
    ],
)
def test_nobody_is_expected_to_find_what_nothing_shows(belief: PaperBelief, seen: Seen, wrong: Wrong) -> None:
    """Not weighed, not joined, not read at the front, not yet on file, no such rule."""
    found = reckoned(belief, wrong=(wrong,), seen=seen)
    assert (found.expected, found.missed) == (0, 0)


def test_a_finding_about_a_lorry_whose_papers_are_right_is_a_false_alarm() -> None:
    belief = on_file()
    belief.findings[MINE, "W03", ""] = (DOCUMENT,)
    belief.findings[DOCUMENT, "S01", ""] = (DOCUMENT,)
    found = reckoned(belief)
    assert (mistakes(found), found.false) == (["false", "false"], 2)


def test_one_fault_is_no_excuse_for_another_finding() -> None:
    belief = on_file()
    belief.findings[MINE, "W03", ""] = (DOCUMENT,)
    belief.findings[MINE, "D04", ""] = (DOCUMENT,)
    found = reckoned(belief, wrong=(WEIGHT,))
    assert (mistakes(found), found.false, found.missed) == (["false"], 1, 0)


def test_papers_that_somebody_else_brought_are_not_judged() -> None:
    belief = on_file()
    belief.findings[MINE, "S01", ""] = (DocumentId("KG-TOR-A:70.0"),)
    found = reckoned(belief)
    assert (found.right, found.findings) == (True, 0)


def test_a_scale_whose_verification_ran_out_is_rightly_told() -> None:
    belief = on_file()
    belief.findings[MINE, "W05", "KG-TOR-A/in-1/scale"] = (DOCUMENT,)
    assert mistakes(reckoned(belief)) == ["false"]
    assert reckoned(belief, unverified=frozenset({"KG-TOR-A/in-1/scale"})).right
