"""The window of the rehearsal: the drivers read what is shown there, and it lies in the dossier of who showed it."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from random import Random

import pytest
from msgspec import structs

from beket.devices.kit import backoff
from beket.devices.kit.registry import drivers
from beket.sim.country import BARRIER_AT, demo_posts
from beket.sim.faults import ALL, FaultKind, Telling
from beket.sim.fleet import Vehicle, vehicle
from beket.sim.happenings import Journey, Show
from beket.sim.judge import UNREAD, judge
from beket.sim.pace import DEMO, LOAD, REAL, Pace
from beket.sim.papers import CHANGE_MS, STATE, Window
from beket.sim.rehearsal import Script, now
from beket.sim.streams import Reader
from beket.sim.truth import Told
from beket.sim.voices import CODES, CONTAINERS, DOCUMENTS, READERS
from beket.sim.world import Season, World
from beket.words.ids import Instant
from beket.words.readings import CodeRead, ContainerRead, DocumentRead, Reading
from beket.words.site import Device, Post
from tests.devices.sockets import MemorySink, device, opened, until
from tests.sim.house import T0, DryRun, only

PAPERS = (DocumentRead, CodeRead, ContainerRead)


def windowed(rate: float = 60, pace: Pace = DEMO) -> Post:
    """The lane with the window."""
    place, lane = BARRIER_AT
    return only(next(post for post in demo_posts(rate=rate, pace=pace) if post.id == place), lane)


def readers(post: Post) -> dict[str, Device]:
    return {device.driver: device for device in post.devices if device.driver in READERS}


def shown(post: Post, who: Vehicle) -> list[Show]:
    return Window(post.id, list(post.devices)).passed("KG-AKJ-A#1", who, 60_000)


def read(device: Device, met: Show) -> list[Reading]:
    codec = drivers()[device.driver].codec
    framer, decoder = codec.framer(device.options), codec.decoder(device.options)
    said: list[Reading] = []
    for piece in Reader(device, lambda: T0).script(Telling(met=met, send_ms=0)):
        for frame in framer.feed(piece):
            out = decoder.read(frame, Instant(T0))
            assert out.problems == ()
            said += [told.reading for told in out.told]
    return said


def test_what_is_shown_is_read_as_it_is() -> None:
    post, rng = windowed(), Random(4)
    kinds: set[str] = set()
    for _ in range(60):
        who = vehicle(rng, "KZ")
        for met in shown(post, who):
            device = next(device for device in post.devices if device.id == met.device)
            (one,) = read(device, met)
            kinds.add(device.driver)
            match one:
                case DocumentRead():
                    assert met.bearer is not None
                    assert (one.number, one.surname, one.given_names) == (
                        met.text,
                        met.bearer.surname,
                        met.bearer.given_names,
                    )
                    assert (one.issuer, one.nationality, one.valid) == (STATE, STATE, True)
                    assert (one.birth_date, one.expiry_date) == (met.bearer.birth_date, met.bearer.expiry_date)
                case CodeRead():
                    assert (one.text, one.symbology) == (met.text, "QR_CODE" if "://" in met.text else "CODE_128")
                case ContainerRead():
                    assert (one.number, one.valid) == (who.container, True)
    assert kinds == set(READERS)


def test_everybody_shows_a_document_and_a_code_and_who_has_a_container_has_it_read() -> None:
    post, rng = windowed(), Random(5)
    for _ in range(60):
        who = vehicle(rng, "KZ")
        by_reader = {
            name: [met for met in shown(post, who) if met.device == device.id] for name, device in readers(post).items()
        }
        assert len(by_reader[DOCUMENTS]) >= 1
        assert len(by_reader[CODES]) >= 1
        assert [met.text for met in by_reader[CONTAINERS]] == [who.container] * (who.container is not None)


def journeys(pace: Pace, rate: float, seconds: int) -> tuple[Post, list[Journey]]:
    post = windowed(60, pace)
    world = World([post], Season(seed=6, rate=rate, pace=pace))
    return post, list(itertools.takewhile(lambda one: one.starts_ms < seconds * 1000, world.journeys()))


@pytest.mark.parametrize(("pace", "seconds"), [(REAL, 4000), (DEMO, 1200), (LOAD, 600)], ids=["real", "demo", "load"])
def test_one_after_another_stops_at_the_window_within_the_time_the_site_gives(pace: Pace, seconds: int) -> None:
    post, all_journeys = journeys(pace, 900, seconds)
    at_window: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for journey in all_journeys:
        papers = [met for met in journey.happenings if isinstance(met, Show)]
        for met in papers:
            least, most = next(device.after_s for device in post.devices if device.id == met.device)
            assert least * 1000 <= met.at_ms - journey.starts_ms <= most * 1000
        times = [met.at_ms for met in papers if met.device.endswith((DOCUMENTS, CODES))]
        if times:
            at_window[journey.lane].append((min(times), max(times)))
            assert max(met.at_ms for met in journey.happenings) == journey.ends_ms > max(times)
    assert list(at_window) == [BARRIER_AT[1]]
    spans = sorted(at_window[BARRIER_AT[1]])
    assert len(spans) > 10
    assert all(begins - ended >= CHANGE_MS for (_, ended), (begins, _) in itertools.pairwise(spans))


def test_a_lane_without_readers_shows_nothing_and_waits_for_nobody() -> None:
    post = windowed()
    bare = Window(post.id, [device for device in post.devices if device.driver not in READERS])
    assert bare.passed("KG-AKJ-A#1", vehicle(Random(1), "KZ"), 60_000) == []
    assert bare.free_ms == 0


@pytest.mark.parametrize("make", READERS)
def test_over_a_socket_the_house_hears_what_is_shown_and_not_what_is_cut_off(
    make: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backoff, "FIRST_S", 0.05)
    post, rng = windowed(), Random(7)
    row = readers(post)[make]
    mets = [met for _ in range(40) for met in shown(post, vehicle(rng, "KZ")) if met.device == row.id][:4]
    tells = [Told(telling=Telling(met=met, send_ms=0, cut=n == 1, silent=n == 2)) for n, met in enumerate(mets)]

    def read(sink: MemorySink) -> list[str]:
        said = [entry.body for entry in sink.entries if isinstance(entry.body, PAPERS)]
        return [one.text if isinstance(one, CodeRead) else one.number for one in said]

    async def scene() -> list[str]:
        sink = MemorySink()
        reader = Reader(structs.replace(row, host="127.0.0.1", port=0), now)
        port = await reader.listen()
        here = device("reader", make, transport="tcp-client", host="127.0.0.1", port=port, options=row.options)
        async with opened(sink, here):
            for told in tells:
                await until(lambda: reader.heard)
                reader.rest()
                reader.speak(told)
                while reader.busy:
                    reader.tick()
                    await asyncio.sleep(0.01)
            await until(lambda: len(read(sink)) > 1 and len(sink.refused) > 0)
            reader.close()
        return read(sink)

    assert asyncio.run(scene()) == [mets[0].text, mets[3].text]
    assert [(told.reached, told.lost) for told in tells] == [(True, None), (False, "cut"), (False, None), (True, None)]


def test_the_rest_of_a_text_that_was_cut_off_is_typed_to_nobody() -> None:
    post, rng = windowed(), Random(7)
    row = readers(post)[CODES]
    met = next(one for _ in range(9) for one in shown(post, vehicle(rng, "KZ")) if one.device == row.id)

    async def scene() -> bytes:
        reader = Reader(structs.replace(row, host="127.0.0.1", port=0), now)
        port = await reader.listen()
        _, first = await asyncio.open_connection("127.0.0.1", port)
        await until(lambda: reader.heard)
        reader.speak(Told(telling=Telling(met=met, send_ms=0, cut=True)))
        while reader.heard:
            reader.tick()
        again, second = await asyncio.open_connection("127.0.0.1", port)
        await until(lambda: reader.heard)
        while reader.busy:
            reader.tick()
        reader.close()
        said = await again.read()
        for writer in (first, second):
            writer.close()
        return said

    assert asyncio.run(scene()) == b""


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("fault", [None, "drop", "cut", "reorder", "buffered"])
def test_papers_lie_in_the_dossier_of_who_showed_them(fault: FaultKind | None, seed: int) -> None:
    script = Script(seed=seed, rate=600, seconds=1500, pace=DEMO, faults=frozenset({fault} if fault else ()))
    truth, belief = DryRun([windowed()], script).run()
    said = [one for one in belief.said if isinstance(one.reading, DocumentRead | CodeRead)]
    assert len(said) > 60
    verdict = judge(truth, belief)
    assert verdict.unexplained_differences == []
    assert set(verdict.explained_by) <= {UNREAD, fault, "dropped"}


def test_with_all_faults_at_once_every_difference_is_explained() -> None:
    for seed in range(10):
        script = Script(seed=seed, rate=600, seconds=1500, pace=DEMO, faults=ALL)
        assert judge(*DryRun([windowed()], script).run()).unexplained_differences == []


def test_a_paper_in_another_lorrys_dossier_is_a_mistake_and_one_that_nobody_showed_is_a_phantom() -> None:
    truth, belief = DryRun([windowed()], Script(seed=1, rate=600, seconds=1500, pace=DEMO)).run()
    papers = [one for one in belief.said if isinstance(one.reading, DocumentRead)]
    home = belief.home(papers[0].where)
    other = next(one for one in papers if belief.home(one.where) != home)
    assert home is not None
    belief.lies_in[other.where] = home
    last = papers[-1]
    assert isinstance(last.reading, DocumentRead)
    at = belief.said.index(last)
    belief.said[at] = structs.replace(last, reading=structs.replace(last.reading, number="U00000000"))
    verdict = judge(truth, belief)
    assert (verdict.misjoined, verdict.phantom, verdict.lost) == (1, 1, 1)
