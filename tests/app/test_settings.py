from pathlib import Path

import pytest

from beket.settings import Settings, SettingsTrouble, environment_of, load


def test_flags_weigh_more_than_the_environment_and_that_more_than_the_file(tmp_path: Path) -> None:
    file = tmp_path / "beket.toml"
    file.write_text('port = 1\nhost = "::1"\nfield_port = 5\n')
    settings, sourced = load({"port": 3, "host": None}, {"BEKET_PORT": "2", "BEKET_FIELD_PORT": "6"}, file)
    assert (settings.port, settings.field_port, settings.host) == (3, 6, "::1")
    sources = {setting.name: setting.source for setting in sourced}
    assert sources["port"] == "--port"
    assert sources["field_port"] == "BEKET_FIELD_PORT"
    assert sources["host"] == str(file)
    assert sources["rate"] == "default"


@pytest.mark.parametrize(
    ("flags", "environment", "text", "said"),
    [
        ({}, {"BEKET_PORT": "eighty"}, "", "BEKET_PORT"),
        ({}, {}, "colour = 1", "colour"),
        ({}, {}, "port = [", "beket.toml"),
        ({"rate": "soon"}, {}, "", "--rate"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_source(
    tmp_path: Path, flags: dict[str, object], environment: dict[str, str], text: str, said: str
) -> None:
    file = tmp_path / "beket.toml"
    file.write_text(text)
    with pytest.raises(SettingsTrouble, match=said):
        load(flags, environment, file)


def test_a_child_process_loads_what_its_parent_had() -> None:
    settings = Settings(port=9, dsn="host=/x", rate=2.5, https=True, posts=3)
    assert load({}, environment_of(settings), None)[0] == settings
