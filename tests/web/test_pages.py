"""What each page promises to who reads it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.web.conftest import HERE, PASSWORD, THERE, Stage

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]


def read(client: Client, path: str, language: str = "en") -> str:
    """A page as text."""
    client.cookies["language"] = language
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_the_wall_has_a_tile_for_each_checkpoint_with_all_figures(stage: Stage, sign_in: SignIn) -> None:
    page = read(sign_in("duty_officer"), "/wall")
    assert page.count('class="tile"') == 2
    for word in ("Torugart", "Irkeshtam", 'data-clock="Asia/Bishkek"', "Bishkek", 'id="map"', 'data-panel="wall"'):
        assert word in page


def test_the_wall_puts_what_is_wrong_first(stage: Stage, sign_in: SignIn) -> None:
    page = read(sign_in("duty_officer"), "/wall")
    assert re.findall(r'id="t-(\S+)" href="\S+" data-level="(\w+)"', page) == [(HERE, "critical"), (THERE, "high")]
    assert "Radiation alarm" in page
    assert "Papers do not agree" in page


def test_the_map_is_given_places_and_every_word(stage: Stage, sign_in: SignIn) -> None:
    page = read(sign_in("duty_officer"), "/wall", "ky")
    start = page.partition('<script id="map-start" type="application/json">')[2].partition("</script>")[0]
    for word in ('"lat": 40.58', '"mode": "road"', '"href": "/places/KG-TOR-A"', '"\\u04e8\\u0442\\u043a'):
        assert word in start


def test_the_list_shows_newest_first_with_the_zone_of_the_post(stage: Stage, sign_in: SignIn) -> None:
    page = read(sign_in("duty_officer"), "/crossings")
    assert "01777ABC" in page
    assert "08123KLM" in page
    assert re.search(r"<time datetime=[^>]+>\d\d:\d\d Bishkek</time>", page)
    assert "24,400 kg" in page


@pytest.mark.parametrize("typed", ["777", "01777abc", "777АВС", "01 777-ABC"])
def test_a_part_of_a_plate_in_any_script_finds_it(stage: Stage, sign_in: SignIn, typed: str) -> None:
    page = sign_in("duty_officer").get("/crossings", {"q": typed}).content.decode()
    assert "01777ABC" in page
    assert "08123KLM" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"place": HERE}, {"01777ABC"}),
        ({"direction": "out"}, set()),
        ({"state": "departed"}, set()),
        ({"state": "inside"}, {"01777ABC", "08123KLM"}),
        ({"state": "nonsense", "direction": "'; DROP TABLE", "after": "x~y"}, {"01777ABC", "08123KLM"}),
        ({"after": "99999999999999999999~KG-TOR-A:1.0"}, {"01777ABC", "08123KLM"}),
    ],
)
def test_filters_filter_and_nonsense_asks_for_nothing(
    stage: Stage, sign_in: SignIn, query: dict[str, str], found: set[str]
) -> None:
    page = sign_in("duty_officer").get("/crossings", query).content.decode()
    assert {plate for plate in ("01777ABC", "08123KLM") if plate in page} == found


def test_the_dossier_tells_who_what_when_and_why(stage: Stage, sign_in: SignIn) -> None:
    page = read(sign_in("duty_officer"), f"/crossings/{stage.crossing[HERE]}")
    ref = stage.crossing[HERE].partition(":")[2]
    for word in ("01777ABC", "Front plate", "Weighing", "24,400 kg", "Radiation portal passed", "Plate read", "why"):
        assert word in page
    assert f'href="/log/{HERE}/{ref}"' in page
    assert f'src="/pictures/{HERE}/{stage.picture[HERE]}"' in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Document number read", "passport", "Code read", "Scan result", "suspect")),
        ("ru", ("паспорт", "подозрение")),
        ("ky", ("паспорт", "шектүү")),
    ],
)
def test_the_dossier_shows_of_a_paper_what_it_is_and_of_a_person_nothing(
    stage: Stage, sign_in: SignIn, language: str, words: tuple[str, ...]
) -> None:
    page = read(sign_in("inspector"), f"/crossings/{stage.crossing[HERE]}", language)
    for word in (*words, "UTO", "••••••156", "CMR-UT-&lt;b&gt;0104711&lt;/b&gt;"):
        assert word in page
    for hidden in ("VALDORIN", "KESTRA", "1980", "7731", "U10471156", "<b>0104711"):
        assert hidden not in page


def test_an_entry_shows_json_beside_the_bytes_with_hash_and_frame(stage: Stage, sign_in: SignIn) -> None:
    ref = stage.crossing[HERE].partition(":")[2]
    page = read(sign_in("auditor"), f"/log/{HERE}/{ref}")
    for word in (
        "&quot;kind&quot;: &quot;plate_read&quot;",
        "000000  7b 22 41 4e 50 52",
        "SHA-256",
        "these bytes have this hash",
    ):
        assert word in page


def test_the_download_is_what_came(stage: Stage, sign_in: SignIn) -> None:
    ref = stage.crossing[HERE].partition(":")[2]
    answer = sign_in("auditor").get(f"/log/{HERE}/{ref}/raw")
    assert answer.content.startswith(b'{"ANPR":')
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_a_picture_is_given_with_its_type_and_never_sniffed(stage: Stage, sign_in: SignIn) -> None:
    answer = sign_in("inspector").get(f"/pictures/{HERE}/{stage.picture[HERE]}")
    assert answer.content[:2] == b"\xff\xd8"
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer.headers["Cache-Control"]


def test_a_picture_that_was_not_kept_or_was_changed_says_so(stage: Stage, sign_in: SignIn) -> None:
    from django.conf import settings

    name = stage.picture[HERE]
    kept = Path(settings.EVIDENCE_DIR) / name[:2] / name[2:4] / name
    whole = kept.read_bytes()
    try:
        kept.write_bytes(whole[:-3] + b"xyz")
        changed = sign_in("inspector").get(f"/pictures/{HERE}/{name}")
        kept.unlink()
        gone = sign_in("inspector").get(f"/pictures/{HERE}/{name}")
    finally:
        kept.write_bytes(whole)
    assert "no longer what was sent" in changed.content.decode()
    assert "was not kept" in gone.content.decode()
    assert {one.headers["Content-Type"] for one in (changed, gone)} == {"image/svg+xml"}
    assert {one.headers["Cache-Control"] for one in (changed, gone)} == {"no-store"}
    assert sign_in("inspector").get(f"/pictures/{HERE}/{'0' * 64}").status_code == 404


def test_devices_say_how_they_are(stage: Stage, sign_in: SignIn) -> None:
    page = read(sign_in("device_engineer"), "/devices")
    assert page.count('<tr id="e-') == 6
    for word in ("Works", "+0.1 s", "hikvision_isapi", "control area"):
        assert word in page


def test_bytes_of_strangers_are_shown_as_bytes(stage: Stage, sign_in: SignIn) -> None:
    page = read(sign_in("device_engineer"), f"/quarantine/{stage.quarantine[HERE]}")
    assert "3c 73 63 72 69 70 74 3e" in page
    assert "<script>alert" not in page


def test_the_first_decision_on_a_stranger_stands(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("device_engineer")
    path = f"/quarantine/{stage.quarantine[HERE]}"
    client.post(f"{path}/decide", {"verdict": "claimed", "note": "new camera"})
    client.post(f"{path}/decide", {"verdict": "refused"})
    page = read(client, path)
    assert "This is a device of ours." in page
    assert "new camera" in page
    assert "device_engineer" in page


def test_verification_says_that_a_chain_is_whole(stage: Stage, sign_in: SignIn) -> None:
    page = sign_in("auditor").post(f"/log/{HERE}/verify").content.decode()
    assert "Every entry is where it was written and is what was written." in page


def test_verification_names_the_first_thing_that_does_not_fit(stage: Stage, sign_in: SignIn) -> None:
    line = stage.country.line
    line.execute(
        "UPDATE beket.frame SET hash = set_byte(hash, 0, get_byte(hash, 0) # 255) WHERE place = %s AND seq = 2",
        (THERE,),
    )
    try:
        page = sign_in("auditor").post(f"/log/{THERE}/verify").content.decode()
    finally:
        line.execute(
            "UPDATE beket.frame SET hash = set_byte(hash, 0, get_byte(hash, 0) # 255) WHERE place = %s AND seq = 2",
            (THERE,),
        )
    assert "Does not fit" in page
    assert f"{THERE}:2" in page


@pytest.mark.parametrize(
    ("role", "first"),
    [
        ("duty_officer", "/wall"),
        ("inspector", f"/places/{HERE}"),
        ("device_engineer", "/devices"),
        ("administrator", "/log"),
        ("auditor", "/log"),
        ("risk_analyst", "/findings"),
        ("call_operator", "/crossings"),
        ("leadership", "/wall"),
        ("compliance_monitor", "/equipment"),
    ],
)
def test_each_role_begins_on_its_own_page(stage: Stage, sign_in: SignIn, role: str, first: str) -> None:
    assert sign_in(role).get("/").headers["Location"] == first


def test_signing_in_takes_the_right_password_and_five_wrong_ones(stage: Stage, sign_in: SignIn) -> None:
    from axes.utils import reset  # type: ignore[import-untyped]

    client = sign_in("?")
    good = {"username": "auditor", "password": PASSWORD}
    for _ in range(4):
        assert "not right" in client.post("/sign-in", {**good, "password": "wrong"}).content.decode()
    assert client.post("/sign-in", {**good, "password": "wrong"}).status_code in {403, 429}
    assert client.post("/sign-in", good).status_code in {403, 429}
    assert client.post("/sign-in", {**good, "username": "Auditor"}).status_code in {403, 429}
    reset(username="auditor")
    assert client.post("/sign-in", good).status_code == 302


@pytest.mark.parametrize("path", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_a_choice_never_leads_elsewhere(stage: Stage, sign_in: SignIn, path: str) -> None:
    answer = sign_in("?").post("/language", {"language": "ky", "next": path})
    assert answer.headers["Location"] == "/"
    assert answer.cookies["language"].value == "ky"


@pytest.mark.parametrize(
    ("accepts", "word"), [("ky", "Кирүү"), ("ru-RU,ru;q=0.9", "Войти"), ("en", "Sign in"), ("de", "Войти")]
)
def test_the_browsers_language_is_spoken_and_russian_otherwise(stage: Stage, accepts: str, word: str) -> None:
    from django.test import Client

    page = Client(SERVER_NAME="localhost", headers={"accept-language": accepts}).get("/sign-in").content.decode()
    assert word in page


def test_every_answer_carries_the_policy(stage: Stage, sign_in: SignIn) -> None:
    for path in ("/sign-in", "/wall", "/nowhere"):
        headers = sign_in("duty_officer").get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/wall", "/crossings", "/places", "/devices", "/log", "/help", f"/places/{HERE}"])
def test_no_page_needs_inline_script_or_style(stage: Stage, sign_in: SignIn, path: str) -> None:
    page = read(sign_in("auditor"), path)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page)
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page)
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_the_log_page_says_how_full_the_evidence_store_is(stage: Stage, sign_in: SignIn) -> None:
    page = read(sign_in("auditor"), "/log")
    assert "20.0" in page.replace("\xa0", " ").replace(",", ".")
    assert page.count("<dd>") >= 4


def test_a_form_without_its_token_is_refused(stage: Stage) -> None:
    from django.test import Client

    answer = Client(SERVER_NAME="localhost", enforce_csrf_checks=True).post("/theme", {"theme": "dark"})
    assert answer.status_code == 403


def test_a_session_that_rests_shows_the_wall_and_asks_for_the_password_elsewhere(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")
    client.get("/crossings")
    session = client.session
    session["used"] -= 31 * 60
    session.save()
    assert client.get("/wall").status_code == 200
    assert client.get("/crossings").headers["Location"] == "/sign-in?next=/crossings"
    assert client.get("/stream?panel=crossings:").status_code == 403


def test_a_session_ends_with_the_shift(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")
    client.get("/wall")
    session = client.session
    session["began"] -= 12 * 3600 + 1
    session.save()
    assert client.get("/wall").status_code == 302


@pytest.mark.parametrize("slots", [[], ["nonsense"], ["wall", "log:"], ["dossier:x" * 100], ["wall\n"]])
def test_a_stream_is_opened_for_what_may_be_seen_only(stage: Stage, sign_in: SignIn, slots: list[str]) -> None:
    assert sign_in("inspector").get("/stream", {"panel": slots}).status_code in {401, 403}


def test_one_refused_panel_refuses_the_stream(stage: Stage, sign_in: SignIn) -> None:
    answer = sign_in("inspector").get("/stream", {"panel": [f"place:{HERE}", f"place:{THERE}"]})
    assert answer.status_code == 403


@pytest.mark.parametrize(("status", "told"), [(401, False), (403, True), (404, True), (500, True)])
def test_a_page_left_open_after_its_session_ended_is_no_news_for_the_operator(status: int, told: bool) -> None:
    from beket.web.settings import _brief

    record = logging.makeLogRecord({"levelno": logging.ERROR if status == 500 else logging.WARNING})
    record.status_code = status
    assert _brief(record) is told
