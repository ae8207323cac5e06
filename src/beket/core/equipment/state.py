"""What is held of the layout and the devices of one place."""

from __future__ import annotations

from msgspec import Struct

from beket.words.site import Post


class Equipment(Struct, kw_only=True):
    """The equipment slice of one place."""

    post: Post | None = None
