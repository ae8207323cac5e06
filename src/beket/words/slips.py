"""What a printed slip says of a crossing, and the same short enough for a code that a telephone reads.

A slip is for the hour in which nothing else is left: who has it in hand claims what it says, and proves nothing.
"""

from __future__ import annotations

import zlib
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from beket.words.ids import CrossingId, Instant, PlaceId
from beket.words.plates import plate_key
from beket.words.procedures import CourseState, StepState
from beket.words.site import Direction

Verdict = Literal["good", "no_slip", "unknown_key", "altered", "expired", "ahead"]
"""What a slip is worth: signed by a key that is known; no slip at all; signed by nobody known; not as it was signed;
too old; printed later than now."""

MARK: Final = "BEKET1"
"""What the text of a slip's code begins with."""

STANDS_MS: Final = 14 * 24 * 3_600_000
"""How long a slip may be shown: outages of more than ten days have been (reference 01 §6, 1)."""

SIGNS_MAX: Final = 6
WEIGHINGS_MAX: Final = 4
"""Most signs and weighings of a slip: every role a conveyance is known by; the last that scales showed."""

TEXT_MAX: Final = 160
"""Longest word of a slip: names of lanes and logins are shorter."""

OPENED_BYTES_MAX: Final = 8 * 1024
"""Most bytes that the short form may open to: a slip with every step of the longest procedure has a half of that."""

SECOND_MAX: Final = 4_102_444_800
"""The last moment that a slip may name: the year 2100."""

FRONTS: Final = frozenset({"front", "exit_front"})
"""What names the tractor; a slip without either is known by any plate on it."""

_Text = Annotated[str, Meta(max_length=TEXT_MAX)]
_Second = Annotated[int, Meta(ge=0, le=SECOND_MAX)]
_Kg = Annotated[float, Meta(ge=0, le=1_000_000)]

_WAY: Final = -15
"""A deflate stream without head and sum (RFC 1951): the signature holds it together."""


class SlipSign(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A plate or number that the conveyance was known by."""

    role: str
    value: str
    country: str | None = None


class SlipWeighing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a scale had shown, and when."""

    gross_kg: float
    at: Instant


class SlipStep(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a step stood, and the code of how it ended where it did."""

    step: str
    state: StepState
    outcome: str | None = None


class Slip(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the log had of a crossing when the slip was printed; instants are whole seconds.

    `position` is the last frame of the place that it stands on, `by` who printed it `at`; nobody goes by it after
    `until_at`. `cut`: there was more to say than the code can carry.
    """

    place: PlaceId
    crossing: CrossingId
    direction: Direction
    lane: str
    opened_at: Instant
    state: CourseState | None = None
    proven: bool = False
    signs: tuple[SlipSign, ...] = ()
    weighings: tuple[SlipWeighing, ...] = ()
    steps: tuple[SlipStep, ...] = ()
    position: int
    by: str
    at: Instant
    until_at: Instant
    cut: bool = False


class Checked(Struct, frozen=True, kw_only=True):
    """What was found of a text that somebody showed; `signer` names the key, `ours` is whether it is this house's."""

    verdict: Verdict
    slip: Slip | None = None
    key: str = ""
    signer: str = ""
    ours: bool = False


class _Short(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A slip as the code carries it; what is added stands at the end."""

    place: Annotated[str, Meta(pattern=r"\A[\w.-]{1,64}\Z")]
    crossing: Annotated[str, Meta(pattern=r"\A[0-9]{1,18}\.[0-9]{1,6}\Z")]
    direction: Direction
    lane: _Text
    opened_s: _Second
    state: CourseState | None
    proven: bool
    signs: Annotated[tuple[tuple[_Text, _Text, _Text | None], ...], Meta(max_length=SIGNS_MAX)]
    weighings: Annotated[tuple[tuple[_Kg, _Second], ...], Meta(max_length=WEIGHINGS_MAX)]
    steps: tuple[tuple[_Text, StepState, _Text | None], ...]
    position: Annotated[int, Meta(ge=0)]
    by: _Text
    at_s: _Second
    until_s: _Second
    cut: bool


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(_Short)


def packed(slip: Slip) -> bytes:
    """Write a slip as short as it gets; the same slip gives the same bytes."""
    short = _Short(
        slip.place, slip.crossing.removeprefix(f"{slip.place}:"), slip.direction, slip.lane, slip.opened_at // 1000,
        slip.state, slip.proven, tuple((one.role, one.value, one.country) for one in slip.signs),
        tuple((_short(one.gross_kg), one.at // 1000) for one in slip.weighings),
        tuple((one.step, one.state, one.outcome) for one in slip.steps),
        slip.position, slip.by, slip.at // 1000, slip.until_at // 1000, slip.cut,
    )  # fmt: skip
    making = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, _WAY)
    return making.compress(_ENCODER.encode(short)) + making.flush()


def unpacked(blob: bytes) -> Slip:
    """Read what `packed` wrote; raises ValueError for anything else."""
    opening = zlib.decompressobj(_WAY)
    try:
        opened = opening.decompress(blob, OPENED_BYTES_MAX)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not opening.eof or opening.unused_data:
        raise ValueError("the text does not end where it should")
    short = _DECODER.decode(opened)  # what it raises is a ValueError too
    return Slip(
        place=PlaceId(short.place), crossing=CrossingId(f"{short.place}:{short.crossing}"), direction=short.direction,
        lane=short.lane, opened_at=_instant(short.opened_s), state=short.state, proven=short.proven,
        signs=tuple(SlipSign(role=role, value=value, country=country) for role, value, country in short.signs),
        weighings=tuple(SlipWeighing(gross_kg=float(kg), at=_instant(at_s)) for kg, at_s in short.weighings),
        steps=tuple(SlipStep(step=step, state=state, outcome=outcome) for step, state, outcome in short.steps),
        position=short.position, by=short.by, at=_instant(short.at_s), until_at=_instant(short.until_s), cut=short.cut,
    )  # fmt: skip


def fitting(slip: Slip, most: int) -> Slip:
    """Give a slip that packs into so many bytes: what came first is left out, and it says so. Raises ValueError."""
    while len(packed(slip)) > most:
        if len(slip.weighings) > 1:
            slip = replace(slip, weighings=slip.weighings[1:], cut=True)
        elif slip.steps:
            slip = replace(slip, steps=slip.steps[1:], cut=True)
        elif len(slip.signs) > 1:
            slip = replace(slip, signs=slip.signs[:-1], cut=True)
        else:
            raise ValueError(f"a slip has at most {most} bytes")
    return slip


def plates_of(slip: Slip) -> tuple[str, ...]:
    """Give the keys of the plates that a slip names: the tractor's, or where it names none, all."""
    fronts = [sign for sign in slip.signs if sign.role in FRONTS]
    return tuple(dict.fromkeys(plate_key(sign.value, sign.country) for sign in fronts or slip.signs))


def whole_s(at: int) -> Instant:
    """Give an instant as a slip has it."""
    return _instant(at // 1000)


def _instant(second: int) -> Instant:
    return Instant(second * 1000)


def _short(kg: float) -> int | float:
    return int(kg) if kg.is_integer() else kg
