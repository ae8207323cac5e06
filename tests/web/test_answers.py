"""Systems of other agencies: what waits for them, what they answer, signed, and that nothing else comes of it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from beket.board.projector import BoardProjection
from beket.log.book import Seq
from beket.log.postgres import PostgresBook
from beket.loop.runner import Runner
from beket.loop.thinking import CORE
from beket.loop.turn import READER
from beket.words.facts import StepDecided
from beket.words.ids import CrossingId, PlaceId, sha256
from tests.web.conftest import HERE, PASSWORD, THERE, Stage
from tests.web.systems import (
    Key,
    Told,
    answer_to,
    decisions,
    der,
    edwards,
    exchange,
    over,
    p256,
    private_pem,
    public_pem,
    system,
)
from tests.web.test_map_page import BEGINS_HERE

if TYPE_CHECKING:
    from django.test import Client

Ask = Callable[..., "Told"]
SignIn = Callable[[str], "Client"]

LANE: Final = "in-2"
"""Where the lorries of these tests come: others look at what the devices of the first lane said last."""

ROUTES: Final = {"steps": ("get", "/api/v1/steps"), "answers": ("post", "/api/v1/answers")}


@pytest.fixture(scope="module")
def key() -> Key:
    return edwards()


@pytest.fixture(scope="module")
def token(stage: Stage, key: Key) -> str:
    """The token of a system of transport control."""
    return system("scales-system", "transport", key)


@pytest.fixture
def crossing(stage: Stage) -> Iterator[CrossingId]:
    """A lorry that came by now, and was not weighed; it leaves at the end."""
    country = stage.country
    number = country.line.execute("SELECT count(*) FROM crossing").fetchone()
    assert number is not None
    came = country.arrive(HERE, f"01{number[0]:03}SYS", country.now - 60_000, LANE)
    country.stands(came, country.now - 50_000)
    yield came
    over(stage, came)


@pytest.fixture
def weighed(stage: Stage, crossing: CrossingId) -> CrossingId:
    """The same lorry, weighed before anybody thinks about it."""
    stage.country.weigh(crossing, 24_400, stage.country.now - 40_000, LANE)
    return crossing


@pytest.fixture
def house(stage: Stage, crossing: CrossingId, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresBook]:
    """A loop that thinks whenever somebody begins to wait for it."""
    from beket.web import orders

    stage.country.line.execute(BEGINS_HERE, (READER,))
    outcome, thinking = orders._outcome, threading.Lock()
    with closing(PostgresBook(stage.dsn)) as book:
        runner = Runner(book, BoardProjection(), CORE)

        def thought(place: str, decision_id: str, seq: int, until: float) -> str:
            with thinking:
                runner.catch_up([PlaceId(place)])
            return outcome(place, decision_id, seq, until)

        monkeypatch.setattr(orders, "_outcome", thought)
        yield book


@pytest.fixture
def ask(stage: Stage) -> Ask:
    """Asks, and sees that each answer decodes as the struct that is declared for it."""
    from django.test import Client

    from beket.web.api import described
    from beket.web.api.told import Problem

    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    declared = {(route.method, route.path): route for route in described.ROUTES}

    def ask(name: str, token: str | None, body: bytes = b"", query: str = "", **headers: str) -> Told:
        method, path = ROUTES[name]
        route = declared[method, path]
        given = {"Authorization": f"Bearer {token}"} if token is not None else {}
        kind = headers.pop("kind", "application/jose")
        answer = client.generic(method.upper(), path + query, body, content_type=kind, headers={**given, **headers})
        if answer.status_code in route.answers:
            return Told(
                answer.status_code, msgspec.json.decode(answer.content, type=route.answers[answer.status_code][0])
            )
        assert answer.status_code in route.wrong, answer.content
        assert answer.headers["Content-Type"] == "application/problem+json"
        return Told(answer.status_code, msgspec.json.decode(answer.content, type=Problem))

    return ask


# The list ------------------------------------------------------------------------------------------------------------


def test_the_list_tells_what_waits_and_nobodys_name(stage: Stage, crossing: CrossingId, ask: Ask, token: str) -> None:
    said = ask("steps", token, query=f"?place={HERE}&limit=200")
    assert said.status == 200
    assert {one.step for one in said.told.steps} == {"transport"}
    (own,) = [one for one in said.told.steps if one.crossing == crossing]
    assert (own.state, own.direction, own.country, own.proof) == ("pending", "in", "KG", {"weighing": True})
    assert next((one.code, one.effect) for one in own.outcomes) == ("pass", "clears")
    assert "by" not in msgspec.to_builtins(own)


def test_the_list_comes_in_parts_that_follow_each_other(stage: Stage, ask: Ask, token: str) -> None:
    others = [stage.country.arrive(HERE, f"01{n}00PGE", stage.country.now - 30_000, LANE) for n in range(3)]
    for other in others:
        stage.country.stands(other, stage.country.now - 20_000)
    whole = [one.crossing for one in ask("steps", token, query="?limit=200").told.steps]
    parts, query = [], "?limit=1"
    while query:
        part = ask("steps", token, query=query).told
        parts += [one.crossing for one in part.steps]
        query = "" if part.next is None else part.next.removeprefix("/api/v1/steps")
    assert parts == whole
    assert len(whole) == len(set(whole)) >= 3
    for other in others:
        over(stage, other)


@pytest.mark.parametrize(
    ("query", "status"),
    [("?limit=0", 400), ("?limit=201", 400), ("?limit=x", 400), ("?after=x", 400), ("?at=1", 400),
     ("?place=a%20b", 400), (f"?place={THERE}", 404)],
)  # fmt: skip
def test_a_list_that_cannot_be_meant_is_told(ask: Ask, token: str, query: str, status: int) -> None:
    assert ask("steps", token, query=query).status == status


def test_a_token_for_some_steps_lists_and_answers_those(stage: Stage, crossing: CrossingId, ask: Ask, key: Key) -> None:
    for_border = system("border-system", "border", key, steps="other")
    assert ask("steps", for_border).told.steps == ()
    said = answer_to(crossing, id="b-1", step="border")
    assert ask("answers", for_border, key.signs(said)).code == (403, "other_step")
    assert exchange("b-1")[:2] == (403, "other_step")


# The answer ----------------------------------------------------------------------------------------------------------


def test_an_answer_is_the_decision_of_an_officer_with_the_signed_bytes_as_evidence(
    stage: Stage, weighed: CrossingId, house: PostgresBook, ask: Ask, token: str, key: Key
) -> None:
    signed = key.signs(answer_to(weighed, id="a-2", remark="по таблице осей"))
    said = ask("answers", token, signed)
    assert said.status == 201, said.told
    assert (said.told.state, said.told.crossing) == ("decided", weighed)
    decided, kept = decisions(stage)[-1]
    assert (decided.by, decided.role, decided.agency, decided.proof) == (
        "scales-system", "agency_system", "transport", "signature",
    )  # fmt: skip
    assert (decided.document, decided.remark, kept) == ("TK-1", "по таблице осей", signed)
    assert decided.decision_id == said.told.decision
    entry = house.entry(PlaceId(HERE), said.told.entry)
    assert entry is not None
    assert entry.body == decided
    assert decided.key == sha256(der(key))
    assert exchange("a-2") == (201, "decided", 0)


def test_without_its_proof_a_step_is_answered_for_a_reason_and_stands_as_claimed(
    stage: Stage, house: PostgresBook, crossing: CrossingId, ask: Ask, token: str, key: Key
) -> None:
    refused = ask("answers", token, key.signs(answer_to(crossing, id="c-1")))
    assert refused.code == (409, "proof_missing")
    assert "claimed" in refused.told.detail
    assert ask("answers", token, key.signs(answer_to(crossing, id="c-2", override="paper_elsewhere"))).status == 201
    frames = stage.country.book.read(PlaceId(HERE), Seq(0), 100_000)
    facts = [entry.body for frame in frames for entry in frame.entries if isinstance(entry.body, StepDecided)]
    assert [(one.override, one.document) for one in facts if one.crossing == crossing] == [("paper_elsewhere", "TK-1")]
    row = stage.country.line.execute("SELECT lacks FROM course WHERE crossing = %s", (crossing,)).fetchone()
    assert row is not None
    assert "transport:weighing" in json.loads(row[0])


def test_sent_again_it_is_the_same_answer_and_another_is_refused(
    stage: Stage, house: PostgresBook, crossing: CrossingId, ask: Ask, token: str, key: Key
) -> None:
    signed = key.signs(answer_to(crossing, id="d-1", override="emergency"))
    first, again = ask("answers", token, signed), ask("answers", token, signed)
    assert (first.status, again.told) == (201, first.told)
    mine = [one for one, _ in decisions(stage) if one.crossing == crossing]
    assert len(mine) == 1
    other = key.signs(answer_to(crossing, id="d-1", outcome="hold", remark="no"))
    assert ask("answers", token, other).code == (409, "id_used")
    assert ask("answers", token, key.signs(answer_to(crossing, id="d-2"))).code == (409, "decided_meanwhile")
    taken = [one for one, _ in decisions(stage) if one.crossing == crossing]
    assert [one.outcome for one in taken] == ["pass", "pass"], "what was refused is in the log as what was ordered"
    resent = ask("answers", token, key.signs(answer_to(crossing, id="d-2")))
    assert resent.code == (409, "decided_meanwhile")


def test_sent_twice_at_once_it_is_one_decision(
    stage: Stage, house: PostgresBook, crossing: CrossingId, token: str, key: Key
) -> None:
    from django.db import connections
    from django.test import Client

    signed, told = key.signs(answer_to(crossing, id="e-1", override="emergency")), []

    def send() -> None:
        try:
            head = {"Authorization": f"Bearer {token}"}
            answer = Client(SERVER_NAME="localhost").generic(
                "POST", "/api/v1/answers", signed, content_type="application/jose", headers=head
            )
            told.append((answer.status_code, json.loads(answer.content).get("decision")))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(set(told)) == 1
    assert told[0][0] == 201
    assert len([one for one, _ in decisions(stage) if one.crossing == crossing]) == 1


def test_what_is_awaited_is_told_when_it_is_sent_again(
    stage: Stage, crossing: CrossingId, ask: Ask, token: str, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 0.0)
    signed = key.signs(answer_to(crossing, id="f-1"))
    said = ask("answers", token, signed)
    assert (said.status, said.told.state, exchange("f-1")[:2]) == (202, "awaited", (202, "awaited"))
    assert ask("answers", token, signed).told == said.told


WRONG = [
    ({"step": "border"}, (403, "other_agency")),
    ({"step": "identification"}, (422, "no_such_step")),
    ({"step": "nothing"}, (422, "no_such_step")),
    ({"crossing": f"{HERE}:999999.0"}, (404, "no_such_crossing")),
    ({"crossing": f"{THERE}:1.0"}, (404, "no_such_crossing")),
    ({"crossing": "x"}, (422, "not_an_answer")),
    ({"document": None}, (422, "not_an_answer")),
    ({"document": "a\u0000b"}, (422, "not_an_answer")),
    ({"remark": "x" * 1001}, (422, "not_an_answer")),
    ({"more": 1}, (422, "not_an_answer")),
    ({"override": "because"}, (422, "not_an_answer")),
    ({"id": ""}, (422, "not_an_answer")),
]


@pytest.mark.parametrize(("named", "code"), WRONG)
def test_what_cannot_be_so_is_refused_by_name_and_nothing_is_in_the_log(
    stage: Stage, crossing: CrossingId, ask: Ask, token: str, key: Key, named: dict[str, object],
    code: tuple[int, str],
) -> None:  # fmt: skip
    before = len(decisions(stage))
    assert ask("answers", token, key.signs(answer_to(crossing, **{"id": "w-1", **named}))).code == code
    assert len(decisions(stage)) == before


HOUSE = [
    ({"outcome": "nothing"}, (422, "no_such_outcome")),
    ({"outcome": "hold"}, (422, "no_reason")),
    ({"replaces": "1.0", "override": "emergency"}, (409, "decided_meanwhile")),
]


@pytest.mark.parametrize(("named", "code"), HOUSE)
def test_what_the_house_refuses_is_told_with_its_word(
    house: PostgresBook, crossing: CrossingId, ask: Ask, token: str, key: Key, named: dict[str, object],
    code: tuple[int, str],
) -> None:  # fmt: skip
    answer_id = f"h-{code[1]}"
    assert ask("answers", token, key.signs(answer_to(crossing, id=answer_id, **named))).code == code
    assert exchange(answer_id)[:2] == code


def test_a_step_is_not_answered_before_its_turn_nor_after_the_lorry_left(
    stage: Stage, house: PostgresBook, crossing: CrossingId, ask: Ask, key: Key
) -> None:
    from beket.web.accounts.models import Duty

    plants = system("plants-system", "phytosanitary", key)
    said = answer_to(crossing, id="p-1", step="phytosanitary", override="emergency")
    assert ask("answers", plants, key.signs(said)).code == (409, "not_its_turn")
    over(stage, crossing)
    said = answer_to(crossing, id="p-2", step="phytosanitary", override="emergency")
    assert ask("answers", plants, key.signs(said)).code == (409, "crossing_is_over")
    Duty.objects.filter(account__login="plants-system").delete()
    assert ask("answers", plants, key.signs(said)).code == (403, "forbidden")


# The signature -------------------------------------------------------------------------------------------------------


def test_a_key_of_p256_signs_as_well(stage: Stage, house: PostgresBook, crossing: CrossingId, ask: Ask) -> None:
    own = p256()
    token = system("axles-system", "transport", own)
    signed = own.signs(answer_to(crossing, id="k-1", override="device_failed"), kid=sha256(der(own)))
    assert ask("answers", token, signed).status == 201


def test_only_the_key_of_the_token_signs(stage: Stage, crossing: CrossingId, ask: Ask, token: str, key: Key) -> None:
    said, before = answer_to(crossing, id="s-1"), len(decisions(stage))
    own = key.signs(said)
    head, _, signature = own.split(b".")
    bent = json.dumps({**json.loads(said), "outcome": "return"}).encode()
    _, other_payload, _ = key.signs(bent).split(b".")
    none = jws.serialize_compact({"alg": "HS256"}, said, OctKey.import_key(b"s" * 32), algorithms=["HS256"]).encode()
    tries = {
        edwards().signs(said): "bad_signature",
        p256().signs(said): "bad_signature",
        none: "bad_signature",
        b".".join((head, other_payload, signature)): "bad_signature",
        key.signs(said, kid="0" * 64): "other_key",
        key.signs(said, jku="https://keys.example"): "not_signed",
        said: "not_signed",
        b"W10.e30.AA": "not_signed",
        b"e30.e30.AA": "not_signed",
        own + b".AA": "not_signed",
        b" " + own: "not_signed",
    }
    for body, code in tries.items():
        assert ask("answers", token, body).told.code == code, body
    assert len(decisions(stage)) == before


def test_a_body_of_another_kind_or_size_is_not_taken(ask: Ask, token: str, key: Key, crossing: CrossingId) -> None:
    signed = key.signs(answer_to(crossing))
    assert ask("answers", token, signed, kind="application/json").status == 415
    assert ask("answers", token, signed, **{"Content-Encoding": "gzip"}).status == 415
    assert ask("answers", token, b"a" * (16 * 1024 + 1)).status == 413


# The token -----------------------------------------------------------------------------------------------------------


def test_a_token_that_ended_or_was_withdrawn_opens_nothing_and_says_so(
    stage: Stage, ask: Ask, key: Key, crossing: CrossingId
) -> None:
    from django.utils import timezone

    from beket.web.accounts import deeds
    from beket.web.accounts.models import Account, Token

    mine = system("ended-system", "transport", key)
    account, signed = Account.objects.get(login="ended-system"), key.signs(answer_to(crossing, id="x-1"))
    assert not Token.objects.filter(sha256=mine).exists()
    Token.objects.filter(account=account).update(expires_at=timezone.now())
    assert ask("steps", mine).code == (401, "token_expired")
    assert ask("answers", mine, signed).code == (401, "token_expired")
    deeds.withdraw(deeds.Hand("administrator"), account, "t0", "lost")
    assert ask("answers", mine, signed).code == (401, "token_withdrawn")
    assert account.deeds.latest("pk").what == "withdraw"
    assert ask("steps", "beket_x").code == (401, "no_token")
    assert ask("steps", None).code == (401, "no_token")


def test_a_token_without_a_key_lists_and_answers_nothing(ask: Ask, token: str, key: Key, crossing: CrossingId) -> None:
    from beket.web.accounts.tokens import issue

    bare = issue("scales-system", "bare")
    assert ask("steps", bare).status == 200
    assert ask("answers", bare, key.signs(answer_to(crossing, id="y-1"))).code == (403, "no_key")


def test_who_asks_too_fast_is_told(ask: Ask, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from beket.web.accounts.pace import Pace

    monkeypatch.setattr("beket.web.api.guard.PACE", Pace(lambda: 0.0, at_once=1))
    assert [ask("steps", token).status for _ in range(2)] == [200, 429]


def test_a_system_answers_for_one_agency(stage: Stage, token: str) -> None:
    from beket.web.accounts import roster

    with pytest.raises(roster.RosterRefusal, match="one agency"):
        roster.grant("scales-system", "agency_system", THERE, "border")
    roster.grant("scales-system", "agency_system", THERE, "transport")
    roster.revoke("scales-system", "agency_system", THERE)


def bad_keys() -> Iterator[tuple[str, str]]:
    yield "not a key", "no public key"
    yield private_pem(Ed25519PrivateKey.generate()).decode(), "private key"
    yield public_pem(generate_private_key(SECP384R1())), "P-256"
    yield "x" * 2_001, "at most"


@pytest.mark.parametrize(("pem", "said"), list(bad_keys()))
def test_a_key_that_cannot_be_is_refused(stage: Stage, token: str, pem: str, said: str) -> None:
    from beket.web.accounts.roster import RosterRefusal

    with pytest.raises(RosterRefusal, match=said):
        system("scales-system", "transport", Key(None, pem, ""))


@pytest.mark.parametrize(
    ("days", "steps", "said"), [(-1, "", "ends"), (401, "", "400 days"), (1, "A", "codes"), (1, "a " * 41, "codes")]
)
def test_a_term_or_step_that_cannot_be_is_refused(
    stage: Stage, token: str, key: Key, days: float, steps: str, said: str
) -> None:
    from beket.web.accounts.roster import RosterRefusal

    with pytest.raises(RosterRefusal, match=said):
        system("scales-system", "transport", key, steps, days)


def test_who_is_no_system_has_no_such_token(stage: Stage, key: Key) -> None:
    from beket.web.accounts.roster import RosterRefusal

    with pytest.raises(RosterRefusal, match="no system"):
        system("auditor", "transport", key)


# The journal ---------------------------------------------------------------------------------------------------------


def test_looking_is_counted_by_the_hour_and_the_oldest_rows_go(
    stage: Stage, ask: Ask, token: str, key: Key, crossing: CrossingId, monkeypatch: pytest.MonkeyPatch
) -> None:
    from beket.web.accounts import exchanges
    from beket.web.accounts.models import Exchange

    ask("steps", token)
    own = Exchange.objects.filter(account__login="scales-system")
    before = own.filter(asked="list", place="", token="t0").latest("pk")
    ask("steps", token)
    after = Exchange.objects.get(pk=before.pk)
    assert after.times == before.times + 1
    monkeypatch.setattr(exchanges, "TRIM_EVERY", 1)
    monkeypatch.setattr(exchanges, "REFUSED_MAX", 2)
    kept = set(own.exclude(decision_id="").values_list("pk", flat=True))
    for number in range(4):
        ask("answers", token, b"x" * (number + 1))
    assert own.filter(decision_id="").count() == 2
    assert set(own.exclude(decision_id="").values_list("pk", flat=True)) == kept


def test_the_journal_tells_each_exchange_with_its_bytes(
    stage: Stage, weighed: CrossingId, house: PostgresBook, ask: Ask, token: str, key: Key, sign_in: SignIn
) -> None:
    signed = key.signs(answer_to(weighed, id="j-1"))
    taken = ask("answers", token, signed)
    bad = edwards().signs(answer_to(weighed, id="j-2"))
    ask("answers", token, bad)
    client = sign_in("auditor")
    page = client.get("/exchanges").content.decode()
    assert f"{weighed}</a> transport: pass" in page
    assert "the signature is wrong" in page
    assert f'href="/log/{HERE}/{taken.told.entry}/raw"' in page
    assert client.get(f"/log/{HERE}/{taken.told.entry}/raw").content == signed
    (path,) = re.findall(r'href="(/exchanges/\d+/signed)"', page)[:1]
    assert client.get(path).content == bad
    assert client.get(path).headers["Content-Type"] == "application/octet-stream"
    assert "download" not in sign_in("administrator").get("/exchanges").content.decode()
    assert stage.crossing[THERE] in page
    assert stage.crossing[THERE] not in sign_in("device_engineer").get("/exchanges").content.decode()
    assert client.get("/exchanges?system=x&before=1").status_code == 200


def test_the_dossier_tells_the_answer_with_the_agencys_document(
    stage: Stage, weighed: CrossingId, house: PostgresBook, ask: Ask, token: str, key: Key, sign_in: SignIn
) -> None:
    ask("answers", token, key.signs(answer_to(weighed, id="j-3", document="TK-2026-77")))
    page = sign_in("inspector").get(f"/crossings/{weighed}").content.decode()
    assert "transport: pass · Transport control · scales-system · TK-2026-77" in page
    page = sign_in("inspector").get(f"/crossings/{weighed}/steps/transport").content.decode()
    assert "document of the agency: TK-2026-77" in page
    assert "signed by its system" in page


def test_every_word_of_the_door_has_words_for_people(stage: Stage) -> None:
    from beket.web import api
    from beket.web.courses import OUTCOMES
    from beket.web.shown.exchanges import CODES

    files = [Path(api.__path__[0]) / name for name in ("signed.py", "steps.py")]
    said = {code for file in files for code in re.findall(r'code="(\w+)"', file.read_text("utf-8"))}
    assert said <= CODES.keys() | OUTCOMES.keys()


def test_two_administrators_make_a_token_at_the_desk(stage: Stage, sign_in: SignIn, key: Key) -> None:
    from django.utils import timezone

    from beket.web.accounts import deeds, roster
    from beket.web.accounts.models import Account
    from beket.web.accounts.tokens import Bearer, shown_by

    roster.add("vet-system", PASSWORD)
    roster.add("third", PASSWORD)
    roster.grant("third", "administrator")
    account = Account.objects.get(login="vet-system")
    path, first = f"/accounts/{account.pk}", sign_in("administrator")
    proof = {"proof_password": PASSWORD}
    assert "Propose a token" not in first.get(path).content.decode()
    roster.grant("vet-system", "agency_system", HERE, "veterinary")
    form = {"do": "propose_token", "token": "main", "key": key.public, "steps": " veterinary ", "why": "letter 17"}
    assert "ends" in first.post(path, {**form, "until": "", **proof}).content.decode()
    until = timezone.localtime() + timedelta(days=30)
    assert first.post(path, {**form, "until": until.strftime("%Y-%m-%dT%H:%M"), **proof}).status_code == 302
    waiting = deeds.waiting().get(account=account)
    second = sign_in("third")
    page = second.get("/accounts").content.decode()
    assert sha256(der(key)) in page
    assert "the second person" in first.post("/accounts", {"do": "confirm", "number": waiting.pk}).content.decode()
    page = second.post("/accounts", {"do": "confirm", "number": waiting.pk, **proof}).content.decode()
    (token,) = re.findall(r"<code>(beket_[\w-]+)</code>", page)
    bearer = shown_by(f"Bearer {token}")
    assert isinstance(bearer, Bearer)
    assert (bearer.login, bearer.steps, bearer.key) == ("vet-system", frozenset({"veterinary"}), key.public)
    assert token not in second.get("/accounts").content.decode()
    page = first.get(path).content.decode()
    assert "Token of a system main" in " ".join(page.split())
    first.post(path, {"do": "withdraw", "token": "main", "why": "stolen"})
    assert shown_by(f"Bearer {token}") == "token_withdrawn"
    assert "Token withdrawn" in first.get(path).content.decode()
    roster.revoke("third", "administrator")


# The guide -----------------------------------------------------------------------------------------------------------


def test_the_example_of_the_guide_answers_a_step(
    stage: Stage, weighed: CrossingId, house: PostgresBook, address: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    guide = Path(__file__).parents[2] / "docs" / "how-to" / "let-an-agency-answer.md"
    (example,) = re.findall(r"```python\n(.*?)```", guide.read_text("utf-8"), re.DOTALL)
    stage.country.stands(weighed, stage.country.now - 30_000, due=("transport",))
    own = p256()
    monkeypatch.setenv("TOKEN", system("guide-system", "transport", own, days=1))
    monkeypatch.setenv("URL", f"{address}/api/v1")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scales.key").write_bytes(own.private.as_pem(private=True))
    exec(compile(example, guide.name, "exec"), {})  # noqa: S102  it is ours
    (line,) = [line for line in capsys.readouterr().out.splitlines() if weighed in line]
    assert line.startswith("201 ")
    (decided, kept) = decisions(stage, "guide-system")[-1]
    assert (decided.crossing, decided.outcome, decided.document) == (weighed, "pass", "TK-2026-001174")
    assert jws.deserialize_compact(kept, ECKey.import_key(own.public), algorithms=["ES256"]).payload


def test_a_token_that_is_over_is_told_before_its_body_is_taken(stage: Stage, address: str, key: Key) -> None:
    from beket.web.accounts.models import Token

    mine = system("late-system", "transport", key)
    Token.objects.filter(account__login="late-system").update(expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    said = httpx.post(f"{address}/api/v1/answers", content=b"x", headers={"Authorization": f"Bearer {mine}"})
    assert (said.status_code, said.json()["code"]) == (401, "token_expired")
