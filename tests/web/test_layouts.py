"""Layouts of checkpoints at the desk: written, compared, proposed, and put in force by another person."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from beket.app.draughts import lend_draughts
from beket.app.site import read_site
from beket.app.site_text import site_toml
from beket.board.panels import layouts as board
from beket.log.book import Seq
from beket.settings import Settings
from beket.web import draughts
from beket.web.moments import midnight_of
from beket.words import facts
from beket.words.decisions import ApprovePost, OfPosts, ProposePost, RejectPost
from beket.words.ids import DeviceId, EntryRef, Instant, LaneId, PlaceId
from beket.words.site import Device, Post, fingerprint
from tests.web.conftest import HERE, THERE, Stage

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]
NEW = "KG-NEW-A"


@pytest.fixture(autouse=True)
def lent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a node lends to its desk; no loop runs here."""
    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 0.1)
    lend_draughts(Settings())
    yield
    here = draughts.draughts_now()
    assert here is not None
    draughts.forget(here)


def now(stage: Stage, place: str = HERE) -> Post:
    """The layout in force; the staged one's devices get drivers that there are."""
    with stage.country.line.cursor() as cursor:
        (seen,) = board.in_force(cursor, frozenset({PlaceId(place)}))
    return seen.post


def wanted(stage: Stage, place: str = HERE, **camera: Any) -> Post:  # noqa: ANN401
    was = now(stage, place)
    more = Device(id=DeviceId(f"{place}/in-1/camera-9"), driver="hikvision_isapi", lane=LaneId("in-1"))
    return replace(was, devices=(*was.devices, replace(more, klass="camera", **camera)))


def ordered(stage: Stage, place: str = HERE) -> list[Any]:
    frames = stage.country.book.read(PlaceId(place), Seq(0), 1000)
    return [one.body for frame in frames for one in frame.entries if isinstance(one.body, OfPosts)]


def waits(stage: Stage, by: str, of: str = "901.0") -> Post:
    """A layout waits at a place, as the loop says it; gives the layout."""
    post, at = wanted(stage, THERE), Instant(stage.country.now)
    said = facts.PostProposed(
        at=at, because=(EntryRef(of),), post=post, sha256=fingerprint(post),
        replaces=fingerprint(now(stage, THERE)), from_at=at, by=by,
    )  # fmt: skip
    stage.country.write(THERE, [said])
    return post


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_the_list_shows_what_is_in_force_and_who_put_it_there(sign_in: SignIn) -> None:
    page = read(sign_in("administrator"), "/layouts")
    assert f'href="/layouts/{HERE}"' in page
    assert "from the site file" in page
    assert 'href="/layouts/new"' in page
    assert 'href="/layouts/new"' not in read(sign_in("device_engineer"), "/layouts")


def test_a_layout_is_compared_and_then_proposed_as_it_was_read(stage: Stage, sign_in: SignIn) -> None:
    client, (post,) = sign_in("device_engineer"), read_site(site_toml([wanted(stage)]))
    before = ordered(stage)
    assert "camera-front" in read(client, f"/layouts/new?place={HERE}")
    form = {"place": HERE, "text": site_toml([post]).replace("\n", "\r\n"), "from": "2031-02-03"}
    seen = client.post("/layouts/new", {**form, "do": "compare"}).content.decode()
    assert "<ins>+ id = &quot;KG-TOR-A/in-1/camera-9&quot;</ins>" in seen
    assert ordered(stage) == before
    assert "still awaited" in client.post("/layouts/new", {**form, "do": "propose"}).content.decode()
    said = ordered(stage)[-1]
    assert isinstance(said, ProposePost)
    assert (said.post, said.sha256, said.replaces) == (post, fingerprint(post), fingerprint(now(stage)))
    assert (said.by, said.role, said.from_at) == (
        "device_engineer", "device_engineer", midnight_of("2031-02-03", post.zone_name),
    )  # fmt: skip


def test_a_layout_that_could_not_be_served_is_told_at_once_and_nothing_is_sent(stage: Stage, sign_in: SignIn) -> None:
    client, before = sign_in("device_engineer"), len(ordered(stage))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        wrongs = {
            "no driver &#x27;nobody&#x27;": site_toml([wanted(stage, driver="nobody")]),
            "unknown key colour": site_toml([wanted(stage)]) + "\ncolour = 3",
            "it describes 2 posts": site_toml([now(stage), now(stage, THERE)]),
            "about another checkpoint": site_toml([now(stage, THERE)]),
            "nothing would change": site_toml([now(stage)]),
            "does not speak over tcp-server": site_toml([wanted(stage, transport="tcp-server", port=port)]),
            f"cannot listen on 127.0.0.1:{port}": site_toml(
                [wanted(stage, driver="gt06", transport="tcp-server", host="127.0.0.1", port=port, declared_id="1")]
            ),
            "only the site file may give it": site_toml([wanted(stage, options={"password_env": "BEKET_DSN"})]),
            "is named more than once": site_toml([wanted(stage)]).replace(
                f"{HERE}/in-1/camera-9", f"{THERE}/in-1/camera-front"
            ),
        }
        for said, text in wrongs.items():
            page = client.post("/layouts/new", {"place": HERE, "text": text, "do": "propose"}).content.decode()
            assert said in page, said
            assert "camera" in page.partition("<textarea")[2], "what was typed is still there"
    bad_day = {"place": HERE, "text": site_toml([wanted(stage)]), "do": "propose", "from": "3 May"}
    assert "The day cannot be read." in client.post("/layouts/new", bad_day).content.decode()
    assert len(ordered(stage)) == before


def test_an_engineer_proposes_for_the_own_checkpoint_only_and_approves_nowhere(stage: Stage, sign_in: SignIn) -> None:
    client, before = sign_in("device_engineer"), ordered(stage, THERE)
    form = {"place": THERE, "text": site_toml([wanted(stage, THERE)]), "do": "propose"}
    assert client.post("/layouts/new", form).status_code == 404
    assert client.get("/layouts/new").status_code == 404, "a new checkpoint is begun by who may everywhere"
    assert client.post(f"/layouts/{HERE}/approve", {"of": "9.0", "seen": "0" * 64}).status_code == 403
    assert client.get(f"/layouts/{THERE}").status_code == 404
    assert ordered(stage, THERE) == before


def test_what_waits_is_shown_with_what_it_changes_and_another_person_is_asked(stage: Stage, sign_in: SignIn) -> None:
    post = waits(stage, "device_engineer")
    page = read(sign_in("administrator"), f"/layouts/{THERE}")
    assert f"<ins>+ id = &quot;{THERE}/in-1/camera-9&quot;</ins>" in page
    assert f'action="/layouts/{THERE}/approve"' in page
    assert "waits for a second person" in read(sign_in("administrator"), "/layouts")
    assert 'name="of"' not in read(sign_in("leadership"), f"/layouts/{THERE}")
    client = sign_in("administrator")
    client.post(f"/layouts/{THERE}/approve", {"of": "901.0", "seen": fingerprint(post)})
    client.post(f"/layouts/{THERE}", {"of": "901.0", "why": " not bought "})
    approved, rejected = ordered(stage, THERE)[-2:]
    assert (approved.by, approved.of, approved.sha256) == ("administrator", "901.0", fingerprint(post))
    assert isinstance(approved, ApprovePost)
    assert isinstance(rejected, RejectPost)
    assert rejected.why == "not bought"
    waits(stage, "administrator", "902.0")
    assert "Another person approves it." in read(client, f"/layouts/{THERE}")


def test_a_new_checkpoint_begins_with_a_proposal_of_its_own(stage: Stage, sign_in: SignIn) -> None:
    client, post = sign_in("administrator"), replace(now(stage), id=PlaceId(NEW), devices=())
    assert "KG-XXX-A" in read(client, "/layouts/new")
    there = client.post("/layouts/new", {"place": "", "text": site_toml([now(stage)]), "do": "propose"})
    assert "There is a checkpoint of this id already." in there.content.decode()
    client.post("/layouts/new", {"place": "", "text": site_toml([post]), "do": "propose"})
    (said,) = ordered(stage, NEW)
    assert (said.post, said.replaces) == (post, None)
    assert client.get(f"/layouts/{NEW}").status_code == 404, "the loop has not concluded it"
    proposed = facts.PostProposed(
        at=said.at, because=(EntryRef("1.0"),), post=post, sha256=fingerprint(post), from_at=said.at, by="administrator"
    )
    stage.country.write(NEW, [proposed])
    page = read(client, f"/layouts/{NEW}")
    assert "not laid out yet" in page
    assert NEW not in read(client, "/places")
    client.post(f"/layouts/{NEW}/approve", {"of": "1.0", "seen": fingerprint(post)})
    assert isinstance(ordered(stage, NEW)[-1], ApprovePost)


def test_a_desk_without_a_house_says_that_it_cannot_read_layouts(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beket.web.pages.layouts.draughts_now", lambda: None)
    page = sign_in("device_engineer").post("/layouts/new", {"place": HERE, "text": "x", "do": "compare"})
    assert "cannot read layouts" in page.content.decode()
    assert read(sign_in("device_engineer"), f"/layouts/{HERE}")
