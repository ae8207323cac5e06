"""An order in the log reaches a barrier: a real log and board, and an independent Modbus module on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from beket.app.sink import LogSink
from beket.app.switching import READER, Switching
from beket.board.projector import BoardProjection
from beket.board.schema import ensure
from beket.devices.writing.known import Known
from beket.log.appender import Appender
from beket.log.book import Seq
from beket.log.connect import open_connection
from beket.log.evidence import Intake, Shelf
from beket.log.postgres import PostgresBook, wall_clock
from beket.log.quarantine import QuarantineDesk
from beket.log.server import Server
from beket.loop.runner import Runner
from beket.words.decisions import AdjudicateAlarm, DescribePost, EquipmentOrder, OrderEquipment
from beket.words.ids import DeviceId, EntryRef, Instant, LaneId, PlaceId, ReadingId, reading_id
from beket.words.readings import Health, Passage, RpmOccupancy, SwitchResult
from beket.words.roles import Role
from beket.words.site import Device, Lane, Name, Post
from beket.words.wire import Body, Entry
from tests.devices.registers import modbus_device
from tests.devices.writing.barrier import Barrier
from tests.devices.writing.lane import LaneBox, serving
from tests.log.engines import database
from tests.ports import free_port

PLACE = PlaceId("KG-TEST")
LANE = LaneId("in-1")
GATE = DeviceId("KG-TEST/in-1/barrier")
PORTAL = DeviceId("KG-TEST/in-1/portal")
LOOP = DeviceId("KG-TEST/in-1/loop")


def post_at(port: int, **options: str) -> Post:
    """A post with one lane: a barrier that may be written to, a portal and a loop."""
    named = options or {"orders": "lane_eight"}
    devices = (
        Device(
            id=GATE, driver="modbus_io", lane=LANE, zone="departure", host="127.0.0.1", port=port, options={**named}
        ),
        Device(id=PORTAL, driver="rapiscan_tsa", lane=LANE),
        Device(id=LOOP, driver="modbus_io", lane=LANE, zone="departure"),
    )
    name = Name(ky="Сыноо", ru="Проба", en="Trial")
    return Post(id=PLACE, name=name, latitude=42, longitude=74, lanes=(Lane(id=LANE, direction="in"),), devices=devices)


class House:
    """A log with a board, a loop that turns when asked, and who says things to them."""

    def __init__(self, dsn: str, tmp_path: Path) -> None:
        self.dsn = dsn
        self.book = PostgresBook(dsn)
        self.shelf = Shelf(tmp_path)

    def write(self, body: Body) -> EntryRef:
        """Append one entry."""
        return self.book.append(PLACE, [Entry(body=body)]).refs[0]

    def think(self) -> None:
        """Let the loop conclude and fold what there is."""
        with closing(PostgresBook(self.dsn)) as book:
            Runner(book, BoardProjection()).catch_up()

    def order(
        self,
        what: EquipmentOrder = "open_barrier",
        name: str = "d-1",
        *,
        role: Role = "inspector",
        age_ms: int = 0,
        device: DeviceId = GATE,
    ) -> None:
        """Append an order as the desk does."""
        at = Instant(wall_clock() - age_ms)
        self.write(
            OrderEquipment(
                decision_id=name,
                by="a.uulu",
                role=role,
                at=at,
                device=device,
                order=what,
                why="released",
                until_at=Instant(at + 60_000),
            )
        )

    def alarm(self) -> EntryRef:
        """Let the portal give alarm."""
        now = wall_clock()
        return self.write(
            RpmOccupancy(
                device_id=PORTAL,
                received=now,
                reading_id=reading_id(PORTAL, "rpm_occupancy", now, b""),
                counter=1,
                gamma_alarm=True,
                neutron_alarm=False,
                max_gamma_1s=9_000,
                max_neutron=0,
                started=Instant(now - 5_000),
                ended=now,
            )
        )

    def results(self) -> list[SwitchResult]:
        """What the log holds of orders."""
        frames = self.book.read(PLACE, Seq(0), 1000)
        bodies = [entry.body for frame in frames for entry in frame.entries]
        return [body for body in bodies if isinstance(body, SwitchResult)]

    def ends(self) -> dict[str, tuple[str, str | None]]:
        """How each order ended."""
        return {one.order_id: (one.result, one.why) for one in self.results() if one.result != "begun"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("engine")) as running:
        yield running


@pytest.fixture
def house(server: Server, tmp_path: Path) -> Iterator[House]:
    with database(server.dsn) as dsn:
        with open_connection(dsn) as connection:
            ensure(connection)
        opened = House(dsn, tmp_path)
        opened.write(DescribePost(decision_id="s", by="site", role="administrator", at=Instant(1), post=post_at(1)))
        opened.think()
        yield opened
        opened.book.close()


@asynccontextmanager
async def node(house: House, post: Post) -> AsyncIterator[Switching]:
    """Have a node carry out orders until the block ends, then stop it as the field does."""
    async with Appender(house.dsn) as appender, Intake(house.shelf) as intake, QuarantineDesk(house.dsn) as desk:
        switching = Switching(house.dsn, [post], LogSink(appender, intake, desk))
        running = asyncio.create_task(switching.run())
        try:
            yield switching
        finally:
            switching.stop()
            await asyncio.wait_for(running, 10)


async def until(true: Callable[[], bool], seconds: float = 15) -> None:
    """Wait for something to be true."""
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(true):  # noqa: ASYNC110  the log is looked at, it does not tell
            await asyncio.sleep(0.05)


def test_an_order_in_the_log_opens_the_barrier_and_its_end_is_in_the_log(house: House) -> None:
    async def scene() -> None:
        barrier = Barrier()
        async with modbus_device(barrier) as port, node(house, post_at(port)):
            house.order()
            await until(lambda: "d-1" in house.ends())
        assert house.ends() == {"d-1": ("obeyed", None)}
        assert barrier.is_open
        assert [one.result for one in house.results()] == ["begun", "obeyed"]
        assert house.results()[-1].state["open_limit"] is True

    asyncio.run(scene())


def test_an_alarm_keeps_the_lane_closed_until_it_is_judged(house: House) -> None:
    async def scene() -> None:
        barrier = Barrier()
        async with modbus_device(barrier) as port, node(house, post_at(port)):
            of = house.alarm()
            house.order()
            await until(lambda: "d-1" in house.ends())
            assert house.ends()["d-1"] == ("refused", f"lane_blocked: radiation alarm {of}"), "no loop has run yet"
            assert barrier.written == []
            house.think()
            judged = AdjudicateAlarm(decision_id="j", by="b", role="inspector", at=wall_clock(), of=of, code=6)
            house.write(judged)
            house.think()
            house.order(name="d-2")
            await until(lambda: "d-2" in house.ends())
        assert house.ends()["d-2"] == ("obeyed", None)

    asyncio.run(scene())


def test_an_alarm_of_before_the_start_is_known_from_the_board(house: House) -> None:
    async def scene() -> None:
        of = house.alarm()
        house.think()
        with house.book.transaction() as writing:
            writing.move(READER, PLACE, house.book.heads()[0].seq)
        barrier = Barrier()
        async with modbus_device(barrier) as port, node(house, post_at(port)):
            house.order()
            await until(lambda: "d-1" in house.ends())
        assert house.ends()["d-1"] == ("refused", f"lane_blocked: radiation alarm {of}")

    asyncio.run(scene())


def test_a_module_that_is_gone_fails_and_that_is_said(house: House) -> None:
    async def scene() -> None:
        async with node(house, post_at(free_port())):
            house.order()
            await until(lambda: "d-1" in house.ends())
        result, why = house.ends()["d-1"]
        assert result == "failed"
        assert (why or "").startswith("before it was begun: cannot connect")

    asyncio.run(scene())


def test_a_line_cut_in_the_middle_is_said_and_not_tried_again(house: House) -> None:
    async def scene() -> None:
        box = LaneBox(fault="cut_for_good")
        async with serving(box) as device, node(house, post_at(device.port or 0)):
            house.order()
            await until(lambda: "d-1" in house.ends())
            writes = len(box.writes)
            await asyncio.sleep(0.3)
            assert len(box.writes) == writes
        assert house.ends()["d-1"][0] == "unconfirmed"
        assert [one.result for one in house.results()] == ["begun", "unconfirmed"]

    asyncio.run(scene())


def test_nothing_closes_on_what_a_loop_beside_it_sees(house: House) -> None:
    async def scene() -> None:
        barrier = Barrier()
        async with modbus_device(barrier) as port, node(house, post_at(port)):
            house.write(passage(LOOP, occupied=True))
            house.order("close_barrier")
            await until(lambda: "d-1" in house.ends())
            house.write(passage(LOOP, occupied=False, number=1))
            house.order("close_barrier", "d-2")
            await until(lambda: "d-2" in house.ends())
        assert house.ends() == {
            "d-1": ("refused", "occupied: another device sees something"),
            "d-2": ("obeyed", None),
        }

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"role": "auditor"}, "not_allowed"),
        ({"age_ms": 120_000}, "too_late"),
        ({"device": LOOP}, "not_wired"),
        ({"what": "light_dark"}, "not_wired"),
    ],
)
def test_what_may_not_be_is_refused_here_too(house: House, given: dict[str, object], why: str) -> None:
    async def scene() -> None:
        barrier = Barrier()
        async with modbus_device(barrier) as port, node(house, post_at(port)):
            house.order(**given)  # type: ignore[arg-type]
            await until(lambda: "d-1" in house.ends())
        assert house.ends() == {"d-1": ("refused", why)}
        assert barrier.written == []

    asyncio.run(scene())


def test_a_stop_between_begun_and_ended_is_never_a_second_opening(house: House) -> None:
    async def scene() -> None:
        house.order(name="ended")
        house.order(name="begun")
        house.order("unlock", name="button")
        said = {"ended": ("begun", "ended"), "begun": ("begun",), "button": ("begun",)}
        for name, stages in said.items():
            for stage in stages:
                house.write(
                    SwitchResult(
                        device_id=GATE,
                        received=wall_clock(),
                        reading_id=reading_id(GATE, "switch_result", None, f"{stage}:{name}".encode()),
                        order_id=name,
                        order="unlock" if name == "button" else "open_barrier",
                        result="begun" if stage == "begun" else "obeyed",
                    )
                )
        house.order(name="waiting")
        barrier = Barrier()
        barrier.coils[4] = True
        for _start in range(2):
            async with modbus_device(barrier) as port, node(house, post_at(port)):
                await until(lambda: "waiting" in house.ends())
        assert house.ends() == {
            "ended": ("obeyed", None),
            "begun": ("unconfirmed", "interrupted: it was begun before"),
            "button": ("unconfirmed", "interrupted: it was begun before; what it held down was let go"),
            "waiting": ("obeyed", None),
        }
        ups = [values for address, values in barrier.written if address == 0 and values == [True]]
        assert len(ups) == 1, "the barrier was driven up once in two starts"
        assert [values for address, values in barrier.written if address == 4] == [[False]], "the lock was let go, once"

    asyncio.run(scene())


def test_two_nodes_on_one_log_carry_out_one_order_once(house: House) -> None:
    async def scene() -> None:
        barrier = Barrier()
        async with modbus_device(barrier) as port, node(house, post_at(port)), node(house, post_at(port)):
            await asyncio.sleep(0.5)
            house.order()
            await until(lambda: "d-1" in house.ends())
            await asyncio.sleep(0.5)
        assert [one.result for one in house.results()] == ["begun", "obeyed"]

    asyncio.run(scene())


def test_a_node_that_may_write_to_nothing_asks_nothing(house: House) -> None:
    async def scene() -> None:
        post = post_at(1, map="lane_eight")
        async with Appender(house.dsn) as appender, Intake(house.shelf) as intake, QuarantineDesk(house.dsn) as desk:
            switching = Switching(house.dsn, [post], LogSink(appender, intake, desk))
            assert switching.gates == {}
            await asyncio.wait_for(switching.run(), 1)

    asyncio.run(scene())


def passage(device: DeviceId, *, occupied: bool, number: int = 0) -> Passage:
    return Passage(
        device_id=device,
        received=Instant(1),
        reading_id=reading_id(device, "passage", number, b""),
        occupied=occupied,
        what="loop",
    )


def test_what_is_known_of_a_lane_grows_old_and_is_forgotten_with_the_link() -> None:
    now = [10.0]
    known = Known([post_at(1)], lambda: now[0])
    lane = known.lane_of(PLACE, GATE)
    assert lane is not None
    assert lane.blocked_by is None, "nothing was read yet"
    known.caught_up(PLACE)
    known.take(PLACE, EntryRef("1.0"), passage(LOOP, occupied=True))
    known.take(PLACE, EntryRef("2.0"), passage(GATE, occupied=False))
    lane = known.lane_of(PLACE, GATE)
    assert lane is not None
    assert (lane.blocked_by, lane.occupied) == ((), True)
    gone = Health(device_id=LOOP, received=Instant(2), reading_id=ReadingId("h"), alive=True, connected=False)
    known.take(PLACE, EntryRef("3.0"), gone)
    lane = known.lane_of(PLACE, GATE)
    assert lane is not None
    assert lane.occupied is None
    now[0] += 3.1
    lane = known.lane_of(PLACE, GATE)
    assert lane is not None
    assert (lane.blocked_by, lane.occupied) == (None, None)
    assert known.lane_of(PLACE, DeviceId("KG-TEST/other")) is None
