"""Where papers wait to be read: durable before anybody looks into them, with what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct
from psycopg.errors import UniqueViolation

from beket.log.book import Trouble
from beket.log.connect import Engine, troubled
from beket.words.ids import CrossingId, DocumentId, Instant, PlaceId, Sha256, sha256
from beket.words.readings import Way

CHANNEL: Final = "beket_inbox"
"""The NOTIFY channel that wakes whoever reads papers."""

LODGED_BYTES_MAX: Final = 32 * 1024 * 1024
"""Largest paper that is kept at all: whoever sends a larger one is told so and nothing of it stays."""

WAITING_MAX: Final = 20_000
"""Most papers that wait; beyond it the sender is asked to come again."""

TEXT_CHARS_MAX: Final = 300
"""Most characters kept of a name or of a word of the sender's."""

TRIES_MAX: Final = 3
"""How often a paper is read whose reading ended the reader: the third time it is set aside as refused."""

LISTED_MAX: Final = 200
"""Most rows on one page of the list."""

State = Literal["waiting", "taken", "refused"]


class Paper(Struct, frozen=True, kw_only=True):
    """A paper as it was brought; `key` is the sender's own name for this request."""

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


class InboxFull(Trouble):
    """So many papers wait that no more are taken now."""


class TooLarge(ValueError):
    """A paper is larger than any that is kept."""


class OtherPaper(ValueError):
    """The sender used one name for two different papers."""


_COLUMNS: Final = (
    "id, place, way, by_whom, at, file_name, media_type, wanted, crossing, encode(sha256, 'hex'), size, state, outcome,"
    " settled_at, tries"
)
_OUTCOME: Final = msgspec.json.Decoder(Outcome)
_ENCODER: Final = msgspec.json.Encoder()


def bring(connection: Engine, paper: Paper) -> int:
    """Make a paper durable and give its number; the same key of the same sender gives the number it had.

    Raises TooLarge, OtherPaper, InboxFull, Trouble.
    """
    if len(paper.blob) > LODGED_BYTES_MAX:
        raise TooLarge(f"{len(paper.blob)} bytes; at most {LODGED_BYTES_MAX} are taken")
    with troubled(), connection.transaction():
        if _waiting(connection) >= WAITING_MAX:
            raise InboxFull(f"{WAITING_MAX} papers wait to be read; come again")
        number = _known(connection, paper)
        if number is not None:
            return number
        try:
            with connection.transaction():
                return _insert(connection, paper)
        except UniqueViolation:
            number = _known(connection, paper)
            if number is None:
                raise
            return number


def next_waiting(connection: Engine, limit: int, bytes_max: int) -> list[tuple[Brought, bytes]]:
    """Hold the oldest papers that wait and that nobody else holds, until the transaction ends; at least one.

    A paper counts as tried from `began` on, which is committed apart: one that ends its reader is not read for ever.
    """
    query = (
        f"SELECT {_COLUMNS}, blob FROM (SELECT *, sum(size) OVER (ORDER BY id) AS together FROM ("  # noqa: S608
        " SELECT * FROM beket.inbox WHERE state = 'waiting' ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) AS held"
        ") AS counted WHERE together <= %s OR together = size ORDER BY id"
    )
    rows = connection.execute(query, (limit, bytes_max)).fetchall()
    return [(_read(row[:-1]), bytes(row[-1])) for row in rows]


def began(connection: Engine, numbers: Sequence[int]) -> None:
    """Note that papers are about to be read."""
    with troubled(), connection.transaction():
        connection.execute("UPDATE beket.inbox SET tries = tries + 1 WHERE id = ANY(%s)", (list(numbers),))


def waiting(connection: Engine, limit: int) -> list[int]:
    """Name the oldest papers that wait."""
    with troubled():
        rows = connection.execute(
            "SELECT id FROM beket.inbox WHERE state = 'waiting' ORDER BY id LIMIT %s", (limit,)
        ).fetchall()
    return [int(row[0]) for row in rows]


def settle(connection: Engine, number: int, outcome: Outcome, at: Instant) -> None:
    """Write down what became of a paper; the bytes of one that was taken are in the log from now on."""
    taken = outcome.refused is None
    connection.execute(
        "UPDATE beket.inbox SET state = %s, outcome = %s, settled_at = %s, blob = CASE WHEN %s THEN NULL ELSE blob END"
        " WHERE id = %s",
        ("taken" if taken else "refused", _ENCODER.encode(outcome).decode(), at, taken, number),
    )


def found(connection: Engine, number: int) -> Brought | None:
    """One paper by its number."""
    with troubled():
        row = connection.execute(f"SELECT {_COLUMNS} FROM beket.inbox WHERE id = %s", (number,)).fetchone()  # noqa: S608
    return _read(row) if row else None


def blob_of(connection: Engine, number: int) -> bytes | None:
    """The bytes of a paper that waits or was refused."""
    with troubled():
        row = connection.execute("SELECT blob FROM beket.inbox WHERE id = %s", (number,)).fetchone()
    return None if row is None or row[0] is None else bytes(row[0])


def listed(
    connection: Engine, places: Sequence[PlaceId] | None, state: State | None = None, before: int | None = None
) -> list[Brought]:
    """The newest papers first, of some places or of all; page on with the last number."""
    query = (
        f"SELECT {_COLUMNS} FROM beket.inbox WHERE (%(places)s::text[] IS NULL OR place = ANY(%(places)s))"  # noqa: S608
        " AND (%(state)s::text IS NULL OR state = %(state)s) AND (%(before)s::bigint IS NULL OR id < %(before)s)"
        " ORDER BY id DESC LIMIT %(most)s"
    )
    named = {
        "places": None if places is None else list(places), "state": state, "before": before, "most": LISTED_MAX
    }  # fmt: skip
    with troubled():
        return [_read(row) for row in connection.execute(query, named).fetchall()]


def _insert(connection: Engine, paper: Paper) -> int:
    row = connection.execute(
        "INSERT INTO beket.inbox (place, way, by_whom, at, file_name, media_type, wanted, crossing, key, sha256, size,"
        " blob) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
        (
            paper.place, paper.way, paper.by, paper.at, _clean(paper.file_name), _clean(paper.media_type),
            _clean(paper.wanted), paper.crossing, _clean(paper.key), bytes.fromhex(sha256(paper.blob)), len(paper.blob),
            paper.blob,
        ),
    ).fetchone()  # fmt: skip
    assert row is not None
    connection.execute("SELECT pg_notify(%s, '')", (CHANNEL,))
    return int(row[0])


def _known(connection: Engine, paper: Paper) -> int | None:
    """The number of the paper that the sender named so before."""
    if paper.key is None:
        return None
    row = connection.execute(
        "SELECT id, encode(sha256, 'hex') FROM beket.inbox WHERE by_whom = %s AND key = %s",
        (paper.by, _clean(paper.key)),
    ).fetchone()
    if row is None:
        return None
    if row[1] != sha256(paper.blob):
        raise OtherPaper(f"the key {_clean(paper.key)!r} named other bytes before")
    return int(row[0])


def _waiting(connection: Engine) -> int:
    row = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM beket.inbox WHERE state = 'waiting' LIMIT %s) AS held", (WAITING_MAX,)
    ).fetchone()
    return int(row[0]) if row else 0


def _clean(text: str | None) -> str | None:
    """Make what a stranger sent fit for a table and a page."""
    if text is None:
        return None
    plain = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return plain.encode(errors="replace").decode()[:TEXT_CHARS_MAX] or None


def _read(row: Sequence[Any]) -> Brought:
    values = dict(zip(Brought.__struct_fields__, row, strict=True))
    told = values["outcome"]
    return Brought(**{**values, "outcome": None if told is None else _OUTCOME.decode(told)})
