"""Orders to equipment: who may give one, what is appended, what is said of it, and who sees what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, get_args

import pytest

from beket.log.book import Seq
from beket.web import wirings
from beket.web.moments import now_ms
from beket.web.shown import switching
from beket.words.decisions import EquipmentOrder, OrderEquipment
from beket.words.ids import DeviceId, Instant, PlaceId, ReadingId
from beket.words.readings import SwitchResult, SwitchState
from beket.words.site import Device
from tests.web.conftest import HERE, THERE, Stage

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]
GATE = DeviceId(f"{HERE}/out-1/scale")
PATH = f"/orders/{GATE}"
FORM = {"what": "open_barrier", "why": " papers in order ", "confirmed": "yes"}


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One device of each post can be told two things; no loop runs here."""
    monkeypatch.setattr("beket.web.orders.CONCLUDED_S_MAX", 0.1)

    def known(device: Device) -> tuple[EquipmentOrder, ...]:
        return ("open_barrier", "light_red") if device.id.endswith("/scale") else ()

    wirings.install(known)
    yield
    wirings.forget(known)


def ordered(stage: Stage, place: str = HERE) -> list[OrderEquipment]:
    """All orders in a place's chain."""
    frames = stage.country.book.read(PlaceId(place), Seq(0), 1000)
    return [entry.body for frame in frames for entry in frame.entries if isinstance(entry.body, OrderEquipment)]


def given(name: str, why: str = "papers in order", device: DeviceId = GATE) -> OrderEquipment:
    at = Instant(now_ms())
    return OrderEquipment(
        decision_id=name,
        by="a.uulu",
        role="inspector",
        at=at,
        device=device,
        order="open_barrier",
        why=why,
        until_at=Instant(at + 60_000),
    )


def became(name: str, result: str, why: str | None = None) -> SwitchResult:
    return SwitchResult(
        device_id=GATE,
        received=Instant(now_ms()),
        reading_id=ReadingId((name.encode().hex() + result.encode().hex()).ljust(32, "0")[:32]),
        order_id=name,
        order="open_barrier",
        result=result,  # type: ignore[arg-type]
        why=why,
    )


def test_an_order_is_appended_with_name_role_reason_and_time(stage: Stage, sign_in: SignIn) -> None:
    before = len(ordered(stage))
    answer = sign_in("inspector").post(PATH, FORM)
    assert (answer.status_code, answer.headers["Location"]) == (302, PATH)
    said = ordered(stage)
    assert len(said) == before + 1
    assert (said[-1].by, said[-1].role, said[-1].device) == ("inspector", "inspector", GATE)
    assert (said[-1].order, said[-1].why, said[-1].crossing) == ("open_barrier", "papers in order", None)
    assert said[-1].until_at - said[-1].at == 60_000


def test_an_order_may_be_for_a_crossing_that_stands_in_the_lane(stage: Stage, sign_in: SignIn) -> None:
    path = f"/orders/{HERE}/in-1/scale"
    page = sign_in("duty_officer").get(path).content.decode()
    assert f'<option value="{stage.crossing[HERE]}">01777ABC' in page
    sign_in("duty_officer").post(path, {**FORM, "crossing": stage.crossing[HERE]})
    assert ordered(stage)[-1].crossing == stage.crossing[HERE]


@pytest.mark.parametrize("login", ["auditor", "device_engineer", "administrator", "nobody", "?"])
def test_who_may_not_order_appends_nothing(stage: Stage, sign_in: SignIn, login: str) -> None:
    before = len(ordered(stage))
    answer = sign_in(login).post(PATH, FORM)
    assert answer.status_code in {302, 403, 404}
    assert answer.headers.get("Location") != PATH
    assert len(ordered(stage)) == before


def test_an_inspector_orders_at_his_post_only(stage: Stage, sign_in: SignIn) -> None:
    assert sign_in("inspector").post(f"/orders/{THERE}/in-1/scale", FORM).status_code == 404
    assert ordered(stage, THERE) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"why": "  "}, "Write down the reason."),
        ({"what": "unlock"}, "Choose what is to be done."),
        ({"what": ""}, "Choose what is to be done."),
        ({"crossing": f"{THERE}:1.0"}, "Choose a crossing of the list, or none."),
        ({"confirmed": ""}, "Confirm that you see the lane."),
    ],
)
def test_a_form_that_is_not_whole_appends_nothing(
    stage: Stage, sign_in: SignIn, change: dict[str, str], said: str
) -> None:
    before = len(ordered(stage))
    page = sign_in("inspector").post(PATH, {**FORM, **change}).content.decode()
    assert said in page
    assert len(ordered(stage)) == before


def test_a_device_without_a_wiring_is_only_read(stage: Stage, sign_in: SignIn) -> None:
    path = f"/orders/{HERE}/in-1/camera-front"
    assert "This device is only read" in sign_in("inspector").get(path).content.decode()
    before = len(ordered(stage))
    sign_in("inspector").post(path, FORM)
    assert len(ordered(stage)) == before
    client = sign_in("inspector")
    assert PATH in client.get(f"/devices/{GATE}").content.decode()
    assert "/orders/" not in client.get(f"/devices/{HERE}/in-1/camera-front").content.decode()


def test_what_became_of_an_order_is_shown_with_its_reason_and_its_lines_in_the_log(
    stage: Stage, sign_in: SignIn
) -> None:
    state = SwitchState(
        device_id=GATE, received=Instant(now_ms()), reading_id=ReadingId("5" * 32), what="barrier", state="closed"
    )
    (ref,) = stage.country.write(HERE, [given("w-1")])
    stage.country.write(HERE, [became("w-1", "begun")])
    (end,) = stage.country.write(HERE, [became("w-1", "refused", "lane_blocked: radiation alarm 1.0")])
    stage.country.write(HERE, [state])
    page = sign_in("auditor").get(PATH).content.decode()
    assert "the lane is blocked by an alarm that was not judged" in page
    assert f'href="/log/{HERE}/{ref}"' in page
    assert f'href="/log/{HERE}/{end}"' in page
    assert "closed" in page
    assert "Your roles do not let you order equipment." in page
    assert "/log/" not in sign_in("inspector").get(PATH).content.decode()


def test_the_panel_is_the_page_and_tells_each_end(stage: Stage) -> None:
    from beket.web import panels
    from beket.web.access import eyes_for
    from beket.web.accounts.models import Account

    for name, result, why in (
        ("p-1", "obeyed", None),
        ("p-2", "failed", "not seen to happen in time"),
        ("p-3", "unconfirmed", "interrupted: it was begun before"),
    ):
        stage.country.write(HERE, [given(name)])
        stage.country.write(HERE, [became(name, result, why)])
    stage.country.write(HERE, [given("p-4")])
    eyes = eyes_for(Account.objects.get(login="auditor").pk)
    panel = panels.wanted(eyes, f"orders:{GATE}", "en")
    assert panel is not None
    drawn = panels.draw(panel)
    for words in ("Obeyed", "it was not seen to happen in time", "go and look", "the node stopped", "Waits"):
        assert words in drawn
    inspector = eyes_for(Account.objects.get(login="inspector").pk)
    assert panels.wanted(inspector, f"orders:{THERE}/in-1/scale", "en") is None


def test_a_blocked_lane_is_said_and_leads_to_the_alarm(stage: Stage, sign_in: SignIn) -> None:
    path = f"/orders/{THERE}/in-1/scale"
    page = sign_in("duty_officer").get(path).content.decode()
    assert "The lane is blocked" in page
    assert f"/alarms/{THERE}/{stage.alarm[THERE]}" in page
    assert "No alarm blocks the lane." in sign_in("duty_officer").get(f"/orders/{THERE}/out-1/scale").content.decode()


def test_every_order_and_reason_has_words() -> None:
    assert set(switching.ORDERS) == set(get_args(EquipmentOrder))
    assert switching.reason("lane_blocked: radiation alarm 7.0")[1] == "radiation alarm 7.0"
    assert switching.reason("device failure") == ("", "device failure")


def test_a_wiring_that_is_none_lets_nothing_be_told(stage: Stage) -> None:
    def broken(device: Device) -> tuple[EquipmentOrder, ...]:
        raise ValueError(device.id)

    wirings.install(broken)
    try:
        assert wirings.orders_known(Device(id=GATE, driver="modbus_io")) == ()
    finally:
        wirings.forget(broken)
