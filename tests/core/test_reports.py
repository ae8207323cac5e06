"""Public reports, played to the house from the first reading to what people did about it (reference 01 §1 and §4)."""

from __future__ import annotations

from beket.words import decisions as d
from beket.words import facts as f
from beket.words.documents import Means, Remark
from beket.words.ids import Instant
from beket.words.readings import Health
from tests.core.desk import MINUTE, Duty, standing
from tests.core.tape import BEGIN
from tests.core.test_documents import LORRY, cmr, of
from tests.core.test_findings import APPLES, certificate

TRAILER = "02222BB"
VIN, TAMPERED = "LZZ5CLSB5NA123456", "LZZ5CLSB5NA654321"


def test_337_kg_on_paper_and_22_tonnes_on_the_scale() -> None:
    """Nur Zholy: an examination recorded 337 kg, a second one found 22 t. Here the scale says so while it is there."""
    duty = Duty()
    duty.does(0, "duty", d.StartShift)
    duty.says("0 front 01111AAA")
    duty.brought(10, cmr("ACT-0337", gross="337"))
    facts = duty.says("100 scale 38200")
    (opened,) = of(facts, f.SituationOpened)
    assert (opened.sort, opened.level, opened.at, opened.rung) == (
        "weight",
        "critical",
        Instant(BEGIN + 100_000),
        "duty",
    )
    assert duty.does(120, "duty", d.TakeSituation) == "done"
    assert duty.does(130, "duty", d.DispatchSituation, what="hold it, weigh it again, open the load") == "done"
    duty.does_the_card(900, "inspector", d.TickCheck)
    duty.does(1000, "duty", d.TakeSituation)
    assert duty.does(1001, "duty", d.CloseSituation, outcome="resolved") == "done"
    assert duty.open, "one person alone does not close it"
    assert duty.does(1002, "head", d.CloseSituation, outcome="resolved") == "done"
    assert not duty.open


def test_a_certificate_whose_code_leads_to_another() -> None:
    """Ak-Tilek, January 2024: a year out of date, and its code led elsewhere. It is known before the lorry comes."""
    duty = Duty()
    odd = Remark(kind="source", detail="the code leads to FITO-100999", where="number")
    duty.brought(0, certificate("FITO-100200", APPLES, valid_until="2025-11-17", remarks=(odd,)))
    assert (duty.only.sort, duty.only.level, duty.only.subject) == ("certificate", "high", "document")
    duty.says("600 front 01111AAA")
    assert standing(duty.only) == {"C04": "high", "C01": "medium"}
    assert (duty.only.subject, duty.only.about) == ("crossing", duty.opened[0])


def test_a_trailer_with_another_makers_number_than_last_time() -> None:
    """Six tankers from China with tampered numbers: the paper is sound by itself, the history of the plate is not."""
    duty = Duty()

    def comes(at: int, number: str, vin: str) -> tuple[f.Fact, ...]:
        duty.says(f"{at} front 01111AAA")
        trailer = Means(plate=TRAILER, country="KG", trailer=True, vin=vin)
        facts = duty.brought(at + 10, cmr(number, means=(Means(plate=LORRY, country="KG"), trailer)))
        duty.says(f"{at + 1800} exit 01111AAA")
        return facts

    assert not of(comes(0, "CMR-100200", VIN), f.SituationOpened)
    assert not of(comes(24 * 60 * MINUTE, "CMR-100300", VIN), f.SituationOpened)
    facts = comes(48 * 60 * MINUTE, "CMR-100400", TAMPERED)
    assert [fact.rule for fact in of(facts, f.FindingRaised)] == ["P06"]
    assert of(facts, f.FindingRaised)[0].values == {"plate": TRAILER, "vin_before": VIN, "vin": TAMPERED}
    (opened,) = of(facts, f.SituationOpened)
    assert (opened.sort, opened.level) == ("identity", "high")


def test_a_lorry_on_camera_with_no_record() -> None:
    """It leaves, and nothing was ever written of its coming."""
    duty = Duty()
    facts = duty.says("0 exit 01111AAA")
    (opened,) = of(facts, f.SituationOpened)
    assert (opened.sort, opened.level) == ("no_record", "medium")
    assert [(signal.kind, signal.name) for signal in opened.signals] == [("unexplained", "departure_without_arrival")]


def test_equipment_that_works_and_sends_nothing() -> None:
    """Chaldovar: there on paper. The kit hears its heart beat; no lorry is ever weighed by it."""
    duty = Duty()
    for number in range(6):
        at = number * 300
        duty.says(f"{at} front 0{number + 1}111AAA")
        duty.says(f"{at + 5} strip 20000")
        alive = Health(
            device_id="scale@1", received=Instant(BEGIN + at * 1000), reading_id=f"alive{number}", alive=True  # type: ignore[arg-type]
        )  # fmt: skip
        duty._heard(alive)
    minute = 60_000
    begins = (BEGIN // minute + 1) * minute
    duty.tick((begins - BEGIN) / 1000 + 3600)
    unused = [one for one in duty.open if "scale@1" in one.abouts]
    assert [(one.sort, one.level, standing(one)) for one in unused] == [("equipment", "medium", {"none": "medium"})]
