"""Where messages that could not be taken wait for an engineer: counted, the last bytes kept, bounded."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, Literal, Self

from msgspec import Struct

from beket.log.connect import Engine, open_connection, troubled
from beket.log.gather import Gathering
from beket.words.ids import DeviceId, Instant, PlaceId

RAW_BYTES_MAX: Final = 64 * 1024
"""Most bytes kept of the last message of a kind; its full length is noted."""

TEXT_CHARS_MAX: Final = 300
"""Most characters kept of what a stranger calls itself and of the reason."""

ROWS_MAX: Final = 10_000
"""Most kinds of refused messages held; beyond it new ones are counted under `MANY`, so that no flood of invented
identities can fill the disk."""

MANY: Final = "*"
"""Stands for the identity of messages that are only counted."""

BATCH_MAX: Final = 500
WAITING_MAX: Final = 5_000
"""Most refused messages waiting to be written; beyond it Trouble: they are lost to us, as any flood may be."""

LISTED_MAX: Final = 200
"""Most rows on one page of the list."""

Verdict = Literal["claimed", "refused"]
"""An engineer says: this is a device of ours, or: it is none."""


class Refusal(Struct, frozen=True, kw_only=True):
    """A message that could not be taken, as the field tells it."""

    place: PlaceId | None = None
    listener: str
    address: str
    declared_id: str | None = None
    device: DeviceId | None = None
    reason: str
    raw: bytes
    at: Instant


class SetAside(Struct, frozen=True, kw_only=True):
    """One kind of refused message: who said it where, how often, the last bytes, and what was decided about it."""

    id: int
    listener: str
    address: str
    declared_id: str | None
    reason: str
    place: PlaceId | None
    device: DeviceId | None
    times: int
    first_at: Instant
    last_at: Instant
    last_raw: bytes
    last_size: int
    verdict: Verdict | None
    marked_by: str | None
    marked_at: Instant | None
    note: str | None


class Marking(Struct, frozen=True, kw_only=True):
    """An engineer's decision about one kind of refused messages."""

    verdict: Verdict
    by: str
    at: Instant
    note: str = ""


_ONLY_COUNTED: Final = {"address": MANY, "declared": MANY, "reason": MANY, "place": None, "device": None}

_COLUMNS: Final = (
    "id, listener, address, nullif(declared_id, ''), reason, place, device, times, first_at, last_at, last_raw,"
    " last_size, verdict, marked_by, marked_at, note"
)


def set_aside(connection: Engine, refusals: Sequence[Refusal]) -> None:
    """Count refused messages, in one transaction."""
    with troubled(), connection.transaction():
        for values in _folded(refusals):
            if not _count(connection, values):
                if _rows(connection) >= ROWS_MAX:
                    _insert(connection, {**values, **_ONLY_COUNTED})
                else:
                    _insert(connection, values)


def listed(connection: Engine, place: PlaceId | None = None, before_id: int | None = None) -> list[SetAside]:
    """The newest kinds first, of one place or of all; page on with the last id."""
    query = (
        f"SELECT {_COLUMNS} FROM beket.quarantine WHERE (%s::text IS NULL OR place = %s)"  # noqa: S608
        " AND (%s::bigint IS NULL OR id < %s) ORDER BY id DESC LIMIT %s"
    )
    with troubled():
        rows = connection.execute(query, (place, place, before_id, before_id, LISTED_MAX)).fetchall()
    return [_read(row) for row in rows]


def found(connection: Engine, number: int) -> SetAside | None:
    """One kind by its number."""
    with troubled():
        row = connection.execute(f"SELECT {_COLUMNS} FROM beket.quarantine WHERE id = %s", (number,)).fetchone()  # noqa: S608
    return _read(row) if row else None


def mark(connection: Engine, number: int, marking: Marking) -> bool:
    """Write down who decided what about a kind; False when it is unknown or was decided before."""
    query = (
        "UPDATE beket.quarantine SET verdict = %s, marked_by = %s, marked_at = %s, note = %s"
        " WHERE id = %s AND verdict IS NULL"
    )
    values = (marking.verdict, marking.by, marking.at, marking.note[:TEXT_CHARS_MAX], number)
    with troubled():
        return connection.execute(query, values).rowcount == 1


class QuarantineDesk:
    """The quarantine for one event loop: what is refused at once is counted together."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: Engine | None = None
        self._gathering: Gathering[Refusal, None] = Gathering(
            self._write, weigh=lambda _: 1, batch_max=BATCH_MAX, waiting_max=WAITING_MAX
        )

    async def __aenter__(self) -> Self:
        """Begin to take refusals, on the running event loop."""
        self._gathering.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what waits, then let go of the engine."""
        await self._gathering.close()
        if self._connection is not None:
            self._connection.close()

    async def set_aside(self, refusal: Refusal) -> None:
        """Return when this refused message is counted. Raises Trouble."""
        await self._gathering.give(refusal)

    def _write(self, refusals: list[Refusal]) -> Sequence[Exception | None]:
        with troubled():
            if self._connection is None or self._connection.closed:
                self._connection = open_connection(self._dsn)
            set_aside(self._connection, refusals)
        return [None] * len(refusals)


def _clean(text: str) -> str:
    """Make what a stranger sent fit for a table and a page."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()[:TEXT_CHARS_MAX]


def _folded(refusals: Sequence[Refusal]) -> list[dict[str, Any]]:
    """Fold refusals of one kind together, the last one's bytes kept; ordered, so that writers never cross."""
    kinds: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for refusal in refusals:
        key = tuple(map(_clean, (refusal.listener, refusal.address, refusal.declared_id or "", refusal.reason)))
        kind = kinds.setdefault(key, {"times": 0, "first_at": refusal.at})  # type: ignore[arg-type]
        kind.update(zip(("listener", "address", "declared", "reason"), key, strict=True))
        kind.update(place=refusal.place, device=refusal.device, last_at=refusal.at, last_size=len(refusal.raw))
        kind.update(last_raw=refusal.raw[:RAW_BYTES_MAX], times=kind["times"] + 1)
    return [kinds[key] for key in sorted(kinds)]


def _count(connection: Engine, values: dict[str, Any]) -> bool:
    """Add to a kind that is held already."""
    query = (
        "UPDATE beket.quarantine SET times = times + %(times)s, last_at = greatest(last_at, %(last_at)s),"
        " last_raw = %(last_raw)s, last_size = %(last_size)s, place = coalesce(%(place)s, place),"
        " device = coalesce(%(device)s, device) WHERE listener = %(listener)s AND address = %(address)s"
        " AND declared_id = %(declared)s AND reason = %(reason)s"
    )
    return connection.execute(query, values).rowcount == 1


def _rows(connection: Engine) -> int:
    query = "SELECT count(*) FROM (SELECT 1 FROM beket.quarantine LIMIT %s) AS held"
    row = connection.execute(query, (ROWS_MAX,)).fetchone()
    return int(row[0]) if row else 0


def _insert(connection: Engine, values: dict[str, Any]) -> None:
    """Hold a new kind; another process may have been first."""
    connection.execute(
        "INSERT INTO beket.quarantine AS held (listener, address, declared_id, reason, place, device, times, first_at,"
        " last_at, last_raw, last_size) VALUES (%(listener)s, %(address)s, %(declared)s, %(reason)s, %(place)s,"
        " %(device)s, %(times)s, %(first_at)s, %(last_at)s, %(last_raw)s, %(last_size)s)"
        " ON CONFLICT (listener, address, declared_id, reason) DO UPDATE SET times = held.times + EXCLUDED.times,"
        " last_at = EXCLUDED.last_at, last_raw = EXCLUDED.last_raw, last_size = EXCLUDED.last_size",
        values,
    )


def _read(row: Sequence[Any]) -> SetAside:
    names = SetAside.__struct_fields__
    values = dict(zip(names, row, strict=True))
    return SetAside(**{**values, "last_raw": bytes(values["last_raw"])})
