"""What the tests of the road share: a register of everybody on it, and a field that hears them in memory."""

from __future__ import annotations

from msgspec import structs

from beket.sim.country import demo_posts
from beket.sim.road.layout import on_the_road, with_road
from beket.words.site import Device


def register(trackers: int = 24) -> list[Device]:
    """Everybody on the road, with listeners whose ports the system chooses."""
    rows = [device for post in with_road(demo_posts(2), trackers, 1) for device in post.devices if on_the_road(device)]
    return [structs.replace(row, port=0) if row.port else row for row in rows]
