"""Pictures are kept by what they are, durable before anyone is answered, bounded, never overwritten."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from beket.log import evidence
from beket.log.book import Broken, Trouble
from beket.log.draft import Unwritable
from beket.log.evidence import Intake, Picture, Shelf, Shelves
from beket.words.ids import Sha256


def picture(text: str, size: int = 1000) -> Picture:
    blob = text.encode().ljust(size, b".")
    return Picture(Sha256(hashlib.sha256(blob).hexdigest()), blob)


def file_of(root: Path, one: Picture) -> Path:
    return root / one.sha256[:2] / one.sha256[2:4] / one.sha256


@pytest.mark.parametrize("count", [1, evidence.SYNC_TOGETHER_FROM, 20])
def test_what_is_kept_is_read_back(folder: Path, count: int) -> None:
    shelf = Shelf(folder)
    pictures = [picture(str(number)) for number in range(count)]
    assert shelf.keep(pictures) == [None] * count
    assert [shelf.read(one.sha256) for one in pictures] == [one.blob for one in pictures]
    assert all(shelf.holds(one.sha256) for one in pictures)
    assert list(shelf.names()) == sorted(one.sha256 for one in pictures)
    assert (shelf.use.pictures, shelf.use.used_bytes) == (count, 1000 * count)
    assert list((folder / "arriving").iterdir()) == []
    again = Shelf(folder)
    assert again.use == shelf.use


def test_a_picture_is_kept_once(folder: Path) -> None:
    shelf = Shelf(folder)
    one = picture("one")
    assert shelf.keep([one, one]) == [None, None]
    before = file_of(folder, one).stat()
    assert shelf.keep([one]) == [None]
    after = file_of(folder, one).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert shelf.use.used_bytes == 1000


def test_what_is_not_its_name_is_refused(folder: Path) -> None:
    shelf = Shelf(folder, picture_bytes_max=2000)
    good, large = picture("good"), picture("large", 2001)
    wrong = Picture(good.sha256, b"not that")
    upward = Picture(Sha256("../../etc/passwd"), b"")
    answers = shelf.keep([large, wrong, upward, good])
    assert [type(answer) for answer in answers] == [Unwritable, Unwritable, Unwritable, type(None)]
    assert list(shelf.names()) == [good.sha256]
    with pytest.raises(Unwritable):
        shelf.read(Sha256("../lock"))


def test_a_full_store_takes_nothing_new_and_deletes_nothing(folder: Path) -> None:
    shelf = Shelf(folder, bytes_max=2500)
    kept = [picture("a"), picture("b")]
    assert shelf.keep(kept) == [None, None]
    refused, known = shelf.keep([picture("c"), kept[0]])
    assert isinstance(refused, Trouble)
    assert "is full" in str(refused)
    assert known is None
    assert sorted(one.sha256 for one in kept) == list(shelf.names())


def test_an_altered_picture_is_never_served(folder: Path) -> None:
    shelf = Shelf(folder)
    one = picture("one")
    shelf.keep([one])
    file_of(folder, one).write_bytes(b"x" * 1000)
    with pytest.raises(Broken, match="no longer what its name says"):
        shelf.read(one.sha256)
    file_of(folder, one).write_bytes(b"cut")
    (answer,) = shelf.keep([one])
    assert isinstance(answer, Broken)
    assert file_of(folder, one).read_bytes() == b"cut"


def test_what_is_not_kept_is_not_there(folder: Path) -> None:
    assert Shelf(folder).read(picture("one").sha256) is None


def test_what_was_arriving_at_a_crash_is_swept(folder: Path) -> None:
    Shelf(folder)
    (folder / "arriving" / picture("torn").sha256).write_bytes(b"to")
    shelf = Shelf(folder)
    assert list((folder / "arriving").iterdir()) == []
    assert shelf.use.pictures == 0


@pytest.mark.parametrize("count", [1, 10])
def test_a_sync_that_fails_leaves_no_name_behind(folder: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """After a failed sync the kernel may drop what it could not write, and a second sync would call it done."""
    shelf = Shelf(folder)
    failing = OSError(errno.EIO, os.strerror(errno.EIO))

    def fail(*_: object) -> None:
        raise failing

    with monkeypatch.context() as broken:
        broken.setattr(evidence, "_sync_file_system", fail)
        broken.setattr(evidence, "_sync", fail)
        answers = shelf.keep([picture(str(number)) for number in range(count)])
    assert all(isinstance(answer, Trouble) and "Input/output" in str(answer) for answer in answers)
    assert list(shelf.names()) == []
    assert shelf.use.used_bytes == 0
    assert shelf.keep([picture("0")]) == [None]


def test_bytes_are_synced_before_they_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(folder)
    pictures = [picture(str(number)) for number in range(8)]
    named_at_sync: list[int] = []
    whole = evidence._sync_file_system

    def watched(root: Path) -> None:
        whole(root)
        named_at_sync.append(len(list(shelf.names())))

    monkeypatch.setattr(evidence, "_sync_file_system", watched)
    shelf.keep(pictures)
    assert named_at_sync == [0, 8]


def test_a_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(Trouble, match="cannot be written"):
        Shelf(folder / "file")


def test_pictures_that_come_at_once_are_kept_together(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(folder, picture_bytes_max=1000)
    batches: list[int] = []
    keep = shelf.keep

    def counted(pictures: Sequence[Picture]) -> list[Exception | None]:
        batches.append(len(pictures))
        return keep(pictures)

    monkeypatch.setattr(shelf, "keep", counted)

    async def work() -> list[BaseException | None]:
        async with Intake(shelf) as intake:
            await intake.keep([])
            return await asyncio.gather(
                *(intake.keep([picture(f"{number}a"), picture(f"{number}b")]) for number in range(50)),
                intake.keep([picture("good"), picture("too large", 1001)]),
                return_exceptions=True,
            )

    *good, bad = asyncio.run(work())
    assert good == [None] * 50
    assert isinstance(bad, Unwritable)
    assert shelf.use.pictures == 101
    assert len(batches) < 10


def test_several_stores_are_read_as_one(folder: Path) -> None:
    pictures, papers = Shelf(folder / "evidence"), Shelf(folder / "papers")
    pictures.keep([picture("one")])
    papers.keep([picture("two")])
    absent = Shelf(folder / "nowhere", read_only=True)
    both = Shelves(absent, pictures, papers)
    assert [both.read(picture(name).sha256) for name in ("one", "two", "three")] == [
        picture("one").blob, picture("two").blob, None
    ]  # fmt: skip
