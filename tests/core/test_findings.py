"""What public reports told of, played to the house: it finds each as it comes in, and takes back what is mended."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from beket.core.state import decode, encode
from beket.words.decisions import AttachDocument, DetachDocument
from beket.words.documents import (
    Consignment,
    ControlResult,
    Document,
    GoodsItem,
    Means,
    Party,
    Reference,
    Remark,
    Seal,
    SealGroup,
    SealsChecked,
    Totals,
)
from beket.words.facts import DocumentFiled, Fact, FindingRaised, FindingWithdrawn
from beket.words.ids import DocumentId
from tests.core.test_documents import LORRY, OTHER, Scene, cmr, of

ONIONS, APPLES = "0703101900", "0808108000"


def goods(*codes: str, gross: str = "56000") -> tuple[Consignment, ...]:
    """One consignment with a line for each code; the first has the mass."""
    masses = (Decimal(gross), *(Decimal(0) for _ in codes[1:]))
    lines = (GoodsItem(number=n, code=code, gross_kg=masses[n - 1]) for n, code in enumerate(codes, 1))
    return (Consignment(items=tuple(lines)),)


def certificate(number: str, *codes: str, **more: object) -> Document:
    """A phytosanitary certificate that names the lorry."""
    plain = cmr(number, kind="certificate", consignments=goods(*codes))
    return replace(plain, certificate_type="phytosanitary", **more)


def told(facts: tuple[Fact, ...]) -> list[tuple[str, str]]:
    """The findings that facts tell: rule and level."""
    return [(fact.rule, fact.level) for fact in of(facts, FindingRaised)]


def withdrawn(facts: tuple[Fact, ...]) -> list[str]:
    """The rules whose findings facts take back."""
    return [fact.rule for fact in of(facts, FindingWithdrawn)]


def filed(facts: tuple[Fact, ...]) -> DocumentId:
    """The document that was filed."""
    found: DocumentId = of(facts, DocumentFiled)[0].document
    return found


def test_56_tonnes_of_onions_with_a_certificate_of_something_else() -> None:
    """The certificate was not that of the transport document; the lorry was sent back (reference 01 §4)."""
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.brought(10, cmr("CMR-100200", consignments=goods(ONIONS)))
    facts = scene.brought(20, certificate("FITO-100200", APPLES))
    assert told(facts) == [("C02", "medium")]
    (found,) = of(facts, FindingRaised)
    assert found.values == {"certified_codes": "0808", "declared_codes": "0703"}
    assert (found.crossing, found.subject, len(found.documents)) == (scene.opened[0], "FITO-100200", 2)
    mended = scene.brought(30, certificate("FITO-100200", ONIONS, correction=1))
    assert withdrawn(mended) == ["C02"]


def test_18_tonnes_of_fruit_with_a_certificate_a_year_old_whose_code_leads_elsewhere() -> None:
    """Ak-Tilek, January 2024 (reference 01 §1)."""
    scene = Scene()
    odd = Remark(kind="source", detail="the code leads to FITO-100999", where="number")
    scene.brought(0, certificate("FITO-100200", APPLES, valid_until="2025-11-17", remarks=(odd,)))
    facts = scene.says("10 front 01111AAA")
    assert told(facts) == [("C01", "medium")]
    assert ("C04", "high") in told(tuple(scene.player.facts))


def test_a_trailer_whose_maker_number_was_tampered_with() -> None:
    """Six tankers from China (reference 01 §4): one plate with two VINs, and one of these is none."""
    scene = Scene()
    scene.says("0 front 01111AAA")
    named = Means(plate="02222BB", country="KG", trailer=True, vin="LZZ5CLSB5NA123456")
    scene.brought(10, cmr("CMR-100200", means=(Means(plate=LORRY), named)))
    carnet = cmr("XA-100200", kind="tir_carnet", means=(Means(plate=LORRY), replace(named, vin="LZZ5CLSB5NA12345O")))
    facts = scene.brought(20, carnet)
    assert told(facts) == [("N04", "low"), ("D08", "medium")]
    (twice,) = (fact for fact in of(facts, FindingRaised) if fact.rule == "D08")
    assert twice.values == {"datum": "vin", "first": "LZZ5CLSB5NA123456", "second": "LZZ5CLSB5NA12345O"}


def test_one_note_for_two_lorries() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.says("30 front 01222BBB")
    note = filed(scene.brought(60, cmr("CMR-100200")))
    facts = scene.ordered(70, AttachDocument, document=note, crossing=scene.opened[1])
    raised = [(fact.rule, fact.crossing) for fact in of(facts, FindingRaised)]
    assert sorted(raised) == [("P01", scene.opened[1]), ("U01", scene.opened[0]), ("U01", scene.opened[1])]
    away = scene.ordered(80, DetachDocument, document=note, crossing=scene.opened[1], why="the other lorry's")
    assert sorted((fact.rule, fact.crossing) for fact in of(away, FindingWithdrawn)) == sorted(raised)


def test_the_same_note_brought_again_for_another_lorry() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.brought(10, cmr("CMR-100200"))
    scene.says("3600 exit 01111AAA")
    scene.says("7200 front 01222BBB")
    facts = scene.brought(7300, cmr("CMR-100200"), crossing=scene.opened[1])
    assert {rule for rule, _ in told(facts)} == {"P01", "U01"}


def test_two_scales_that_contradict_each_other_need_no_paper() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    assert told(scene.says("2 strip 12000")) == []
    facts = scene.says("100 scale 17000")
    assert told(facts) == [("W04", "medium")]
    assert of(facts, FindingRaised)[0].values["heavier_kg"] == "17000"


def test_a_changed_note_that_does_not_say_so() -> None:
    scene = Scene()
    scene.brought(0, cmr("CMR-100200"))
    assert told(scene.brought(10, cmr("CMR-100200", gross="19000"))) == [("N03", "medium")]
    assert told(scene.brought(20, cmr("CMR-100200", gross="19500", correction=2))) == []


def test_an_entry_that_no_paper_of_the_lorry_agrees_with() -> None:
    """A declaration, a note and an invoice of one lorry: mass, value, goods and people, each said once too often."""
    scene = Scene()
    scene.says("0 front 01111AAA")
    declaration = cmr(
        "DT-100200", kind="goods_declaration", consignments=goods(ONIONS, gross="20000"),
        parties=(Party(role="consignee", name="Ак-Жол Импорт"),), references=(Reference(number="CMR-100200"),),
    )  # fmt: skip
    scene.brought(10, declaration)
    note = cmr(
        "CMR-100200", consignments=goods(ONIONS, APPLES, gross="22000"),
        parties=(Party(role="consignee", name="Дордой Трейд"),),
    )  # fmt: skip
    facts = scene.brought(20, note)
    assert told(facts) == [("D01", "medium"), ("D04", "medium"), ("D06", "medium")]
    mended = scene.brought(30, replace(declaration, correction=1, consignments=note.consignments))
    assert sorted(withdrawn(mended)) == ["D01", "D06"]


def test_a_control_that_found_other_seals() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.brought(10, cmr("CMR-100200", seals=(Seal(number="KG 4141"),)))
    checked = SealsChecked(present=True, found=(SealGroup(method="06", numbers=("KG-4142",)),))
    control = ControlResult(
        id="1", made_at="2026-11-18", office="41700000", kind="1", number="7", registered_on="2026-11-18",
        completed_on="2026-11-18", seals=checked,
    )  # fmt: skip
    facts = scene.brought(20, cmr("ACT-100200", kind="control_result", gross=None, control=control))
    assert told(facts) == [("P05", "high")]
    values = of(facts, FindingRaised)[0].values
    assert (values["missing_seals"], values["foreign_seals"]) == ("KG4141", "KG4142")


def test_lines_that_do_not_come_to_their_total() -> None:
    scene = Scene()
    wrong = cmr("CMR-100200", plate=None, totals=Totals(gross_kg=Decimal(337), items=2))
    facts = scene.brought(0, wrong)
    document = filed(facts)
    assert [(fact.rule, fact.document) for fact in of(facts, FindingRaised)] == [("S01", document), ("S04", document)]


def test_a_page_of_paper_is_not_thought_about_twice() -> None:
    """The same entry again tells nothing anew: what stands is not raised again, only what changed."""
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.brought(10, cmr("CMR-100200", gross="337"))
    assert told(scene.says("100 scale 38200")) == [("W03", "critical")]
    assert told(scene.says("105 rear 01111AAA")) == []
    assert told(scene.brought(200, cmr("INV-2026114", kind="invoice", gross=None))) == []


def test_findings_and_uses_outlive_a_snapshot() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    scene.says("30 front 01222BBB")
    note = filed(scene.brought(60, cmr("CMR-100200", plate=f"{LORRY}/{OTHER}")))
    for crossing in scene.opened:
        scene.ordered(70, AttachDocument, document=note, crossing=crossing)
    scene.player.state = decode(encode(scene.player.state))
    facts = scene.ordered(80, DetachDocument, document=note, crossing=scene.opened[0], why="the other lorry's")
    assert sorted((fact.rule, fact.crossing) for fact in of(facts, FindingWithdrawn)) == [
        ("U01", scene.opened[0]),
        ("U01", scene.opened[1]),
    ]


CROWD: Final = 70


def test_more_papers_than_are_compared_still_find_the_newest() -> None:
    scene = Scene()
    scene.says("0 front 01111AAA")
    for number in range(CROWD):
        scene.brought(10 + number, cmr(f"INV-10{number:04d}", kind="invoice", gross=None))
    assert told(scene.brought(200, certificate("FITO-100200", APPLES, valid_until="2025-11-17"))) == [("C01", "medium")]
