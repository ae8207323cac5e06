"""The inspector's desk without a line: nothing that was signed is lost, doubled, or read by another."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.journeys import passages_house
from tests.journeys.axe import violations
from tests.journeys.passages_browser import Killable
from tests.journeys.passages_house import LANES, MINUTE, PLACE, House, Line, announced, bound_by_nothing, claim
from tests.journeys.passages_officer import PIN, Officer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SIGNED: Final = 25
"""Passages of this test; `bench/passages.py` does the same with a shift's 500."""

SOON_MS: Final = 20_000
OTHER_PIN: Final = "another pin"


@pytest.fixture(scope="module")
def shells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The desk's page, drawn once."""
    return passages_house.drawn(Path(tmp_path_factory.mktemp("shells")))


@pytest.fixture
def played(shells: Path) -> Iterator[tuple[House, Line]]:
    """A house with a queue."""
    with passages_house.playing(shells) as (house, line):
        now = int(time.time() * 1000)
        house.passages = [announced(number, now - (SIGNED - number) * MINUTE) for number in range(SIGNED)]
        yield house, line


@pytest.fixture
def officer(browser: Browser, played: tuple[House, Line]) -> Iterator[Officer]:
    """An officer who has come and taken all, with a browser that has the desk at hand."""
    for passage in played[0].passages:
        passage["taken_by"] = "inspector"
    context = browser.new_context(base_url=played[1].url, viewport={"width": 1366, "height": 768})
    officer = Officer(context.new_page(), PLACE)
    officer.come()
    officer.ready_for_no_line()
    yield officer
    context.close()


def unsent(page: Page, count: int) -> None:
    """Wait until the banner says how many records wait."""
    expect(page.locator(".unsent")).to_have_text(f"Waiting to be sent: {count}", timeout=SOON_MS)


def cut(officer: Officer, line: Line) -> None:
    """Cut the line, and wait until the desk knows."""
    line.cut()
    officer.refresh()
    expect(officer.page.locator(".link")).to_contain_text("No link")


def test_nothing_is_lost_when_the_browser_is_killed(
    browser: Browser, played: tuple[House, Line], tmp_path: Path
) -> None:
    (house, line), killable = played, Killable(browser.browser_type, tmp_path)
    for passage in house.passages:
        passage["taken_by"] = "inspector"
    try:
        page = killable.start()
        officer = Officer(page, PLACE)
        page.goto(f"{line.url}/passages/{PLACE}")
        officer.give_pin()
        officer.ready_for_no_line()
        line.cut()
        page.reload()
        page.wait_for_selector(".queue tbody tr")  # the page, the picture and the key are at hand
        for passage in house.passages:
            officer.open(passage["id"])
            officer.decide()
            officer.to_queue()
        unsent(page, SIGNED)
        killable.kill()
        house.forgets_to_answer = 2
        line.mend()
        page = killable.start()
        page.goto(f"{line.url}/passages/{PLACE}")
        expect(page.locator(".gatekeeper")).to_contain_text("Your PIN opens it")  # the key did not outlive the browser
        again = Officer(page, PLACE)
        again.give_pin()
        for _ in range(house.forgets_to_answer + 1):
            again.refresh()  # the desk itself waits longer and longer
            page.wait_for_timeout(300)
        unsent(page, 0)
    finally:
        killable.kill()
    assert len(house.records) == SIGNED
    assert len(house.posts) == SIGNED + 2
    assert {record["crossing"] for record in house.records.values()} == {one["id"] for one in house.passages}
    assert all(record["offline"] for record in house.records.values())


def test_only_what_was_taken_is_recorded_without_a_line_and_the_slip_is_preliminary(
    officer: Officer, played: tuple[House, Line]
) -> None:
    house, line = played
    house.passages[1]["taken_by"] = None
    officer.refresh()
    page = officer.page
    expect(page.locator(f'tr[data-id="{house.passages[1]["id"]}"] td').nth(5)).to_have_text("–")
    cut(officer, line)
    officer.tap(f'tr[data-id="{house.passages[1]["id"]}"] a')
    expect(page.locator("#topic")).to_contain_text("only what you took before")
    officer.to_queue()
    officer.open(house.passages[0]["id"])
    officer.decide()
    expect(page.locator(".slip .preliminary b")).to_have_count(3)
    expect(page.locator(".slip")).to_contain_text("01000ABC KG")
    assert violations(page) == []
    page.emulate_media(media="print")
    assert page.locator(".bar:visible, .passages-banner:visible").count() == 0
    page.emulate_media(media="screen")
    line.mend()
    officer.refresh()
    unsent(page, 0)
    expect(page.get_by_role("link", name="Slip")).to_be_visible()


def test_a_conflict_is_shown_side_by_side_and_signed_anew(officer: Officer, played: tuple[House, Line]) -> None:
    house, line = played
    page, first = officer.page, house.passages[0]
    cut(officer, line)
    officer.open(first["id"])
    page.locator(".topics a", has_text="Seals").click()
    page.locator("input[name=seals]").fill("KG-000117")
    page.locator(".topics a").last.click()
    officer.decide()
    now = int(time.time() * 1000)
    theirs = {"field": "seals", "value": "KG-000999"}
    meanwhile = {
        "ref": "77.0", "by": "colleague", "at": now, "signed_at": now, "offline": False, "notes": [theirs],
        "photos": [],
    }  # fmt: skip
    stands = {**first, "after": "77.0", "records": [meanwhile], "steps": [{**first["steps"][0], "decided": "77.0"}]}
    stands["steps"][0]["decided_as"] = "held for papers"
    stands["fields"] = [
        *first["fields"],
        {
            "name": "seals",
            "value": "KG-000999",
            "country": None,
            "claims": [claim("noted", "colleague", "KG-000999", now)],
        },
    ]
    house.refuses = [house.answer("recorded_meanwhile", stands)]
    line.mend()
    officer.refresh()
    page.wait_for_selector(".conflict")
    rows = page.locator(".conflict tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("KG-000117")
    expect(rows.nth(0)).to_contain_text("KG-000999")
    expect(rows.nth(1)).to_contain_text("held for papers")
    assert violations(page) == []
    assert house.records == {}
    page.get_by_label("Seals: Mine").check()
    page.get_by_role("button", name="Sign anew").click()
    unsent(page, 0)
    [record] = house.records.values()
    assert (record["after"], record["notes"], record["steps"]) == (
        "77.0",
        [{"field": "seals", "value": "KG-000117"}],
        [],
    )
    assert len(set(house.posts)) == 2


def test_where_no_procedure_is_in_force_notes_are_signed_without_a_line_too(
    officer: Officer, played: tuple[House, Line]
) -> None:
    house, line = played
    house.passages[0] = bound_by_nothing(0, house.passages[0]["opened_at"]) | {"taken_by": "inspector"}
    page, first = officer.page, house.passages[0]["id"]
    officer.refresh()
    expect(page.locator(f'tr[data-id="{first}"]')).to_contain_text("no procedure")
    cut(officer, line)
    officer.open(first)
    expect(page.locator(".topics")).not_to_contain_text("Decisions")
    expect(page.locator(".topic")).to_contain_text("No procedure is in force for it here")
    assert violations(page) == []
    officer.tap(".sign-it")
    expect(page.locator(".faults")).to_contain_text("nothing is decided or written down yet")
    page.locator(".topics a", has_text="Seals").click()
    page.locator("input[name=seals]").fill("KG-000117")
    page.locator(".topics a").last.click()
    officer.tap(".sign-it")
    page.wait_for_url("**#/slip/**")
    line.mend()
    officer.refresh()
    unsent(page, 0)
    [record] = house.records.values()
    assert (record["crossing"], record["steps"], record["offline"]) == (first, [], True)
    assert record["notes"] == [{"field": "seals", "value": "KG-000117"}]


def test_what_the_house_did_not_see_is_found_among_candidates(officer: Officer, played: tuple[House, Line]) -> None:
    house, line = played
    page = officer.page
    cut(officer, line)
    page.get_by_role("button", name="that the house did not see").click()
    page.get_by_label("Lane").select_option(LANES[1])
    page.locator("input[name=plate]").fill("01ABC777")
    officer.shoot(passages_house.picture())
    page.locator(".topics a").last.click()
    officer.decide()
    house.refuses = [house.answer("several_crossings", None, candidates=house.passages[:2])]
    line.mend()
    officer.refresh()
    page.wait_for_selector(".conflict")
    expect(page.locator(".conflict .option")).to_have_count(2)
    assert violations(page) == []
    page.locator(".conflict input").nth(1).check()
    page.get_by_role("button", name="Sign anew").click()
    unsent(page, 0)
    [record] = house.records.values()
    assert (record["crossing"], record["lane"]) == (house.passages[1]["id"], None)
    assert [note["value"] for note in record["notes"]] == ["01ABC777"]
    assert [photo["sha256"] in house.photos for photo in record["photos"]] == [True]


def test_what_one_officer_keeps_another_does_not_see_and_a_forgotten_pin_loses_it_only_knowingly(
    officer: Officer, played: tuple[House, Line]
) -> None:
    house, line = played
    page, said = officer.page, []

    def hear(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.accept()

    page.on("dialog", hear)
    house.signed_out = True
    officer.open(house.passages[0]["id"])
    officer.decide()
    expect(page.get_by_role("link", name="Sign in to send")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-out")
    assert "not sent yet" in said.pop()
    house.signed_out, house.login = False, "second"
    second = Officer(page, PLACE)
    second.come(OTHER_PIN)
    unsent(page, 0)
    house.login = "inspector"
    page.goto(f"{line.url}/passages/{PLACE}")
    expect(page.locator(".gatekeeper")).to_contain_text("What inspector keeps here is sealed")
    page.locator(".gatekeeper input").fill(OTHER_PIN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("This is not the PIN.")
    assert house.records == {}
    page.get_by_role("button", name="I forgot the PIN").click()
    expect(page.locator(".gatekeeper")).to_contain_text("A PIN for this shift")
    assert "records not sent 1, forms begun 0" in said.pop()
    officer.give_pin()
    unsent(page, 0)
    assert house.records == {}


def test_a_form_that_was_begun_is_there_after_a_kill_of_the_page(officer: Officer, played: tuple[House, Line]) -> None:
    house, line = played
    page = officer.page
    cut(officer, line)
    officer.open(house.passages[0]["id"])
    page.locator(".topics a", has_text="Seals").click()
    page.locator("input[name=seals]").fill("KG-000117")
    page.wait_for_timeout(600)
    page.goto(f"{line.url}/passages/{PLACE}")
    if page.locator(".gatekeeper").count():
        officer.give_pin(PIN)
    page.wait_for_selector(".queue tbody tr")
    expect(page.locator(f'tr[data-id="{house.passages[0]["id"]}"]')).to_contain_text("begun")
    officer.open(house.passages[0]["id"])
    expect(page.locator("dl.check")).to_contain_text("KG-000117")
    page.get_by_role("button", name="Sign out").click()  # without a line this locks
    expect(page.locator(".gatekeeper")).to_contain_text("Your PIN opens it")
