"""Where papers wait to be read: durable before anybody looks into them, with what became of each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, Final, Literal
from weakref import WeakKeyDictionary

import msgspec
from msgspec import Struct

from beket.log.book import Trouble
from beket.log.connect import Engine, troubled
from beket.words.ids import CrossingId, DocumentId, Instant, PlaceId, Sha256, sha256
from beket.words.readings import Way
from beket.words.wire import packed_piece, unpacked

CHANNEL: Final = "beket_inbox"
"""The NOTIFY channel that wakes whoever reads papers."""

LODGED_BYTES_MAX: Final = 32 * 1024 * 1024
"""Largest paper that is kept at all: whoever sends a larger one is told so and nothing of it stays."""

WAITING_MAX: Final = 20_000
"""Most papers that wait; beyond it the sender is asked to come again."""

WAITING_BYTES_MAX: Final = 4 * 1024 * 1024 * 1024
"""Most bytes of papers that wait: a few hours of the slowest reading."""

TEXT_CHARS_MAX: Final = 300
"""Most characters kept of a name or of a word of the sender's."""

COUNTED_S: Final = 1.0
"""How long whoever counted what waits believes in that much room: what others bring meanwhile is not counted."""

LISTED_MAX: Final = 200
"""Most rows on one page of the list."""

State = Literal["waiting", "taken", "refused"]


class Paper(Struct, frozen=True, kw_only=True):
    """A paper as it was brought; `key` is the sender's own name for this request.

    `again_of` is the refused paper whose bytes are brought again: that one stays as it was.
    """

    place: PlaceId
    way: Way
    by: str
    at: Instant
    blob: bytes
    file_name: str | None = None
    media_type: str | None = None
    wanted: str | None = None
    crossing: CrossingId | None = None
    key: str | None = None
    again_of: int | None = None


class Taken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One document of a paper: its name on file; `known` when it was in the log already, word for word."""

    document: DocumentId
    kind: str
    format: str
    number: str | None = None
    known: bool = False


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a paper: its documents, or why it was not taken and where that stands."""

    documents: tuple[Taken, ...] = ()
    refused: str | None = None
    reason: str | None = None
    where: str | None = None


class Brought(Struct, frozen=True, kw_only=True):
    """A paper in the inbox; its bytes are asked for by themselves."""

    id: int
    place: PlaceId
    way: Way
    by: str
    at: Instant
    file_name: str | None
    media_type: str | None
    wanted: str | None
    crossing: CrossingId | None
    sha256: Sha256
    size: int
    state: State
    outcome: Outcome | None
    settled_at: Instant | None
    tries: int
    again_of: int | None = None


class InboxFull(Trouble):
    """So many papers wait that no more are taken now."""


class TooLarge(ValueError):
    """A paper is larger than any that is kept."""


class OtherPaper(ValueError):
    """The sender used one name for two different papers, or for one paper brought in two ways."""


class Standing(Struct, frozen=True, kw_only=True):
    """How much waits to be read, and since when the oldest of it does."""

    papers: int
    size: int
    oldest_at: Instant | None


COLUMNS: Final = (
    "id, place, way, by_whom, at, file_name, media_type, wanted, crossing, encode(sha256, 'hex'), size, state, outcome,"
    " settled_at, tries, again_of"
)
_OUTCOME: Final = msgspec.json.Decoder(Outcome)


def bring(connection: Engine, paper: Paper) -> int:
    """Make a paper durable and give its number, as `bring_all`."""
    return bring_all(connection, [paper])[0]


def bring_all(connection: Engine, papers: Sequence[Paper]) -> list[int]:
    """Make papers durable, all or none, and give their numbers; a key that was used before gives the same one.

    Raises TooLarge, OtherPaper, InboxFull, Trouble.
    """
    for paper in papers:
        if len(paper.blob) > LODGED_BYTES_MAX:
            raise TooLarge(f"{len(paper.blob)} bytes; at most {LODGED_BYTES_MAX} are taken")
    one_statement = len(papers) == 1  # it is a transaction by itself, and spares the engine two round trips
    with troubled(), nullcontext() if one_statement else connection.transaction():
        return [_number(connection, paper) for paper in papers]


def _number(connection: Engine, paper: Paper) -> int:
    """Give the number of a paper, laid in now unless its key named it before."""
    number = _known(connection, paper)
    if number is None:
        _make_room(connection, len(paper.blob))
        number = _insert(connection, paper)
    if number is None:
        number = _known(connection, paper)  # the same request came twice at once: the other one was first
    assert number is not None, "a key that is taken names a paper"
    return number


def found(connection: Engine, number: int) -> Brought | None:
    """One paper by its number."""
    with troubled():
        row = connection.execute(f"SELECT {COLUMNS} FROM beket.inbox WHERE id = %s", (number,)).fetchone()  # noqa: S608
    return brought(row) if row else None


def found_all(connection: Engine, numbers: Sequence[int]) -> dict[int, Brought]:
    """Several papers by their numbers; one that is not there any more is left out."""
    query = f"SELECT {COLUMNS} FROM beket.inbox WHERE id = ANY(%s)"  # noqa: S608
    with troubled():
        rows = connection.execute(query, (list(numbers),)).fetchall()
    return {paper.id: paper for paper in map(brought, rows)}


def again(connection: Engine, numbers: Sequence[int]) -> dict[int, list[int]]:
    """Of some papers those that were brought again, each with the numbers under which it was, oldest first."""
    query = "SELECT again_of, id FROM beket.inbox WHERE again_of = ANY(%s) ORDER BY id LIMIT %s"
    with troubled():
        rows = connection.execute(query, (list(numbers), LISTED_MAX)).fetchall()
    found: dict[int, list[int]] = {}
    for of, number in rows:
        found.setdefault(of, []).append(number)
    return found


def standing(connection: Engine) -> Standing:
    """Say how much waits; past `WAITING_MAX` it is not counted further."""
    query = (
        "SELECT count(*), coalesce(sum(size), 0)::bigint, min(at) FROM"
        " (SELECT size, at FROM beket.inbox WHERE state = 'waiting' ORDER BY id LIMIT %s) AS waiting"
    )
    with troubled():
        row = connection.execute(query, (WAITING_MAX,)).fetchone()
    assert row is not None, "an aggregate has one row"
    return Standing(papers=row[0], size=row[1], oldest_at=row[2])


def blob_of(connection: Engine, number: int) -> bytes | None:
    """The bytes of a paper that waits or was refused, as long as they are kept and whole."""
    with troubled():
        row = connection.execute("SELECT blob, packed FROM beket.inbox WHERE id = %s", (number,)).fetchone()
    return None if row is None or row[0] is None else plain(bytes(row[0]), packed=row[1])


def plain(blob: bytes, *, packed: bool) -> bytes | None:
    """Give bytes as they were brought; None where they are damaged and no longer unpack."""
    return unpacked(blob) if packed else blob


def listed(
    connection: Engine, places: Sequence[PlaceId] | None, state: State | None = None, before: int | None = None
) -> list[Brought]:
    """The newest papers first, of some places or of all; page on with the last number."""
    query = (
        f"SELECT {COLUMNS} FROM beket.inbox WHERE (%(places)s::text[] IS NULL OR place = ANY(%(places)s))"  # noqa: S608
        " AND (%(state)s::text IS NULL OR state = %(state)s) AND (%(before)s::bigint IS NULL OR id < %(before)s)"
        " ORDER BY id DESC LIMIT %(most)s"
    )
    named = {
        "places": None if places is None else list(places), "state": state, "before": before, "most": LISTED_MAX
    }  # fmt: skip
    with troubled():
        return [brought(row) for row in connection.execute(query, named).fetchall()]


class _Room(Struct):
    """How much waits, as far as one connection knows, and until when that is believed."""

    papers: int
    size: int
    until: float

    def has(self, size: int) -> bool:
        """Tell whether a paper of so many bytes finds room."""
        return self.papers < WAITING_MAX and self.size + size <= WAITING_BYTES_MAX


_ROOMS: Final[WeakKeyDictionary[Engine, _Room]] = WeakKeyDictionary()


def _make_room(connection: Engine, size: int) -> None:
    """Count a paper in, where there is room; that there is none is believed only when it was counted just now."""
    room, now = _ROOMS.get(connection), time.monotonic()
    if room is None or now >= room.until or not room.has(size):
        held = standing(connection)
        room = _ROOMS[connection] = _Room(papers=held.papers, size=held.size, until=now + COUNTED_S)
    if not room.has(size):
        raise InboxFull(f"{room.papers} papers of {room.size} bytes wait to be read; come again")
    room.papers, room.size = room.papers + 1, room.size + size


def _insert(connection: Engine, paper: Paper) -> int | None:
    """Lay a paper in; None when its key is taken."""
    piece = packed_piece(paper.blob)
    row = connection.execute(
        "WITH laid AS (INSERT INTO beket.inbox (place, way, by_whom, at, file_name, media_type, wanted, crossing, key,"
        " sha256, size, blob, packed, again_of)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %b, %s, %s)"
        " ON CONFLICT (by_whom, key) DO NOTHING RETURNING id) SELECT id, pg_notify(%s, '') FROM laid",
        (
            paper.place, paper.way, _clean(paper.by), paper.at, _clean(paper.file_name), _clean(paper.media_type),
            _clean(paper.wanted), paper.crossing, _key(paper.key), bytes.fromhex(sha256(paper.blob)), len(paper.blob),
            piece.inline, piece.packed, paper.again_of, CHANNEL,
        ),
    ).fetchone()  # fmt: skip
    return None if row is None else int(row[0])


def _known(connection: Engine, paper: Paper) -> int | None:
    """The number of the paper that the sender named so before."""
    if paper.key is None:
        return None
    row = connection.execute(
        "SELECT id, encode(sha256, 'hex'), place, crossing, wanted FROM beket.inbox WHERE by_whom = %s AND key = %s",
        (_clean(paper.by), _key(paper.key)),
    ).fetchone()
    if row is None:
        return None
    if tuple(row[1:]) != (sha256(paper.blob), paper.place, paper.crossing, _clean(paper.wanted)):
        raise OtherPaper(f"the key {_clean(paper.key)!r} named another request before")
    return int(row[0])


def _key(key: str | None) -> str | None:
    """Keep a sender's name for a request as it is, or by its digest where it fits in no table: none is cut."""
    return key if key is None or key == _clean(key) else f"sha256:{sha256(key.encode(errors='surrogateescape'))}"


def _clean(text: str | None) -> str | None:
    """Make what a stranger sent fit for a table and a page."""
    if text is None:
        return None
    plain = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return plain.encode(errors="replace").decode()[:TEXT_CHARS_MAX] or None


def brought(row: Sequence[Any]) -> Brought:
    """Read a row of the columns above."""
    values = dict(zip(Brought.__struct_fields__, row, strict=True))
    told = values["outcome"]
    return Brought(**{**values, "outcome": None if told is None else _OUTCOME.decode(told)})
