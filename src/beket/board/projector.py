"""Folds the log into the read tables, inside the loop's own transaction: exactly once, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, Final, Protocol

from msgspec import Struct
from psycopg import Connection

from beket.board import (
    acts,
    holding,
    layouts,
    limits,
    maps,
    papers,
    passages,
    past,
    pictures,
    procedures,
    situations,
    slips,
    sql,
    switching,
    trust,
)
from beket.board.concluded import OF_DEVICES, SIMPLE, conclusion, gather, gather_device, number
from beket.board.heard import Heard, hear
from beket.board.mending import describe, mend
from beket.board.rows import Batch, Face, KeyRow, PlaceHeard, PositionRow
from beket.board.schema import CHANNEL, SCHEMA
from beket.board.spread import array, columns
from beket.log.book import Frame
from beket.words.facts import (
    CrossingsJoined,
    EvidenceAttached,
    EvidenceMoved,
    Fact,
    OfHolding,
    PostDescribed,
)
from beket.words.ids import EntryRef, PlaceId, entry_ref, split_ref

_MENDING: Final = (EvidenceMoved, CrossingsJoined, PostDescribed)
"""Facts that take something from one row and give it to another, and those that lay a place out anew."""

_GONE_BY: Final = (*maps.MAPS, *limits.LIMITS, *layouts.LAYOUTS)
"""What people put in force for a whole place, and what waits for that."""

KEY: Final = attrgetter("key")


class Numbered(Protocol):
    """A fact with the reference it got in its place's chain."""

    @property
    def ref(self) -> EntryRef:
        """Where it stands in the log."""
        ...

    @property
    def fact(self) -> Fact:
        """What was concluded."""
        ...


class News(Protocol):
    """What is new of one place: frames as they were read."""

    @property
    def place(self) -> PlaceId:
        """Where."""
        ...

    @property
    def frames(self) -> Sequence[Frame]:
        """What was said."""
        ...


class _OfPlace(Struct, frozen=True):
    place: PlaceId
    frames: Sequence[Frame]


class _Fresh(Struct):
    """What of the news of a place this board has not heard yet, and what it concludes."""

    place: PlaceId
    heard: Heard
    seq: int
    fact_seq: int
    faces: Mapping[tuple[int, int], Face]
    facts: Sequence[Fact] = ()


class BoardProjection:
    """The board as the loop sees it: a place to fold frames and facts into.

    Readings are taken from the frames, facts from what is given as such only: a frame of facts that the loop reads
    again later brings nothing new. The board keeps its own position per place: folding a frame twice changes nothing.
    """

    def __init__(self, schema: str = SCHEMA, *, notify: bool = True) -> None:
        """Choose the schema to write; a board that is being rebuilt wakes nobody."""
        self._schema = schema
        self._notify = notify

    def begin(self, connection: Connection[Any], news: Sequence[News]) -> BoardFolding:
        """Begin to fold the news of several places, each named once, in the caller's transaction and pipeline."""
        return BoardFolding(connection, self._schema, news, notify=self._notify)

    def fold(
        self, connection: Connection[Any], place: PlaceId, frames: Sequence[Frame], concluded: Sequence[Numbered]
    ) -> None:
        """Fold the news of one place in the caller's transaction; facts have their references, and may be known."""
        with connection.pipeline():
            folding = self.begin(connection, [_OfPlace(place, frames)])
            new = [one for one in concluded if split_ref(one.ref)[0] > folding.folded(place)]
            folding.conclude([[one.fact for one in new]])
            folding.finish([[one.ref for one in new]])


class BoardFolding:
    """News that are being folded: what needs no reference of a fact is written at once, the rest when they are known.

    Facts that take from one row to give to another (`_MENDING`) must meet tables that are up to date: where there is
    one among the news, all facts wait.
    """

    def __init__(self, connection: Connection[Any], schema: str, news: Sequence[News], *, notify: bool) -> None:
        """Find out what is new here, and write what was heard."""
        self._connection = connection
        self._schema = schema
        self._notify = notify
        self._batch = Batch()
        self._keys: set[KeyRow] = set()
        self._waits = False
        given = ([one.place for one in news],)
        rows = connection.execute(sql.for_schema(sql.POSITIONS, schema), given).fetchall()
        stand = {place: (seq, fact_seq) for place, seq, fact_seq in rows}
        self._fresh = [_fresh(one, *stand[one.place]) for one in news]
        connection.execute(sql.PLAN)
        self._write_heard()

    def folded(self, place: PlaceId) -> int:
        """The frame of the last fact of a place that was folded before."""
        return next(one.fact_seq for one in self._fresh if one.place == place)

    def conclude(self, facts: Sequence[Sequence[Fact]]) -> None:
        """Write what follows, as far as it does not name the facts themselves."""
        for one, following in zip(self._fresh, facts, strict=True):
            one.facts = following
        self._waits = any(type(fact) in _MENDING for following in facts for fact in following)
        self._find_faces()
        if not self._waits:
            self._gather_all()
            self._write_crossings(self._batch)

    def finish(self, refs: Sequence[Sequence[EntryRef]]) -> None:
        """Write the rest: what names facts by their references."""
        fresh = self._fresh
        numbers = [pair for given in refs for pair in _numbers(given)]
        if self._waits:
            self._mend_all(numbers)
        else:
            number(self._batch, numbers)
            self._write_named(self._batch)
        for one, given in zip(fresh, refs, strict=True):
            one.fact_seq = split_ref(given[-1])[0] if given else one.fact_seq
        self._put(sql.MOVE, [PositionRow(one.place, one.seq, one.fact_seq) for one in fresh])
        # Last, and in order: it is the one table in which places meet, and loops wait for each other there.
        self._put(sql.KEY_PARTS, sorted(self._keys, key=KEY))
        told = [one.place for one in fresh if one.facts or one.heard.devices or one.heard.switching.orders]
        if told and self._notify:
            self._connection.execute(sql.TELL, (CHANNEL, told))

    def _find_faces(self) -> None:
        """What evidence looks like: as just heard, or as the tables have it where it was heard before this batch."""
        for one in self._fresh:
            now = set(map(str, one.heard.seqs))
            named = [fact.of for fact in one.facts if isinstance(fact, EvidenceAttached)]
            older = [split_ref(of) for of in named if of.partition(".")[0] not in now]
            if older:
                given = (array([seq for seq, _ in older]), array([idx for _, idx in older]), one.place)
                rows = self._connection.execute(sql.for_schema(sql.FACES, self._schema), given).fetchall()
                one.faces = one.heard.faces | {(seq, idx): Face(*face) for seq, idx, *face in rows}

    def _gather_all(self) -> None:
        """Gather facts of all places into rows, numbered through; their references come later."""
        begins = 0
        for one in self._fresh:
            self._batch.faces = one.faces
            for ordinal, fact in enumerate(one.facts, begins):
                self._gather(self._batch, one.place, 0, ordinal, fact)
            begins += len(one.facts)

    def _gather(self, batch: Batch, place: PlaceId, seq: int, idx: int, fact: Fact) -> None:
        """Gather what a fact changes; one that no table shows yet changes nothing."""
        past.gather_past(batch.past, place, (seq, idx), fact)
        if isinstance(fact, SIMPLE):
            gather(batch, place, seq, idx, fact)
        elif isinstance(fact, OF_DEVICES):
            gather_device(batch, place, entry_ref(seq, idx), fact)
        elif isinstance(fact, trust.TRUST):
            trust.gather_trust(batch.trust, place, entry_ref(seq, idx), fact)
        elif isinstance(fact, papers.PAPERS):
            papers.gather_papers(batch.papers, place, entry_ref(seq, idx), fact)
            crossing = getattr(fact, "crossing", None)
            if crossing is not None:
                batch.conclusions.append(conclusion(seq, idx, crossing, fact))
        else:
            self._gather_of_desk(batch, place, (seq, idx), fact)

    def _gather_of_desk(self, batch: Batch, place: PlaceId, ref: tuple[int, int], fact: Fact) -> None:
        """Gather what follows from what people order at the desk."""
        if isinstance(fact, _GONE_BY):
            _gather_gone_by(batch, place, ref, fact)
        elif isinstance(fact, passages.PASSAGES):
            passages.gather_passage(batch.passages, place, fact)
        elif isinstance(fact, procedures.PROCEDURES):
            procedures.gather_procedures(batch.procedures, place, ref, fact)
        elif isinstance(fact, OfHolding):
            holding.gather_holding(batch.holding, place, fact)
        elif isinstance(fact, acts.ACTS):
            acts.gather_act(batch.acts, place, ref, fact)
        elif isinstance(fact, slips.SLIPS):
            slips.gather_slip(batch.slips, place, ref, fact)
        elif isinstance(fact, situations.SITUATIONS):
            situations.gather_situation(batch.situations, place, ref, fact)
        told = (*procedures.TOLD, *passages.TOLD, *holding.TOLD, *acts.ACTS, *slips.SLIPS)
        if isinstance(fact, told) and fact.crossing is not None:
            batch.conclusions.append(conclusion(*ref, fact.crossing, fact))

    def _mend_all(self, numbers: Sequence[tuple[int, int]]) -> None:
        """Gather all facts; one that mends waits for the rows of those before it."""
        given = iter(numbers)
        batch = Batch()
        for one in self._fresh:
            batch.faces = one.faces
            for fact in one.facts:
                seq, idx = next(given)
                match fact:
                    case EvidenceMoved() | CrossingsJoined():
                        self._write(batch)
                        batch = Batch(faces=one.faces)
                        batch.conclusions = mend(self._connection, self._schema, (seq, idx), fact)
                    case PostDescribed():
                        self._write(batch)
                        batch = Batch(faces=one.faces)
                        describe(self._connection, self._schema, one.place, (seq, idx), fact)
                    case _:
                        self._gather(batch, one.place, seq, idx, fact)
        self._write(batch)

    def _write_heard(self) -> None:
        heard = [one.heard for one in self._fresh]
        places = [
            PlaceHeard(one.place, one.heard.newest_at, one.heard.newest_seq) for one in self._fresh if one.heard.devices
        ]
        self._put(trust.HEALTH, [row for one in heard for row in one.health])
        self._put(sql.DEVICES_ALIVE, [row for one in heard for row in one.alive.values()])
        self._put(sql.PLACES_HEARD, places)
        self._put(sql.DEVICES_HEARD, [row for one in heard for row in one.devices.values()])
        self._put(sql.SIGHTINGS, [row for one in heard for row in one.sightings])
        minutes = [row for one in self._fresh for row in past.heard_rows(one.place, one.heard.minutes)]
        self._put(past.HEARD, minutes)
        self._put(pictures.PICTURES, [row for one in heard for row in one.pictures])
        self._put(papers.LODGINGS, [row for one in heard for row in one.lodgings])
        for one in heard:
            for statement, rows in switching.written(one.switching):
                self._put(statement, rows)

    def _write(self, batch: Batch) -> None:
        """Write a batch: crossings before what points to them."""
        self._write_crossings(batch)
        self._write_named(batch)

    def _write_crossings(self, batch: Batch) -> None:
        changes = batch.crossings.values()
        self._put(sql.CROSSINGS_OPENED, [change for change in changes if change.opened_at is not None])
        self._put(sql.CROSSINGS_CHANGED, [change for change in changes if change.opened_at is None])
        self._put(sql.KEYS, list(batch.keys))
        self._put(sql.HOURS, batch.hours)
        self._keys |= batch.keys

    def _write_named(self, batch: Batch) -> None:
        self._put(sql.EVIDENCE, batch.evidence)
        self._put(sql.CONCLUSIONS, batch.conclusions)
        self._put(sql.DEVICES_CHANGED, list(batch.devices.values()))
        named = (
            trust.written(batch.trust), papers.written(batch.papers), maps.written(batch.maps),
            procedures.written(batch.procedures), acts.written(batch.acts), limits.written(batch.limits),
            layouts.written(batch.layouts), passages.written(batch.passages), slips.written(batch.slips),
            holding.written(batch.holding), past.written(batch.past),
        )  # fmt: skip
        for statement, rows in chain.from_iterable(named):
            self._put(statement, rows)
        for statement, rows in situations.written(batch.situations):
            self._put(statement, rows)

    def _put(self, statement: str, rows: Sequence[Struct]) -> None:
        if rows:
            self._connection.execute(sql.for_schema(statement, self._schema, type(rows[0])), columns(rows))


def _gather_gone_by(batch: Batch, place: PlaceId, ref: tuple[int, int], fact: Fact) -> None:
    """Gather what people put in force of maps, limits and layouts."""
    if isinstance(fact, maps.MAPS):
        maps.gather_map(batch.maps, place, ref, fact)
    elif isinstance(fact, limits.LIMITS):
        limits.gather_limits(batch.limits, place, fact)
    else:
        layouts.gather_layout(batch.layouts, place, fact)


def _numbers(refs: Sequence[EntryRef]) -> Sequence[tuple[int, int]]:
    """Frame and index of each reference; nearly always they follow each other in one frame."""
    if not refs:
        return ()
    (seq, first), last = split_ref(refs[0]), split_ref(refs[-1])
    if last == (seq, first + len(refs) - 1):
        return [(seq, index) for index in range(first, first + len(refs))]
    return [split_ref(ref) for ref in refs]


def _fresh(news: News, seq: int, fact_seq: int) -> _Fresh:
    """What of the news of a place the board has not folded yet."""
    frames = [frame for frame in news.frames if frame.seq > seq]
    heard = hear(frames)
    return _Fresh(news.place, heard, frames[-1].seq if frames else seq, fact_seq, heard.faces)
