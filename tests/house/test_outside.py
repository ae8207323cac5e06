"""A house that a test starts is not the one whose database another test left in the environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from beket.app.desk import desk_environment
from beket.settings import Settings, environment_of
from tests.house.house import outside


def test_nothing_of_another_test_s_desk_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data_dir=str(tmp_path))
    own = desk_environment(settings, "dbname=another")
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    left = set(own) - set(environment_of(settings)) - {"BEKET_DATA_DIR"}
    assert left
    assert not left & set(outside())
    assert outside()["PATH"] == os.environ["PATH"]
