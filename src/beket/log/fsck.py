"""Re-derives every chain from its frames and names the first thing that does not fit.

Shares nothing with the writer but the definition of the hash (`chain`): a fault in one is not hidden by the other.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from beket.log.book import Broken, Trouble
from beket.log.chain import GENESIS, Link
from beket.log.connect import Engine, one_instant
from beket.log.evidence import Kept
from beket.words.ids import EntryRef, PlaceId, Sha256
from beket.words.readings import Said
from beket.words.wire import Entry, decode_frame

BODY_BYTES_MAX: Final = 64 * 1024 * 1024
"""Far above what any frame may hold: a body that unpacks to more was not written by us."""

_FRAMES_FETCHED: Final = 50
_SAID_FETCHED: Final = 5000


class Bad(Struct, frozen=True):
    """The first thing in a chain that does not fit: its address (`seq`, `seq.index` or `head`) and why."""

    place: PlaceId
    address: str
    why: str


class Chain(Struct, frozen=True, kw_only=True):
    """What was found of one place's chain, up to the first thing that did not fit."""

    place: PlaceId
    frames: int
    entries: int
    readings: int
    hash: str
    bad: Bad | None


class Report(Struct, frozen=True):
    """What was found of all chains that were looked at."""

    chains: tuple[Chain, ...]

    @property
    def bad(self) -> Bad | None:
        """The first thing that does not fit, None when everything does."""
        return next((chain.bad for chain in self.chains if chain.bad is not None), None)

    @property
    def frames(self) -> int:
        """Frames that fit."""
        return sum(chain.frames for chain in self.chains)

    @property
    def entries(self) -> int:
        """Entries in frames that fit."""
        return sum(chain.entries for chain in self.chains)


class Trusted(Struct, frozen=True):
    """A head someone noted earlier, outside this database: the chain must still pass through it."""

    place: PlaceId
    seq: int
    hash: bytes


class Pictures(Struct, frozen=True):
    """What was found of the kept pictures that entries speak of."""

    whole: int
    missing: tuple[Sha256, ...]
    altered: tuple[Sha256, ...]


class _Misfit(Exception):
    def __init__(self, address: object, why: str) -> None:
        super().__init__(f"{address}: {why}")
        self.address = str(address)
        self.why = why


def verify(connection: Engine, place: PlaceId | None = None, trusted: Sequence[Trusted] = ()) -> Report:
    """Verify one chain or all, as they stood at one instant, while others go on writing."""
    with one_instant(connection):
        places = [place] if place is not None else _places(connection, trusted)
        return Report(tuple(_verify_chain(connection, one, _noted(one, trusted)) for one in places))


def verify_pictures(connection: Engine, shelf: Kept) -> Pictures:
    """Read every picture that entries speak of and compare it with its name."""
    whole = 0
    missing: list[Sha256] = []
    altered: list[Sha256] = []
    with one_instant(connection), connection.cursor("pictures") as cursor:
        for row in cursor.execute("SELECT DISTINCT encode(sha256, 'hex') FROM beket.evidence ORDER BY 1"):
            name = Sha256(row[0])
            try:
                if shelf.read(name) is None:
                    missing.append(name)
                else:
                    whole += 1
            except Broken:
                altered.append(name)
    return Pictures(whole, tuple(missing), tuple(altered))


class _Walk:
    """A chain being walked: what the next frame must follow."""

    def __init__(self, place: PlaceId) -> None:
        self.place = place
        self.seq = 0
        self.hash = GENESIS
        self.at = 0
        self.entries = 0
        self.readings = 0

    def step(self, row: Sequence[Any]) -> tuple[Entry, ...]:
        """Take the next frame; raises _Misfit when it does not follow or does not fit."""
        seq, count, at, prev, link, packed, body = row
        if seq != self.seq + 1:
            why = f"expected here and not found; the next frame is {seq}" if seq > self.seq else f"follows {self.seq}"
            raise _Misfit(self.seq + 1 if seq > self.seq else seq, why)
        if prev != self.hash:
            raise _Misfit(seq, "does not name the hash of the frame before it")
        plain = _plain(seq, body, packed=packed)
        if Link(self.place, seq, at, count, prev).hash(plain) != link:
            raise _Misfit(seq, "its hash does not fit its content: altered after it was written")
        if at < self.at:
            raise _Misfit(seq, "is older than the frame before it")
        entries = _entries(seq, plain, count)
        self.seq, self.hash, self.at = seq, link, at
        self.entries += count
        return entries


def _verify_chain(connection: Engine, place: PlaceId, noted: Mapping[int, bytes]) -> Chain:
    walk = _Walk(place)
    bad = None
    try:
        beyond = _walk_frames(connection, walk, noted)
        _check_head(connection, walk)
        _check_rest(walk, noted, beyond)
    except _Misfit as misfit:
        bad = Bad(place, misfit.address, misfit.why)
    return Chain(
        place=place,
        frames=walk.seq,
        entries=walk.entries,
        readings=walk.readings,
        hash=walk.hash.hex(),
        bad=bad,
    )


def _walk_frames(connection: Engine, walk: _Walk, noted: Mapping[int, bytes]) -> Sequence[Any] | None:
    """Walk all frames beside the list of what was said; gives what the list says beyond them."""
    with connection.cursor("frames", binary=True) as frames, connection.cursor("said", binary=True) as said:
        frames.itersize, said.itersize = _FRAMES_FETCHED, _SAID_FETCHED
        frames.execute(
            "SELECT seq, n, at, prev, hash, packed, body FROM beket.frame WHERE place = %s ORDER BY seq", (walk.place,)
        )
        said.execute("SELECT seq, idx, reading_id FROM beket.said WHERE place = %s ORDER BY seq, idx", (walk.place,))
        rows = iter(said)
        for row in frames:
            entries = walk.step(row)
            if noted.get(walk.seq, walk.hash) != walk.hash:
                raise _Misfit(walk.seq, "is not the frame that was noted elsewhere under this number")
            _check_said(walk, entries, rows)
        return next(rows, None)


def _check_said(walk: _Walk, entries: Sequence[Entry], rows: Iterator[Sequence[Any]]) -> None:
    """See that every reading of a frame is known as said just here, and none besides."""
    for index, entry in enumerate(entries):
        if not isinstance(entry.body, Said):
            continue
        walk.readings += 1
        wanted = (walk.seq, index, UUID(entry.body.reading_id))
        row = next(rows, None)
        if row is None or tuple(row) != wanted:
            raise _Misfit(_lesser(wanted, row), "the list of what was said does not fit the readings in the chain")


def _check_rest(walk: _Walk, noted: Mapping[int, bytes], row: Sequence[Any] | None) -> None:
    if row is not None:
        raise _Misfit(EntryRef(f"{row[0]}.{row[1]}"), "listed as said, and the chain does not hold it")
    beyond = [seq for seq in noted if seq > walk.seq or seq < 1]
    if beyond:
        raise _Misfit(walk.seq + 1, f"the chain ends before frame {max(beyond)}, which was noted elsewhere")


def _check_head(connection: Engine, walk: _Walk) -> None:
    query = "SELECT seq, hash, at, entries FROM beket.place_head WHERE place = %s"
    row = connection.execute(query, (walk.place,)).fetchone()
    if row is None and walk.seq == 0:
        return
    if row is None:
        raise _Misfit("head", "frames stand in the log and no head names them")
    if row[0] != walk.seq:
        raise _Misfit(min(row[0], walk.seq) + 1, f"the head is at frame {row[0]} and the frames end at {walk.seq}")
    if (bytes(row[1]), row[3]) != (walk.hash, walk.entries) or row[2] != walk.at:
        raise _Misfit("head", "its hash, time or count is not that of the last frame")


def _plain(seq: int, body: bytes, *, packed: bool) -> bytes:
    if not packed:
        return bytes(body)
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(body, BODY_BYTES_MAX)
    except zlib.error as error:
        raise _Misfit(seq, f"its body cannot be unpacked: {error}") from error
    if not unpacker.eof or unpacker.unused_data:
        raise _Misfit(seq, "its packed body has another end than was written")
    return plain


def _entries(seq: int, plain: bytes, count: int) -> tuple[Entry, ...]:
    try:
        entries = decode_frame(plain)
    except msgspec.MsgspecError as error:
        raise _Misfit(seq, f"its body is not in the log's language: {error}") from error
    if len(entries) != count:
        raise _Misfit(seq, f"holds {len(entries)} entries and claims {count}")
    return entries


def _lesser(wanted: tuple[int, int, UUID], row: Sequence[Any] | None) -> EntryRef:
    seq, index = min(wanted[:2], (row[0], row[1])) if row is not None else wanted[:2]
    return EntryRef(f"{seq}.{index}")


def _noted(place: PlaceId, trusted: Sequence[Trusted]) -> dict[int, bytes]:
    noted = {head.seq: head.hash for head in trusted if head.place == place}
    if len(noted) != len({(head.seq, head.hash) for head in trusted if head.place == place}):
        raise Trouble(f"the noted heads of {place} contradict each other")
    return noted


def _places(connection: Engine, trusted: Sequence[Trusted]) -> list[PlaceId]:
    """Every place any table speaks of; steps through the indexes, since the tables may be long."""
    found = {head.place for head in trusted}
    found.update(PlaceId(row[0]) for row in connection.execute("SELECT place FROM beket.place_head"))
    for table in ("frame", "said"):
        found.update(
            PlaceId(row[0])
            for row in connection.execute(
                f"WITH RECURSIVE step AS (SELECT min(place) AS place FROM beket.{table} UNION ALL"  # noqa: S608
                f" SELECT (SELECT min(place) FROM beket.{table} WHERE place > step.place) FROM step"
                " WHERE step.place IS NOT NULL) SELECT place FROM step WHERE place IS NOT NULL"
            )
        )
    return sorted(found)
