"""The result of a control: written as the Economic Commission's schema asks, and read back unchanged."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from msgspec.structs import replace

from beket.exchange.kit.form import FAULTS_SHOWN
from beket.exchange.kit.refusal import Refusal
from beket.exchange.writing import eec_control
from beket.words.documents import (
    ControlResult,
    MeansChecked,
    Officer,
    Place,
    RadiationMeasured,
    Reference,
    SealChange,
    SealGroup,
    SealsChecked,
    SealsPlaced,
    Tool,
    WeightChecked,
)
from tests.exchange.given import album_faults, fixture, one, otherwise

BARE = ControlResult(
    id="6f2b0000-0000-4000-8000-00000000d001",
    made_at="2026-11-03T10:20:00+06:00",
    office="41700001",
    kind="00001",
    number="0000031",
    registered_on="2026-11-03",
    completed_on="2026-11-03",
    officers=(Officer(),),
)
"""No more than the schema asks for."""

WHOLE = replace(
    BARE,
    form="02",
    place="Торугарт",
    began_at="2026-11-03T09:50:00+06:00",
    ended_at="2026-11-03T10:10:00+06:00",
    officers=(
        Officer(
            last_name="Пробный",
            first_name="Инспектор",
            middle_name="Пробович",
            position="инспектор",
            number="0417",
            office="41700001",
            roles=("1", "2"),
            signed=True,
            signed_on="2026-11-03",
        ),
        Officer(last_name="Вторая", signed=False),
    ),
    basis=(
        Reference(kind="09013", number="41700001/021126/0000417", issued_on="2026-11-02", office="41700001"),
        Reference(kind="02015", name="CMR", number="TR-0001", issued_on="2026-11-01"),
        Reference(kind="09024", number="XT00000417"),
    ),
    location=Place(role="control", code="41700001", name="Торугарт", country="KG", zone="ЗТК-0001"),
    tools=(
        Tool(kind="весы", make="Trial", model="T-60", number="SC-1", checked_on="2026-05-01", error="20 кг"),
        Tool(number="LPR-9"),
    ),
    weights=(
        WeightChecked(
            packages=400,
            declared_kg=Decimal("18200.500"),
            gross_kg=Decimal(18540),
            net_kg=Decimal("17900.000001"),
            method="1",
        ),
        WeightChecked(declared_kg=Decimal(0)),
    ),
    means=(
        MeansChecked(arrival="1", plate="01777ABC", country="KG", vin="LZZ00000000000001"),
        MeansChecked(arrival="2"),
    ),
    seals=SealsChecked(
        present=True,
        damaged=False,
        found=(SealGroup(method="01", kind="02", numbers=("KG0000111", "KG0000112")), SealGroup(method="03")),
        changed=(SealChange(action="1", seals=SealGroup(method="01", numbers=("KG0000111",))),),
        placed=(SealsPlaced(placed_on="2026-11-03", seals=SealGroup(method="01", numbers=("KG0000113",))),),
    ),
    radiation=RadiationMeasured(level=Decimal("0.13"), unit="Z01", tool=Tool(number="RPM-2", checked_on="2026-06-01")),
    findings=("Масса больше заявленной на 339.5 кг",),
    offences=("01", "02"),
)
"""Everything that is written."""


def write(result: ControlResult) -> bytes:
    written = eec_control.write(result)
    assert isinstance(written, bytes), written
    return written


def refused(result: ControlResult) -> Refusal:
    written = eec_control.write(result)
    assert isinstance(written, Refusal)
    return written


FOREIGN = "eec_control.xml"
"""What another office may send: with parts that are not written here."""


@pytest.mark.shared
@pytest.mark.parametrize("result", [BARE, WHOLE], ids=["bare", "whole"])
def test_what_is_written_is_valid_by_the_schema(result: ControlResult) -> None:
    assert album_faults(write(result), "EEC_CustomsControlUnifiedDoc.xsd") == []


@pytest.mark.shared
def test_what_another_office_sends_is_valid_too() -> None:
    assert album_faults(fixture(FOREIGN), "EEC_CustomsControlUnifiedDoc.xsd") == []


@pytest.mark.parametrize("result", [BARE, WHOLE], ids=["bare", "whole"])
def test_what_is_written_is_read_back_unchanged(result: ControlResult) -> None:
    document = one(write(result))
    assert document.control == result
    assert document.remarks == ()
    assert {left.path for left in document.unread} == {"EDocCode", "EDocIndicatorCode", "CustomsOfficeCode"}


@pytest.mark.parametrize("number", ["0000417", "41700001/031126/0000417", None])
def test_a_number_that_is_not_made_of_office_and_day_is_written_as_it_is(number: str | None) -> None:
    paper = Reference(kind="09013", number=number, issued_on="2026-11-02")
    control = one(write(replace(BARE, basis=(replace(paper, office="41700001"),)))).control
    assert control is not None
    assert control.basis == (paper,)


def test_the_document_names_it_as_every_other_is_named() -> None:
    document = one(write(WHOLE))
    assert (document.kind, document.format, document.version) == ("control_result", "eec_control_result", "R.051 1.0.0")
    assert (document.id, document.issued_at) == (WHOLE.id, WHOLE.made_at)
    assert document.number == "41700001/031126/0000031"


MASSES = st.decimals(min_value=0, max_value=10**9, places=6) | st.integers(0, 10**9).map(Decimal)


@drawn(MASSES, MASSES)
def test_a_mass_is_written_exactly(declared: Decimal, found: Decimal) -> None:
    weight = WeightChecked(declared_kg=declared, gross_kg=found)
    control = one(write(replace(BARE, weights=(weight,)))).control
    assert control is not None
    assert [(str(told.declared_kg), str(told.gross_kg)) for told in control.weights] == [
        (f"{declared:f}", f"{found:f}")
    ]


def test_a_mass_in_pounds_is_remarked_and_not_taken() -> None:
    blob = write(WHOLE).replace(b'"166"', b'"186"')
    document = one(blob)
    assert document.control is not None
    assert document.control.weights == (WeightChecked(packages=400, method="1"), WeightChecked())
    assert [remark.kind for remark in document.remarks] == ["unit"] * 4
    assert [left.count for left in document.unread if left.path.endswith("FactGrossMassMeasure")] == [1]


def test_what_another_office_found_is_read_and_the_rest_is_counted() -> None:
    document = one(fixture(FOREIGN))
    control = document.control
    assert control is not None
    assert document.number == "39800001/031126/0000009"
    assert control.officers == (Officer(last_name="Пробная", signed=True),)
    assert control.basis == (Reference(kind="09024", number="XT00000417"),)
    assert control.tools == (Tool(number="SC-1"), Tool(number="SC-2", checked_on="2026-05-01"))
    assert control.weights == (WeightChecked(declared_kg=Decimal("8400.250")),)
    assert control.seals == SealsChecked(
        found=(SealGroup(method="01", numbers=("KG0000111",)),),
        changed=(
            SealChange(action="2", seals=SealGroup(method="01")),
            SealChange(action="2", seals=SealGroup(method="03")),
        ),
    )
    assert [remark.kind for remark in document.remarks] == ["unit", "count"]
    assert {left.path.partition("/")[2]: left.values for left in document.unread if "/" in left.path} == {
        "ATDCustomsToolsDetails/DescriptionText": ("запасные весы",),
        "ATDGoodsDetails/ConsignmentItemOrdinal": ("1",),
        "ATDGoodsDetails/FactGrossMassMeasure": ("8400",),
        "ATDGoodsWeightDetails/FactGrossMassMeasure": ("8.4",),
    }


def test_a_level_that_is_no_number_is_no_measurement() -> None:
    document = one(write(WHOLE).replace(b">0.13<", b">low<"))
    assert document.control == replace(WHOLE, radiation=None)
    assert [(remark.kind, remark.detail) for remark in document.remarks] == [("number", "'low' is no number")]


def test_a_result_of_which_nothing_is_said_is_read_as_such() -> None:
    control = one(b"<CustomsControlUnifiedDoc/>").control
    assert control == replace(
        BARE,
        **dict.fromkeys(("id", "made_at", "office", "kind", "number"), ""),
        officers=(),
        registered_on="",
        completed_on="",
    )


def test_an_unknown_version_is_a_remark_and_no_refusal() -> None:
    document = one(write(WHOLE).replace(b"CustomsControlUnifiedDoc:v1.0.0", b"CustomsControlUnifiedDoc:v9.0.0"))
    assert (document.version, document.control) == ("R.051 9.0.0", WHOLE)
    assert [remark.kind for remark in document.remarks] == ["version"]


def test_everything_that_is_missing_is_told_at_once_as_people_call_it() -> None:
    bare = replace(
        BARE, id="", office="", registered_on="", officers=(), seals=SealsChecked(found=(SealGroup(method=""),))
    )
    refusal = refused(bare)
    assert refusal.kind == "missing"
    assert set(refusal.reason.split("; ")) == {
        "identifier of the document: missing",
        "customs office: missing",
        "registration, customs office: missing",
        "registration, day: missing",
        "officer: missing",
        "what was found out, seals, seals found, how the seals identify (code): missing",
    }


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (replace(BARE, id="31"), "identifier of the document: '31' is not a UUID"),
        (replace(BARE, made_at="2026-11-03T10:20"), "is not a day and a time with seconds"),
        (replace(BARE, made_at="2026-02-30T10:20:00"), "is not a day and a time with seconds"),
        (replace(BARE, completed_on="2026-13-01"), "day: '2026-13-01' is not a day"),
        (replace(BARE, officers=(Officer(office="417"),)), "customs office: '417' is not the code of an office"),
        (replace(BARE, officers=(Officer(roles=("1", "2", "3")),)), "officer, role (code): is there 3 times"),
        (replace(BARE, officers=(Officer(), Officer(number="04171"))), "officer 2, number of the stamp: '04171'"),
        (replace(BARE, findings=("a\x00b",)), "finding: 'a\\x00b' is not text that can be written"),
        (
            replace(
                BARE,
                basis=(Reference(kind="1", number="41700001/021126/1", issued_on="2026-11-02", office="41700001"),),
            ),
            "document that goods move under, number, serial number: '1' is not 5 to 7 characters",
        ),
        (replace(BARE, weights=(WeightChecked(gross_kg=Decimal("0.0000001")),)), "weighing, mass found: '0.0000001'"),
        (
            replace(BARE, radiation=RadiationMeasured(level=Decimal(1), unit="µSv/h")),
            "radiation, level, unit: 'µSv/h' is not a unit as coded",
        ),
    ],
)
def test_what_the_schema_would_not_take_is_refused_with_its_place(result: ControlResult, told: str) -> None:
    refusal = refused(result)
    assert refusal.kind == "value"
    assert told in refusal.reason
    assert "; " not in refusal.reason


def test_more_faults_than_anybody_reads_are_counted() -> None:
    refusal = refused(replace(BARE, officers=(Officer(number="12345"),) * (FAULTS_SHOWN + 3)))
    assert refusal.reason.endswith("; and 3 more")


@pytest.mark.shared
@drawn(otherwise(WHOLE))
def test_whatever_is_said_it_is_valid_or_refused(result: ControlResult) -> None:
    found = eec_control.write(result)
    if isinstance(found, bytes):
        assert album_faults(found, "EEC_CustomsControlUnifiedDoc.xsd") == []
    else:
        assert found.reason
