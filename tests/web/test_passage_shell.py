"""The inspector's desk as a browser first gets it: whose it is, its texts, and the worker that keeps it at hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from beket.web.passage_words import WORDS
from tests.web.conftest import HERE, Stage

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]

ISLANDS: Final = Path(__file__).parents[2] / "islands"
SAID: Final = re.compile(r"""\b(?:say|message)\((?:"(\w+)"|`(\w+)_\$\{)""")


def said() -> tuple[set[str], set[str]]:
    """Every text that the island asks for by its name, and the beginnings of names that it puts together."""
    found = [match for path in ISLANDS.glob("passages*.ts") for match in SAID.findall(path.read_text("utf-8"))]
    return {name for name, _ in found if name}, {family for _, family in found if family}


def members(type_name: str, file: str = "passages-contract.ts") -> set[str]:
    """The members of a union of the contract."""
    written = (ISLANDS / file).read_text("utf-8")
    found = re.search(rf"export type {type_name} = ([^;]+);", written)
    assert found is not None, type_name
    return set(re.findall(r'"(\w+)"', found[1]))


def test_the_page_brings_every_text_that_the_island_asks_for() -> None:
    names, families = said()
    assert len(names) > 80
    assert names - set(WORDS) == set()
    assert {family for family in families if not any(key.startswith(f"{family}_") for key in WORDS)} == set()
    asked = {f"field_{name}" for name in members("FieldName")} | {f"write_{name}" for name in members("FieldName")}
    asked |= {f"source_{name}" for name in members("Source")} | {f"why_{name}" for name in members("Why")}
    assert asked <= set(WORDS)


def test_no_text_is_brought_in_vain() -> None:
    written = "".join(path.read_text("utf-8") for path in ISLANDS.glob("passages*.ts"))
    _, families = said()
    alone = {key for key in WORDS if key.partition("_")[0] not in families}
    assert {key for key in alone if f'"{key}"' not in written} == set()


def test_who_works_at_one_post_is_led_there(stage: Stage, sign_in: SignIn) -> None:
    answer = sign_in("inspector").get("/passages")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/passages/{HERE}")


def test_who_sees_the_country_chooses_and_no_desk_is_made_up(stage: Stage, sign_in: SignIn) -> None:
    desk = sign_in("duty_officer")
    assert f'href="/passages/{HERE}"' in desk.get("/passages").content.decode()
    assert desk.get("/passages/KG-NOT-A").status_code == 404


def test_only_this_page_may_ask_where_it_is(stage: Stage, sign_in: SignIn) -> None:
    desk = sign_in("inspector")
    assert "geolocation=(self)" in desk.get(f"/passages/{HERE}").headers["Permissions-Policy"]
    assert "geolocation=()" in desk.get("/crossings").headers["Permissions-Policy"]


def test_the_page_names_the_place_and_the_officer_in_the_language_asked_for(stage: Stage, sign_in: SignIn) -> None:
    desk = sign_in("inspector")
    desk.cookies["language"] = "en"
    page = desk.get(f"/passages/{HERE}").content.decode()
    assert f'"place": "{HERE}"' in page
    assert '"login": "inspector"' in page
    assert '"Age of the picture: {n}"' in page
    assert page.count("<template data-level=") == 6


def test_the_worker_serves_these_pages_and_is_asked_for_anew(stage: Stage, sign_in: SignIn) -> None:
    answer = sign_in("inspector").get("/passages/worker.js")
    assert answer.headers["Service-Worker-Allowed"] == "/passages"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Type"].startswith("text/javascript")


def test_a_desk_that_only_looks_is_not_in_use(stage: Stage, sign_in: SignIn) -> None:
    desk = sign_in("inspector")
    desk.get("/crossings")
    session = desk.session
    session["used"] -= 5 * 60
    session.save()
    assert desk.get(f"/passages/{HERE}.json").status_code == 200
    assert desk.session["used"] == session["used"]
    desk.get(f"/passages/{HERE}")
    assert desk.session["used"] > session["used"]
