"""What programs are promised: durable before the answer, one request once, and every answer as it is described."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import msgspec
import pytest

from beket.log.inbox import LODGED_BYTES_MAX
from beket.log.postgres import PostgresBook
from tests.exchange.papers import declaration
from tests.web.conftest import HERE, PASSWORD, THERE, Stage

Ask = Callable[..., "Answer"]
ROUTES = {
    "lodge": ("post", "/api/v1/documents"),
    "paper": ("get", "/api/v1/inbox/{number}"),
    "document": ("get", "/api/v1/documents/{place}/{ref}"),
}
BOUNDARY = "parts"


class Answer(msgspec.Struct):
    """An answer that was as its description says."""

    status: int
    told: Any
    headers: dict[str, str]


@pytest.fixture(scope="module")
def token(stage: Stage) -> str:
    """A token of a broker's program, which sends documents for one post."""
    from beket.web.accounts import roster, tokens

    roster.add("broker", PASSWORD)
    roster.grant("broker", "document_sender", HERE)
    return tokens.issue("broker", "declarations")


@pytest.fixture(scope="module")
def officers_token(stage: Stage) -> str:
    from beket.web.accounts.tokens import issue

    return issue("duty_officer", "reads")


@pytest.fixture
def intake(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Somebody who reads what is brought, as the house's intake does."""
    from beket.exchange.intake import Intake
    from beket.log.evidence import Shelf
    from beket.log.postgres import wall_clock

    stop = threading.Event()
    papers = tmp_path_factory.mktemp("papers")

    def work() -> None:
        with closing(PostgresBook(stage.dsn)) as book:
            intake = Intake(book, Shelf(papers), wall_clock)
            while not stop.is_set():
                if not intake.turn():
                    stop.wait(0.02)

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join(30)


@pytest.fixture
def nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beket.web.lodging.SETTLED_S_MAX", 0.0)


@pytest.fixture
def ask(stage: Stage) -> Ask:
    """Asks, and sees that each answer decodes as the struct that is declared for it."""
    from django.test import Client

    from beket.web.api import described
    from beket.web.api.told import Problem

    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    declared = {(route.method, route.path): route for route in described.ROUTES}

    def ask(name: str, path: str, token: str | None, body: bytes = b"", **headers: str) -> Answer:
        method, template = ROUTES[name]
        route = declared[method, template]
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        kind = given.pop("Content-Type", "application/xml")
        answer = client.generic(method.upper(), path, body, content_type=kind, headers=given)
        if answer.status_code in route.answers:
            assert answer.headers["Content-Type"] == "application/json"
            told = msgspec.json.decode(answer.content, type=route.answers[answer.status_code][0])
        else:
            assert answer.status_code in route.wrong, answer.content
            assert answer.headers["Content-Type"] == "application/problem+json"
            told = msgspec.json.decode(answer.content, type=Problem)
            assert told.status == answer.status_code
        return Answer(answer.status_code, told, dict(answer.headers))

    return ask


def lodge(path: str = "") -> str:
    return f"/api/v1/documents?place={HERE}{path}"


def form(*files: tuple[str, bytes]) -> tuple[bytes, str]:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/xml\r\n\r\n".encode()
        + blob
        + b"\r\n"
        for name, blob in files
    ]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}"


def row_of(stage: Stage, number: int) -> tuple[Any, ...]:
    row = stage.country.line.execute(
        "SELECT place, way, by_whom, media_type, wanted, crossing, file_name FROM beket.inbox WHERE id = %s", (number,)
    ).fetchone()
    assert row is not None
    return row


@pytest.mark.usefixtures("intake")
def test_a_document_is_taken_and_can_be_read(stage: Stage, ask: Ask, token: str, officers_token: str) -> None:
    said = ask("lodge", lodge(f"&crossing={stage.crossing[HERE]}&as=esadout_cu"), token, declaration(6001))
    assert said.status == 201
    (paper,) = said.told.papers
    (taken,) = paper.documents
    assert (paper.state, paper.place, taken.format, taken.known) == ("taken", HERE, "esadout_cu", False)
    assert said.headers["Location"] == paper.href
    expected = (HERE, "api", "broker", "application/xml", "esadout_cu", stage.crossing[HERE], None)
    assert row_of(stage, paper.number) == expected
    assert ask("paper", paper.href, token).told == paper
    assert ask("document", taken.href, token).status == 403
    filed = ask("document", taken.href, officers_token)
    assert filed.status == 200
    assert (filed.told.by, filed.told.way, filed.told.id) == ("broker", "api", taken.document)
    assert str(filed.told.document.consignments[0].items[0].gross_kg) == "337"
    again = ask("lodge", lodge(), token, declaration(6001))
    assert again.status == 201
    assert [one.known for one in again.told.papers[0].documents] == [False], "for no crossing it is another statement"


@pytest.mark.usefixtures("intake")
def test_a_refused_document_says_what_why_and_where(ask: Ask, token: str) -> None:
    said = ask("lodge", lodge(), token, declaration(6002)[:300])
    assert said.status == 422
    assert said.told.refused in {"malformed", "truncated"}
    assert said.told.reason
    assert said.told.where
    assert said.told.papers[0].state == "refused"
    other = ask("lodge", lodge("&as=nobodys_format"), token, declaration(6002))
    assert (other.status, other.told.refused) == (422, "not_this_format")


@pytest.mark.usefixtures("intake")
def test_a_form_brings_several_files_each_a_paper(stage: Stage, ask: Ask, token: str) -> None:
    body, kind = form(("a.xml", declaration(6003)), ("дек/б.xml", declaration(6004)), ("cut.xml", b"<cut"))
    said = ask("lodge", lodge(), token, body, Content_Type=kind, Idempotency_Key="three")
    assert said.status == 422
    assert [one.state for one in said.told.papers] == ["taken", "taken", "refused"]
    assert [one.file_name for one in said.told.papers] == ["a.xml", "б.xml", "cut.xml"]
    assert said.told.refused == said.told.papers[2].refused
    again = ask("lodge", lodge(), token, body, Content_Type=kind, Idempotency_Key="three")
    assert again.told == said.told


@pytest.mark.usefixtures("nobody_reads")
def test_what_is_not_read_yet_is_durable_and_can_be_asked_for(stage: Stage, ask: Ask, token: str) -> None:
    said = ask(
        "lodge",
        lodge(),
        token,
        declaration(6005),
        Idempotency_Key="k1",
        Content_Type="application/x-www-form-urlencoded",
    )
    assert said.status == 202
    (paper,) = said.told.papers
    assert said.headers["Location"] == paper.href == f"/api/v1/inbox/{paper.number}"
    assert ask("paper", paper.href, token).told.state == "waiting"
    again = ask("lodge", lodge(), token, declaration(6005), Idempotency_Key="k1")
    assert again.told.papers[0].number == paper.number
    assert ask("lodge", lodge(), token, declaration(6006), Idempotency_Key="k1").status == 409
    assert ask("lodge", lodge("&as=ncts"), token, declaration(6005), Idempotency_Key="k1").status == 409


ODD = [
    ("/api/v1/documents", {}, 400),
    ("/api/v1/documents?place=a%20b", {}, 400),
    (lodge("&format=ncts"), {}, 400),
    (lodge("&as=a-b"), {}, 400),
    (lodge("&crossing=x"), {}, 400),
    (lodge(f"&crossing={THERE}:1.0"), {}, 400),
    (lodge(f"&crossing={HERE}:999999.0"), {}, 404),
    (lodge(), {"Idempotency_Key": "x" * 201}, 400),
    (lodge(), {"Content_Encoding": "gzip"}, 415),
    (lodge(), {"Content_Type": "multipart/mixed; boundary=x"}, 415),
    (lodge(), {"Content_Type": f"multipart/form-data; boundary={BOUNDARY}"}, 400),
    (lodge(), {"Content_Type": "multipart/form-data"}, 400),
    (f"/api/v1/documents?place={THERE}", {}, 404),
]


@pytest.mark.usefixtures("nobody_reads")
@pytest.mark.parametrize(("path", "headers", "status"), ODD)
def test_what_cannot_be_meant_is_told_and_brings_nothing(
    stage: Stage, ask: Ask, token: str, path: str, headers: dict[str, str], status: int
) -> None:
    count = "SELECT count(*) FROM beket.inbox"
    before = stage.country.line.execute(count).fetchone()
    assert ask("lodge", path, token, b"<a/>", **headers).status == status
    assert stage.country.line.execute(count).fetchone() == before


@pytest.mark.usefixtures("nobody_reads")
def test_nothing_empty_and_no_place_that_is_none(ask: Ask, token: str, officers_token: str) -> None:
    assert ask("lodge", lodge(), token).status == 400
    assert ask("lodge", "/api/v1/documents?place=KG-XXX-A", officers_token, b"<a/>").status == 404
    assert ask("paper", "/api/v1/inbox/999999999999999999", token).status == 404
    assert ask("document", f"/api/v1/documents/{HERE}/1.0", officers_token).status == 404


@pytest.mark.usefixtures("nobody_reads")
def test_what_is_too_large_or_too_many_is_not_taken(ask: Ask, token: str) -> None:
    assert ask("lodge", lodge(), token, b"x" * (LODGED_BYTES_MAX + 1)).status == 413
    body, kind = form(("a.xml", b"x" * LODGED_BYTES_MAX), ("b.xml", b"x"))
    assert ask("lodge", lodge(), token, body, Content_Type=kind).status == 413
    body, kind = form(*((f"{number}.xml", b"x") for number in range(21)))
    assert ask("lodge", lodge(), token, body, Content_Type=kind).status == 413


def test_an_inbox_that_is_full_says_when_to_come_again(ask: Ask, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beket.log.inbox.WAITING_MAX", 0)
    said = ask("lodge", lodge(), token, declaration(6007))
    assert (said.status, said.headers["Retry-After"]) == (503, "5")


def test_an_engine_that_is_away_is_no_fault_of_who_sends(ask: Ask, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beket.web.lodging.dsn", lambda: "host=/nowhere dbname=none")
    assert ask("lodge", lodge(), token, declaration(6008)).status == 503


@pytest.mark.usefixtures("nobody_reads")
def test_who_asks_too_fast_is_told_and_others_are_not_held_up(
    ask: Ask, token: str, officers_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from beket.web.accounts.pace import Pace

    monkeypatch.setattr("beket.web.api.guard.PACE", Pace(lambda: 0.0))
    monkeypatch.setattr("beket.web.accounts.pace.AT_ONCE", 2)
    path = "/api/v1/inbox/999999999999"
    assert [ask("paper", path, token).status for _ in range(4)] == [404, 404, 429, 429]
    assert ask("paper", path, token).headers["Retry-After"] == "1"
    assert ask("paper", path, officers_token).status == 404


def test_other_methods_and_other_addresses_are_told_in_the_same_words(stage: Stage) -> None:
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    answer = client.get("/api/v1/documents")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    for path in ("/api/v1/nothing", "/api/v2/documents"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_fault_of_ours_is_told_without_a_page(stage: Stage, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.test import Client

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("beket.web.access.brought_by", broken)
    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    answer = client.get("/api/v1/inbox/1", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")


def test_the_description_has_every_route_and_every_answer_in_it(stage: Stage) -> None:
    from django.test import Client

    from beket.web.urls import urlpatterns

    described = json.loads(Client(SERVER_NAME="localhost").get("/api/v1/openapi.json").content)
    assert described["openapi"] == "3.1.0"
    ours = [str(route.pattern) for route in urlpatterns if str(route.pattern).lstrip("^").startswith("api/")]
    assert len(described["paths"]) == len(ours) == 6
    for path, template in ((path, path.replace("{", "").replace("}", "")) for path in described["paths"]):
        known = {"place": HERE, "number": "1", "ref": "1.0"}
        assert path.startswith("/api/v1/")
        example = path
        for name, value in known.items():
            example = example.replace(f"{{{name}}}", value)
        assert [one for one in urlpatterns if one.resolve(example[1:])], template
    text = json.dumps(described)
    for ref in {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}:
        assert ref in described["components"]["schemas"]
    lodge_operation = described["paths"]["/api/v1/documents"]["post"]
    assert {"201", "202", "422", "400", "401", "403", "404", "409", "413", "415", "429", "503"} <= set(
        lodge_operation["responses"]
    )


def test_tokens_are_kept_as_digests_and_end_with_their_account(stage: Stage, ask: Ask) -> None:
    from beket.web.accounts import roster, tokens
    from beket.web.accounts.models import Token

    roster.add("carrier", PASSWORD)
    roster.grant("carrier", "document_sender", HERE)
    first, second = tokens.issue("Carrier", "one"), tokens.issue("carrier", "two")
    assert not Token.objects.filter(sha256__in=[first, second]).exists()
    path = "/api/v1/inbox/999999999999"
    assert [ask("paper", path, token).status for token in (first, second, first + "x", first[6:])] == [
        404,
        404,
        401,
        401,
    ]
    used = Token.objects.get(name="one").used_at
    assert used is not None
    ask("paper", path, first)
    assert Token.objects.get(name="one").used_at == used
    tokens.revoke("carrier", "one")
    assert [ask("paper", path, token).status for token in (first, second)] == [401, 404]
    roster.disable("carrier")
    assert ask("paper", path, second).status == 401
    listed = [(one.name, one.revoked_at is not None) for one in tokens.tokens() if one.login == "carrier"]
    assert listed == [("one", True), ("two", False)]


@pytest.mark.parametrize(
    ("login", "name"), [("stranger", "x"), ("auditor", ""), ("auditor", "a\nb"), ("auditor", "x" * 65)]
)
def test_a_token_that_cannot_be_is_refused(stage: Stage, login: str, name: str) -> None:
    from beket.web.accounts import roster, tokens

    with pytest.raises(roster.RosterRefusal):
        tokens.issue(login, name)


def test_a_name_is_one_tokens_and_an_account_has_so_many(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from beket.web.accounts import roster, tokens

    monkeypatch.setattr(tokens, "TOKENS_MAX", 1)
    roster.add("forwarder", PASSWORD)
    tokens.issue("forwarder", "only")
    for name in ("only", "other"):
        with pytest.raises(roster.RosterRefusal):
            tokens.issue("forwarder", name)
    tokens.revoke("forwarder", "only")
    with pytest.raises(roster.RosterRefusal):
        tokens.revoke("forwarder", "only")
    tokens.issue("forwarder", "other")


def test_the_pace_of_many_tokens_is_forgotten_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    from beket.web.accounts import pace

    now = 0.0
    monkeypatch.setattr(pace, "AT_ONCE", 1)
    monkeypatch.setattr(pace, "TOKENS_MAX", 2)
    one = pace.Pace(lambda: now)
    one.step(1)
    with pytest.raises(pace.TooFast):
        one.step(1)
    now = 1.0 / pace.PER_S
    one.step(1)
    one.step(2)
    one.step(3)
    one.step(1)
