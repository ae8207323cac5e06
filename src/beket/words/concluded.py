"""What every fact carries, and how much what it says may weigh."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from beket.words.ids import EntryRef, Instant

Level = Literal["critical", "high", "medium", "low"]
"""How much a finding weighs (reference 08 §A3)."""


IdentityRole = Literal["front", "rear", "trailer", "container", "exit_front", "exit_rear"]
"""Which sign of the identity cluster a plate or number is, and where it was seen."""


class Concluded(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """What every fact carries: when it became so, the entries it rests on, and the law of thought in force."""

    at: Instant
    because: tuple[EntryRef, ...]
    rules: str = "1"
