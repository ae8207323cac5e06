"""What the inspector's desk is told of passages, and what becomes of what it sends."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import pytest
from msgspec.structs import replace

from beket.words import facts
from beket.words.decisions import RecordPassage, TakePassage
from beket.words.ids import EntryRef, Instant, PlaceId
from beket.words.passages import PHOTO_BYTES_MAX, Note, Photo
from tests.web.conftest import HERE, THERE, Stage
from tests.web.test_procedures import no_loop, said

if TYPE_CHECKING:
    from django.test import Client

__all__ = ["no_loop"]
SignIn = Callable[[str], "Client"]
PHOTO: Final = b"\xff\xd8\xff\xe0 a small photograph \xff\xd9"
SEALS: Final = {"field": "seals", "value": "kg-1, kg 2"}


def send(client: Client, what: str, body: object, place: str = HERE) -> Any:  # noqa: ANN401  any answer
    return client.post(f"/passages/{place}/{what}", json.dumps(body), content_type="application/json")


def record(stage: Stage, **named: object) -> dict[str, object]:
    """A record of the crossing of the stage."""
    now = stage.country.now
    given: dict[str, object] = {
        "id": uuid.uuid4().hex, "crossing": stage.crossing[HERE], "lane": "in-1", "after": None,
        "began_at": now - 60_000, "signed_at": now - 30_000, "offline": False, "notes": [SEALS], "photos": [],
        "steps": [],
    }  # fmt: skip
    return given | named


def told(answer: Any) -> Any:  # noqa: ANN401  any answer
    return json.loads(answer.content)


def passage_of(stage: Stage, client: Client) -> Any:  # noqa: ANN401  any answer
    queue = told(client.get(f"/passages/{HERE}.json"))
    return next(one for one in queue["passages"] if one["id"] == stage.crossing[HERE])


def test_the_queue_tells_all_that_is_known(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    queue = told(client.get(f"/passages/{HERE}.json"))
    assert queue["me"] == {"login": "inspector", "agency": "customs"}
    assert queue["zone"] == "Asia/Bishkek"
    assert queue["lanes"] == ["in-1", "out-1"]
    assert queue["form"]
    one = passage_of(stage, client)
    assert (one["plate"], one["direction"], one["lane"], one["level"]) == ("01777ABC", "in", "in-1", "critical")
    fields = {field["name"]: field for field in one["fields"]}
    assert fields["plate"]["claims"][0]["source"] == "camera"
    assert fields["plate"]["claims"][0]["machine"] is True
    assert fields["gross_kg"]["value"] == "24400"
    assert fields["gross_kg"]["claims"][0] | {"at": 0} == {
        "source": "scale", "by": "in-1/scale", "at": 0, "value": "24400", "country": None, "machine": True,
    }  # fmt: skip
    assert fields["persons"] == {"name": "persons", "value": "", "country": None, "claims": []}
    assert one["papers"][0]["url"].startswith("/documents/")
    assert one["findings"][0]["sentence"].endswith(".")
    steps = {step["code"]: step for step in one["steps"]}
    assert steps["identification"]["machine"]
    assert steps["registration"]["mine"]
    assert steps["registration"]["due"]
    assert not steps["border"]["mine"]
    assert [outcome["code"] for outcome in steps["registration"]["outcomes"]] == ["registered", "incomplete"]


def test_of_two_plates_in_one_field_of_a_paper_the_one_that_was_seen_is_meant() -> None:
    from beket.web.shown.passages import agreeing

    told: list[tuple[str, str | None]] = [("50A587IS", "UZ"), ("106116SY", None)]
    assert agreeing(told, {"50A587IS"}) == [("50A587IS", "UZ")]
    assert agreeing(told, {"01777ABC"}) == told
    assert agreeing(told, set()) == told


def test_all_containers_that_were_read_are_told(stage: Stage) -> None:
    from django.db import connection

    from beket.board.panels.passages import Heard, named
    from beket.web.shown.passages import show_passage

    with connection.cursor() as cursor:
        (passage,) = named(cursor, PlaceId(HERE), [stage.crossing[HERE]])
    read = (
        Heard(
            crossing=passage.row.id, ref=EntryRef(f"95.{n}"), kind="container_read", device=f"{HERE}/in-1/box",
            at=Instant(stage.country.now), value=value, country=None, gross_kg=None,
        )
        for n, value in enumerate(("CSQU3054383", "MSKU9070323", "CSQU3054383"))
    )  # fmt: skip
    shown = show_passage(replace(passage, heard=(*passage.heard, *read)), frozenset({"customs"}), passage.row.opened_at)
    assert shown is not None
    (field,) = (one for one in shown.fields if one.name == "container")
    assert [claim.value for claim in field.claims] == ["MSKU9070323", "CSQU3054383"]


def test_it_goes_over_a_thin_line(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    plain = client.get(f"/passages/{HERE}.json")
    short = client.get(f"/passages/{HERE}.json", headers={"accept-encoding": "gzip"})
    assert short.headers["Content-Encoding"] == "gzip"
    assert 3 * len(short.content) < len(plain.content)


def test_it_is_told_in_the_language_of_the_desk(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    client.cookies["language"] = "ru"
    steps = {step["code"]: step for step in passage_of(stage, client)["steps"]}
    assert steps["registration"]["agency_word"] == "Таможня"


def test_what_is_taken_and_signed_is_in_the_log(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    wanted = {"crossing": stage.crossing[HERE], "seen": None}
    assert told(send(client, "take", wanted))["outcome"] == "awaited"
    (taken,) = [one for one in said(stage, TakePassage) if one.by == "inspector"]
    assert (taken.crossing, taken.seen, taken.role, taken.proof) == (stage.crossing[HERE], None, "inspector", None)
    kept = told(client.post(f"/passages/{HERE}/photos", PHOTO, content_type="image/jpeg"))
    photo = {"sha256": kept["sha256"], "size": kept["size"], "of": "seal", "taken_at": stage.country.now}
    steps = [{"step": "registration", "outcome": "registered", "remark": "", "override": None, "replaces": None}]
    sent = record(stage, photos=[photo], steps=steps)
    answer = send(client, "record", sent)
    assert (answer.status_code, told(answer)["outcome"]) == (200, "awaited")
    signed = said(stage, RecordPassage)[-1]
    assert (signed.decision_id, signed.by, signed.proof) == (sent["id"], "inspector", "password")
    assert [note.value for note in signed.notes] == ["KG1 KG 2"]
    assert [step.step for step in signed.steps] == ["registration"]


def test_what_was_recorded_is_told_and_a_resend_is_no_second_record(stage: Stage, sign_in: SignIn) -> None:
    client, sent = sign_in("inspector"), record(stage)
    photo = Photo(
        sha256=told(client.post(f"/passages/{HERE}/photos", PHOTO, content_type="image/jpeg"))["sha256"],
        size=len(PHOTO), of="seal", taken_at=Instant(stage.country.now),
    )  # fmt: skip
    concluded = facts.PassageRecorded(
        at=Instant(stage.country.now), because=(EntryRef("90.0"),), crossing=stage.crossing[HERE],
        record=str(sent["id"]), by="inspector", agency="customs", began_at=Instant(1), signed_at=Instant(2),
        notes=(Note(field="plate", value="01777ABD", why="wrong"), Note(field="seals", value="KG1")), photos=(photo,),
    )  # fmt: skip
    stage.country.write(HERE, [concluded])
    before = len(said(stage, RecordPassage))
    answer = told(send(client, "record", sent))
    assert answer["outcome"] == "done"
    assert len(said(stage, RecordPassage)) == before
    one = answer["passage"]
    assert (one["taken_by"], one["after"]) == ("inspector", "90.0")
    fields = {field["name"]: field for field in one["fields"]}
    assert [(claim["source"], claim["value"]) for claim in fields["plate"]["claims"][:2]] == [
        ("noted", "01777ABD"), ("camera", "01777ABC"),
    ]  # fmt: skip
    assert fields["seals"]["value"] == "KG1"
    assert one["records"][0]["photos"][0]["of"] == "seal"
    picture = client.get(next(shot["url"] for shot in one["pictures"] if shot["word"] == "Seal"))
    assert picture.content == PHOTO


def test_who_was_met_without_the_house_is_found_by_plate_and_time(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    plate = {"field": "plate", "value": "01 777 abc", "why": "unread"}
    came = stage.country.now - 25 * 60_000
    met = record(stage, crossing=None, notes=[plate], began_at=came, signed_at=came + 10 * 60_000, offline=True)
    answer = send(client, "record", met)
    assert told(answer)["outcome"] == "awaited"
    assert said(stage, RecordPassage)[-1].crossing == stage.crossing[HERE]
    unknown = record(stage, crossing=None, notes=[{**plate, "value": "09999ZZZ"}])
    answer = send(client, "record", unknown)
    assert (answer.status_code, told(answer)["outcome"]) == (409, "no_crossing")
    late = met | {"id": uuid.uuid4().hex, "began_at": 1_000, "signed_at": 2_000}
    assert told(send(client, "record", late))["outcome"] == "no_crossing"
    assert send(client, "record", record(stage, crossing=None)).status_code == 422


def test_where_no_procedure_is_in_force_a_record_is_told_and_taken_too(stage: Stage, sign_in: SignIn) -> None:
    client, country = sign_in("inspector"), stage.country
    at = country.now - 5 * 60_000
    crossing = country.arrive(HERE, "01444NOP", at, "out-1")
    queue = told(client.get(f"/passages/{HERE}.json"))
    one = next(each for each in queue["passages"] if each["id"] == crossing)
    assert (one["procedure"], one["state"], one["state_word"], one["proven"]) == (False, "", "no procedure", False)
    assert (one["steps"], one["plate"], one["direction"]) == ([], "01444NOP", "out")
    assert one["fields"][0]["value"] == "01444NOP"
    assert passage_of(stage, client)["procedure"] is True
    assert told(send(client, "take", {"crossing": crossing, "seen": None}))["outcome"] == "awaited"
    sent = record(stage, crossing=crossing)
    assert told(send(client, "record", sent))["outcome"] == "awaited"
    signed = said(stage, RecordPassage)[-1]
    assert (signed.crossing, signed.steps, signed.proof) == (crossing, (), "password")
    concluded = facts.PassageRecorded(
        at=Instant(country.now), because=(EntryRef("91.0"),), crossing=crossing, record=str(sent["id"]),
        by="inspector", agency="customs", began_at=Instant(1), signed_at=Instant(2),
        notes=(Note(field="seals", value="KG7"),),
    )  # fmt: skip
    country.write(HERE, [concluded])
    assert told(send(client, "record", sent))["passage"]["records"][0]["notes"] == [{"field": "seals", "value": "KG7"}]
    dossier = client.get(f"/crossings/{crossing}").content.decode()
    assert "Recorded by an inspector" in dossier
    assert "KG7" in dossier
    gone = facts.CrossingClosed(
        at=Instant(country.now), because=(EntryRef("91.0"),), crossing=crossing, reason="backed_out"
    )
    country.write(HERE, [gone])


@pytest.mark.parametrize(
    ("named", "said_of"),
    [
        ({"id": "1"}, "$.id"),
        ({"notes": [{"field": "colour", "value": "red"}]}, "$.notes[0].field"),
        ({"notes": [{"field": "vin", "value": "1"}]}, "ISO 3779"),
        ({"notes": [SEALS] * 17}, "$.notes"),
        ({"photos": [{"sha256": "ab" * 32, "size": 1, "of": "seal", "taken_at": 1}]}, "send it first"),
        ({"photos": [{"sha256": "../../x", "size": 1, "of": "seal", "taken_at": 1}]}, "send it first"),
        ({"began_at": -1}, "$.began_at"),
        ({"after": "x"}, "$.after"),
        ({"more": 1}, "unknown field"),
        ({"steps": [{"step": "release", "outcome": "released", "remark": "x" * 1001}]}, "steps[0]"),
        ({"photos": [{"sha256": "ab" * 32, "size": 1, "of": "seal", "taken_at": 10**400}]}, "taken_at"),
        ({"crossing": "KG-TOR-A:5.0\0"}, "$.crossing"),
    ],
)
def test_what_cannot_be_read_is_named(stage: Stage, sign_in: SignIn, named: dict[str, object], said_of: str) -> None:
    answer = send(sign_in("inspector"), "record", record(stage, **named))
    assert answer.status_code == 422
    assert told(answer)["ask"] == "mended"
    assert said_of in told(answer)["said"]


@pytest.mark.parametrize("size", [1, 2**65, -1])
def test_a_photograph_has_as_many_bytes_as_its_record_says(stage: Stage, sign_in: SignIn, size: int) -> None:
    client, before = sign_in("inspector"), len(said(stage, RecordPassage))
    kept = told(client.post(f"/passages/{HERE}/photos", PHOTO, content_type="image/jpeg"))
    photo = {"sha256": kept["sha256"], "size": size, "of": "seal", "taken_at": stage.country.now}
    answer = send(client, "record", record(stage, photos=[photo]))
    assert (answer.status_code, told(answer)["ask"]) == (422, "mended")
    assert len(said(stage, RecordPassage)) == before


def test_a_name_that_names_no_crossing_is_not_taken(stage: Stage, sign_in: SignIn) -> None:
    answer = send(sign_in("inspector"), "take", {"crossing": "KG-TOR-A\0"})
    assert (answer.status_code, told(answer)["ask"]) == (422, "mended")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b'{"id":"\\ud800"}', b"[" * 100_000])
def test_bytes_that_are_no_record_are_no_fault_of_ours(stage: Stage, sign_in: SignIn, body: bytes) -> None:
    client = sign_in("inspector")
    for what in ("take", "record"):
        answer = client.post(f"/passages/{HERE}/{what}", body, content_type="application/json")
        assert answer.status_code == 422


@pytest.mark.parametrize("blob", [b"", b"GIF89a", PHOTO[:-1], PHOTO[:-2] + bytes(PHOTO_BYTES_MAX) + b"\xff\xd9"])
def test_only_a_whole_jpeg_of_a_tablet_s_size_is_kept(stage: Stage, sign_in: SignIn, blob: bytes) -> None:
    answer = sign_in("inspector").post(f"/passages/{HERE}/photos", blob, content_type="image/jpeg")
    assert answer.status_code == 422


def test_a_record_waits_for_its_author_to_show_that_it_is_them(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    session = client.session
    session["proved"] = {"how": "password", "at": 0}
    session.save()
    sent = record(stage)
    answer = send(client, "record", sent)
    assert (answer.status_code, told(answer)["ask"], told(answer)["password"]) == (403, "presence", True)
    again = client.post(
        f"/passages/{HERE}/record", json.dumps(sent), content_type="application/json",
        headers={"X-Proof-Password": "a%20long%20enough%20password"},
    )  # fmt: skip
    assert told(again)["outcome"] == "awaited"


def test_a_form_without_its_token_is_told_in_json(stage: Stage, sign_in: SignIn) -> None:
    from django.test import Client

    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True, headers={"accept": "application/json"})
    strict.cookies = sign_in("inspector").cookies
    answer = send(strict, "take", {"crossing": stage.crossing[HERE]})
    assert (answer.status_code, told(answer)["ask"]) == (403, "form")


@pytest.mark.parametrize(("step", "agency"), [("border", "border"), ("registration", "customs")])
def test_who_serves_two_agencies_signs_for_the_one_whose_steps_they_are(
    stage: Stage, sign_in: SignIn, step: str, agency: str
) -> None:
    from beket.web.accounts import roster
    from beket.web.accounts.models import Account

    if not Account.objects.filter(login="twofold").exists():
        roster.add("twofold", "a long enough password")
        roster.grant("twofold", "inspector", HERE, "customs")
        roster.grant("twofold", "partner_officer", HERE, "border")
    send(sign_in("twofold"), "record", record(stage, steps=[{"step": step, "outcome": "pass"}]))
    signed = said(stage, RecordPassage)[-1]
    assert (signed.by, signed.agency) == ("twofold", agency)


def test_another_post_is_not_there(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("inspector")
    refused = client.get(f"/passages/{THERE}.json")
    assert (refused.status_code, told(refused)["ask"]) == (404, "gone")
    nobody = sign_in("auditor").get(f"/passages/{HERE}.json")
    assert (nobody.status_code, told(nobody)["ask"]) == (403, "duty")
    assert send(client, "record", record(stage), THERE).status_code == 404
