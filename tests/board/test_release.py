"""Release times: each moment of a stay is one party's, the parts are the whole, and nobody is blamed for another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace
from psycopg import Connection, Cursor

from beket.board import rebuild
from beket.board.panels.holding import stops, waits
from beket.board.panels.release import PARTS, WHOLE, Figure, Span, held, needs_of, records
from beket.log.server import Server
from beket.words.decisions import AwaitTrade, EndAwaiting, ReportNeighbour
from beket.words.holding import AWAITED_MS
from beket.words.ids import CrossingId, Instant, Sha256, sha256
from beket.words.procedures import Step, deciders, read_procedure
from tests.board import engine
from tests.board.test_procedures import House, lived
from tests.core.procedures.desk import SHORT
from tests.core.procedures.test_standing import declaration
from tests.core.tape import BEGIN, PLACE

HOUR = Span(Instant(BEGIN), Instant(BEGIN + 3_600_000))
BETWEEN = Instant(BEGIN), Instant(BEGIN + 3_600_000)
OUT = SHORT.replace('direction = "in"', 'direction = "out"')


def steps_of(text: str) -> dict[tuple[Sha256, str], Step]:
    return {(sha256(text.encode()), step.code): step for step in read_procedure(text).steps}


STEPS = steps_of(SHORT) | steps_of(OUT)


@pytest.fixture
def house(dsn: str) -> Iterator[House]:
    found = House(dsn)
    yield found
    found.book.close()


@pytest.fixture
def exit_house(dsn: str) -> Iterator[House]:
    """A checkpoint where the procedure is one for those that go out."""
    found = House(dsn)
    found.propose(1, OUT)
    found.approve(2, found.last, sha256(OUT.encode()))
    yield found
    found.book.close()


def seconds(cursor: Cursor[Any], span: Span = HOUR) -> dict[str, float]:
    """How long each had the only conveyance of its kind, in seconds."""
    return {one.holder: one.median_ms / 1000 for one in held(cursor, STEPS, span) if one.crossings == 1}


def test_whose_hands_it_was_in_follows_from_stamps_and_papers(house: House, cursor: Cursor[Any]) -> None:
    lived(house)
    house.says("600 exit 01111AAA")
    assert seconds(cursor) == {
        "whole": 600,
        "own": 30,  # customs alone, after the scale was decided
        "other": 60,
        "both": 90,  # the declaration is there, and transport control was not done yet
        "driver": 420,  # released, and not yet at the exit; until the declaration came transport control had it
        "transport": 150,
        "customs": 120,  # its release waited for the declaration for a minute
    }
    told = held(cursor, STEPS, HOUR)
    assert [one.holder for one in told][:5] == ["whole", "own", "other", "both", "driver"]
    assert {(one.crossings, one.p90_ms == one.median_ms, one.total_ms == one.median_ms) for one in told} == {
        (1, True, True)
    }
    assert held(cursor, STEPS, Span(Instant(0), Instant(BEGIN))) == ()
    assert held(cursor, STEPS, HOUR, frozenset()) == ()


def test_each_figure_has_its_records_with_the_times(house: House, cursor: Cursor[Any]) -> None:
    lived(house)
    house.says("600 exit 01111AAA")
    for figure in held(cursor, STEPS, HOUR):
        found = records(cursor, STEPS, HOUR, Figure(figure.place, figure.direction, figure.holder))
        assert (len(found), sum(one.held_ms for one in found)) == (figure.crossings, figure.total_ms), figure.holder
        for one in found:
            pairs = zip(one.times[::2], one.times[1::2], strict=True)
            assert sum(until - since for since, until in pairs) == one.held_ms
    (record,) = records(cursor, STEPS, HOUR, Figure(PLACE, "in", "driver"))
    assert (record.crossing, record.plate, record.whole_ms) == (house.opened[0], "01111AAA", 600_000)
    assert record.times == (BEGIN + 180_000, BEGIN + 600_000)
    assert records(cursor, STEPS, HOUR, Figure(PLACE, "out", "driver")) == ()


def test_of_those_that_are_here_it_is_told_how_long_until_now(house: House, cursor: Cursor[Any]) -> None:
    house.says("0 front 01111AAA")
    house.says("30 scale 33000")
    house.decides(60, "weighing", agency="transport")
    now = Span(None, Instant(BEGIN + 200_000))
    told = seconds(cursor, now)
    assert told == {"whole": 200, "other": 60, "driver": 140, "transport": 60}, "its declaration has not come"
    house.brought(250, declaration())
    assert seconds(cursor, Span(None, Instant(BEGIN + 300_000)))["own"] == 50
    assert seconds(cursor) == {}, "nobody has left"
    (record,) = records(cursor, STEPS, now, Figure(PLACE, "in", "driver"))
    assert record.departed_at is None


def test_while_an_agency_says_that_it_waits_the_trade_has_it(house: House, cursor: Cursor[Any]) -> None:
    house.says("0 front 01111AAA")
    house.brought(0, declaration())
    house.decides(0, "weighing", agency="transport", override="ordered")
    house.takes(100, AwaitTrade, crossing=house.opened[0], what="driver", remark="asleep")
    house.takes(160, EndAwaiting, crossing=house.opened[0])
    house.takes(200, AwaitTrade, crossing=house.opened[0], what="driver", agency="border")
    house.decides(300, "release")
    house.says("300 exit 01111AAA")
    told = seconds(cursor)
    later, first = waits(cursor, house.opened[0])
    assert (first.what, first.agency, first.by_whom, first.remark) == ("driver", "customs", "b.bekov", "asleep")
    assert (first.began_at, first.ended_at, first.ended_why) == (BEGIN + 100_000, BEGIN + 160_000, "said")
    assert (later.agency, later.ended_why) == ("border", "left")
    assert waits(cursor, house.opened[0], frozenset()) == ()
    assert (told["driver"], told["own"], told["customs"]) == (60, 240, 240), "the border says it, and customs has it"


def test_what_nobody_ends_counts_for_its_time_only(house: House, cursor: Cursor[Any]) -> None:
    house.says("0 front 01111AAA")
    house.brought(0, declaration())
    house.decides(0, "weighing", agency="transport", override="ordered")
    house.takes(0, AwaitTrade, crossing=house.opened[0], what="driver")
    later = Span(None, Instant(BEGIN + AWAITED_MS + 60_000))
    assert seconds(cursor, later)["driver"] == AWAITED_MS / 1000, "the loop stands still, and its time is over"
    house.says(f"{AWAITED_MS // 1000 + 10} tick")
    assert seconds(cursor, later)["own"] == 60


def out(house: House, *plates: str) -> None:
    """Lorries that want to go out and are released at once, one a second."""
    for number, plate in enumerate(plates):
        house.says(f"{10 + 90 * number} front@9 {plate}")
        crossing = house.opened[-1]
        house.decides(10 + 90 * number, "weighing", agency="transport", override="ordered", crossing=crossing)
        house.decides(310 + number, "release", override="ordered", crossing=crossing)


def test_after_the_release_the_neighbour_has_it_while_somebody_says_so(exit_house: House, cursor: Cursor[Any]) -> None:
    house = exit_house
    out(house, "01111AAA")
    house.takes(400, ReportNeighbour, direction="out", passes=False, since_at=BEGIN + 350_000, remark="no system")
    house.takes(600, ReportNeighbour, direction="out", passes=True)
    house.says("700 exit@9 01111AAA")
    told = seconds(cursor)
    assert (told["neighbour"], told["unknown"]) == (250, 140), "before and after it nobody can tell"
    assert "driver" not in told
    (stop,) = stops(cursor, *BETWEEN)
    assert (stop.since_at, stop.ended_at) == (BEGIN + 350_000, BEGIN + 600_000)
    assert (stop.by_whom, stop.remark, stop.ended_why, stop.passed) == ("b.bekov", "no system", "said", 0)
    assert stops(cursor, Instant(0), Instant(BEGIN)) == stops(cursor, *BETWEEN, frozenset()) == ()


def test_who_is_sent_in_is_not_the_neighbours(house: House, cursor: Cursor[Any]) -> None:
    lived(house)
    house.takes(200, ReportNeighbour, direction="in", passes=False)
    house.takes(201, ReportNeighbour, direction="out", passes=False)
    house.says("600 exit 01111AAA")
    assert "neighbour" not in seconds(cursor)
    assert [one.direction for one in stops(cursor, *BETWEEN)] == ["out", "in"]


def test_who_leaves_while_the_neighbour_is_said_to_take_nobody_is_counted(
    exit_house: House, cursor: Cursor[Any]
) -> None:
    house = exit_house
    out(house, "01111AAA")
    house.takes(400, ReportNeighbour, direction="out", passes=False)
    house.says("500 exit@9 01111AAA")
    house.takes(600, ReportNeighbour, direction="out", passes=True)
    (stop,) = stops(cursor, *BETWEEN)
    assert stop.passed == 1


def test_who_is_overtaken_after_the_release_waits_for_himself(exit_house: House, cursor: Cursor[Any]) -> None:
    house = exit_house
    out(house, "01111AAA", "01222BBB")
    house.says("400 exit@9 01222BBB")
    house.says("1000 exit@9 01111AAA")
    (record,) = records(cursor, STEPS, HOUR, Figure(PLACE, "out", "driver"))
    assert (record.plate, record.held_ms) == ("01111AAA", 600_000)
    unknown = {one.plate: one.held_ms for one in records(cursor, STEPS, HOUR, Figure(PLACE, "out", "unknown"))}
    assert unknown == {"01111AAA": 90_000, "01222BBB": 89_000}


def test_rebuilt_from_the_log_what_was_said_is_the_same(exit_house: House, dsn: str) -> None:
    house = exit_house
    out(house, "01111AAA", "01222BBB")
    house.takes(600, ReportNeighbour, direction="out", passes=False, remark="no system")
    house.takes(610, AwaitTrade, crossing=house.opened[1], what="papers", remark="waybill")
    house.takes(620, AwaitTrade, crossing=house.opened[1], what="driver")
    house.says("700 exit@9 01222BBB")
    house.takes(710, ReportNeighbour, direction="out", passes=False)
    live = engine.tables(dsn)
    rebuild.rebuild(dsn)
    assert engine.tables(dsn) == live
    assert [len(live[name]) for name in ("neighbour_stop", "trade_wait")] == [1, 1]


# The law of the division, held against a second way to say whose a moment is.

_NAME = 'name = { en = "N", ru = "Н", ky = "Н" }'
_PASS = f'outcomes = [{{ code = "pass", effect = "clears", {_NAME} }}]'
PROBE = read_procedure(f"""
code = "probe"
{_NAME}
template = "external_road"
direction = "out"
source = "a trial"
steps = [
  {{ code = "papers", {_NAME}, agency = "customs", proof = ["waybill"], {_PASS} }},
  {{ code = "goods", {_NAME}, agency = "veterinary", when = [{{ condition = "goods", codes = ["01"] }}], {_PASS} }},
  {{ code = "gate", {_NAME}, agency = "operator", proof = ["weighing"], machine = true }},
  {{ code = "release", {_NAME}, agency = "customs", releases = true, {_PASS} }},
  {{ code = "border", {_NAME}, agency = "border", {_PASS} }},
  {{ code = "exit", {_NAME}, agency = "operator", proof = ["exit"], machine = true }},
]
""")
"""A step of each sort that the division tells apart."""

END = 30
_AT = st.integers(0, END)
_MAYBE = st.none() | _AT


class Stamps(Struct, frozen=True, kw_only=True):
    asked: int | None
    begun: int | None
    done: int | None
    unneeded: int | None
    overtaken: int | None
    effect: str
    overridden: bool


class Life(Struct, frozen=True, kw_only=True):
    """A conveyance, with all that can be known of it."""

    direction: str
    opened: int
    departed: int | None
    stamps: dict[str, Stamps]
    papers: tuple[tuple[str, int, str | None], ...]
    waits: tuple[tuple[str, int, int, int | None], ...]


STAMPS = st.builds(
    Stamps, asked=_MAYBE, begun=_MAYBE, done=_MAYBE, unneeded=_MAYBE, overtaken=_MAYBE,
    effect=st.sampled_from(["clears", "diverts", "holds", "refuses", "detains"]), overridden=st.booleans(),
)  # fmt: skip
LIVES = st.builds(
    Life, direction=st.just("in"), opened=st.integers(0, 10), departed=st.none() | st.integers(11, END),
    stamps=st.fixed_dictionaries({}, optional={step.code: STAMPS for step in PROBE.steps}),
    papers=st.lists(st.tuples(
        st.sampled_from(["waybill", "permit", "certificate"]), _AT, st.sampled_from([None, "replaced", "order"])
    ), max_size=2).map(tuple),
    waits=st.lists(st.tuples(
        st.sampled_from(["customs", "border", "operator"]), _AT, _AT, _MAYBE
    ), max_size=2).map(tuple),
)  # fmt: skip
STOPS = st.lists(st.tuples(_AT, _AT, _MAYBE), max_size=2)


def whose(life: Life, stopped: list[tuple[int, int, int | None]], at: int) -> str:
    """Say whose one moment is."""
    said = {agency for agency, *times in life.waits if runs(times, at)}
    found = [(step, doing(life, step, at)) for step in PROBE.steps if step.code in life.stamps and step.code != "exit"]
    own, other = (
        any(what == "works" and not said & deciders(step.agency) for step, what in found if is_own(step) is side)
        for side in (True, False)
    )
    if own or other:
        return "both" if own and other else "own" if own else "other"
    if said or any(what == "waits" for _, what in found):
        return "driver"
    release = life.stamps.get("release")
    if release is None or release.done is None or release.effect not in ("clears", "diverts"):
        return "unknown"
    if life.direction == "out" and at >= release.done and any(runs(list(times), at) for times in stopped):
        return "neighbour"
    gone_at = release.done if life.direction == "in" else release.overtaken
    return "driver" if gone_at is not None and gone_at <= at else "unknown"


def runs(times: list[int | None], at: int) -> bool:
    """Whether what was said holds: since, until at most, ended."""
    since, until, ended = times
    last = until if ended is None else ended
    return since is not None and last is not None and since <= at < last


def is_own(step: Step) -> bool:
    return step.agency in ("customs", "operator")


def doing(life: Life, step: Step, at: int) -> str | None:
    """Whether a step is worked on, waits for the trade, or nobody knows (None, as where it is not its turn)."""
    one, over = life.stamps[step.code], END if life.departed is None else life.departed
    done = None if one.effect in ("holds", "detains") else one.done
    ends = min(over, next((end for end in (done, one.unneeded) if end is not None), over))
    if one.asked is None or not one.asked <= at < ends:
        return None
    if one.begun is not None and one.begun <= at:
        return "works"
    overtaken = not step.releases and one.overtaken is not None and one.overtaken <= at
    if came(life, step, at) or (one.overridden and not came(life, step, ends - 1)):
        return "waits" if overtaken else "works"
    left_unseen = life.departed is not None and one.done is None and one.unneeded is None
    return "waits" if overtaken or not left_unseen or came(life, step, END) else None


def came(life: Life, step: Step, by: int) -> bool:
    """Whether the paper that a step needs was there by then: of these all need the same."""
    there = any(kind == "waybill" and at <= by and gone in (None, "replaced") for kind, at, gone in life.papers)
    return there or not list(needs_of(step))


@pytest.fixture(scope="module")
def line(server: Server) -> Iterator[Connection[Any]]:
    with engine.connect(engine.fresh(server)) as connection:
        yield connection


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(lives=st.lists(LIVES, min_size=1, max_size=8), stopped=STOPS, direction=st.sampled_from(["in", "out"]))
def test_every_moment_is_one_partys_and_the_parts_are_the_whole(
    line: Connection[Any], lives: list[Life], stopped: list[tuple[int, int, int | None]], direction: str
) -> None:
    lives = [replace(life, direction=direction) for life in lives]
    put(line, lives, stopped)
    for span in (Span(Instant(0), Instant(END + 1)), Span(None, Instant(END))):
        parts = {holder: times(line, span, Figure(PLACE, direction, holder)) for holder in (*PARTS, WHOLE)}
        for number, life in enumerate(lives):
            if (life.departed is None) != (span.since is None):
                continue
            stay = range(life.opened, END if life.departed is None else life.departed)
            expected: dict[str, list[int]] = {}
            for at in stay:
                expected.setdefault(whose(life, stopped, at), []).append(at)
            found = {holder: parts[holder][name(number)] for holder in PARTS if name(number) in parts[holder]}
            assert found == expected, life
            assert sorted(at for one in found.values() for at in one) == list(stay) == parts[WHOLE][name(number)]


def times(line: Connection[Any], span: Span, figure: Figure) -> dict[CrossingId, list[int]]:
    """The moments behind a figure, by crossing."""
    steps = {(sha256(b"probe"), step.code): step for step in PROBE.steps}
    return {
        one.crossing: [at for a, b in zip(one.times[::2], one.times[1::2], strict=True) for at in range(a, b)]
        for one in records(line.cursor(), steps, span, figure)
    }


def name(number: int) -> CrossingId:
    return CrossingId(f"{PLACE}:{number}.0")


def put(line: Connection[Any], lives: list[Life], stopped: list[tuple[int, int, int | None]]) -> None:
    """Put conveyances into the tables as the log would have."""
    cursor = line.cursor()
    for table in ("crossing", "course", "course_step", "document", "document_crossing", "trade_wait", "neighbour_stop"):
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
    for number, life in enumerate(lives):
        crossing = name(number)
        cursor.execute(
            "INSERT INTO crossing (place, id, direction, lane, opened_at, opened_by, zone, departed_at, last_at)"
            " VALUES (%s, %s, %s, '1', %s, 'x', 'arrival', %s, 0)",
            (PLACE, crossing, life.direction, life.opened, life.departed),
        )
        cursor.execute(
            "INSERT INTO course VALUES (%s, %s, %s, 'arrived', true, '{}', '[]', '[]', '[]', 0, 1, 0)",
            (PLACE, crossing, sha256(b"probe")),
        )
        for code, one in life.stamps.items():
            cursor.execute(
                "INSERT INTO course_step (place, crossing, step, asked_at, begun_at, done_at, effect, override,"
                " unneeded_at, overtaken_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (PLACE, crossing, code, one.asked, one.begun, one.done, None if one.done is None else one.effect,
                 "other" if one.overridden else None, one.unneeded, one.overtaken),
            )  # fmt: skip
        for index, (kind, at, gone) in enumerate(life.papers):
            paper(cursor, f"{crossing}-{index}", kind)
            cursor.execute(
                "INSERT INTO document_crossing VALUES (%s, %s, %s, 'plate', NULL, NULL, %s, '', '', %s)",
                (f"{crossing}-{index}", crossing, PLACE, at, gone),
            )
        for index, (agency, since, until, ended) in enumerate(life.waits):
            cursor.execute(
                "INSERT INTO trade_wait VALUES (%s, %s, %s, %s, 'driver', 'x', '', %s, %s, %s)",
                (PLACE, f"{number}.{index}", crossing, agency, since, until, ended),
            )
    for index, (since, until, ended) in enumerate(stopped):
        cursor.execute(
            "INSERT INTO neighbour_stop VALUES (%s, %s, 'out', %s, %s, 'x', 'customs', '', %s, %s)",
            (PLACE, f"{index}.1", since, until, since, ended),
        )


def paper(cursor: psycopg.Cursor[Any], document: str, kind: str) -> None:
    cursor.execute(
        "INSERT INTO document (id, place, seq, idx, kind, format, version, unannounced, confirmed, cancels, filed_at,"
        " plates, items, gist, fact) VALUES (%s, %s, 1, 0, %s, 'x', 1, false, false, false, 0, '', 0, '', '')",
        (document, PLACE, kind),
    )
