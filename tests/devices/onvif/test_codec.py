"""ONVIF cameras: notifications both ways, and where a pull point is asked (over sockets: the rehearsal's own)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.devices.kit.cases import check_files
from beket.devices.kit.driver import Frame
from beket.devices.onvif.codec import (
    decoder,
    encode_event,
    encode_fault,
    encode_pull_point,
    encode_pulled,
    encode_stream,
)
from beket.words.ids import Instant
from beket.words.readings import PlateRead

NOW = Instant(1_779_536_000_000)


@pytest.mark.parametrize(
    "verdict", list(check_files([Path(__file__).parent / "cases.json"], NOW)), ids=lambda verdict: verdict["id"]
)
def test_case(verdict: dict[str, Any]) -> None:
    assert verdict["ok"], verdict["why"]


@given(plate=st.from_regex(r"\A[0-9]{2}KG[0-9]{3}[A-Z]{3}\Z"), share=st.integers(0, 100))
def test_an_event_comes_back(plate: str, share: int) -> None:
    blob = encode_stream(encode_event(plate, "2026-05-23T11:33:20.250Z", likelihood=share / 100))
    (told,) = decoder({}).read(Frame(blob=blob), NOW).told
    assert isinstance(told.reading, PlateRead)
    assert (told.reading.plate, told.reading.confidence) == (plate, share / 100)


def test_an_event_that_is_given_again_is_the_same_reading() -> None:
    once, other = (encode_event(plate, "2026-05-23T11:33:20.250Z") for plate in ("06KG432MDD", "01KG777ABC"))
    again = encode_event("06KG432MDD", "2026-05-23T11:33:20.250Z", operation="Initialized")
    camera = decoder({})
    keys = [one.key for one in camera.read(Frame(blob=encode_pulled(once, other, once)), NOW).told]
    keys += [one.key for one in camera.read(Frame(blob=encode_pulled(other, again)), NOW).told]
    assert [keys.index(key) for key in keys] == [0, 1, 0, 1, 0]


def test_a_pull_point_of_another_host_is_asked_at_the_cameras_own() -> None:
    camera = decoder({})
    assert camera.ask(NOW).startswith(b"POST /onvif/event_service ")
    camera.read(Frame(blob=encode_pull_point("http://198.51.100.9/onvif/sub?id=4")), NOW)
    assert camera.ask(NOW).startswith(b"POST /onvif/sub?id=4 ")
    camera.read(Frame(blob=encode_fault("gone")), NOW)
    assert camera.ask(NOW).startswith(b"POST /onvif/event_service "), "a fault begins anew"


@pytest.mark.parametrize("address", ["", "not an address", "http://[", "urn:uuid:7"])
def test_an_address_that_leads_nowhere_is_refused(address: str) -> None:
    camera = decoder({})
    assert [one.kind for one in camera.read(Frame(blob=encode_pull_point(address)), NOW).problems] == ["field"]
    assert camera.ask(NOW).startswith(b"POST /onvif/event_service ")
