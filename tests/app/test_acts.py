"""The press of acts: one process for one paper, by the officer's demonstration key or by the house's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from beket.app import acts
from beket.app.acts import lend_press
from beket.exchange.acts.officers import HOUSE
from beket.exchange.acts.paper import missing
from beket.exchange.acts.sealing import checked
from beket.settings import Settings, SettingsTrouble
from beket.web import pressing
from beket.web.pressing import CannotPress, Press, Sheet, the_press
from beket.words.ids import sha256

MARKUP = '<html lang="ky"><head><title>Акт</title></head><body style="font-family: DejaVu Sans">ң</body></html>'


def sheet(markup: str = MARKUP) -> Sheet:
    return Sheet(markup=markup, number="KG-T-2026-000001", digest=sha256(b"act"), account="a.asanov", place="KG-T")


@pytest.fixture
def press(tmp_path: Path) -> Iterator[Press]:
    if missing() is not None:
        pytest.skip(f"{missing()}")
    lend_press(Settings(data_dir=str(tmp_path)))
    yield the_press()
    pressing.forget(the_press())


def test_a_paper_comes_signed_by_the_officers_demonstration_key(press: Press, tmp_path: Path) -> None:
    made = press.press(sheet())
    found = checked(made.pdf, [])
    assert (found.intact, found.whole, press.demo, made.demo) == (True, True, True, True)
    assert made.signer == f"CN=DEMO a.asanov,O={HOUSE}"
    assert sorted(path.suffix for path in (tmp_path / "officers").iterdir()) == [".pem", ".pem"]


def test_what_cannot_be_made_says_why(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CannotPress, match="fetches nothing"):
        press.press(sheet('<html lang="ky"><img src="http://127.0.0.1:1/" alt="">'))
    monkeypatch.setattr(acts._PRESS, "turn_s_max", 0.01)
    with acts._PRESS.turn, pytest.raises(CannotPress, match="other papers"):
        press.press(sheet())
    monkeypatch.setattr(acts._PRESS, "work_s_max", 0.01)
    with pytest.raises(CannotPress, match="was not made within"):
        press.press(sheet())


def test_a_desk_without_a_press_says_so() -> None:
    with pytest.raises(CannotPress, match="nothing that makes papers"):
        the_press()


def test_a_key_that_cannot_be_used_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsTrouble):
        lend_press(Settings(signer_key=str(tmp_path / "none"), signer_certificate=str(tmp_path / "none")))
