"""How checkpoints are and were laid out: every layout that was proposed, and every one that was in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct, field
from psycopg import Connection

from beket.board import sql
from beket.words.facts import Fact, PostApproved, PostDescribed, PostProposed, PostRejected
from beket.words.ids import PlaceId
from beket.words.site import fingerprint

LAYOUTS: Final = (PostProposed, PostApproved, PostRejected)
"""The facts that are gathered here; that one is in force is folded by itself."""

_ENCODER: Final = msgspec.json.Encoder()


class ProposedRow(Struct):
    """A layout as it was proposed; the post as JSON."""

    place: str
    of: str
    post: str
    sha256: str
    replaces: str | None
    from_at: int
    by_whom: str
    at: int


class SettledRow(Struct):
    """What became of a proposed layout."""

    place: str
    of: str
    status: str
    version: int | None
    from_at: int | None
    second: str
    settled_at: int
    why: str | None
    superseded: bool


class Layouts(Struct):
    """The rows of one batch."""

    proposed: list[ProposedRow] = field(default_factory=list)
    settled: list[SettledRow] = field(default_factory=list)


def gather_layout(rows: Layouts, place: PlaceId, fact: Fact) -> None:
    """Add one fact to the batch."""
    match fact:
        case PostProposed():
            rows.proposed.append(
                ProposedRow(
                    place, fact.because[0], _ENCODER.encode(fact.post).decode(), fact.sha256, fact.replaces,
                    fact.from_at, fact.by, fact.at,
                )
            )  # fmt: skip
        case PostApproved():
            rows.settled.append(
                SettledRow(
                    place, fact.of, "approved", fact.version, fact.from_at, fact.second, fact.at, None, superseded=False
                )
            )
        case PostRejected():
            rows.settled.append(
                SettledRow(
                    place, fact.of, "rejected", None, None, fact.by, fact.at, fact.why, superseded=fact.superseded
                )
            )
        case _:
            raise AssertionError(f"{type(fact).__name__} is not in LAYOUTS")


def written(rows: Layouts) -> Iterator[tuple[str, Sequence[Struct]]]:
    """Give the statements with their rows."""
    yield PROPOSED, rows.proposed
    yield SETTLED, rows.settled


def put_in_force(connection: Connection[Any], schema: str, place: PlaceId, fact: PostDescribed) -> None:
    """Say which layout is in force from now on; one from the site file is known by the entry that brought it."""
    named = {
        "place": place, "of": fact.of or fact.because[0], "post": _ENCODER.encode(fact.post).decode(),
        "sha256": fingerprint(fact.post), "at": fact.at,
    }  # fmt: skip
    for statement in (IN_FORCE, NOW):
        connection.execute(sql.for_schema(statement, schema), named)


PROPOSED: Final = """
INSERT INTO BOARD.layout (place, of, post, sha256, replaces, from_at, by_whom, at)
SELECT * FROM SPREAD AS e ON CONFLICT (place, of) DO NOTHING
"""

SETTLED: Final = """
UPDATE BOARD.layout AS l SET status = e.status, version = e.version, from_at = coalesce(e.from_at, l.from_at),
  second = e.second, settled_at = e.settled_at, why = e.why, superseded = e.superseded
FROM SPREAD AS e WHERE l.place = e.place AND l.of = e.of
"""

IN_FORCE: Final = """
INSERT INTO BOARD.layout (place, of, post, sha256, from_at, at, status, in_force_at)
VALUES (%(place)s, %(of)s, %(post)s, %(sha256)s, %(at)s, %(at)s, 'site', %(at)s)
ON CONFLICT (place, of) DO UPDATE SET in_force_at = excluded.in_force_at
"""

NOW: Final = "UPDATE BOARD.place SET layout = %(of)s WHERE id = %(place)s"
