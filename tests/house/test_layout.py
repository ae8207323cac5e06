"""A checkpoint that is laid out anew at the desk is served so at once, and after a start, until its file changes."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from beket.app.site import load_site
from beket.words.decisions import ApprovePost, OfPosts, ProposePost
from beket.words.ids import EntryRef, Instant, PlaceId, entry_ref
from beket.words.site import Post, fingerprint
from beket.words.wire import Entry
from tests.house.camera import EXAMPLES, message, post, site_file
from tests.house.house import House, calm, until

NEW = PlaceId("KG-NEW-A")


def tell(house: House, place: str, order: OfPosts) -> EntryRef:
    """Append what somebody orders at the desk."""
    with house.book() as book:
        appended = book.append(PlaceId(place), [Entry(body=order)])
    assert appended.seq is not None
    return entry_ref(appended.seq, 0)


def lay_out(house: House, wanted: Post, before: Post | None) -> None:
    """Two persons put a layout in force."""
    now = Instant(int(time.time() * 1000))
    told: dict[str, Any] = {"at": now, "role": "administrator"}
    replaces = None if before is None else fingerprint(before)
    proposal = ProposePost(
        **told, decision_id=f"p{now}", by="a.asanov", post=wanted, sha256=fingerprint(wanted), replaces=replaces,
        from_at=now,
    )  # fmt: skip
    of = tell(house, wanted.id, proposal)
    approval = ApprovePost(**told, decision_id=f"q{now}", by="b.bekov", of=of, sha256=fingerprint(wanted))
    tell(house, wanted.id, approval)


def heard(house: House, number: int) -> bool:
    """Whether the camera of this machine is taken for one of a post's."""
    return post(house.field_port, message(number, datetime.now(UTC), (EXAMPLES / "plate.jpg").read_bytes())) == 200


@pytest.mark.timeout(200)
def test_a_layout_of_the_desk_is_served_without_a_start_and_outlives_one(folder: Path) -> None:
    file = site_file(folder)
    file.write_text(file.read_text("utf-8").replace('allow = ["127.0.0.1"]', 'allow = ["127.0.0.9"]'), "utf-8")
    house = House(folder, "--site", file)
    (told,) = load_site(file)
    wanted = replace(told, devices=tuple(replace(one, allow=("127.0.0.1",)) for one in told.devices))
    try:
        house.start()
        house.greeted()
        assert not heard(house, 1), "the site file lets another address speak"
        lay_out(house, wanted, told)
        until(lambda: heard(house, 2), 30, "the layout of the desk is served")
        assert "another layout is in force" in house.said
        elsewhere = replace(
            wanted,
            id=NEW,
            devices=tuple(replace(one, id=f"{NEW}/camera", allow=("127.0.0.7",)) for one in wanted.devices),
        )
        lay_out(house, elsewhere, None)
        until((house.data / "incoming" / NEW).is_dir, 30, "a checkpoint that no file names takes papers")
        house.interrupt()
        house.start()
        house.greeted()
        assert "serves 2 posts with 2 devices" in house.told
        assert heard(house, 3), "the same site file takes nothing back"
        calm(house.said)
        house.interrupt()
        file.write_text(file.read_text("utf-8").replace("longitude = 75.0", "longitude = 75.5"), "utf-8")
        house.start()
        house.greeted()
        assert not heard(house, 4), "a changed site file counts"
        house.is_whole()
    finally:
        house.end()
