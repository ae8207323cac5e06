"""How papers leave the inbox: claimed and counted, held while they are read, settled, and after a while let go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from beket.log.connect import Engine, troubled
from beket.log.inbox import COLUMNS, Brought, Outcome, brought, plain
from beket.words.ids import Instant
from beket.words.wire import Piece

TRIES_MAX: Final = 3
"""How often a paper is read whose reading ended the reader; after that it is set aside as refused."""

CLAIM_MS_MAX: Final = 5_000
"""Longest wait for another intake that is claiming: it takes milliseconds."""

LET_GO_MAX: Final = 1_000
"""Most papers let go at once: more would hold the engine up."""

REFUSED_BYTES_MAX: Final = 8 * 1024 * 1024 * 1024
"""Most bytes kept of refused papers; beyond it those of the oldest go, and the reason stays."""

_CLAIMING: Final = 0x6265_6B65_7402
"""The advisory lock of whoever claims: from counting a try until the papers are held no other intake counts one."""

_ENCODER: Final = msgspec.json.Encoder()


class LetGo(Struct, frozen=True, kw_only=True):
    """How many papers were let go: rows that were old enough, and bytes of refused ones for which there was no room."""

    rows: int
    blobs: int


def claim(connection: Engine, limit: int, bytes_max: int, size_max: int | None = None) -> list[int]:
    """Choose the oldest papers that wait and that nobody holds, and count a try of each; at least one if any waits.

    Commit, so that the count outlives the reader, then `hold` them on the same connection. A paper that was tried
    before may have ended its reader, so it is read by itself and takes no other with it. With `size_max`, only papers
    up to that size.
    """
    connection.execute("SELECT set_config('lock_timeout', %s, true)", (str(CLAIM_MS_MAX),))
    connection.execute("SELECT pg_advisory_unlock_all(), pg_advisory_lock(%s)", (_CLAIMING,))
    rows = connection.execute(
        "SELECT id, size, tries FROM beket.inbox WHERE state = 'waiting' AND (%s::bigint IS NULL OR size <= %s)"
        " ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
        (size_max, size_max, limit),
    ).fetchall()
    chosen = _together(rows, bytes_max)
    if chosen:
        connection.execute("UPDATE beket.inbox SET tries = tries + 1 WHERE id = ANY(%s)", (chosen,))
    else:
        connection.execute("SELECT pg_advisory_unlock(%s)", (_CLAIMING,))
    return chosen


class Held(Struct, frozen=True, kw_only=True):
    """A paper that is being read: its bytes, and the same as they wait and as the log may have them.

    Without `blob` what waits is damaged and no longer unpacks.
    """

    paper: Brought
    blob: bytes | None
    piece: Piece


def hold(connection: Engine, numbers: Sequence[int]) -> list[Held]:
    """Hold papers that were claimed until the transaction ends; others may claim from now on."""
    rows = connection.execute(
        f"SELECT {COLUMNS}, blob, packed FROM beket.inbox WHERE id = ANY(%s) AND state = 'waiting' ORDER BY id"  # noqa: S608
        " FOR UPDATE SKIP LOCKED",
        (list(numbers),),
        binary=True,
    ).fetchall()
    connection.execute("SELECT pg_advisory_unlock(%s)", (_CLAIMING,))
    return [_held(brought(row[:-2]), row[-2], packed=row[-1]) for row in rows]


def _held(paper: Brought, blob: bytes, *, packed: bool) -> Held:
    return Held(paper=paper, blob=plain(blob, packed=packed), piece=Piece(inline=blob, packed=packed))


def survived(connection: Engine, numbers: Sequence[int]) -> None:
    """Take back a try of papers whose reader lived: that they still wait had another reason."""
    connection.execute("UPDATE beket.inbox SET tries = tries - 1 WHERE id = ANY(%s)", (list(numbers),))


def settle(connection: Engine, outcomes: Mapping[int, Outcome], at: Instant) -> None:
    """Write down what became of papers; the bytes of one that was taken are in the log from now on."""
    states = ["taken" if outcome.refused is None else "refused" for outcome in outcomes.values()]
    told = [_ENCODER.encode(outcome).decode() for outcome in outcomes.values()]
    connection.execute(
        "UPDATE beket.inbox AS paper SET state = e.state, outcome = e.outcome, settled_at = %s,"
        " blob = CASE WHEN e.state = 'taken' THEN NULL ELSE blob END"
        " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS e (id, state, outcome) WHERE paper.id = e.id",
        (at, list(outcomes), states, told),
    )


def let_go(connection: Engine, taken_before: Instant, refused_before: Instant) -> LetGo:
    """Forget papers that were settled before these instants, oldest first; a taken one's bytes are in the log."""
    forget = (
        "DELETE FROM beket.inbox WHERE id IN (SELECT id FROM beket.inbox WHERE state = %s AND settled_at < %s"
        " ORDER BY settled_at LIMIT %s)"
    )
    empty = (
        "UPDATE beket.inbox SET blob = NULL WHERE id IN (SELECT id FROM (SELECT id, sum(size) OVER (ORDER BY id DESC)"
        " AS together FROM beket.inbox WHERE state = 'refused' AND blob IS NOT NULL) AS kept WHERE together > %s"
        " ORDER BY id LIMIT %s)"
    )
    with troubled(), connection.transaction():
        rows = sum(
            connection.execute(forget, (state, before, LET_GO_MAX)).rowcount
            for state, before in (("taken", taken_before), ("refused", refused_before))
        )
        blobs = connection.execute(empty, (REFUSED_BYTES_MAX, LET_GO_MAX)).rowcount
    return LetGo(rows=rows, blobs=blobs)


def _together(rows: Sequence[tuple[int, int, int]], bytes_max: int) -> list[int]:
    """Choose what is read at once: one that was tried before alone, else new ones up to so many bytes."""
    if rows and rows[0][2] > 0:
        return [rows[0][0]]
    chosen: list[int] = []
    size = 0
    for number, bytes_of, tries in rows:
        if tries > 0:
            continue
        size += bytes_of
        if chosen and size > bytes_max:
            break
        chosen.append(number)
    return chosen
