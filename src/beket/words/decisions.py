"""What authorised people and agencies order: always with a name, a role and a power."""

from __future__ import annotations

from msgspec import Struct

from beket.words.ids import Instant
from beket.words.roles import Role
from beket.words.site import Post


class Ordered(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """What every decision carries: `by` is the account, `power` the law or order it rests on."""

    decision_id: str
    by: str
    role: Role
    agency: str = "customs"
    power: str | None = None
    at: Instant


class DescribePost(Ordered, frozen=True, kw_only=True, omit_defaults=True, tag="describe_post"):
    """Put this layout of lanes and devices in force at a place, from now on."""

    post: Post


Decision = DescribePost
