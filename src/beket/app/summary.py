"""Says at the end of a bounded run what happened: counts from the log itself, latencies, the judge's verdict."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, Final

from beket.app.figures import found, quantile
from beket.log.book import Frame, Seq
from beket.log.postgres import PostgresBook
from beket.settings import Settings
from beket.words.facts import Concluded, CrossingOpened, CrossingsJoined
from beket.words.ids import PlaceId
from beket.words.readings import Said, Tick

_FRAMES: Final = 200
"""Frames read at a time: bounds memory to a few MB."""


def summarize(settings: Settings, dsn: str, before: Mapping[PlaceId, Seq]) -> dict[str, Any]:
    """Count what was said and concluded since `before`, beside what the parts measured."""
    counts = {"readings": 0, "facts": 0, "crossings": 0}
    received: list[int] = []
    with closing(PostgresBook(dsn)) as book:
        for frame in _frames(book, before):
            _count(frame, counts, received)
    field = found(settings, "field") or {}
    return {
        **counts,
        "latency_ms": {"durable": field.get("durable_ms"), "screen": _to_screen(received, found(settings, "probe"))},
        "judge": found(settings, "judge"),
        "papers": found(settings, "intake"),
        "memory_mib": found(settings, "memory"),
    }


def _frames(book: PostgresBook, before: Mapping[PlaceId, Seq]) -> Iterator[Frame]:
    for head in book.heads():
        after = before.get(head.place, Seq(0))
        while frames := book.read(head.place, after, _FRAMES):
            yield from frames
            after = frames[-1].seq


def _count(frame: Frame, counts: dict[str, int], received: list[int]) -> None:
    for entry in frame.entries:
        match entry.body:
            case CrossingOpened():
                counts["crossings"] += 1
            case CrossingsJoined():
                counts["crossings"] -= 1
            case Said() as said if not isinstance(said, Tick):
                counts["readings"] += 1
                received.append(said.received)
            case _:
                pass
        counts["facts"] += isinstance(entry.body, Concluded)


def _to_screen(received: Sequence[int], pulses: Sequence[tuple[int, int]] | None) -> dict[str, Any] | None:
    """Say how long readings took to a screen, None when none was open."""
    if not pulses:
        return None
    waits = sorted(waits_to_screen(received, pulses))
    return {"p50": quantile(waits, 0.5), "p95": quantile(waits, 0.95), "p99": quantile(waits, 0.99), "of": len(waits)}


def waits_to_screen(received: Sequence[int], pulses: Sequence[tuple[int, int]]) -> list[float]:
    """Find for each reading when the screen first had a picture at least as new, and how long that took, in ms.

    A pulse is (arrived, newest reading it could show). Readings from before the screen was open do not count.
    """
    shown = sorted({newest: arrived for arrived, newest in reversed(pulses)}.items())
    newest = [pair[0] for pair in shown]
    return [
        float(shown[at][1] - instant)
        for instant in received
        if instant >= pulses[0][0] and (at := bisect_left(newest, instant)) < len(shown)
    ]
