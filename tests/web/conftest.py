"""One engine, one desk and one small country for all tests of this room."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg
import pytest
import uvicorn
from msgspec import Struct

from beket.board.schema import ensure
from beket.log.migrate import migrate
from beket.log.quarantine import Refusal, set_aside
from beket.log.server import Server
from beket.web.prepare import prepare
from beket.words.ids import CrossingId, DocumentId, EntryRef, Instant, PlaceId, SituationId
from beket.words.roles import MAY, PARTNERS, SCOPED
from tests.log.engines import UNSYNCED
from tests.web.country import MINUTE, Country, checkpoints

if TYPE_CHECKING:
    from django.test import Client

HERE: Final = "KG-TOR-A"
"""The post the inspector and the engineer of these tests serve at."""

THERE: Final = "KG-IRK-A"
"""A post where they have no duty."""

PASSWORD: Final = "a long enough password"
ROLES: Final = tuple(MAY)


class Stage(Struct, frozen=True):
    """What stands in the country: the same things here and there."""

    dsn: str
    country: Country
    crossing: dict[str, CrossingId]
    picture: dict[str, str]
    quarantine: dict[str, int]
    alarm: dict[str, str]
    document: dict[str, DocumentId]
    paper: dict[str, int]
    strange: dict[str, int]
    situation: dict[str, SituationId]
    procedure: dict[str, EntryRef]
    act: dict[str, str]
    exchange: dict[str, int]


@pytest.fixture(scope="package")
def stage() -> Iterator[Stage]:
    """Start an engine, prepare log, board and desk in it, and let a little happen at two posts."""
    with (
        tempfile.TemporaryDirectory(prefix="beket-") as folder,
        Server(Path(folder) / "data", settings=UNSYNCED) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        Path(folder).chmod(0o755)
        patch.setenv("BEKET_DSN", server.dsn)
        patch.setenv("BEKET_EVIDENCE_DIR", f"{folder}/evidence")
        patch.setenv("BEKET_PAPERS_DIR", f"{folder}/papers")
        patch.setenv("BEKET_PHOTOS_DIR", f"{folder}/photos")
        migrate(server.dsn)
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            ensure(connection)
        prepare(server.dsn)
        country = Country(server.dsn, Path(folder) / "evidence", int(time.time() * 1000))
        try:
            yield _happen(server.dsn, country)
        finally:
            country.close()
            _close_desk()


def _happen(dsn: str, country: Country) -> Stage:
    from beket.app.maps import lend_maps
    from beket.app.outgoing import lend_writers
    from beket.settings import Settings
    from beket.web.accounts import roster

    lend_writers(Settings())
    lend_maps()
    crossing, picture, alarm, document, paper, strange = {}, {}, {}, {}, {}, {}
    situation, procedure, act = {}, {}, {}
    for point in [point for point in checkpoints() if point["id"] in {HERE, THERE}]:
        place = country.describe(point)
        country.alive(place, country.now - 2000)
        at = country.now - 20 * MINUTE
        crossing[place] = country.arrive(place, "01777ABC" if place == HERE else "08123KLM", at, pictured=True)
        country.portal(crossing[place], at + 5000, gamma=place == THERE)
        country.weigh(crossing[place], 24_400, at + MINUTE)
        country.shows(crossing[place], at + 2 * MINUTE)
        alarm[place] = country.alarm(place, at + 5000)
        situation[place] = country.situation(crossing[place], at + MINUTE, "critical" if place == HERE else "medium")
        document[place] = country.document(crossing[place], at + 3 * MINUTE, "critical" if place == HERE else "medium")
        paper[place] = country.refused_paper(place, at + 4 * MINUTE)
        strange[place] = country.strange_paper(place, at + 4 * MINUTE)
        procedure[place] = country.procedure(place, at + 4 * MINUTE)
        country.stands(crossing[place], at + 5 * MINUTE)
        act[place] = country.act(crossing[place], at + 5 * MINUTE)
        country.alive(place, country.now - 1000)
        row = country.line.execute("SELECT sha256 FROM picture WHERE place = %s", (place,)).fetchone()
        assert row is not None
        picture[place] = row[0]
        refusal = Refusal(
            place=PlaceId(place),
            listener="http",
            address="10.0.0.9",
            declared_id=f"stranger-{place}",
            reason="unknown_device",
            raw=b"<script>alert(1)</script>",
            at=Instant(at),
        )
        set_aside(country.line, [refusal])
    country.map_saved(HERE, country.now - MINUTE)
    rows = country.line.execute("SELECT place, id FROM beket.quarantine").fetchall()
    for role in ROLES:
        roster.add(role, PASSWORD)
        agency = "border" if role in PARTNERS else "customs"
        roster.grant(role, role, HERE if role in SCOPED else "", agency)
    roster.add("nobody", PASSWORD)
    exchange = {place: _refused_answer(place, crossing[place]) for place in (HERE, THERE)}
    return Stage(
        dsn,
        country,
        crossing,
        picture,
        dict(rows),
        alarm,
        document,
        paper,
        strange,
        situation,
        procedure,
        act,
        exchange,
    )


def _refused_answer(place: str, crossing: CrossingId) -> int:
    """A system answered a step and was refused; gives the number in the journal."""
    from beket.web.accounts import exchanges
    from beket.web.accounts.models import Account, Exchange
    from beket.web.accounts.tokens import Bearer

    account = Account.objects.get(login="agency_system").pk
    bearer = Bearer(token=0, name="demo", account=account, login="agency_system")
    came = exchanges.Came(place=place, crossing=crossing, step="border", outcome="pass", answer_id="0")
    exchanges.refused(bearer, came, b"<script>alert(1)</script>", (403, "bad_signature"))
    return int(Exchange.objects.latest("pk").pk)


def _close_desk() -> None:
    from django.db import connections

    for connection in connections.all():
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]


@pytest.fixture
def sign_in(stage: Stage) -> Callable[[str], Client]:
    """Gives a browser without scripts that has signed in."""
    from django.test import Client

    from beket.web.accounts.models import Account

    def sign_in(login: str) -> Client:
        client = Client(SERVER_NAME="localhost", headers={"accept-language": "en"})
        account = Account.objects.filter(login=login).first()
        if account is not None:
            client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture(scope="package", autouse=True)
def fan(stage: Stage) -> Iterator[None]:
    """A stream that nobody drives: enough for pages that only open it."""
    from beket.web import live, panels
    from beket.web.stream import Fan, Source

    idle = Fan(Source(live.positions, panels.render, panels.failed))
    live.serve(idle)
    yield
    live.forget(idle)
    idle.close()


@pytest.fixture(scope="module")
def address(stage: Stage) -> Iterator[str]:
    """Serve the desk on a free port."""
    from beket.web.asgi import application

    server = uvicorn.Server(
        uvicorn.Config(application, port=0, log_level="error", timeout_graceful_shutdown=1, ws="none")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()
