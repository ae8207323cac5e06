"""What others are told of a crossing: our contract, with the names and patterns of the port interface it borrows."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from msgspec.structs import replace

from beket.exchange import events
from beket.exchange.events import (
    SCHEMA_VERSION,
    CrossingTold,
    NamedDocument,
    RegisteredVehicle,
    ReportTo,
    Route,
    RuleFailure,
    read,
    reg_num,
    schema,
    written,
)
from beket.exchange.kit.refusal import Refusal
from beket.words.ids import Instant
from tests.exchange.given import given

BARE: Final = CrossingTold(
    schema_version=SCHEMA_VERSION,
    crossing_id="KG-TOR-A:90412.0",
    state="expected",
    place="KG-TOR-A",
    direction="in",
    updated_date_time="2026-11-02T08:15:30.250Z",
    is_unaccompanied=False,
    vehicle_reg_num="01777ABC",
)
WHOLE: Final = replace(
    BARE,
    state="departed",
    vehicle=RegisteredVehicle(registration="01777ABC", country="KG"),
    trailer_registration_nums=("KG4141AB",),
    trailers=(RegisteredVehicle(registration="KG4141AB", country="KG"), RegisteredVehicle(registration="新Q1234挂")),
    container_reference_nums=("CSQU3054383",),
    documents=(
        NamedDocument(document_id="KG-TOR-A:90400.0", kind="transit_declaration", number="41700001/021126/0000417"),
        NamedDocument(document_id="KG-TOR-A:90401.0", kind="consignment_note"),
    ),
    checked_in_crossing=Route(route_id="KG-TOR-A-IN", local_date_time_of_arrival="2026-11-02T14:15"),
    actual_crossing=Route(route_id="KG-TOR-A-IN", local_date_time_of_arrival="2026-11-02T15:40"),
    inspection_required=True,
    report_to_locations=(ReportTo(inspection_type_id="radiation", location_ids=("bay-2", "bay-5")),),
    rule_failures=(
        RuleFailure(code="W03", technical_message="weighed 340 kg more", field="$.documents[0]", value="18200"),
    ),
)


def told(document: CrossingTold) -> dict[str, Any]:
    blob = written(document)
    assert isinstance(blob, bytes), blob
    found = json.loads(blob)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("crossing", [BARE, WHOLE], ids=["bare", "whole"])
def test_what_is_told_is_read_back_unchanged(crossing: CrossingTold) -> None:
    blob = written(crossing)
    assert isinstance(blob, bytes)
    assert read(blob) == crossing


def test_the_version_is_always_told_and_nothing_is_that_nobody_knows() -> None:
    assert told(BARE) == {
        "schemaVersion": "1.0",
        "crossingId": "KG-TOR-A:90412.0",
        "state": "expected",
        "place": "KG-TOR-A",
        "direction": "in",
        "updatedDateTime": "2026-11-02T08:15:30.250Z",
        "isUnaccompanied": False,
        "vehicleRegNum": "01777ABC",
    }


def test_a_decision_that_none_is_needed_is_not_the_same_as_no_decision() -> None:
    assert told(replace(BARE, inspection_required=False))["inspectionRequired"] is False
    assert "inspectionRequired" not in told(BARE)


REFUSED: Final[dict[str, tuple[CrossingTold, str, str]]] = {
    "no vehicle": (replace(BARE, vehicle_reg_num=None), "missing", "$.vehicle"),
    "no trailer": (replace(BARE, is_unaccompanied=True), "missing", "$.trailers"),
    "joined into none": (replace(BARE, state="joined"), "value", "$.joinedInto"),
    "joined and not": (replace(BARE, joined_into="KG-TOR-A:1.0"), "value", "$.joinedInto"),
    "another's id": (replace(BARE, crossing_id="GMRA0000028D"), "value", "$.crossingId"),
    "a plate of another script": (replace(BARE, vehicle_reg_num="新Q53D57"), "value", "$.vehicleRegNum"),
    "three trailers": (replace(BARE, trailer_registration_nums=("A", "B", "C")), "value", "$.trailerRegistrationNums"),
    "nowhere to report": (
        replace(BARE, report_to_locations=(ReportTo(inspection_type_id="1", location_ids=()),)),
        "value",
        "$.reportToLocations[0].locationIds",
    ),
    "a time without a zone": (replace(BARE, updated_date_time="2026-11-02T08:15:30"), "value", "$.updatedDateTime"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_breaks_the_contract_is_not_written(name: str) -> None:
    crossing, kind, where = REFUSED[name]
    found = written(crossing)
    assert isinstance(found, Refusal)
    assert (found.kind, found.where) == (kind, where)
    assert found.reason


@drawn(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(blob: bytes) -> None:
    assert isinstance(read(blob), CrossingTold | Refusal)


@pytest.mark.parametrize(
    ("plate", "num"),
    [("01777abc", "01777ABC"), ("KL58 FEM", "KL58 FEM"), ("新Q53D57", None), ("A\n", None)],
)
def test_a_plate_is_a_registration_number_where_it_fits(plate: str, num: str | None) -> None:
    assert reg_num(plate) == num


def test_an_instant_is_told_to_the_millisecond() -> None:
    assert events.moment(Instant(1_793_607_330_250)) == "2026-11-02T08:15:30.250Z"


BORROWED: Final = (
    "isUnaccompanied", "vehicleRegNum", "trailerRegistrationNums", "containerReferenceNums", "checkedInCrossing",
    "actualCrossing", "inspectionRequired", "reportToLocations", "updatedDateTime",
)  # fmt: skip


GIVEN: Final = ("controlled-gmrs-for-arrival", "controlled-gmrs-for-departure", "checked-in-gmrs-for-departure")


def rules(said: object, known: dict[str, object]) -> object:
    """What a schema asks, without what only explains it, and with what it points to put in its place."""
    if isinstance(said, dict):
        if "$ref" in said:
            return rules(known[said["$ref"].rpartition("/")[2]], known)
        if "anyOf" in said:
            (only,) = [one for one in said["anyOf"] if one != {"type": "null"}]
            return rules(only, known)
        kept = ("type", "pattern", "minItems", "items", "required")
        asked = {name: rules(said[name], known) for name in kept if name in said}
        below = said.get("properties", {})
        return {**asked, "properties": {name: rules(one, known) for name, one in below.items()}} if below else asked
    return sorted(said) if isinstance(said, list) else said


def without_lengths(asked: object) -> object:
    """What is asked, without the least number of places to report at, which only we have."""
    return json.loads(json.dumps(asked).replace(', "minItems": 1', ""))


@pytest.mark.shared
@pytest.mark.parametrize("name", BORROWED)
def test_a_borrowed_name_means_what_it_means_there(name: str) -> None:
    theirs = json.loads(given("gvms", "common", "schemas", "properties.json").read_text())["definitions"]
    ours: Any = schema()
    asked = ours["$defs"]["CrossingTold"]["properties"][name]
    assert without_lengths(rules(asked, ours["$defs"])) == without_lengths(rules(theirs[name], theirs))


@pytest.mark.shared
@pytest.mark.parametrize("kind", GIVEN)
def test_the_given_movements_fit_this_contract_but_for_what_is_ours(kind: str) -> None:
    movements = json.loads(given("gvms", "examples", f"get-{kind}.json").read_text())
    assert movements
    frame = {name: said for name, said in told(BARE).items() if name != "vehicleRegNum"}
    for movement in movements:
        found = read(json.dumps({**frame, "state": "checked_in", **movement}).encode())
        assert isinstance(found, CrossingTold), found
        assert movement.keys() - told(found).keys() <= {"gmrId", "readyToEmbark"}
        assert {**movement, **told(found)} == {**told(found), **movement}


def test_the_schema_names_every_field_and_forbids_unknown_states() -> None:
    ours: Any = schema()
    asked = ours["$defs"]["CrossingTold"]
    assert set(told(WHOLE)) <= asked["properties"].keys()
    assert set(asked["required"]) == set(told(BARE)) - {"vehicleRegNum"}
    assert asked["properties"]["schemaVersion"]["enum"] == ["1.0"]
    assert sorted(asked["properties"]["state"]["enum"]) == ["checked_in", "closed", "departed", "expected", "joined"]
