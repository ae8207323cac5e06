"""A map is tried in a process of its own, and what was saved is given to the intake even while nobody can look."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterator
from typing import Any, Final

import pytest

from beket.app import maps
from beket.app.maps import SavedMaps, lend_maps
from beket.web import mapping
from beket.web.mapping import CannotTry, Workbench, named, renamed, workbench

TABLE: Final = b"Document number;Description;Gross kg\n" + b"".join(b"%d;Onions;12\n" % line for line in range(5))


@pytest.fixture
def bench() -> Iterator[Workbench]:
    lend_maps()
    found = workbench()
    yield found
    mapping.forget(found)


def test_what_is_begun_reads_the_paper(bench: Workbench) -> None:
    begun = bench.begin(TABLE)
    tried = bench.attempt(TABLE, begun.text)
    assert (tried.reads, len(tried.documents), tried.more, tried.name) == (True, 3, 2, "our_register")
    assert bench.faults("our_register", begun.text) == ()
    assert [fault.key for fault in bench.faults("other", begun.text)] == ["name"]


def test_what_no_map_can_read_says_so(bench: Workbench) -> None:
    assert "UN/EDIFACT" in bench.begin(b"UNA:+.? 'UNB+").reason
    assert [fault.key for fault in bench.attempt(TABLE, "name = 3").faults] == ["name"]


def test_the_process_that_reads_knows_nothing_of_the_database(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, told = subprocess.run, []

    def listened(*command: Any, **said: Any) -> subprocess.CompletedProcess[bytes]:  # noqa: ANN401
        told.append(said["env"])
        return run(*command, **said)

    monkeypatch.setenv("BEKET_DSN", "host=secret")
    monkeypatch.setattr(subprocess, "run", listened)
    assert bench.begin(TABLE).text
    assert "secret" not in str(told)


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (subprocess.TimeoutExpired("python", 20), "not read within"),
        (subprocess.CalledProcessError(-9, "python"), "ended"),
        (OSError("no room"), "ended"),
    ],
)
def test_a_reader_that_fails_is_told_and_takes_nothing_with_it(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, failure: Exception, why: str
) -> None:
    def fails(_asked: bytes) -> bytes:
        raise failure

    with monkeypatch.context() as patched:
        patched.setattr(maps._READER, "_run", fails)
        with pytest.raises(CannotTry, match=why):
            bench.begin(TABLE)
    assert bench.begin(TABLE).text


def test_one_paper_is_read_at_a_time(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps._READER, "turn_s_max", 0.01)
    with maps._READER.turn, pytest.raises(CannotTry, match="somebody else"):
        bench.begin(TABLE)
    assert bench.begin(TABLE).text


def test_without_an_engine_what_was_known_holds_and_it_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    saved = SavedMaps("host=/nonexistent dbname=none")
    with caplog.at_level(logging.WARNING):
        assert saved() is saved()
    assert (dict(saved()), len(caplog.records)) == ({}, 1)
    saved.close()


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ('# a\nname = "x"  # y\ntitle = "t"', "ours", '# a\nname = "ours"\ntitle = "t"'),
        ('title = "t"\n[columns]\nname = "Name"', "ours", 'name = "ours"\ntitle = "t"\n[columns]\nname = "Name"'),
        ("", 'a"b', 'name = "a\\"b"\n'),
    ],
)
def test_a_name_goes_into_its_line_above_the_tables(text: str, name: str, expected: str) -> None:
    assert renamed(text, name) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [('name = "ours" # x', "ours"), ("name='ours'", "ours"), ('[columns]\nname = "Name"', ""), ("", "")],
)
def test_what_a_map_calls_itself_is_seen_without_reading_it(text: str, name: str) -> None:
    assert named(text) == name
