"""A printed slip for tests, and what any slip may say."""

from __future__ import annotations

import string
from typing import Any, Final, get_args

from hypothesis import strategies as st
from msgspec.structs import replace

from beket.words.facts import IdentityRole
from beket.words.ids import CrossingId, Instant, PlaceId
from beket.words.procedures import CourseState, StepState
from beket.words.slips import (
    SECOND_MAX,
    SIGNS_MAX,
    STANDS_MS,
    WEIGHINGS_MAX,
    Slip,
    SlipSign,
    SlipStep,
    SlipWeighing,
)

PRINTED: Final = Instant(1_795_000_000_000)


def slip(plate: str = "01KG777ABC", **said: Any) -> Slip:  # noqa: ANN401
    """A slip of a lorry that was weighed and has gone through two steps."""
    plain = Slip(
        place=PlaceId("KG-TOR-A"), crossing=CrossingId("KG-TOR-A:90412.0"), direction="in", lane="in-1",
        opened_at=Instant(PRINTED - 600_000), state="in_control",
        signs=(SlipSign(role="front", value=plate, country="KG"),),
        weighings=(SlipWeighing(gross_kg=38_640.0, at=Instant(PRINTED - 300_000)),),
        steps=(SlipStep(step="identification", state="cleared"), SlipStep(step="phyto", state="held", outcome="wait")),
        position=90_500, by="a.asanov", at=PRINTED, until_at=Instant(PRINTED + STANDS_MS),
    )  # fmt: skip
    return replace(plain, **said)


def _texts(most: int) -> st.SearchStrategy[str]:
    return st.text(max_size=most)


def _plain(most: int) -> st.SearchStrategy[str]:
    """The name of a lane, or a login."""
    return st.text(string.ascii_letters + string.digits + ".@-_ ", max_size=most)


_MOMENTS = st.integers(0, SECOND_MAX).map(lambda second: Instant(second * 1000))
_NAMES = st.from_regex(r"\A[A-Z]{2}-[A-Z]{3}-[A-Z]\Z")


@st.composite
def slips(draw: st.DrawFn) -> Slip:
    """Any slip that a house may print."""
    place = draw(_NAMES)
    return Slip(
        place=PlaceId(place), crossing=CrossingId(f"{place}:{draw(st.integers(0, 10**9))}.{draw(st.integers(0, 999))}"),
        direction=draw(st.sampled_from(("in", "out"))), lane=draw(_plain(64)), opened_at=draw(_MOMENTS),
        state=draw(st.none() | st.sampled_from(get_args(CourseState))), proven=draw(st.booleans()),
        signs=draw(_many(st.builds(
            SlipSign, role=st.sampled_from(get_args(IdentityRole)), value=_texts(32), country=st.none() | _texts(3)
        ), SIGNS_MAX)),
        weighings=draw(_many(
            st.builds(SlipWeighing, gross_kg=st.floats(0, 200_000), at=_MOMENTS), WEIGHINGS_MAX
        )),
        steps=draw(_many(st.builds(
            SlipStep, step=_texts(40), state=st.sampled_from(get_args(StepState)), outcome=st.none() | _texts(40)
        ), 40)),
        position=draw(st.integers(0, 10**12)), by=draw(_plain(150)), at=draw(_MOMENTS), until_at=draw(_MOMENTS),
        cut=draw(st.booleans()),
    )  # fmt: skip


def _many(one: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=most).map(tuple)
