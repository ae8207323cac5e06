"""What the source of a certificate says of it is a finding where it says other things, and goes when it does not."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from beket.words.facts import DocumentFiled, FindingRaised, FindingWithdrawn, SourceCompared
from beket.words.ids import INTAKE, DocumentId, Instant, ReadingId
from beket.words.readings import Answered, Compared, SourceAnswered
from tests.core.tape import BEGIN
from tests.core.test_documents import Scene, cmr, of

ANOTHER = (Compared(field="number", printed="KG-0471", at_source="KG-9999"),)


def lodged(scene: Scene) -> DocumentId:
    certificate = replace(cmr("KG-0471", gross=None), kind="certificate", qr="https://cert.example/check/KG-0471")
    filed: DocumentFiled = of(scene.brought(0, certificate), DocumentFiled)[0]
    return filed.document


def answer(document: DocumentId, answered: Answered, differences: tuple[Compared, ...] = ()) -> SourceAnswered:
    return SourceAnswered(
        device_id=INTAKE, received=Instant(BEGIN + 5000), reading_id=ReadingId("0" * 32), document=document,
        source="phyto", answered=answered, differences=differences,
    )  # fmt: skip


def test_a_code_that_leads_to_another_certificate_is_a_grave_finding_until_it_is_right() -> None:
    scene = Scene()
    document = lodged(scene)
    facts = scene.player.say(answer(document, "another", ANOTHER))
    (found,) = of(facts, FindingRaised)
    assert (found.rule, found.level, found.document, found.values) == (
        "C04", "high", document, {"printed": "KG-0471", "at_source": "KG-9999"},
    )  # fmt: skip
    again = scene.player.say(answer(document, "agrees"))
    assert [fact.rule for fact in of(again, FindingWithdrawn)] == ["C04"]


@pytest.mark.parametrize(
    ("answered", "findings"),
    [("agrees", 0), ("not_found", 1), ("leads_elsewhere", 1), ("unreachable", 0), ("other_answer", 0)],
)
def test_only_what_the_issuer_says_is_a_finding(answered: Answered, findings: int) -> None:
    scene = Scene()
    facts = scene.player.say(answer(lodged(scene), answered))
    assert len(of(facts, SourceCompared)) == 1
    assert len(of(facts, FindingRaised)) == findings


def test_an_answer_about_what_is_not_on_file_changes_nothing() -> None:
    scene = Scene()
    assert not scene.player.say(answer(DocumentId("KG-TST-A:99.0"), "another", ANOTHER))
