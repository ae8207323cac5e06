"""Every route against every role: what a person may open, and that other posts look as if they did not exist."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast, get_args

import pytest

from beket.words.ids import Instant, PlaceId
from beket.words.roles import MAY, SCOPED, Role, Verb
from tests.web.conftest import HERE, ROLES, THERE, Stage

if TYPE_CHECKING:
    from django.http import HttpResponseBase
    from django.test import Client

SignIn = Callable[[str], "Client"]

ROUTES: dict[str, tuple[Verb | Literal["person"] | None, str, str]] = {
    "": ("see_wall", "GET", "/"),
    "sign-in": (None, "GET", "/sign-in"),
    "sign-out": (None, "POST", "/sign-out"),
    "language": (None, "POST", "/language"),
    "theme": (None, "POST", "/theme"),
    "keys": (None, "POST", "/keys"),
    "help": ("see_wall", "GET", "/help"),
    "wall": ("see_wall", "GET", "/wall"),
    "places": ("see_wall", "GET", "/places"),
    "past": ("see_wall", "GET", "/past"),
    r"^places/(?P<name>[\w.-]{1,64})$": ("see_wall", "GET", "/places/{place}"),
    r"^places/(?P<name>[\w.-]{1,64})/neighbour$": ("see_wall", "GET", "/places/{place}/neighbour"),
    "crossings": ("see_crossings", "GET", "/crossings"),
    r"^crossings/(?P<crossing>[\w.-]{1,64}:\d{1,18}\.\d{1,6})$": ("see_dossier", "GET", "/crossings/{crossing}"),
    r"^crossings/(?P<crossing>[\w.-]{1,64}:\d{1,18}\.\d{1,6})/steps/(?P<code>[a-z][a-z0-9_]{0,39})$": (
        "see_dossier",
        "GET",
        "/crossings/{crossing}/steps/registration",
    ),
    r"^crossings/(?P<crossing>[\w.-]{1,64}:\d{1,18}\.\d{1,6})/wait$": (
        "see_dossier",
        "GET",
        "/crossings/{crossing}/wait",
    ),
    r"^passages/(?P<place>[\w.-]{1,64})\.json$": ("record_passages", "GET", "/passages/{place}.json"),
    r"^passages/(?P<place>[\w.-]{1,64})/take$": ("record_passages", "POST", "/passages/{place}/take"),
    r"^passages/(?P<place>[\w.-]{1,64})/photos$": ("record_passages", "POST", "/passages/{place}/photos"),
    r"^passages/(?P<place>[\w.-]{1,64})/record$": ("record_passages", "POST", "/passages/{place}/record"),
    "passages": ("record_passages", "GET", "/passages"),
    "passages/worker.js": ("record_passages", "GET", "/passages/worker.js"),
    r"^passages/(?P<place>[\w.-]{1,64})$": ("record_passages", "GET", "/passages/{place}"),
    "release-times": ("see_crossings", "GET", "/release-times"),
    "release-times.csv": ("see_crossings", "GET", "/release-times.csv"),
    r"^release-times/(?P<place>[\w.-]{1,64})/(?P<direction>in|out)/(?P<holder>[a-z]{1,20})$": (
        "see_crossings",
        "GET",
        "/release-times/{place}/in/whole",
    ),
    "procedures": ("see_procedures", "GET", "/procedures"),
    "procedures/new": ("write_procedures", "GET", "/procedures/new?place={place}&of=external_road_in"),
    r"^procedures/(?P<place>[\w.-]{1,64})/(?P<ref>\d{1,18}\.\d{1,6})$": (
        "see_procedures",
        "GET",
        "/procedures/{place}/{procedure}",
    ),
    "documents": ("see_documents", "GET", "/documents"),
    "documents/new": ("lodge_documents", "GET", "/documents/new?place={place}"),
    "documents/codes": ("lodge_documents", "GET", "/documents/codes?q=ceramic"),
    "documents/lodge": ("lodge_documents", "POST", "/documents/lodge"),
    "documents/inbox": ("see_documents", "GET", "/documents/inbox"),
    "documents/inbox/<int:number>": ("see_documents", "GET", "/documents/inbox/{paper}"),
    "documents/inbox/<int:number>/map": ("map_documents", "GET", "/documents/inbox/{strange}/map"),
    "documents/inbox/<int:number>/again": ("handle_documents", "POST", "/documents/inbox/{strange}/again"),
    "documents/maps": ("see_documents", "GET", "/documents/maps"),
    r"^documents/maps/(?P<name>[a-z][a-z0-9_]{0,63})$": ("see_documents", "GET", "/documents/maps/their_register"),
    r"^documents/(?P<name>[\w.-]{1,64}:\d{1,18}\.\d{1,6})$": ("see_documents", "GET", "/documents/{document}"),
    r"^documents/(?P<name>[\w.-]{1,64}:\d{1,18}\.\d{1,6})/original$": (
        "see_documents",
        "GET",
        "/documents/{document}/original",
    ),
    r"^crossings/(?P<crossing>[\w.-]{1,64}:\d{1,18}\.\d{1,6})/papers.asice$": (
        "see_documents",
        "GET",
        "/crossings/{crossing}/papers.asice",
    ),
    r"^crossings/(?P<crossing>[\w.-]{1,64}:\d{1,18}\.\d{1,6})/event.json$": (
        "see_documents",
        "GET",
        "/crossings/{crossing}/event.json",
    ),
    "exchanges": ("see_log", "GET", "/exchanges"),
    "exchanges/<int:number>/signed": ("see_raw", "GET", "/exchanges/{exchange}/signed"),
    "limits": ("see_dossier", "GET", "/limits?place={place}"),
    "layouts": ("see_devices", "GET", "/layouts"),
    "layouts/new": ("propose_posts", "GET", "/layouts/new?place={place}"),
    r"^layouts/(?P<place>[\w.-]{1,64})$": ("see_devices", "GET", "/layouts/{place}"),
    r"^layouts/(?P<place>[\w.-]{1,64})/approve$": ("approve_posts", "POST", "/layouts/{place}/approve"),
    "steps": ("decide_steps", "GET", "/steps?place={place}"),
    "documents.csv": ("see_documents", "GET", "/documents.csv"),
    "documents.xlsx": ("see_documents", "GET", "/documents.xlsx"),
    "findings": ("see_documents", "GET", "/findings"),
    r"^pictures/(?P<place>[\w.-]{1,64})/(?P<sha256>[0-9a-f]{64})$": (
        "see_evidence",
        "GET",
        "/pictures/{place}/{picture}",
    ),
    "alarms": ("see_dossier", "GET", "/alarms"),
    r"^alarms/(?P<place>[\w.-]{1,64})/(?P<ref>\d{1,18}\.\d{1,6})$": ("see_dossier", "GET", "/alarms/{place}/{alarm}"),
    r"^maintenance/(?P<name>[\w./ -]{1,160})$": ("plan_maintenance", "GET", "/maintenance/{place}/in-1/scale"),
    "devices": ("see_devices", "GET", "/devices"),
    r"^devices/(?P<name>[\w./ -]{1,160})$": ("see_devices", "GET", "/devices/{place}/in-1/camera-front"),
    r"^orders/(?P<name>[\w./ -]{1,160})$": ("see_devices", "GET", "/orders/{place}/in-1/scale"),
    r"^health/(?P<name>[\w./ -]{1,160})$": ("see_devices", "GET", "/health/{place}/in-1/camera-front"),
    r"^places/(?P<name>[\w.-]{1,64})/equipment$": ("see_devices", "GET", "/places/{place}/equipment"),
    "equipment": ("see_devices", "GET", "/equipment"),
    "equipment.csv": ("see_devices", "GET", "/equipment.csv"),
    "equipment.xlsx": ("see_devices", "GET", "/equipment.xlsx"),
    "quarantine": ("handle_quarantine", "GET", "/quarantine"),
    "quarantine/<int:number>": ("handle_quarantine", "GET", "/quarantine/{quarantine}"),
    "quarantine/<int:number>/decide": ("handle_quarantine", "POST", "/quarantine/{quarantine}/decide"),
    "quarantine/<int:number>/claim": ("handle_quarantine", "GET", "/quarantine/{quarantine}/claim"),
    "log": ("see_log", "GET", "/log"),
    r"^log/(?P<place>[\w.-]{1,64})/verify$": ("verify_log", "GET", "/log/{place}/verify"),
    r"^log/(?P<place>[\w.-]{1,64})/(?P<ref>\d{1,18}\.\d{1,6})$": ("see_log", "GET", "/log/{entry}"),
    r"^log/(?P<place>[\w.-]{1,64})/(?P<ref>\d{1,18}\.\d{1,6})/raw$": ("see_raw", "GET", "/log/{entry}/raw"),
    "situations": ("see_situations", "GET", "/situations"),
    r"^situations/(?P<name>[\w.-]{1,64}:\d{1,18}\.\d{1,6}\.\d{1,6})$": (
        "see_situations",
        "GET",
        "/situations/{situation}",
    ),
    "shift": ("take_shift", "GET", "/shift"),
    r"^shift/(?P<login>[\w.@+-]{1,150})$": ("see_situations", "GET", "/shift/duty_officer"),
    "stream": ("see_wall", "GET", "/stream?panel=place:{place}"),
    "account": ("person", "GET", "/account"),
    "sign-in/provider": (None, "GET", "/sign-in/provider"),
    "sign-in/returned": (None, "GET", "/sign-in/returned"),
    "account/bind": ("person", "GET", "/account/bind"),
    "accounts": ("manage_accounts", "GET", "/accounts"),
    "accounts/<int:number>": ("manage_accounts", "GET", "/accounts/1"),
    "passkeys/challenge": (None, "POST", "/passkeys/challenge"),
    "verify": (None, "GET", "/verify"),
    r"^crossings/(?P<crossing>[\w.-]{1,64}:\d{1,18}\.\d{1,6})/act$": ("issue_acts", "GET", "/crossings/{crossing}/act"),
    r"^crossings/(?P<crossing>[\w.-]{1,64}:\d{1,18}\.\d{1,6})/slip$": (
        "handle_documents",
        "GET",
        "/crossings/{crossing}/slip",
    ),
    "slips": ("handle_documents", "GET", "/slips"),
    r"^acts/(?P<number>[\w.-]{1,64}-\d{4}-\d{6})$": ("see_dossier", "GET", "/acts/{act}"),
    r"^acts/(?P<number>[\w.-]{1,64}-\d{4}-\d{6})\.pdf$": ("see_dossier", "GET", "/acts/{act}.pdf"),
    r"^acts/(?P<number>[\w.-]{1,64}-\d{4}-\d{6})/sign$": ("issue_acts", "POST", "/acts/{act}/sign"),
}
"""Each route: the verb it needs (None: open to all, person: to whoever signed in), the method, an address of it."""

PLACED = [name for name, (_, _, path) in ROUTES.items() if "{" in path]


POSTED: dict[str, Verb] = {
    r"^passages/(?P<place>[\w.-]{1,64})/record$": "decide_steps",
    r"^places/(?P<name>[\w.-]{1,64})/neighbour$": "decide_steps",
    r"^crossings/(?P<crossing>[\w.-]{1,64}:\d{1,18}\.\d{1,6})/wait$": "decide_steps",
    r"^documents/maps/(?P<name>[a-z][a-z0-9_]{0,63})$": "map_documents",
    r"^documents/(?P<name>[\w.-]{1,64}:\d{1,18}\.\d{1,6})$": "handle_documents",
    r"^alarms/(?P<place>[\w.-]{1,64})/(?P<ref>\d{1,18}\.\d{1,6})$": "adjudicate",
    r"^orders/(?P<name>[\w./ -]{1,160})$": "order_equipment",
    r"^crossings/(?P<crossing>[\w.-]{1,64}:\d{1,18}\.\d{1,6})/steps/(?P<code>[a-z][a-z0-9_]{0,39})$": "decide_steps",
    r"^procedures/(?P<place>[\w.-]{1,64})/(?P<ref>\d{1,18}\.\d{1,6})$": "write_procedures",
    r"^situations/(?P<name>[\w.-]{1,64}:\d{1,18}\.\d{1,6}\.\d{1,6})$": "handle_situations",
    "limits": "write_limits",
    r"^layouts/(?P<place>[\w.-]{1,64})$": "propose_posts",
}
"""Routes that take another verb for what is posted to them."""

PROGRAMS: dict[str, tuple[Verb | None, str, str]] = {
    r"^api/v1/documents$": ("lodge_documents", "POST", "/api/v1/documents?place={place}"),
    r"^api/v1/inbox/(?P<number>\d{1,18})$": ("lodge_documents", "GET", "/api/v1/inbox/{paper}"),
    r"^api/v1/documents/(?P<place>[\w.-]{1,64})/(?P<ref>\d{1,18}\.\d{1,6})$": (
        "see_documents",
        "GET",
        "/api/v1/documents/{document}",
    ),
    r"^api/v1/steps$": ("answer_steps", "GET", "/api/v1/steps?place={place}"),
    r"^api/v1/answers$": ("answer_steps", "POST", "/api/v1/answers"),
    r"^api/v1/openapi\.json$": (None, "GET", "/api/v1/openapi.json"),
}
"""The same of each route for programs, which a token opens and a session never does."""


def address(stage: Stage, path: str, place: str) -> str:
    """An address of a thing of this place."""
    crossing = stage.crossing[place]
    return path.format(
        place=place,
        crossing=crossing,
        picture=stage.picture[place],
        quarantine=stage.quarantine[place],
        exchange=stage.exchange[place],
        alarm=stage.alarm[place],
        paper=stage.paper[place],
        strange=stage.strange[place],
        document=stage.document[place],
        situation=stage.situation[place],
        procedure=stage.procedure[place],
        act=stage.act[place],
        entry=crossing.replace(":", "/"),
    )


def ask(client: Client, method: str, path: str) -> HttpResponseBase:
    """Ask for a page without following where it leads."""
    return cast("HttpResponseBase", client.post(path) if method == "POST" else client.get(path))


def test_no_route_is_missing_here(stage: Stage) -> None:
    from beket.web.urls import urlpatterns

    assert {str(route.pattern) for route in urlpatterns} == set(ROUTES) | set(PROGRAMS)


def test_what_is_open_to_anyone_is_these_and_no_more(stage: Stage) -> None:
    opened = {name for name, (verb, _, _) in (ROUTES | PROGRAMS).items() if verb is None}
    assert opened == {
        "sign-in",
        "sign-out",
        "language",
        "theme",
        "sign-in/provider",
        "sign-in/returned",
        "passkeys/challenge",
        "keys",
        "verify",
        r"^api/v1/openapi\.json$",
    }


def test_every_view_says_what_it_asks_for(stage: Stage) -> None:
    from beket.web.urls import urlpatterns

    for route in urlpatterns:
        wanted, _, _ = (ROUTES | PROGRAMS)[str(route.pattern)]
        said = getattr(route.callback, "verb", None)
        if str(route.pattern) == "stream":
            assert said == "panel"
        else:
            assert said == (wanted or "open"), route.pattern


@pytest.fixture(scope="module")
def desks(stage: Stage) -> Callable[[str], Client]:
    """Gives each role's desk, signed in once: a walk over all routes takes hundreds of steps."""
    from django.test import Client

    from beket.web.accounts.models import Account

    known: dict[str, Client] = {}

    def desk(login: str) -> Client:
        if login not in known or "_auth_user_id" not in known[login].session:
            known[login] = Client(SERVER_NAME="localhost", headers={"accept-language": "en"})
            account = Account.objects.get(login=login)
            known[login].force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return known[login]

    return desk


def expected(verb: Verb | Literal["person"] | None, role: Role, route: str) -> set[int]:
    """What a route answers at a role's own post; one that takes JSON is told when it gets none."""
    allowed = verb is None or verb == "person" or verb in MAY[role]
    if route in IN_JSON and allowed:
        return {200, 422}
    return {200, 302} if allowed else {403}


IN_JSON: Final = {name for name in ROUTES if re.match(r"\^passages/.*(json|take|photos|record)\$$", name)}
"""Routes that a script of the desk asks: it is told in JSON that nobody is signed in."""


NOT_SET_UP: Final = {"sign-in/provider", "sign-in/returned", "account/bind"}
"""Routes of a provider of identities: open, but there is none here to lead to."""


@pytest.mark.parametrize("route", ROUTES)
def test_a_role_opens_what_its_verbs_say(stage: Stage, desks: SignIn, route: str) -> None:
    verb, method, path = ROUTES[route]
    for role in ROLES:
        answer = ask(desks(role), method, address(stage, path, HERE))
        answer.close()
        assert answer.status_code in ({403} if route in NOT_SET_UP else expected(verb, role, route)), (role, verb)


@pytest.mark.parametrize("route", PLACED)
def test_another_post_is_refused(stage: Stage, desks: SignIn, route: str) -> None:
    _, method, path = ROUTES[route]
    for role in sorted(SCOPED):
        assert ask(desks(role), method, address(stage, path, THERE)).status_code in {403, 404}, role


@pytest.mark.parametrize("route", POSTED)
def test_what_is_posted_takes_the_verb_that_says_so(
    stage: Stage, desks: SignIn, route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 0.0)
    opens, _, path = ROUTES[route]
    for role in ROLES:
        both = opens in MAY[role] and POSTED[route] in MAY[role]
        answer = desks(role).post(address(stage, path, HERE))
        assert answer.status_code in ({200, 302, 422} if both else {403}), role
        if "{" in path and role in SCOPED:
            assert desks(role).post(address(stage, path, THERE)).status_code in {403, 404}, role


def test_every_verb_opens_something_and_every_decision_is_told(stage: Stage) -> None:
    from beket.web.urls import urlpatterns

    marks = {str(getattr(route.callback, mark, "")) for route in urlpatterns for mark in ("verb", "posting")}
    assert set(get_args(Verb)) <= marks
    told = {str(route.pattern) for route in urlpatterns if _posting(route.callback) != _opening(route.callback)}
    assert told == set(POSTED)


def test_a_page_decides_with_the_verb_it_is_marked_with(stage: Stage) -> None:
    from beket.web import pages
    from beket.web.urls import urlpatterns

    marked: dict[str, set[str]] = {}
    for route in urlpatterns:
        marked.setdefault(route.callback.__module__, set()).update({_opening(route.callback), _posting(route.callback)})
    for file in Path(pages.__path__[0]).glob("*.py"):
        said = set(re.findall(r'\border\(\s*request,\s*"(\w+)"', file.read_text("utf-8")))
        assert said <= marked.get(f"beket.web.pages.{file.stem}", set()), file.name


def _opening(view: Any) -> str:  # noqa: ANN401  any view
    return str(view.verb)


def _posting(view: Any) -> str:  # noqa: ANN401  any view
    return str(getattr(view, "posting", view.verb))


def test_who_may_what_is_written_down_as_it_is(stage: Stage) -> None:
    from beket.web.urls import urlpatterns
    from tools.who_may_what import PAGE, written

    assert PAGE.read_text("utf-8") == written(urlpatterns), "python -m tools.who_may_what"


@pytest.mark.parametrize("route", [name for name, (verb, _, _) in ROUTES.items() if verb is not None])
def test_nobody_comes_in_without_signing_in(stage: Stage, sign_in: SignIn, route: str) -> None:
    _, method, path = ROUTES[route]
    answer = ask(sign_in("?"), method, address(stage, path, HERE))
    if route == "stream" or route in IN_JSON:
        assert answer.status_code == 401
    else:
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("route", [name for name, (verb, _, _) in ROUTES.items() if verb not in (None, "person")])
def test_an_account_without_duties_sees_nothing(stage: Stage, desks: SignIn, route: str) -> None:
    _, method, path = ROUTES[route]
    assert ask(desks("nobody"), method, address(stage, path, HERE)).status_code in {401, 403}


@pytest.mark.parametrize("path", ["/crossings", "/places", "/wall", "/devices", "/equipment", "/"])
def test_an_inspectors_lists_hold_only_his_post(stage: Stage, sign_in: SignIn, path: str) -> None:
    page = sign_in("inspector").get(path, follow=True).content.decode()
    assert HERE in page
    assert THERE not in page
    assert "Irkeshtam" not in page
    assert "08123KLM" not in page


def test_what_counts_for_the_whole_house_no_role_of_one_post_may_change(stage: Stage) -> None:
    assert not [role for role in SCOPED if "map_documents" in MAY[role]]
    assert [role for role in ROLES if "map_documents" in MAY[role]] == ["duty_officer"]


def test_a_picture_of_one_post_is_not_had_under_the_name_of_another(stage: Stage, sign_in: SignIn) -> None:
    assert sign_in("inspector").get(f"/pictures/{HERE}/{stage.picture[THERE]}").status_code == 404


def test_an_inspector_sees_that_there_are_bytes_but_not_the_bytes(stage: Stage, sign_in: SignIn) -> None:
    path = f"/devices/{HERE}/in-1/camera-front"
    assert "Your roles do not include raw bytes." in sign_in("inspector").get(path).content.decode()
    assert "7b 22 41 4e 50 52" in sign_in("device_engineer").get(path).content.decode()


def test_a_role_that_is_taken_away_is_gone_at_the_next_page(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts import roster

    roster.add("leaving", "a long enough password")
    roster.grant("leaving", "auditor")
    client = sign_in("leaving")
    assert client.get("/log").status_code == 200
    roster.revoke("leaving", "auditor")
    assert client.get("/log").status_code == 403


def test_a_disabled_account_is_out_at_once(stage: Stage, sign_in: SignIn) -> None:
    from beket.web.accounts import roster

    roster.add("disabled", "a long enough password")
    roster.grant("disabled", "auditor")
    client = sign_in("disabled")
    roster.disable("disabled")
    assert client.get("/log").status_code == 302


@pytest.fixture(scope="module")
def lodged(stage: Stage) -> dict[str, dict[str, str]]:
    """A paper and a document of each post, lodged by nobody who asks here."""
    from beket.exchange.intake import Intake
    from beket.log.inbox import bring
    from tests.exchange.papers import declaration, paper

    intake = Intake(stage.country.book, stage.country.shelf, lambda: Instant(stage.country.now))
    found = {}
    for number, place in enumerate((HERE, THERE)):
        brought = paper(declaration(5000 + number), place=PlaceId(place), by="somebody")
        waiting = bring(stage.country.line, brought)
        intake.turn()
        row = stage.country.line.execute("SELECT outcome FROM beket.inbox WHERE id = %s", (waiting,)).fetchone()
        assert row is not None
        document = json.loads(row[0])["documents"][0]["document"]
        found[place] = {"place": place, "paper": str(waiting), "document": document.replace(":", "/")}
    return found


def ask_by_token(role: str, method: str, path: str, token: str | None) -> HttpResponseBase:
    """Ask as a program of this role does, whose browser also happens to be signed in."""
    from django.test import Client

    from beket.web.accounts.models import Account

    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    client.force_login(Account.objects.get(login=role), backend="django.contrib.auth.backends.ModelBackend")
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    if method == "POST":
        answer = client.post(path, b"<cut", content_type="text/xml", headers=headers)
    else:
        answer = client.get(path, headers=headers)
    return cast("HttpResponseBase", answer)


@pytest.fixture(scope="module")
def tokens(stage: Stage) -> dict[str, str]:
    """A token of each role's account, and one of an account without duties."""
    from beket.web.accounts.tokens import issue

    return {role: issue(role, "walk") for role in (*ROLES, "nobody")}


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No intake runs here: what is awaited is awaited shortly."""
    monkeypatch.setattr("beket.web.lodging.SETTLED_S_MAX", 0.0)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("role", [*ROLES, "nobody"])
@pytest.mark.parametrize("route", PROGRAMS)
def test_a_token_opens_what_the_verbs_of_its_account_say(
    lodged: dict[str, dict[str, str]], tokens: dict[str, str], role: str, route: str
) -> None:
    verb, method, path = PROGRAMS[route]
    status = ask_by_token(role, method, path.format(**lodged[HERE]), tokens[role]).status_code
    if verb is None:
        assert status == 200
    elif verb not in MAY.get(cast(Role, role), frozenset()):
        assert status == 403
    elif route.startswith("^api/v1/inbox") and role == "document_sender":
        assert status == 404, "somebody else's paper is for who sees documents"
    elif route == r"^api/v1/answers$":
        assert status == 415, "nothing is signed here"
    else:
        assert status == (202 if method == "POST" else 200)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("role", sorted(SCOPED))
@pytest.mark.parametrize("route", [name for name, (_, _, path) in PROGRAMS.items() if "{" in path])
def test_a_token_opens_nothing_of_another_post(
    lodged: dict[str, dict[str, str]], tokens: dict[str, str], role: str, route: str
) -> None:
    _, method, path = PROGRAMS[route]
    assert ask_by_token(role, method, path.format(**lodged[THERE]), tokens[role]).status_code in {403, 404}


@pytest.mark.parametrize("token", [None, "", "beket_wrong"])
@pytest.mark.parametrize("route", [name for name, (verb, _, _) in PROGRAMS.items() if verb is not None])
def test_a_session_opens_nothing_for_programs(lodged: dict[str, dict[str, str]], route: str, token: str | None) -> None:
    _, method, path = PROGRAMS[route]
    answer = ask_by_token("duty_officer", method, path.format(**lodged[HERE]), token)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_token_opens_no_page(tokens: dict[str, str]) -> None:
    from django.test import Client

    headers = {"Authorization": f"Bearer {tokens['duty_officer']}"}
    assert Client(SERVER_NAME="localhost").get("/crossings", headers=headers).status_code == 302
