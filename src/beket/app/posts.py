"""Which posts this node serves, and how their layouts come into force: as a decision in each post's own log."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from beket.app.site import SiteTrouble, load_site
from beket.devices.kit.registry import drivers
from beket.log.postgres import PostgresBook, wall_clock
from beket.settings import Settings, SettingsTrouble
from beket.sim.country import demo_posts
from beket.sim.documents.portfolio import ASKED_SHARE, FAULTY_SHARE
from beket.sim.faults import ALL_OF_PAPERS, FaultKind, PaperFault, faults_named, paper_faults_named
from beket.sim.pace import DEMO, LOAD, Pace
from beket.sim.road.layout import TRACKERS, with_road
from beket.words.decisions import DescribePost
from beket.words.ids import Instant, sha256
from beket.words.site import Post
from beket.words.wire import Entry, encode_entry

LOAD_RATE_FROM: Final = 300.0
"""From this rate on the rehearsal is a load test: every post is equally busy, visits are as short as physics lets."""


def rehearsed_pace(settings: Settings) -> Pace:
    """Choose how fast the simulated conveyances move."""
    return LOAD if settings.rate >= LOAD_RATE_FROM else DEMO


def rehearsed_posts(settings: Settings) -> tuple[Post, ...]:
    """Lay out the simulated country for the settings' rate: as many lanes as that needs, and who is on its roads."""
    even = settings.rate >= LOAD_RATE_FROM
    posts = demo_posts(
        settings.posts, rate=settings.rate, even=even, pace=rehearsed_pace(settings), port=settings.device_port
    )
    usual = 0 if even else TRACKERS
    return with_road(posts, usual if settings.trackers is None else settings.trackers, settings.device_port)


def posts_of(settings: Settings, *, demo: bool) -> tuple[Post, ...]:
    """Give the posts of the site file, of the simulated country, or of both; raises SiteTrouble."""
    posts: tuple[Post, ...] = rehearsed_posts(settings) if demo else ()
    if settings.site:
        posts += load_site(Path(settings.site))
    if not posts:
        raise SiteTrouble("there is nothing to serve: name a site file with --site, or ask for --demo")
    return posts


def has_pushing_devices(posts: Sequence[Post]) -> bool:
    """Tell whether any device posts to us by HTTP, so that the field listens for it."""
    return any(
        (device.transport or drivers()[device.driver].manifest.transports[0]) == "http-push"
        for post in posts
        for device in post.devices
    )


def describe(book: PostgresBook, posts: Sequence[Post]) -> None:
    """Put layouts in force that are not yet: a decision in the post's own chain, once per change."""
    for post in posts:
        decision = DescribePost(
            decision_id="", by=getpass.getuser(), role="administrator", power="site file", at=Instant(0), post=post
        )
        reader = "layout:" + sha256(encode_entry(Entry(body=decision)))[:16]
        at = wall_clock()
        with book.transaction() as writing:
            in_force = writing.connection.execute(
                "SELECT reader FROM beket.cursor WHERE place = %s AND reader LIKE 'layout:%%'"
                " ORDER BY seq DESC LIMIT 1",
                (post.id,),
            ).fetchone()
            if in_force is not None and in_force[0] == reader:
                continue
            dated = DescribePost(
                decision_id=f"{reader}@{at}", by=decision.by, role=decision.role, power=decision.power, at=at, post=post
            )
            appended = writing.append(post.id, [Entry(body=dated)])
            assert appended.seq is not None, "a decision is never known already"
            writing.move(reader, post.id, appended.seq)


def rehearsed_faults(settings: Settings) -> frozenset[FaultKind]:
    """Give the faults that the rehearsal injects; a word that is none raises SettingsTrouble."""
    try:
        return faults_named(settings.faults or "none")
    except ValueError as error:
        raise SettingsTrouble(str(error)) from error


def rehearsed_paper_faults(settings: Settings) -> tuple[frozenset[PaperFault], float]:
    """Give what is wrong with the rehearsal's papers, and with which share of them: a little where nobody said."""
    if not settings.faults.strip():
        return ALL_OF_PAPERS, FAULTY_SHARE
    try:
        return paper_faults_named(settings.faults), ASKED_SHARE
    except ValueError as error:
        raise SettingsTrouble(str(error)) from error
