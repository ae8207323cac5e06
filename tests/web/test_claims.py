"""Claiming what was set aside: read again with the driver of a chosen device, kept once, with name and bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from beket.app.codecs import read_message
from beket.devices.yaohua_a9.codec import encode_weight
from beket.log.book import Seq
from beket.log.quarantine import Refusal, found, listed, set_aside
from beket.web import codecs
from beket.words.ids import DeviceId, Instant, LaneId, PlaceId
from beket.words.readings import Weight
from beket.words.site import Device
from beket.words.wire import Entry
from tests.web.conftest import HERE, Stage

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]
SCALE = DeviceId(f"{HERE}/in-1/scale")


@pytest.fixture(autouse=True)
def lent() -> Iterator[None]:
    """The drivers of the house, as the wiring lends them to the desk."""
    codecs.install(read_message)
    yield
    codecs.forget(read_message)


@pytest.fixture
def number(stage: Stage) -> int:
    """A frame of a scale that came from an address nobody knew."""
    blob = encode_weight(23_960)
    refusal = Refusal(
        place=PlaceId(HERE), listener="tcp:4001", address="10.0.0.77", declared_id=None, reason="shape: unknown",
        raw=blob, at=Instant(stage.country.now),
    )  # fmt: skip
    set_aside(stage.country.line, [refusal])
    return next(row.id for row in listed(stage.country.line) if row.address == "10.0.0.77")


@pytest.fixture
def laid_out(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scale's row in the layout, as the order that is in force has it."""
    row = Device(id=SCALE, driver="yaohua_a9", lane=LaneId("in-1"), transport="tcp-client")
    monkeypatch.setattr("beket.web.access.registered", lambda _eyes, of: row if of.id == SCALE else None)


def weights(stage: Stage) -> list[Entry]:
    frames = stage.country.book.read(PlaceId(HERE), Seq(0), 1000)
    return [entry for frame in frames for entry in frame.entries if isinstance(entry.body, Weight)]


@pytest.mark.usefixtures("laid_out")
def test_it_is_looked_at_before_it_is_kept(stage: Stage, sign_in: SignIn, number: int) -> None:
    page = sign_in("device_engineer").get(f"/quarantine/{number}/claim?device={SCALE}").content.decode()
    assert "23960" in page
    assert weights(stage) == []


@pytest.mark.usefixtures("laid_out")
def test_it_is_kept_once_as_said_late_with_its_bytes(stage: Stage, sign_in: SignIn, number: int) -> None:
    engineer = sign_in("device_engineer")
    assert engineer.post(f"/quarantine/{number}/claim", {"device": SCALE}).status_code == 302
    (entry,) = weights(stage)
    assert isinstance(entry.body, Weight)
    assert (entry.body.device_id, entry.body.value, entry.body.buffered) == (SCALE, 23_960.0, True)
    assert entry.raw is not None
    assert entry.raw.pieces[0].inline == encode_weight(23_960)
    row = found(stage.country.line, number)
    assert row is not None
    assert (row.verdict, row.marked_by) == ("claimed", "device_engineer")
    engineer.post(f"/quarantine/{number}/claim", {"device": SCALE})
    assert len(weights(stage)) == 1, "what was decided is not decided again"


@pytest.mark.parametrize("device", ["", "KG-NOWHERE/x", f"{HERE}/in-1/camera-front"])
def test_without_a_device_that_can_have_said_it_nothing_is_kept(
    stage: Stage, sign_in: SignIn, number: int, device: str
) -> None:
    before = len(weights(stage))
    assert sign_in("device_engineer").post(f"/quarantine/{number}/claim", {"device": device}).status_code == 200
    assert len(weights(stage)) == before


def test_who_does_not_handle_quarantine_does_not_come_in(sign_in: SignIn, number: int) -> None:
    assert sign_in("auditor").get(f"/quarantine/{number}/claim").status_code == 403


def test_a_layout_names_the_devices_that_are_offered(sign_in: SignIn, number: int) -> None:
    assert str(SCALE) in sign_in("device_engineer").get(f"/quarantine/{number}/claim").content.decode()
