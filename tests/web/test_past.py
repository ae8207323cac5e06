"""The picture of a past hour promises: the figures of then, unmistakably past, and nothing to do on it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from beket.log.postgres import PostgresBook
from beket.web import asked_past
from beket.web.moments import HOUR, MINUTE
from beket.words import facts
from beket.words.ids import CLOCK, EntryRef, Instant, LaneId, PlaceId, ReadingId
from beket.words.readings import Tick
from tests.web.conftest import HERE, THERE, Stage
from tests.web.country import checkpoints

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]
PAST = PlaceId("KG-CHA-A")
"""A post whose chain is written by a clock of ours; nothing else happens there."""


class Story:
    """What happened at a post in a past hour, and the minutes at which something changed."""

    def __init__(self, stage: Stage) -> None:
        self.country = stage.country
        self.now = Instant(stage.country.now // HOUR * HOUR - 3 * HOUR)
        self.start = self.now
        self.ticks = 0
        self.book, stage.country.book = stage.country.book, PostgresBook(stage.dsn, now=lambda: self.now)

    def until(self, minute: int) -> int:
        """Let the clock tick up to a minute of the story."""
        while self.now < self.start + minute * MINUTE:
            self.now = Instant(self.now + MINUTE)
            self.ticks += 1
            said = Tick(device_id=CLOCK, received=self.now, reading_id=ReadingId(f"9{self.ticks:031x}"))
            self.country.write(PAST, [said])
        return self.now

    def end(self) -> None:
        """Give the country its own clock again."""
        self.country.book.close()
        self.country.book = self.book


@pytest.fixture(scope="module")
def story(stage: Stage) -> Iterator[Story]:
    """A lorry comes, gives cause for concern, and leaves; a scale falls silent; then the house stands still."""
    told = Story(stage)
    country, now, told.country.now = stage.country, stage.country.now, int(told.now)
    country.describe(next(point for point in checkpoints() if point["id"] == PAST))
    country.now = now
    at = told.until(5)
    lorry = country.arrive(PAST, "01555PST", at)
    at = told.until(10)
    name = country.situation(lorry, at, "critical")
    at = told.until(15)
    why = (EntryRef("1.0"),)
    taken = facts.SituationTaken(
        at=Instant(at), because=why, situation=name, version=2, by="b.bekov",
        until_at=Instant(at + HOUR),
    )  # fmt: skip
    country.write(PAST, [taken])
    at = told.until(20)
    closed = facts.SituationClosed(at=Instant(at), because=why, situation=name, version=3, outcome="cleared")
    gone = facts.CrossingDeparted(at=Instant(at), because=why, crossing=lorry, lane=LaneId("in-1"))
    country.write(
        PAST, [closed, gone, facts.CrossingClosed(at=Instant(at), because=why, crossing=lorry, reason="departed")]
    )
    told.until(30)
    yield told
    told.end()


def at(story: Story, minute: int) -> str:
    return asked_past.written(Instant(story.start + minute * MINUTE))


def tile(page: str, place: str = PAST) -> str:
    return re.sub(r"<[^>]+>", " ", page.partition(f'<div class="tile" id="t-{place}"')[2].partition("</div>")[0])


def look(client: Client, story: Story, minute: int, **more: str) -> str:
    client.cookies["language"] = "en"
    answer = client.get("/past", {"at": at(story, minute), **more})
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("minute", "figures", "queue"),
    [
        (6, "1", None),
        (12, "1", "raised"),
        (16, "1", "taken by b.bekov"),
        (21, "0", None),
    ],
)
def test_each_minute_has_its_own_figures_and_queue(
    stage: Stage, sign_in: SignIn, story: Story, minute: int, figures: str, queue: str | None
) -> None:
    page = look(sign_in("duty_officer"), story, minute)
    places = json.loads(page.partition('<script id="map-then" type="application/json">')[2].partition("</script>")[0])
    there = next(one for one in places if one["id"] == PAST)
    assert there["inside"] == int(figures[0])
    assert there["href"] == f"#t-{PAST}"
    part = page.partition('id="past-queue"')[2]
    assert ("01555PST" in part) == (queue is not None)
    assert (queue or "No situation was open, as far as is known.") in part


def test_the_page_says_that_it_is_past_and_offers_nothing_to_do(stage: Stage, sign_in: SignIn, story: Story) -> None:
    page = look(sign_in("duty_officer"), story, 16)
    banner = page.partition('id="past-banner"')[2].partition("</p>")[0]
    assert "<b>Past</b>" in banner
    assert re.search(r"\d+ \w+ \d{4}, \d\d:\d\d:00 Bishkek", banner)
    assert "by the order of its log" in banner
    assert "data-panel=" not in page, "nothing on it is live"
    assert "sound.js" not in page
    body = page.partition('id="main"')[2]
    assert 'method="post"' not in body
    assert body.count('<form method="get" action="/past"') == 2


def test_what_the_log_cannot_tell_is_not_known_and_never_normal(stage: Stage, sign_in: SignIn, story: Story) -> None:
    client = sign_in("duty_officer")
    running = look(client, story, 20)
    assert "Normal" in tile(running)
    for place in (HERE, THERE):
        assert "Not known" in tile(running, place), "these chains begin later"
    assert "Normal" not in tile(look(client, story, -30))
    still = look(client, story, 40)
    assert "Not known" in tile(still), "nothing was written for ten minutes"
    assert re.search(r"3 checkpoints: the log has nothing", still)
    totals = still.partition('<dl class="totals">')[2].partition("</dl>")[0]
    assert "<dd>–</dd>" in totals
    assert "0" not in totals
    assert '"known": false' in still
    assert "as far as is known" in running.partition('<dl class="totals">')[2].partition("</dl>")[0]


def test_a_post_sees_its_own_past_only(stage: Stage, sign_in: SignIn, story: Story) -> None:
    page = look(sign_in("inspector"), story, 16)
    assert PAST not in page
    assert "01555PST" not in page
    page = look(sign_in("leadership"), story, 16)
    assert PAST in page
    assert "past-queue" not in page
    assert "01555PST" not in page


def test_the_slider_asks_without_a_script_too(stage: Stage, sign_in: SignIn, story: Story) -> None:
    client = sign_in("duty_officer")
    page = client.get("/past", {"start": at(story, 0), "hours": "1", "minute": "16"}).content.decode()
    assert 'name="minute" type="range" min="0" max="60" step="1" value="16"' in page
    assert "01555PST" in page
    part = client.get(
        "/past", {"start": at(story, 0), "hours": "1", "minute": "16", "part": "picture"}
    ).content.decode()
    assert "<html" not in part
    assert "01555PST" in part


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"at": "yesterday"}, "This is no date and time."),
        ({"at": "0001-01-01T00:00"}, "This is no date and time."),
        ({"at": "2026-02-30T10:00"}, "This is no date and time."),
        ({"start": "2026-11-01T10:00", "minute": "-1"}, "This is no date and time."),
        ({"start": "2026-11-01T10:00", "minute": "99999"}, "This is no date and time."),
        ({"start": "2026-11-01T10:00"}, "This is no date and time."),
        ({"at": "2126-11-01T10:00"}, "This minute has not been yet."),
    ],
)
def test_what_is_no_past_minute_is_said(stage: Stage, sign_in: SignIn, asked: dict[str, str], said: str) -> None:
    answer = sign_in("duty_officer").get("/past", asked)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert said in page
    assert "past-banner" not in page


def test_a_slider_never_reaches_into_what_has_not_been() -> None:
    now = Instant(1_795_000_000_000)
    for hours in map(str, asked_past.HOURS):
        for back in (0, MINUTE, HOUR - MINUTE, HOUR, 30 * HOUR):
            wanted = Instant(now // HOUR * HOUR - back)
            found = asked_past.read({"at": asked_past.written(wanted), "hours": hours}, now)
            assert (found.at, found.hours) == (wanted, int(hours))
            assert 0 <= found.minute <= found.minutes <= found.hours * 60
            assert found.end <= now
