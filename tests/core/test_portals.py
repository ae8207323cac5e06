"""What a portal said of a conveyance in two parts, because its link broke, is one conveyance's."""

from __future__ import annotations

from beket.core.state import apply, empty
from beket.core.step import step
from beket.words.decisions import DescribePost
from beket.words.facts import EvidenceAttached, Fact
from beket.words.ids import DeviceId, Instant, LaneId, PlaceId, ReadingId, entry_ref
from beket.words.readings import RpmOccupancy
from beket.words.site import Device, Lane, Name, Post

T0 = 1_795_240_800_000
PORTAL = DeviceId("portal")
POST = Post(
    id=PlaceId("KG-AKJ-A"), name=Name(ky="x", ru="x", en="x"), latitude=42.0, longitude=74.0,
    lanes=(Lane(id=LaneId("1"), direction="in"),),
    devices=(Device(id=PORTAL, driver="x", lane=LaneId("1"), zone="arrival", view="none", after_s=(0, 4)),),
)  # fmt: skip


def occupied(from_ms: int, to_ms: int, *, closed: bool = True) -> RpmOccupancy:
    return RpmOccupancy(
        device_id=PORTAL, received=Instant(T0 + to_ms), reading_id=ReadingId(str(from_ms)), counter=1,
        gamma_alarm=False, neutron_alarm=False, max_gamma_1s=300, max_neutron=0,
        started=Instant(T0 + from_ms), ended=Instant(T0 + to_ms), closed=closed,
    )  # fmt: skip


def crossings(*said: RpmOccupancy) -> int:
    state = empty(POST.id)
    described = DescribePost(decision_id="1", by="t", role="administrator", at=Instant(T0), post=POST)
    facts: list[Fact] = []
    bodies: tuple[DescribePost | RpmOccupancy, ...] = (described, *said)
    for seq, body in enumerate(bodies, start=1):
        for index, fact in enumerate(step(state, entry_ref(seq, 0), body), start=1):
            apply(state, entry_ref(seq, index), fact)
            facts.append(fact)
    return len({fact.crossing for fact in facts if isinstance(fact, EvidenceAttached)})


def test_an_end_alone_belongs_to_what_was_broken_off() -> None:
    assert crossings(occupied(0, 1400, closed=False), occupied(1800, 1800)) == 1


def test_an_end_alone_with_nothing_before_it_is_somebody() -> None:
    assert crossings(occupied(0, 1400), occupied(9000, 9000)) == 2


def test_a_whole_occupancy_is_another_conveyance() -> None:
    assert crossings(occupied(0, 1400, closed=False), occupied(1800, 3600)) == 2
