"""What the house writes down on paper of its own: acts, each as data, from which the paper is drawn once.

What is signed is drawn from an `Act`, and everything that can be told of it later is in there: its digest stands on the
paper. A person is named by the account and the role; nobody else is.
"""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec
from msgspec import Struct

from beket.words.excess import Excess
from beket.words.ids import CrossingId, DeviceId, DocumentId, EntryRef, Instant, PlaceId, Sha256, sha256
from beket.words.roles import Role
from beket.words.site import Direction, Name

ActKind = Literal["crossing", "examination", "overload", "refusal"]

ActOutcome = Literal[
    "released",
    "referred",
    "held",
    "agrees",
    "differs",
    "unfinished",
    "reloaded",
    "fee_due",
    "permitted",
    "turned_back",
    "entry_refused",
    "exit_refused",
    "release_refused",
]

OUTCOMES: Final[dict[ActKind, tuple[ActOutcome, ...]]] = {
    "crossing": ("released", "referred", "held"),
    "examination": ("agrees", "differs", "unfinished"),
    "overload": ("reloaded", "fee_due", "permitted", "turned_back"),
    "refusal": ("entry_refused", "exit_refused", "release_refused"),
}
"""What an act of each kind can end with."""

UNREASONED: Final[frozenset[ActOutcome]] = frozenset({"released", "agrees", "reloaded"})
"""Outcomes that speak for themselves; every other one stands on the paper with its reasons."""

ACT_NUMBER: Final = re.compile(r"[\w.-]{1,64}-\d{4}-\d{6}", re.ASCII)
"""A place, the year there, and a running number without gaps."""

WORDS_MAX: Final = 2000
"""Most characters of reasons, and of remarks: half a page of the act."""

LINES_MAX: Final = 100
"""Most signs, papers, weighings, findings or excesses of one act, each by itself: five pages of them."""

ACT_BYTES_MAX: Final = 64 * 1024
"""Most bytes of an act as data: a full one with words of the longest has half of that."""

CHECK_SIGNS: Final = 8
"""Signs of an act's digest that are printed beside its number, and asked for before anything is told of it."""


class ActSign(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A plate or number that the conveyance is known by."""

    role: str
    value: str
    country: str | None = None


class ActPaper(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A trade document that was in the dossier."""

    document: DocumentId
    kind: str
    number: str | None = None
    issued_on: str | None = None


class ActWeighing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a scale showed, and what the register said of that scale: its class and until when it was verified."""

    of: EntryRef
    device: DeviceId
    gross_kg: float
    at: Instant
    klass: str | None = None
    accuracy_class: str | None = None
    verified_until: str | None = None


class ActFinding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What did not agree when the act was drawn up: the rule, and the values by name."""

    rule: str
    level: str
    values: tuple[tuple[str, str], ...] = ()


class ActLimit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The mass that was allowed, as an officer wrote it before acts were filled from what was found of loads."""

    limit_kg: float
    over_kg: float
    basis: str
    fee: str | None = None
    currency: str | None = None


class ActContent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that an act says but its number and who issued it; `drawn_on` is the day at the place.

    `excesses`, `carriers` and `fees`, the titles of the tables of fees, stand in an act of overload only.
    """

    place: PlaceId
    place_name: Name
    zone_name: str
    drawn_on: str
    crossing: CrossingId
    direction: Direction
    lane: str
    opened_at: Instant
    departed_at: Instant | None = None
    signs: tuple[ActSign, ...] = ()
    papers: tuple[ActPaper, ...] = ()
    weighings: tuple[ActWeighing, ...] = ()
    findings: tuple[ActFinding, ...] = ()
    limit: ActLimit | None = None
    excesses: tuple[Excess, ...] = ()
    carriers: tuple[str, ...] = ()
    fees: str | None = None
    outcome: ActOutcome
    reasons: str = ""
    remarks: str = ""


class Act(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An act as it was issued; `replaces` names the one whose mistake it mends."""

    number: str
    sort: ActKind
    content: ActContent
    by: str
    role: Role
    at: Instant
    replaces: str | None = None


def content_digest(content: ActContent) -> Sha256:
    """Name what an act says; fields that have their defaults are not written, so later fields change no digest."""
    return sha256(msgspec.json.encode(content))


def act_digest(act: Act) -> Sha256:
    """Name an act as it was issued: with its number, who issued it and when."""
    return sha256(msgspec.json.encode(act))


def check_of(digest: str) -> str:
    """Give what is printed beside an act's number."""
    return digest[:CHECK_SIGNS]
