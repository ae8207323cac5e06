"""Layouts of checkpoints as people read them: what stands there, who put it in force, what a new one would change."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy
from msgspec import Struct

from beket.board.panels.layouts import LayoutSeen
from beket.web.moments import HOME_ZONE, language
from beket.web.phrases import word
from beket.words.site import Name

OUTCOMES: Final[dict[str, Any]] = {
    "awaited": gettext_lazy("It is in the log; what follows from it is still awaited."),
    "not_allowed": gettext_lazy("Your role may not decide this."),
    "no_reason": gettext_lazy("Write down the reason."),
    "post_torn": gettext_lazy("The text came torn. Send it again."),
    "post_unusable": gettext_lazy("A lane or a device is named twice, or a device stands in a lane that there is not."),
    "another_post": gettext_lazy("The text is about another checkpoint than this one."),
    "post_is_the_same": gettext_lazy("This is the layout in force: nothing would change."),
    "post_moved_on": gettext_lazy("Another layout has come into force since this one was written. Write it anew."),
    "post_changed_meanwhile": gettext_lazy("This is not the layout that was proposed. Look at it again."),
    "no_such_layout": gettext_lazy("This layout does not wait for anybody any more."),
    "second_person": gettext_lazy("Who proposed a layout does not approve it: another person does."),
    "another_is_coming": gettext_lazy("Another layout waits for its day here. Let it fall first, or wait."),
    "too_many_posts": gettext_lazy("Too many layouts wait already. Approve or reject one of them first."),
    "there_already": gettext_lazy("There is a checkpoint of this id already. Change its layout instead."),
    "not_yours": gettext_lazy("Your powers do not reach this checkpoint."),
    "not_from_then": gettext_lazy("The day cannot be read."),
    "unreadable": gettext_lazy("This desk cannot read layouts: it runs without the house around it."),
}
"""What became of a decision about a layout, and what is said of one before it is sent."""

STATUSES: Final[dict[str, Any]] = {
    "proposed": gettext_lazy("waits for a second person"),
    "approved": gettext_lazy("approved"),
    "rejected": gettext_lazy("rejected"),
    "site": gettext_lazy("from the site file"),
}


class ShownLayout(Struct, frozen=True, kw_only=True):
    """One layout; `waits` for a person, `coming`: for its day."""

    row: LayoutSeen
    name: str
    zone: str
    status: str
    waits: bool
    coming: bool
    lanes: int
    devices: int
    url: str


def show_layout(row: LayoutSeen) -> ShownLayout:
    """Put a layout into words."""
    post = row.post
    return ShownLayout(
        row=row,
        name=in_language(post.name),
        zone=post.zone_name or HOME_ZONE,
        status=word(STATUSES, row.status),
        waits=row.status == "proposed",
        coming=row.status == "approved" and row.in_force_at is None,
        lanes=len(post.lanes),
        devices=len(post.devices),
        url=f"/layouts/{row.place}",
    )


def in_language(name: Name) -> str:
    """A name in the language of the page."""
    said: str = getattr(name, language())
    return said
