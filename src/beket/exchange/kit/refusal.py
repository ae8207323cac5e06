"""Why a document is not taken: a value with a reason and a place, never half a document."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

RefusalKind = Literal[
    "empty", "size", "malformed", "truncated", "encoding", "doctype", "depth", "elements", "items", "counts",
    "unknown_format", "not_this_format", "container", "signature", "ambiguous", "missing", "value",
]  # fmt: skip
"""What is wrong, in one word. `unknown_format`: nobody here reads this; `counts`: it contradicts its own counts;
`signature`: one of its signatures does not fit its bytes, or there is none where there must be; `ambiguous`: several
read this, and none is guessed; `missing` and `value`: what is to be written lacks something that its form asks, or says
what cannot stand there."""


class Refusal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document that cannot be taken: in one word, in a sentence, and where (a line, or a path of elements)."""

    kind: RefusalKind
    reason: str
    where: str = ""


class Refused(Exception):
    """Carries a refusal from where it is found to the one door that hands it out."""

    def __init__(self, kind: RefusalKind, reason: str, where: str = "") -> None:
        super().__init__(reason)
        self.refusal = Refusal(kind=kind, reason=reason, where=where)
