"""A demonstration's procedures: put on trial at one checkpoint, so that a newcomer sees steps; nobody is alarmed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from beket.log.postgres import PostgresBook, wall_clock
from beket.web.procedures import shipped_procedures
from beket.words.decisions import ApproveProcedure, ProposeProcedure
from beket.words.ids import PlaceId, sha256
from beket.words.site import Post
from beket.words.wire import Entry

SHOWN_AT: Final = PlaceId("KG-TOR-A")
"""The checkpoint whose inspector the demonstration shows (web/accounts/roster)."""

SHOWN: Final = ("external_road_in", "external_road_out")
"""The procedures that are put on trial there."""

_READER: Final = "trial:"
"""What the mark of a procedure that was put on trial begins with; behind it stands the hash of its text."""


def put_on_trial(book: PostgresBook, posts: Sequence[Post]) -> None:
    """Have the procedures that come with the house proposed and approved, each text once in the life of a log."""
    if SHOWN_AT not in {post.id for post in posts}:
        return
    for code in SHOWN:
        text = shipped_procedures()[code]
        digest, at = sha256(text.encode()), wall_clock()
        mark = f"{_READER}{digest[:16]}"
        with book.transaction() as writing:
            if writing.cursor(mark, SHOWN_AT):
                continue
            proposal = ProposeProcedure(
                decision_id=f"{mark}@{at}", by="rehearsal", role="administrator", power="rehearsal", at=at, text=text,
                sha256=digest, from_at=at,
            )  # fmt: skip
            proposed = writing.append(SHOWN_AT, [Entry(body=proposal)])
            approval = ApproveProcedure(
                decision_id=f"{mark}@{at}/2", by="rehearsal's second", role="administrator", power="rehearsal", at=at,
                of=proposed.refs[0], sha256=digest,
            )  # fmt: skip
            approved = writing.append(SHOWN_AT, [Entry(body=approval)])
            assert approved.seq is not None, "a decision is never known already"
            writing.move(mark, SHOWN_AT, approved.seq)
