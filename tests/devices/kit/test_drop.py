"""A watched folder: files at rest are kept and then moved, hostile ones harm nobody, and a crash costs nothing."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from beket.devices.kit import drop
from beket.devices.kit.driver import Problem
from beket.devices.kit.drop import Folder
from beket.devices.n42.codec import Document, Measured, encode_file
from beket.words.ids import Instant
from beket.words.readings import RadMeasurement
from beket.words.site import Device
from tests.devices.sockets import MemorySink, device, opened, until

NOW = Instant(1_795_000_000_000)


def document(uuid: str = "u", identifier: str = "RID-1") -> bytes:
    return encode_file(Document(uuid=uuid, identifier=identifier, measured=(Measured(id="a", gamma_counts=7),)))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drop, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(drop, "REST_S", 0.06)


def instrument(folder: Path, **given: object) -> Device:
    return device("riid", "n42", transport="file-drop", options={"folder": str(folder)}, **given)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_a_file_is_taken_only_when_it_has_come_to_rest(tmp_path: Path) -> None:
    folder, file = Folder(tmp_path), tmp_path / "a.n42"
    file.write_bytes(b"half")
    assert folder.at_rest(0.0) == []
    assert folder.at_rest(1.9) == []
    file.write_bytes(b"the whole of it")
    assert folder.at_rest(2.5) == [], "it has grown"
    (one,) = folder.at_rest(4.6)
    assert folder.read(one) == b"the whole of it"


def test_a_file_that_changes_while_it_is_read_waits(tmp_path: Path) -> None:
    folder, file = Folder(tmp_path), tmp_path / "a.n42"
    file.write_bytes(b"half")
    folder.at_rest(0.0)
    (one,) = folder.at_rest(3.0)
    file.write_bytes(b"more than half")
    assert folder.read(one) is None
    file.unlink()
    assert folder.read(one) is None


def test_links_folders_pipes_and_unfinished_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    home = tmp_path / "drop"
    home.mkdir()
    (home / "link.n42").symlink_to(tmp_path / "secret")
    (home / "folder.n42").mkdir()
    os.mkfifo(home / "pipe.n42")
    (home / ".hidden").write_text("x")
    (home / "a.n42.part").write_text("x")
    folder = Folder(home)
    folder.at_rest(0.0)
    assert folder.at_rest(10.0) == []


def test_a_file_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("xy")
    home = tmp_path / "drop"
    home.mkdir()
    (home / "a.n42").write_text("xy")
    folder = Folder(home)
    folder.at_rest(0.0)
    (one,) = folder.at_rest(10.0)
    (home / "a.n42").unlink()
    (home / "a.n42").symlink_to(tmp_path / "secret")
    assert folder.read(one) is None


def test_a_file_over_the_cap_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drop, "FILE_MAX", 100)
    (tmp_path / "a.n42").write_bytes(b"x" * 101)
    folder = Folder(tmp_path)
    folder.at_rest(0.0)
    (one,) = folder.at_rest(10.0)
    read = folder.read(one)
    assert isinstance(read, Problem)
    assert read.kind == "size"


@pytest.mark.parametrize("name", ["../../etc/passwd", "-rf", ".bashrc", "a\nb\x1b[31m.n42", "ж" * 300, "", "a b;c.n42"])
def test_no_name_is_used_as_it_came(name: str) -> None:
    kept = drop.harmless(name)
    assert kept == Path(kept).name
    assert 0 < len(kept) <= drop.NAME_MAX
    assert kept[0] not in ".-"
    assert kept.isascii()
    assert kept.isprintable()


def test_a_flood_of_files_is_taken_in_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drop, "FILES_MAX", 5)
    for at in range(12):
        (tmp_path / f"{at}.n42").write_text("x")
    folder = Folder(tmp_path)
    for now in range(0, 60, 3):
        for one in folder.at_rest(float(now)):
            folder.put_away(one, b"x", NOW, None)
    assert len(names(tmp_path / "taken")) == 12


@pytest.mark.usefixtures("quick")
def test_a_good_file_is_kept_and_moved_a_bad_one_is_refused_with_the_reason(tmp_path: Path) -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, instrument(tmp_path)) as field:
            (tmp_path / "good one.n42").write_bytes(document())
            (tmp_path / "bad.n42").write_bytes(b"<html/>")
            await until(lambda: bool(names(tmp_path / "taken")) and len(names(tmp_path / "refused")) == 2)
            assert field.lines[0].state.connected
        (one,) = sink.said(RadMeasurement)
        assert isinstance(one, RadMeasurement)
        assert one.gamma_counts == 7
        (taken,) = (tmp_path / "taken").iterdir()
        assert taken.name.endswith("-good_one.n42")
        assert taken.read_bytes() == document()
        bad, why = sorted((tmp_path / "refused").iterdir())
        assert bad.read_bytes() == b"<html/>"
        assert why.read_text() == "content: html is no N42 document\n"
        assert [refused.raw for refused in sink.refused] == [b"<html/>"]

    asyncio.run(scene())


@pytest.mark.usefixtures("quick")
def test_another_instrument_s_file_is_refused(tmp_path: Path) -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, instrument(tmp_path, declared_id="RID-2")):
            (tmp_path / "a.n42").write_bytes(document())
            await until(lambda: len(names(tmp_path / "refused")) == 2)
        assert sink.said(RadMeasurement) == []

    asyncio.run(scene())


@pytest.mark.usefixtures("quick")
def test_a_file_is_moved_only_when_what_it_says_is_durable(tmp_path: Path) -> None:
    async def scene() -> None:
        sink = MemorySink()
        sink.trouble = True
        async with opened(sink, instrument(tmp_path)):
            (tmp_path / "a.n42").write_bytes(document())
            await until(lambda: sink.offers > 0)
            await asyncio.sleep(0.2)
            assert names(tmp_path) == ["a.n42"]
            sink.trouble = False
            await until(lambda: bool(names(tmp_path / "taken")))
        assert len(sink.said(RadMeasurement)) == 1

    asyncio.run(scene())


@pytest.mark.usefixtures("quick")
def test_a_file_that_was_kept_and_not_moved_says_the_same_readings_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        sink = MemorySink()
        put_away = Folder.put_away
        monkeypatch.setattr(
            Folder, "put_away", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
        )
        async with opened(sink, instrument(tmp_path)) as field:
            (tmp_path / "a.n42").write_bytes(document())
            await until(lambda: len(sink.said(RadMeasurement)) >= 2)
            assert "No space left" in (field.lines[0].state.link_trouble or "")
            monkeypatch.setattr(Folder, "put_away", put_away)
            await until(lambda: bool(names(tmp_path / "taken")))
        assert len({one.reading_id for one in sink.said(RadMeasurement)}) == 1

    asyncio.run(scene())


@pytest.mark.usefixtures("quick")
def test_a_folder_that_is_not_there_is_a_link_that_is_down(tmp_path: Path) -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, instrument(tmp_path / "later")) as field:
            await until(lambda: "No such file" in (field.lines[0].state.link_trouble or ""))
            (tmp_path / "later").mkdir()
            await until(lambda: field.lines[0].state.connected)

    asyncio.run(scene())


def test_a_device_without_a_folder_says_so() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, device("riid", "n42", transport="file-drop")) as field:
            await until(lambda: "no absolute folder" in (field.lines[0].state.link_trouble or ""))

    asyncio.run(scene())
