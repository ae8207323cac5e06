"""What is held of one place in memory: saved now and then with the facts, loaded at a start, brought up to date."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from beket.log.book import Frame, Seq
from beket.log.writing import Writing
from beket.loop.thinking import Thinking
from beket.words.facts import Concluded
from beket.words.ids import PlaceId

logger: Final = logging.getLogger(__name__)

SNAPSHOT_ENTRIES: Final = 5000
"""Fewest entries stepped between snapshots: folding these again takes well under a second."""

SNAPSHOT_ENTRY_BYTES: Final = 50
"""A snapshot waits for one more entry per so many of its bytes: where much is held it costs no more than the log itself
does, and folding what came after it (10 MB: 200,000 entries) still takes some seconds only."""

_READ_FRAMES: Final = 200
"""Frames read at a time while catching up: bounds memory to a few MB."""


class Held(Struct):
    """The state of one place, the loop's position, and how far facts are folded into the state.

    `own` are the hashes of frames beyond the position that the loop wrote itself: it need not read them again.
    """

    state: Any
    cursor: Seq
    facts_seq: Seq
    since_snapshot: int = 0
    snapshot_bytes: int = 0
    own: dict[Seq, bytes] = field(default_factory=dict)


def load(writing: Writing, thinking: Thinking, place: PlaceId, cursor: Seq) -> Held:
    """Load the newest snapshot that can be read and fold the facts that came after it."""
    seq, state = _newest(writing, thinking, place)
    held = Held(state=state, cursor=cursor, facts_seq=seq)
    while frames := writing.read(place, held.facts_seq, _READ_FRAMES):
        fold_known(held, thinking, frames)
        held.facts_seq = frames[-1].seq
    return held


def fold_known(held: Held, thinking: Thinking, frames: Iterable[Frame]) -> None:
    """Fold facts that are in the log and not yet in the state."""
    for frame in frames:
        if frame.seq > held.facts_seq:
            for entry in frame.entries:
                if isinstance(entry.body, Concluded):
                    held.state = thinking.fold(held.state, entry.body)


def save_when_due(writing: Writing, thinking: Thinking, place: PlaceId, held: Held) -> bool:
    """Save what is held, in the transaction that brought it about; True when it was due."""
    if held.since_snapshot < max(SNAPSHOT_ENTRIES, held.snapshot_bytes // SNAPSHOT_ENTRY_BYTES):
        return False
    seq, body = Seq(max(held.cursor, held.facts_seq)), thinking.encode(held.state)
    writing.save_snapshot(place, thinking.rules, seq, body)
    held.since_snapshot, held.snapshot_bytes = 0, len(body)
    return True


def _newest(writing: Writing, thinking: Thinking, place: PlaceId) -> tuple[Seq, Any]:
    kept = writing.snapshot(place, thinking.rules)
    if kept is None:
        return Seq(0), thinking.empty(place)
    seq, body = kept
    try:
        return seq, thinking.decode(body)
    except msgspec.MsgspecError as error:
        logger.warning("%s: the snapshot at %d cannot be read (%s); folding from the beginning", place, seq, error)
        return Seq(0), thinking.empty(place)
