"""A map is made at the desk for a paper that nobody reads: tried, saved for everybody to see, and read by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Final

import pytest

from beket.app.maps import SavedMaps
from beket.board.projector import BoardProjection
from beket.exchange.intake import Intake
from beket.exchange.library import Shelves
from beket.log import inbox
from beket.log.postgres import PostgresBook
from beket.loop.runner import Runner
from beket.loop.thinking import CORE
from beket.loop.turn import READER
from beket.words.decisions import MAP_CHARS_MAX, SaveMap
from beket.words.ids import Instant, PlaceId, sha256
from tests.web.conftest import HERE, THERE, Stage
from tests.web.country import STRANGE

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

SignIn = Callable[[str], "Client"]

MAP: Final = """name = "theirs"
title = "Register of theirs"
source = "one paper"
kind = "register"
shape = "table"
[columns]
number = "Qwer"
plate = "Lorry"
gross = "Kilos"
[document]
[[consignment.means]]
plate = "plate"
[[consignment.items]]
gross_kg = "gross"
"""

BEGINS_HERE = (
    "INSERT INTO beket.cursor (reader, place, seq) SELECT %s, place, seq FROM beket.place_head"
    " ON CONFLICT (reader, place) DO UPDATE SET seq = EXCLUDED.seq"
)
"""What others lodged stays unthought of: it would come into the dossiers that other tests look at."""


class House:
    """What runs beside the desk: the loop, which answers decisions while a page waits, and the intake."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self.book = PostgresBook(dsn)
        self.runner = Runner(self.book, BoardProjection(), CORE)
        self.saved = SavedMaps(dsn)
        self.shelves = Shelves(folder, saved=self.saved)

    def close(self) -> None:
        self.saved.close()
        self.book.close()

    def takes_in(self, stage: Stage) -> None:
        intake = Intake(
            stage.country.book,
            stage.country.shelf,
            lambda: Instant(stage.country.now),
            lambda paper, blob: self.shelves.read(blob, paper.wanted),
        )
        while intake.turn():
            pass


@pytest.fixture
def house(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Have a loop think whenever a page begins to wait for it, and nobody wait for the intake."""
    from beket.web import lodging, orders

    found = House(stage.dsn, tmp_path)
    stage.country.line.execute(BEGINS_HERE, (READER,))
    outcome = orders._outcome

    def thought(place: str, decision_id: str, seq: int, until: float) -> str:
        found.runner.catch_up([PlaceId(place)])
        return outcome(place, decision_id, seq, until)

    monkeypatch.setattr(orders, "_outcome", thought)
    monkeypatch.setattr(lodging, "SETTLED_S_MAX", 0.0)
    with closing(found):
        yield found


def strange(stage: Stage, blob: bytes = STRANGE, place: str = HERE) -> int:
    return stage.country.strange_paper(place, stage.country.now, blob)


def shown(answer: Answer) -> str:
    return answer.content.decode()


def post(client: Client, number: int, do: str, text: str = MAP, **more: str) -> Answer:
    return client.post(f"/documents/inbox/{number}/map", {"text": text, "do": do, **more})


def save(client: Client, number: int, name: str, seen: str = "", text: str = MAP) -> Answer:
    return post(client, number, "save", text.replace('"theirs"', f'"{name}"'), seen=seen)


def said(stage: Stage, place: str = HERE) -> list[SaveMap]:
    """The maps that were ordered at a place, in order."""
    frames = stage.country.book.read(PlaceId(place), 0, 100_000)  # type: ignore[arg-type]
    return [entry.body for frame in frames for entry in frame.entries if isinstance(entry.body, SaveMap)]


# Making one ----------------------------------------------------------------------------------------------------------


def test_a_refused_paper_leads_the_duty_officer_to_a_map_and_nobody_else(stage: Stage, sign_in: SignIn) -> None:
    path = f"/documents/inbox/{stage.strange[HERE]}"
    assert f'href="{path}/map"' in shown(sign_in("duty_officer").get(path))
    for role in ("inspector", "auditor"):
        assert f'href="{path}/map"' not in shown(sign_in(role).get(path))
        assert sign_in(role).get(f"{path}/map").status_code == 403
        assert post(sign_in(role), stage.strange[HERE], "save").status_code == 403


def test_a_paper_that_no_map_can_help_has_none(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")
    torn = stage.paper[HERE]
    assert "/map" not in shown(client.get(f"/documents/inbox/{torn}"))
    assert client.get(f"/documents/inbox/{torn}/map").status_code == 404
    assert client.get("/documents/inbox/999999/map").status_code == 404


def test_the_page_begins_with_what_stands_in_the_paper(stage: Stage, sign_in: SignIn) -> None:
    page = shown(sign_in("duty_officer").get(f"/documents/inbox/{stage.strange[HERE]}/map"))
    assert "column_1 = &quot;Qwer&quot;" in page
    assert "column_4 = &quot;Rest&quot;" in page
    form = strange(stage, b"<Odd><No>7</No></Odd>")
    assert "No × 1  7" in shown(sign_in("duty_officer").get(f"/documents/inbox/{form}/map"))


def test_trying_shows_the_documents_and_what_is_left_over_and_changes_nothing(stage: Stage, sign_in: SignIn) -> None:
    before = len(said(stage))
    page = shown(post(sign_in("duty_officer"), stage.strange[HERE], "try"))
    assert "01999XYZ" in page
    assert "1,200" in page
    assert '<dt class="mono">row/column Rest × 2</dt><dd>x · y</dd>' in page
    assert "Register of theirs" in page, "what was typed is kept"
    assert len(said(stage)) == before


def test_every_fault_is_told_with_its_key_and_nothing_that_was_typed_is_lost(stage: Stage, sign_in: SignIn) -> None:
    wrong = MAP.replace('gross_kg = "gross"', 'gross_kg = "nothing"\nweight = "gross"') + "# <mine>\n"
    page = shown(post(sign_in("duty_officer"), stage.strange[HERE], "save", wrong))
    assert '<dt class="mono">consignment.items[1].gross_kg</dt>' in page
    assert '<dt class="mono">consignment.items[1].weight</dt>' in page
    assert "# &lt;mine&gt;" in page
    assert not [one for one in said(stage) if "mine" in one.text]


def test_a_map_that_does_not_read_the_paper_is_not_saved(stage: Stage, sign_in: SignIn) -> None:
    page = shown(post(sign_in("duty_officer"), stage.strange[HERE], "save", MAP.replace("Kilos", "Pounds")))
    assert "its headers are &#x27;Qwer&#x27;, &#x27;Lorry&#x27;, &#x27;Kilos&#x27;, &#x27;Rest&#x27;" in page
    assert not [one for one in said(stage) if "Pounds" in one.text]


def test_a_name_that_is_read_by_code_is_refused(stage: Stage, sign_in: SignIn) -> None:
    page = shown(post(sign_in("duty_officer"), stage.strange[HERE], "save", name="cmr_album"))
    assert "cmr_album is read by code" in page


def test_the_name_is_written_into_the_text(stage: Stage, sign_in: SignIn) -> None:
    page = shown(post(sign_in("duty_officer"), stage.strange[HERE], "try", name="another_name"))
    assert "name = &quot;another_name&quot;\ntitle" in page
    assert "name = &quot;theirs&quot;" not in page


def test_what_is_too_long_is_given_back_and_not_read(stage: Stage, sign_in: SignIn) -> None:
    page = shown(post(sign_in("duty_officer"), stage.strange[HERE], "save", MAP + "#" * MAP_CHARS_MAX))
    assert "too long for a map" in page
    assert "###" in page


def test_without_a_workbench_the_page_says_so_and_keeps_what_was_typed(stage: Stage, sign_in: SignIn) -> None:
    from beket.web import mapping

    bench = mapping.workbench()
    mapping.forget(bench)
    try:
        client = sign_in("duty_officer")
        assert "nothing that reads papers is installed" in shown(post(client, stage.strange[HERE], "save"))
        assert "Register of theirs" in shown(post(client, stage.strange[HERE], "try"))
        assert client.get(f"/documents/inbox/{stage.strange[HERE]}/map").status_code == 200
        assert client.get("/documents/maps").status_code == 200
    finally:
        mapping.install(bench)


# Saving --------------------------------------------------------------------------------------------------------------


def test_saving_says_in_the_log_who_did_it_for_which_paper(stage: Stage, sign_in: SignIn, house: House) -> None:
    number = strange(stage)
    answer = save(sign_in("duty_officer"), number, "first_map")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/documents/inbox/{number}#again")
    ordered = said(stage)[-1]
    assert (ordered.by, ordered.role, ordered.name, ordered.title) == (
        "duty_officer", "duty_officer", "first_map", "Register of theirs",
    )  # fmt: skip
    assert (ordered.made_from, ordered.replaces) == (sha256(STRANGE), None)
    assert ordered.sha256 == sha256(ordered.text.encode())


def test_everybody_sees_who_saved_a_map_and_what_changed(stage: Stage, sign_in: SignIn, house: House) -> None:
    client, number = sign_in("duty_officer"), strange(stage)
    save(client, number, "changed_map")
    first = said(stage)[-1].sha256
    save(client, number, "changed_map", first, MAP.replace("Register of theirs", "<i>Ours</i>"))
    reader = sign_in("auditor")
    assert "changed_map" in shown(reader.get("/documents/maps"))
    page = shown(reader.get("/documents/maps/changed_map"))
    assert "<del>− title = &quot;Register of theirs&quot;</del>" in page
    assert "<ins>+ title = &quot;&lt;i&gt;Ours&lt;/i&gt;&quot;</ins>" in page
    assert "Put it out of force" not in page
    assert reader.get("/documents/maps/no_such_map").status_code == 404


def test_a_map_in_force_is_not_replaced_by_who_has_not_seen_it(stage: Stage, sign_in: SignIn, house: House) -> None:
    client, number = sign_in("duty_officer"), strange(stage)
    save(client, number, "seen_map")
    first, before = said(stage)[-1].sha256, len(said(stage))
    later = MAP.replace("Register of theirs", "Later")
    unseen = shown(save(client, number, "seen_map", text=later))
    assert "A map of this name is in force" in unseen
    assert f'name="seen" value="{first}"' in unseen, "what it shows now may be replaced by the next press"
    assert "saved this map meanwhile" in shown(save(client, number, "seen_map", sha256(b"other"), later))
    assert len(said(stage)) == before
    assert save(client, number, "seen_map", first, later).status_code == 302


def test_a_later_version_follows_where_the_first_was_saved(stage: Stage, sign_in: SignIn, house: House) -> None:
    client = sign_in("duty_officer")
    save(client, strange(stage), "moved_map")
    first = said(stage)[-1].sha256
    elsewhere = strange(stage, place=THERE)
    assert save(client, elsewhere, "moved_map", first, MAP.replace("Register", "List")).status_code == 302
    assert (said(stage)[-1].name, said(stage)[-1].replaces) == ("moved_map", first)
    assert not said(stage, THERE)


def test_a_map_is_changed_beginning_with_the_one_in_force(stage: Stage, sign_in: SignIn, house: House) -> None:
    client, number = sign_in("duty_officer"), strange(stage)
    save(client, number, "begun_map")
    page = shown(client.get(f"/documents/inbox/{number}/map?of=begun_map"))
    assert "name = &quot;begun_map&quot;" in page
    assert f'name="seen" value="{said(stage)[-1].sha256}"' in page


def test_a_map_is_put_out_of_force_with_a_reason(stage: Stage, sign_in: SignIn, house: House) -> None:
    client, number = sign_in("duty_officer"), strange(stage)
    save(client, number, "wrong_map")
    seen, path = said(stage)[-1].sha256, "/documents/maps/wrong_map"
    assert sign_in("auditor").post(path, {"seen": seen, "why": "x"}).status_code == 403
    assert "Write down the reason." in shown(client.post(path, {"seen": seen, "why": " "}))
    assert "meanwhile" in shown(client.post(path, {"seen": sha256(b"x"), "why": "wrong column"}))
    assert client.post(path, {"seen": seen, "why": "wrong column"}).status_code == 302
    assert "wrong column" in shown(sign_in("auditor").get(path))
    assert "wrong_map" not in house.saved()


def test_a_map_in_force_that_cannot_be_used_is_told(stage: Stage, sign_in: SignIn) -> None:
    page = shown(sign_in("auditor").get("/documents/maps/their_register"))
    assert "This map cannot be used, and nothing is read by it:" in page
    assert "&lt;b&gt;Theirs&lt;/b&gt;" in page
    assert "cannot be used" in shown(sign_in("auditor").get("/documents/maps"))


# Reading again -------------------------------------------------------------------------------------------------------


def test_the_paper_is_brought_again_and_read_by_the_map_at_once(stage: Stage, sign_in: SignIn, house: House) -> None:
    client, number = sign_in("duty_officer"), strange(stage)
    house.takes_in(stage)  # it has looked for maps, and would not by itself for ten seconds
    save(client, number, "reading_map")
    page = shown(client.get(f"/documents/inbox/{number}"))
    assert '<option value="reading_map">' in page
    answer = client.post(f"/documents/inbox/{number}/again", {"map": "reading_map"})
    new = int(answer.headers["Location"].rpartition("/")[2])
    house.takes_in(stage)
    old, row = (inbox.found(stage.country.line, one) for one in (number, new))
    assert old is not None
    assert row is not None
    assert (old.state, row.state, row.again_of, row.by, row.sha256) == (
        "refused", "taken", number, "duty_officer", old.sha256,
    )  # fmt: skip
    assert row.outcome is not None
    assert [one.format for one in row.outcome.documents] == ["reading_map"]
    assert f'href="/documents/inbox/{number}"' in shown(client.get(f"/documents/inbox/{new}"))
    assert f'href="/documents/inbox/{new}"' in shown(client.get(f"/documents/inbox/{number}"))
    assert (
        client.post(f"/documents/inbox/{number}/again", {"map": "reading_map"}).headers["Location"].endswith(f"/{new}")
    )


def test_others_refused_for_the_same_reason_come_along_once(stage: Stage, sign_in: SignIn, house: House) -> None:
    client, place = sign_in("duty_officer"), stage.country
    numbers = [place.strange_paper(HERE, place.now, STRANGE + bytes([line]), reason="alone") for line in b"123"]
    other = place.strange_paper(HERE, place.now, STRANGE, reason="another reason")
    save(client, numbers[0], "many_map")
    assert "with 2 other papers" in shown(client.get(f"/documents/inbox/{numbers[0]}"))
    client.post(f"/documents/inbox/{numbers[0]}/again", {"map": "many_map", "others": "yes"})
    again = inbox.again(place.line, [*numbers, other])
    assert sorted(again) == numbers
    assert "other paper" not in shown(client.get(f"/documents/inbox/{numbers[0]}"))


def test_an_inspector_has_papers_of_his_post_read_again_and_no_others(
    stage: Stage, sign_in: SignIn, house: House
) -> None:
    here, there = (stage.country.strange_paper(at, stage.country.now, reason="both") for at in (HERE, THERE))
    save(sign_in("duty_officer"), here, "inspectors_map")
    client = sign_in("inspector")
    assert client.post(f"/documents/inbox/{there}/again", {"map": "inspectors_map"}).status_code == 404
    client.post(f"/documents/inbox/{here}/again", {"map": "inspectors_map", "others": "yes"})
    assert sorted(inbox.again(stage.country.line, [here, there])) == [here]


@pytest.mark.parametrize("wanted", ["", "no_such_map", "their_register'"])
def test_by_a_map_that_is_not_in_force_nothing_is_brought(stage: Stage, sign_in: SignIn, wanted: str) -> None:
    number = strange(stage)
    answer = sign_in("duty_officer").post(f"/documents/inbox/{number}/again", {"map": wanted})
    assert answer.headers["Location"] == f"/documents/inbox/{number}"
    assert not inbox.again(stage.country.line, [number])


def test_what_is_brought_again_at_once_is_bounded(
    stage: Stage, sign_in: SignIn, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from beket.web import again

    monkeypatch.setattr(again, "BYTES_MAX", len(STRANGE))
    client, place = sign_in("duty_officer"), stage.country
    numbers = [place.strange_paper(HERE, place.now, STRANGE, reason="bounded") for _ in range(3)]
    save(client, numbers[0], "bounded_map")
    client.post(f"/documents/inbox/{numbers[0]}/again", {"map": "bounded_map", "others": "yes"})
    assert len(inbox.again(place.line, numbers)) == 1
