"""What an operator asks at a shell: settings with their sources, the self-check, and words for what is not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.house.camera import EXAMPLES, PLACE, site_file
from tests.house.house import House, beket, calm, last_line


def test_each_setting_says_where_it_came_from(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "beket.toml"
    file.write_text('port = 8811\nfield_port = 7711\ndsn = "host=db password=secret"\n', "utf-8")
    monkeypatch.setenv("BEKET_FIELD_PORT", "7722")
    done = beket("--settings-file", file, "doctor", "--settings", "--data", folder / "data")
    assert done.returncode == 0, done.stderr
    lines = dict(line.split(" = ", 1) for line in done.stdout.splitlines())
    assert lines["port"] == f"8811  # {file}"
    assert lines["field_port"].endswith("# BEKET_FIELD_PORT")
    assert lines["data_dir"] == f"{json.dumps(str(folder / 'data'))}  # --data-dir"
    assert lines["rate"].endswith("# default")
    assert "secret" not in done.stdout


@pytest.mark.parametrize(
    ("content", "reason"),
    [("port = 'x'", "setting port"), ("ports = 1", "no setting 'ports'"), ("port =", "beket.toml")],
)
def test_a_setting_that_cannot_be_used_is_named(folder: Path, content: str, reason: str) -> None:
    file = folder / "beket.toml"
    file.write_text(content, "utf-8")
    done = beket("--settings-file", file, "doctor", "--settings")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert reason in done.stderr


def test_the_doctor_finds_a_running_house_well_and_leaves_it_alone(standing: House) -> None:
    parts = standing.parts()
    examined = beket("doctor", "--data", standing.data)
    bad = {line.partition(":")[0] for line in examined.stdout.splitlines() if line.startswith("BAD")}
    assert examined.returncode == int(bool(bad)), examined.stdout
    assert bad <= {"BAD  disk", "BAD  acts"}, "what the machine itself lacks is not the house's"
    assert "ok   engine: answers" in examined.stdout
    assert standing.parts() == parts
    calm(standing.said)


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--port", "0"),
        ("--field-port", "65536"),
        ("--rate", "0"),
        ("--rate", "-1"),
        ("--rate", "nan"),
        ("--posts", "0"),
    ],
)
def test_a_number_that_cannot_be_is_refused_before_anything_starts(folder: Path, flag: str, value: str) -> None:
    done = beket("run", "--demo", "--data", folder / "data", flag, value)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert f"setting {flag[2:].replace('-', '_')} = " in done.stderr
    assert not (folder / "data").exists()


def test_a_data_folder_may_be_called_anything(folder: Path) -> None:
    house = House(folder, "--site", site_file(folder))
    house.data = folder / "it's, my данные=1"
    try:
        house.start()
        house.greeted()
        heads = beket("log", "heads", "--data", house.data)
        assert (heads.returncode, last_line(heads.stdout)["place"]) == (0, PLACE), heads.stderr
    finally:
        house.end()


@pytest.mark.parametrize(
    "command", [["log", "verify"], ["log", "heads"], ["replay", "--check"], ["account", "list"], ["sim", "--for", "1"]]
)
def test_a_command_about_a_folder_where_no_beket_ran_says_so(folder: Path, command: list[str]) -> None:
    done = beket(*command, "--data", folder / "nothing")
    assert done.returncode in {1, 2}
    assert done.stderr.startswith("beket: no Beket has run in ")
    assert done.stderr.count("\n") == 1
    assert not (folder / "nothing").exists()


def test_the_example_site_and_the_simulated_country_can_be_used(folder: Path) -> None:
    assert beket("site", "check", EXAMPLES / "site.toml").returncode == 0
    country = folder / "country.toml"
    country.write_text(beket("site", "demo", "--posts", "2").stdout, "utf-8")
    checked = beket("site", "check", country)
    assert checked.returncode == 0, checked.stderr


def test_only_its_owner_may_read_what_a_house_keeps(standing: House) -> None:
    files = [path for path in standing.data.rglob("*") if path.is_file()]
    assert any(path.name == "postgres.log" for path in files)
    assert [path for path in files if path.stat().st_mode & 0o077] == []
