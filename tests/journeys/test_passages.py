"""The inspector's form: what is known is shown with who told it, and little is left to do."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.journeys import passages_house
from tests.journeys.axe import violations
from tests.journeys.conftest import complaint
from tests.journeys.passages_house import MINUTE, PHOTO_BYTES_MAX, PLACE, House, Line, amiss, announced
from tests.journeys.passages_officer import Officer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

INPUTS_MAX: Final = 12
ESTIMATE_S_MAX: Final = 25.0
NORM: Final = "1366x768"

Come = Callable[..., Officer]


@pytest.fixture(scope="module")
def shells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The desk's page, drawn once."""
    return passages_house.drawn(Path(tmp_path_factory.mktemp("shells")))


@pytest.fixture
def played(shells: Path) -> Iterator[tuple[House, Line]]:
    """A house with a queue of three: all is known of the first, little of the second, another has the third."""
    with passages_house.playing(shells) as (house, line):
        now = int(time.time() * 1000)
        house.passages = [announced(1, now - 9 * MINUTE), amiss(2, now - 6 * MINUTE), announced(3, now - MINUTE)]
        house.passages[2]["taken_by"] = "colleague"
        yield house, line


@pytest.fixture
def come(browser: Browser, played: tuple[House, Line], errors: list[str]) -> Iterator[Come]:
    """Has an officer come to the desk."""
    contexts = []

    def come(language: str = "en", theme: str = "light", size: str = NORM) -> Officer:
        width, height = map(int, size.split("x"))
        url = played[1].url
        context = browser.new_context(base_url=url, viewport={"width": width, "height": height})
        context.add_cookies(
            [{"name": "language", "value": language, "url": url}, {"name": "theme", "value": theme, "url": url}]
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: errors.append(complaint("desk", said)) if said.type == "error" else None)
        page.on("pageerror", lambda trouble: errors.append(str(trouble)))
        officer = Officer(page, PLACE)
        officer.come()
        return officer

    yield come
    for context in contexts:
        context.close()


def datum(page: Page, name: str) -> str:
    """The box of one datum."""
    return f'.datum[data-field="{name}"]'


def test_an_announced_lorry_is_confirmed_with_few_inputs(
    come: Come, played: tuple[House, Line], errors: list[str]
) -> None:
    officer = come()
    first = played[0].passages[0]["id"]
    officer.open(first)
    assert played[0].passages[0]["taken_by"] == "inspector"
    expect(officer.page.locator("#topic")).to_have_text("Check and sign")
    expect(officer.page.locator("dl.check")).to_contain_text("camera: in-1/camera-front")
    assert (
        officer.page.locator("input:not([type=radio]):visible").count() == officer.page.locator("#find:visible").count()
    )
    officer.decide()
    expect(officer.page.get_by_role("status").filter(has_text="In the log")).to_be_visible()
    expect(officer.page.get_by_role("link", name="Slip")).to_have_attribute("href", f"/crossings/{first}/slip")
    [record] = played[0].records.values()
    assert (record["crossing"], record["notes"], record["offline"]) == (first, [], False)
    assert [(one["step"], one["outcome"]) for one in record["steps"]] == [("registration", "pass")]
    assert officer.effort.inputs <= INPUTS_MAX
    assert officer.effort.seconds <= ESTIMATE_S_MAX
    assert errors == []


def test_the_keyboard_alone_does_it_too(come: Come, played: tuple[House, Line]) -> None:
    officer = come()
    officer.page.locator("tbody a").first.focus()
    officer.page.keyboard.press("Enter")
    expect(officer.page.locator('input[value="pass"]')).to_be_focused()
    officer.page.keyboard.press("Space")
    officer.page.keyboard.press("Enter")
    expect(officer.page.get_by_role("status").filter(has_text="In the log")).to_be_visible()
    assert len(played[0].records) == 1


def test_what_a_machine_reads_takes_a_reason_and_a_photograph(come: Come, played: tuple[House, Line]) -> None:
    officer, house = come(), played[0]
    page = officer.page
    officer.open(house.passages[1]["id"])
    expect(page.locator("#topic")).to_have_text("Conveyance")
    assert page.locator("input[name=plate]").count() == 0
    officer.tap(f"{datum(page, 'plate')} button.write")
    officer.type("01абк12")
    officer.tap(f"{datum(page, 'plate')} .key[aria-label='3']", thinks=False)
    expect(page.locator("input[name=plate]")).to_have_value("01AK123")
    page.locator(".topics a").last.click()
    officer.tap('input[value="pass"]')
    officer.tap(".sign-it")
    expect(page.locator(".faults")).to_be_focused()
    lacking = ["Plate: take a photograph", "Registration: say why it is decided without its proof"]
    expect(page.locator(".faults li")).to_have_text(lacking)
    page.locator(".decision select").select_option("device_failed")
    expect(page.locator(".faults li")).to_have_text(lacking[:1])
    assert violations(page) == []
    page.locator(".faults a").click()
    officer.shoot(passages_house.picture(2000))
    page.locator(".topics a").last.click()
    officer.tap(".sign-it")
    expect(page.get_by_role("status").filter(has_text="In the log")).to_be_visible()
    [record] = house.records.values()
    assert record["notes"] == [{"field": "plate", "value": "01AK123", "why": "unread"}]
    [photo] = record["photos"]
    jpeg = house.photos[photo["sha256"]]
    assert len(jpeg) == photo["size"] <= PHOTO_BYTES_MAX
    assert not Image.open(io.BytesIO(jpeg)).getexif()


def test_sources_that_differ_stand_beside_each_other(come: Come, played: tuple[House, Line]) -> None:
    officer = come()
    officer.open(played[0].passages[1]["id"])
    officer.page.locator(".topics a", has_text="Weight").click()
    claims = officer.page.locator(f"{datum(officer.page, 'gross_kg')} .claim")
    expect(claims).to_have_text([re.compile("24,400 kg.*scale: in-1/scale"), re.compile("18,200 kg.*paper: CMR")])
    expect(officer.page.locator(datum(officer.page, "gross_kg"))).to_contain_text("Sources differ")
    assert officer.page.locator("input[name=gross_kg]").count() == 0


def test_another_has_it_until_somebody_takes_it_over(come: Come, played: tuple[House, Line]) -> None:
    officer, house = come(), played[0]
    third = house.passages[2]["id"]
    officer.tap(f'tr[data-id="{third}"] a')
    expect(officer.page.locator("#topic")).to_contain_text("Somebody else has it")
    assert house.passages[2]["taken_by"] == "colleague"
    officer.page.get_by_role("button", name="Take it over").click()
    officer.page.wait_for_selector(".passage-form")
    assert house.passages[2]["taken_by"] == "inspector"


def test_the_queue_does_not_move_under_a_finger(come: Come, played: tuple[House, Line]) -> None:
    officer, house = come(), played[0]
    second, last = house.passages[1]["id"], house.passages[2]["id"]
    row = officer.page.locator(f'tr[data-id="{second}"]')
    row.hover()
    before = row.bounding_box()
    del house.passages[0]
    house.passages.append(announced(7, int(time.time() * 1000)))
    officer.refresh()
    expect(officer.page.locator("tbody tr")).to_have_count(4)
    assert row.bounding_box() == before
    officer.page.mouse.move(2, 2)
    officer.refresh()
    expect(officer.page.locator("tbody tr").first).to_have_attribute("data-id", second)
    assert officer.page.locator("tbody tr").nth(1).get_attribute("data-id") == last


def test_presence_is_shown_where_the_house_asks(come: Come, played: tuple[House, Line]) -> None:
    officer, house = come(), played[0]
    officer.open(house.passages[0]["id"])
    house.asks_presence = True
    officer.decide()
    page = officer.page
    expect(page.get_by_role("dialog")).to_contain_text("Show that it is you")
    assert violations(page) == []
    page.get_by_label("Password").fill("пароль 100%")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="In the log")).to_be_visible()
    assert house.proofs == ["%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C%20100%25"]


MADE: Final = """async () => {
  const user = {id: new Uint8Array(8), name: "inspector", displayName: "inspector"};
  const publicKey = {challenge: new Uint8Array(16), rp: {id: "localhost", name: "x"}, user,
    pubKeyCredParams: [{type: "public-key", alg: -7}], authenticatorSelection: {userVerification: "required"}};
  return (await navigator.credentials.create({publicKey})).id;
}"""


def test_a_passkey_is_shown_where_the_account_has_one(come: Come, played: tuple[House, Line]) -> None:
    officer, house = come(), played[0]
    line = officer.page.context.new_cdp_session(officer.page)
    line.send("WebAuthn.enable")
    what = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    line.send("WebAuthn.addVirtualAuthenticator", {"options": {**what, "automaticPresenceSimulation": True}})
    house.takes_passkeys = officer.page.evaluate(MADE)
    officer.open(house.passages[0]["id"])
    house.asks_presence = True
    officer.decide()
    officer.page.get_by_role("button", name="Show the passkey and go on").click()
    expect(officer.page.get_by_role("status").filter(has_text="In the log")).to_be_visible()
    shown = json.loads(unquote(house.proofs[0]))
    assert shown["id"] == house.takes_passkeys
    assert set(shown["response"]) >= {"clientDataJSON", "authenticatorData", "signature"}


def test_a_record_is_preliminary_until_the_log_has_concluded_from_it(come: Come, played: tuple[House, Line]) -> None:
    officer, house = come(), played[0]
    officer.open(house.passages[0]["id"])
    house.awaits = 1
    officer.decide()
    expect(officer.page.locator(".slip .preliminary")).to_be_visible()
    expect(officer.page.locator(".unsent")).to_have_text("Waiting to be sent: 1")
    officer.refresh()
    expect(officer.page.get_by_role("link", name="Slip")).to_be_visible()
    assert len(house.posts) == 2
    assert len(house.records) == 1


def test_what_becomes_known_meanwhile_is_said_and_shown_when_asked(come: Come, played: tuple[House, Line]) -> None:
    officer, house = come(), played[0]
    officer.open(house.passages[0]["id"])
    finding = {"level": "high", "sentence": "The seal is another one.", "code": "E03"}
    house.passages[0]["findings"] = [finding]
    officer.refresh()
    expect(officer.page.locator(".news")).to_contain_text("More is known of it now")
    expect(officer.page.locator("dl.check")).not_to_contain_text("The seal is another one")
    officer.page.get_by_role("button", name="Show it").click()
    expect(officer.page.locator("dl.check")).to_contain_text("The seal is another one")


SMALL: Final = """() => ["button", "a.button", ".option", "select"]
    .flatMap(what => [...document.querySelectorAll(`#passages ${what}`)])
    .filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 44).map(each => each.outerHTML)"""
TOPICS: Final = ("conveyance", "papers", "weight", "seals", "findings", "decisions", "check")


@pytest.mark.parametrize(
    ("language", "theme", "size", "topics"),
    [("ru", "dark", "1920x1080", TOPICS), ("ky", "light", "800x1280", TOPICS[:1]), ("en", "dark", NORM, TOPICS[-1:])],
)
def test_every_page_is_accessible_and_fits_a_glove(
    come: Come, played: tuple[House, Line], language: str, theme: str, size: str, topics: tuple[str, ...]
) -> None:
    officer, second = come(language, theme, size), played[0].passages[1]["id"]
    page = officer.page
    assert violations(page) == []
    officer.open(second)
    for where in ("#/outbox", *(f"#/{second}/{topic}" for topic in topics)):
        page.evaluate("hash => { location.hash = hash; }", where)
        page.wait_for_selector(".topic .card" if second in where else "#passages > .stack > .card")
        if where.endswith("conveyance"):
            page.locator(f"{datum(page, 'plate')} button.write").click()
            page.locator(f"{datum(page, 'plate')} .line select").select_option("CN")
            expect(page.locator(f"{datum(page, 'plate')} .key[aria-label='新']")).to_be_visible()
        assert violations(page) == [], where
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
        assert page.evaluate(SMALL) == [], where
