"""A file laid into a post's folder is taken once, when it is whole, and is never lost; nothing leads out of it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from beket.exchange import drawer
from beket.exchange import folder as watched
from beket.exchange.drawer import REASON, safe_name
from beket.exchange.folder import Folder
from beket.exchange.intake import Intake
from beket.log import inbox
from beket.log.book import Trouble
from beket.log.connect import Engine, open_connection
from beket.log.evidence import Shelf
from beket.log.inbox import Brought
from beket.log.postgres import PostgresBook
from beket.words.ids import Instant
from tests.exchange.papers import IRKESHTAM, NOW, TORUGART, declaration, lodged

PLACES = (TORUGART, IRKESHTAM)


@pytest.fixture
def incoming(folder: Path, connection: Engine) -> Folder:
    found = Folder(folder / "incoming", lambda: PLACES, lambda: connection, lambda: NOW)
    found.look()
    return found


@pytest.fixture
def here(folder: Path, incoming: Folder) -> Path:
    return folder / "incoming" / TORUGART


@pytest.fixture
def intake(book: PostgresBook, folder: Path) -> Intake:
    return Intake(book, Shelf(folder / "papers"), lambda: NOW)


def settle(incoming: Folder, intake: Intake) -> None:
    """Look, look again, have it read, and look."""
    incoming.look()
    incoming.look()
    while intake.turn():
        pass
    incoming.look()


def names(below: Path) -> list[str]:
    return sorted(path.name for path in below.iterdir() if path.name not in {"taken", "refused"})


def brought(connection: Engine) -> list[Brought]:
    return list(reversed(inbox.listed(connection, None)))


def mail(*files: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"] = "Broker <broker@example.org>"
    message.set_content("See the files.")
    for name, blob in files:
        message.add_attachment(blob, maintype="application", subtype="xml", filename=name)
    return message.as_bytes()


def test_every_post_has_its_folder(here: Path) -> None:
    assert names(here.parent) == sorted(PLACES)
    assert sorted(path.name for path in here.iterdir()) == ["refused", "taken"]


def test_a_file_is_brought_when_it_is_whole_and_put_away_when_it_is_settled(
    here: Path, incoming: Folder, intake: Intake, connection: Engine, book: PostgresBook
) -> None:
    file = here / "a.xml"
    file.write_bytes(declaration(1)[:200])
    incoming.look()
    file.write_bytes(declaration(1))
    incoming.look()
    assert brought(connection) == []
    incoming.look()
    (paper,) = brought(connection)
    assert (paper.place, paper.way, paper.by, paper.file_name) == (TORUGART, "folder", "folder", "a.xml")
    incoming.look()
    assert names(here) == ["a.xml"]
    intake.turn()
    incoming.look()
    assert (names(here), names(here / "taken"), names(here / "refused")) == ([], ["a.xml"], [])
    assert (here / "taken" / "a.xml").read_bytes() == declaration(1)
    assert len(lodged(book)) == 1


def test_a_file_that_was_renamed_into_place_is_taken(here: Path, incoming: Folder, intake: Intake) -> None:
    (here / "a.xml.part").write_bytes(declaration(1))
    (here / ".b.xml").write_bytes(declaration(2))
    (here / "c.TMP").write_bytes(declaration(3))
    settle(incoming, intake)
    assert names(here / "taken") == []
    (here / "a.xml.part").rename(here / "a.xml")
    settle(incoming, intake)
    assert names(here / "taken") == ["a.xml"]
    assert names(here) == [".b.xml", "c.TMP"]


def test_a_refused_file_has_its_reason_beside_it(here: Path, incoming: Folder, intake: Intake) -> None:
    (here / "a.xml").write_bytes(declaration(1)[:200])
    (here / "b.xml").write_bytes(declaration(2))
    settle(incoming, intake)
    assert names(here / "refused") == ["a.xml", "a.xml" + REASON]
    told = (here / "refused" / ("a.xml" + REASON)).read_text("utf-8")
    assert told.startswith("a.xml was not taken.\nWhy: ")
    assert "Where: " in told
    assert names(here / "taken") == ["b.xml"]


def test_a_file_that_is_too_large_is_refused_unread(
    here: Path, incoming: Folder, intake: Intake, connection: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "LODGED_BYTES_MAX", 100)
    (here / "a.xml").write_bytes(b"x" * 101)
    settle(incoming, intake)
    assert "101 bytes; at most 100" in (here / "refused" / ("a.xml" + REASON)).read_text("utf-8")
    assert brought(connection) == []


def test_the_same_name_again_replaces_nothing(here: Path, incoming: Folder, intake: Intake, book: PostgresBook) -> None:
    for number in (1, 2, 1):
        (here / "a.xml").write_bytes(declaration(number))
        settle(incoming, intake)
    kept = sorted(path.read_bytes() for path in (here / "taken").iterdir())
    assert kept == sorted([declaration(1), declaration(1), declaration(2)])
    assert len(lodged(book)) == 2


def test_each_attachment_of_a_letter_is_a_paper(
    here: Path, incoming: Folder, intake: Intake, connection: Engine
) -> None:
    (here / "both.EML").write_bytes(mail(("a.xml", declaration(1)), ("b.xml", declaration(2))))
    (here / "one.eml").write_bytes(mail(("a.xml", declaration(3)), ("cut.xml", b"<cut")))
    (here / "none.eml").write_bytes(mail())
    settle(incoming, intake)
    found = brought(connection)
    assert sorted((paper.file_name, paper.by) for paper in found) == [
        (name, "mail:broker@example.org") for name in ("a.xml", "a.xml", "b.xml", "cut.xml")
    ]
    assert {paper.media_type for paper in found} == {"application/xml"}
    assert names(here / "taken") == ["both.EML"]
    assert names(here / "refused") == ["none.eml", "none.eml" + REASON, "one.eml", "one.eml" + REASON]
    assert "no attachment" in (here / "refused" / ("none.eml" + REASON)).read_text("utf-8")
    told = (here / "refused" / ("one.eml" + REASON)).read_text("utf-8")
    assert told.startswith("cut.xml was not taken.")
    assert "The other 1 of its files were taken." in told


def test_nothing_leads_out_of_the_folder(here: Path, incoming: Folder, intake: Intake, connection: Engine) -> None:
    outside = here.parents[1] / "outside"
    outside.mkdir()
    (outside / "secret.xml").write_bytes(declaration(1))
    (here / "link.xml").symlink_to(outside / "secret.xml")
    os.mkfifo(here / "pipe.xml")
    (here / "below").mkdir()
    settle(incoming, intake)
    assert brought(connection) == []
    (here / "taken").rmdir()
    (here / "taken").symlink_to(outside)
    (here / "a.xml").write_bytes(declaration(2))
    settle(incoming, intake)
    assert names(outside) == ["secret.xml"]
    assert "a.xml" in names(here)


def test_a_posts_folder_that_is_a_link_is_told_and_not_followed(
    folder: Path, incoming: Folder, intake: Intake, connection: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    outside, there = folder / "outside", folder / "incoming" / IRKESHTAM
    outside.mkdir()
    (outside / "a.xml").write_bytes(declaration(1))
    for below in ("taken", "refused"):
        (there / below).rmdir()
    there.rmdir()
    there.symlink_to(outside)
    settle(incoming, intake)
    assert brought(connection) == []
    assert names(outside) == ["a.xml"]
    assert caplog.text.count("the folder of KG-IRK-A cannot be used") == 1


def test_a_folder_of_no_post_is_told_once(here: Path, incoming: Folder, caplog: pytest.LogCaptureFixture) -> None:
    (here.parent / "KG-XXX-A").mkdir()
    (here.parent / "KG-XXX-A" / "a.xml").write_bytes(declaration(1))
    for _ in range(3):
        incoming.look()
    assert caplog.text.count("KG-XXX-A is the folder of no post") == 1
    assert names(here.parent / "KG-XXX-A") == ["a.xml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_stays(here: Path, incoming: Folder, intake: Intake) -> None:
    (here / "a.xml").write_bytes(declaration(1))
    (here / "a.xml").chmod(0)
    settle(incoming, intake)
    assert names(here) == ["a.xml"]


HOSTILE = [
    ("a\nb.xml", "a_b.xml"),
    ("-rf.xml", "rf.xml"),
    ("..\\..\\x.xml", "_.._x.xml"),
    ("\udcff\u202e.xml", "__.xml"),
    ("ж" * 120 + ".xml", "ж" * 88 + ".xml"),
    ("x." + "y" * 200, "x." + "y" * 178),
    ("...", "_"),
]


@pytest.mark.parametrize(("name", "safe"), HOSTILE)
def test_a_hostile_name_becomes_one_that_any_system_shows(name: str, safe: str) -> None:
    assert safe_name(name) == safe
    assert len((safe_name(name) + REASON).encode()) <= 255 - 17


def test_files_with_hostile_names_are_taken_and_refused_like_others(
    here: Path, incoming: Folder, intake: Intake, connection: Engine
) -> None:
    os.close(os.open(os.fsencode(here) + b"/\xff\nb.xml", os.O_CREAT | os.O_WRONLY))
    (here / ("ж" * 120 + ".xml")).write_bytes(declaration(1))
    settle(incoming, intake)
    assert names(here) == []
    assert names(here / "refused") == ["__b.xml", "__b.xml" + REASON]
    assert names(here / "taken") == ["ж" * 88 + ".xml"]
    assert [paper.file_name for paper in brought(connection)][-1] in {"��b.xml", "ж" * 120 + ".xml"}


def test_one_look_brings_so_much_and_no_more(
    here: Path, incoming: Folder, intake: Intake, connection: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched, "BROUGHT_MAX", 2)
    for number in range(5):
        (here / f"{number}.xml").write_bytes(declaration(number))
    incoming.look()
    counts = []
    for _ in range(3):
        incoming.look()
        counts.append(len(brought(connection)))
    assert counts == [2, 4, 5]
    monkeypatch.setattr(watched, "BROUGHT_BYTES_MAX", 10)
    for number in range(5, 7):
        (here / f"{number}.xml").write_bytes(declaration(number))
    incoming.look()
    incoming.look()
    assert len(brought(connection)) == 6
    monkeypatch.setattr(watched, "AWAITED_MAX", 6)
    incoming.look()
    assert len(brought(connection)) == 6
    settle(incoming, intake)
    settle(incoming, intake)
    assert len(names(here / "taken")) == 7


def test_an_inbox_that_is_full_or_away_leaves_files_where_they_are(
    here: Path, incoming: Folder, intake: Intake, connection: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "a.xml").write_bytes(declaration(1))
    incoming.look()
    with monkeypatch.context() as full:
        full.setattr(inbox, "WAITING_MAX", 0)
        with pytest.raises(Trouble):
            incoming.look()
    assert names(here) == ["a.xml"]
    settle(incoming, intake)
    assert names(here / "taken") == ["a.xml"]


def test_files_that_were_put_away_go_in_their_time(here: Path, incoming: Folder, intake: Intake) -> None:
    (here / "a.xml").write_bytes(declaration(1))
    (here / "b.xml").write_bytes(b"<cut")
    settle(incoming, intake)
    assert incoming.tidy(Instant(0), Instant(0)) == 0
    later = Instant(int(time.time() * 1000) + 60_000)
    assert incoming.tidy(later, Instant(0)) == 1
    assert (names(here / "taken"), len(names(here / "refused"))) == ([], 2)
    assert incoming.tidy(later, later) == 2


def _killed_at(dsn: str, root: Path, papers: Path, fatal: int) -> None:
    """Look and settle in a process that is killed before one of its steps."""
    left = fatal

    def counted(step: Callable[..., Any]) -> Callable[..., Any]:
        def taken(*given: object, **named: object) -> object:
            nonlocal left
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            return step(*given, **named)

        return taken

    inbox.bring_all = counted(inbox.bring_all)
    inbox.found_all = counted(inbox.found_all)
    for name in ("read", "put_away", "_write", "sight"):
        setattr(drawer.Drawer, name, counted(getattr(drawer.Drawer, name)))
    os.rename = counted(os.rename)
    with closing(open_connection(dsn)) as own, closing(PostgresBook(dsn)) as book:
        incoming = Folder(root, lambda: PLACES, lambda: own, lambda: NOW)
        intake = Intake(book, Shelf(papers), lambda: NOW)
        intake.turn = counted(intake.turn)  # type: ignore[method-assign]
        settle(incoming, intake)


def test_killed_at_any_step_no_file_is_lost_and_none_is_taken_twice(
    here: Path, folder: Path, dsn: str, intake: Intake, connection: Engine, book: PostgresBook
) -> None:
    code, fatal, laid = -1, 0, 0
    while code != 0:
        for blob in (declaration(laid), mail(("m.xml", declaration(laid + 1)), ("cut.xml", b"<cut")), b"<cut"):
            (here / f"{laid}{'.eml' if b'MIME' in blob else '.xml'}").write_bytes(blob)
            laid += 1
        process = multiprocessing.get_context("fork").Process(
            target=_killed_at, args=(dsn, here.parent, folder / "papers", fatal)
        )
        process.start()
        process.join(60)
        assert process.exitcode is not None
        code, fatal = process.exitcode, fatal + 1
        settle(Folder(here.parent, lambda: PLACES, lambda: connection, lambda: NOW), intake)
    assert fatal > 10
    files = names(here) + names(here / "taken") + [one for one in names(here / "refused") if REASON not in one]
    assert sorted(files) == sorted(f"{number}{'.eml' if number % 3 == 1 else '.xml'}" for number in range(laid))
    assert names(here) == []
    said = lodged(book)
    assert len({one.raw_sha256 for one in said}) == len(said) == 2 * laid // 3
    assert len(brought(connection)) == 4 * laid // 3
