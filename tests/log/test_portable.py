"""A copy of the log convinces someone who has nothing of ours."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from beket.log.book import Trouble
from beket.log.connect import Engine
from beket.log.evidence import Picture, Shelf
from beket.log.portable import export
from beket.log.postgres import PostgresBook
from beket.words.ids import PlaceId, Sha256
from tests.log.entries import AK_TILEK, TORUGART, fact, sighting, ticks

PICTURE = b"\xff\xd8 a picture"
NAME = Sha256(hashlib.sha256(PICTURE).hexdigest())


@pytest.fixture
def copy(book: PostgresBook, connection: Engine, folder: Path) -> Path:
    """A copy of two places with a picture; one named in the log was never kept."""
    for number in range(3):
        book.append(TORUGART, [*ticks(100 * number, 12), fact(number), sighting(7000 + number, ((NAME, 13),))])
    book.append(PlaceId("Ак-Тилек/1"), [sighting(1, ((Sha256("0" * 64), 5),))])
    shelf = Shelf(folder / "evidence")
    shelf.keep([Picture(NAME, PICTURE)])
    manifest = export(connection, folder / "copy", shelf=shelf)
    assert [chain.seq for chain in manifest.chains] == [3, 1]
    assert manifest.pictures is not None
    assert (manifest.pictures.count, manifest.pictures.missing) == (1, 1)
    return folder / "copy"


def verdict(copy: Path) -> tuple[int, str]:
    """Run the copy's own program with Python alone: no site packages, no environment."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(copy / "verify.py")], capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_copy_fits(copy: Path, book: PostgresBook) -> None:
    status, said = verdict(copy)
    assert (status, said.splitlines()[-1]) == (0, "everything fits")
    for head in book.heads():
        assert f"{head.place} frames {head.seq} entries {head.entries} head {head.hash.hex()}" in said


def chain_file(copy: Path) -> Path:
    return copy / "KG-TOR-A.jsonl"


def reorder(copy: Path) -> None:
    lines = chain_file(copy).read_text().splitlines()
    chain_file(copy).write_text("\n".join([lines[1], lines[0], lines[2]]) + "\n")


def replace(old: str, new: str) -> Callable[[Path], None]:
    def change(copy: Path) -> None:
        text = chain_file(copy).read_text()
        assert old in text
        chain_file(copy).write_text(text.replace(old, new, 1))

    return change


def drop_last(copy: Path) -> None:
    chain_file(copy).write_text("".join(line + "\n" for line in chain_file(copy).read_text().splitlines()[:-1]))


def cut(copy: Path) -> None:
    chain_file(copy).write_bytes(chain_file(copy).read_bytes()[:-20])


def harm_picture(copy: Path) -> None:
    (copy / "evidence" / NAME[:2] / NAME).write_bytes(b"another picture")


def drop_picture(copy: Path) -> None:
    (copy / "pictures.txt").write_text("")


CHANGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "an entry": (replace("KG-TOR-A:0.0", "KG-TOR-A:9.0"), "KG-TOR-A:1 was altered"),
    "a count": (replace('"n":14', '"n":-1'), "KG-TOR-A:1 was altered"),
    "a number": (replace('"seq":2', '"seq":99999999999999999999999'), "KG-TOR-A:2 was altered"),
    "a previous hash": (replace('"prev":"00', '"prev":"01'), "KG-TOR-A:1 does not follow"),
    "the order": (reorder, "KG-TOR-A:1 does not follow"),
    "the end": (drop_last, "KG-TOR-A ends at frame 2"),
    "half a line": (cut, "KG-TOR-A:3 was altered"),
    "a picture": (harm_picture, f"picture {NAME} is missing or was altered"),
    "the list of pictures": (drop_picture, "the list of pictures was altered"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_copy_does_not_fit(copy: Path, name: str) -> None:
    change, said = CHANGES[name]
    change(copy)
    status, lines = verdict(copy)
    assert status == 1
    assert said in lines


def test_a_copy_of_one_place_holds_only_that(copy: Path, connection: Engine, folder: Path) -> None:
    manifest = export(connection, folder / "one", places=[TORUGART])
    assert [chain.place for chain in manifest.chains] == [TORUGART]
    assert manifest.pictures is None
    assert verdict(folder / "one")[0] == 0


def test_a_place_without_entries_is_an_empty_chain(connection: Engine, folder: Path) -> None:
    assert export(connection, folder / "empty", places=[AK_TILEK]).chains[0].seq == 0
    assert verdict(folder / "empty")[0] == 0


def test_a_copy_is_never_written_over_another(copy: Path, connection: Engine) -> None:
    with pytest.raises(Trouble, match="exists already"):
        export(connection, copy)


def test_a_copy_cut_short_has_no_manifest(connection: Engine, folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(Trouble, match="cannot be written"):
        export(connection, folder / "file" / "copy")
    assert not (folder / "file" / "copy" / "manifest.json").exists()


def test_the_manifest_is_plain(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    assert manifest["format"] == "beket portable 1"
    assert {chain["file"] for chain in manifest["chains"]} == {path.name for path in copy.glob("*.jsonl")}
