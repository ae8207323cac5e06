"""When what a device says is to be believed with care: its own measures of itself against what is usual for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from beket.core.equipment.state import Equipment
from beket.words.facts import DeviceDoubted, Doubt, DoubtWithdrawn, Fact, UsualFound
from beket.words.ids import EntryRef
from beket.words.readings import Health
from beket.words.site import Device

ZERO_KG: Final = 20.0
"""How far from nought an empty scale may be that has no error of its own in the register: one division."""

GAMMA_SHARE: Final = 0.3
"""A gamma background this far from the usual one is a fault or a source nearby (reference 03 §8: own history)."""

NEUTRON_LEAST: Final = 2.0
NEUTRON_SHARE: Final = 1.0
"""Neutron backgrounds are a few counts: they must double, and by two counts at least."""

UNREAD_SHARE: Final = 0.2
PLATES_MIN: Final = 20
"""More than a fifth unread, of twenty vehicles or more."""

BAD_SHARE: Final = 0.05
FRAMES_MIN: Final = 100
"""More than one bad frame in twenty, of a hundred or more: a cable, a converter, a wrong speed."""

EASE: Final = 0.7
"""A measure must come this much nearer before a doubt is withdrawn: one at the edge is not told at every line."""


class Measure(Struct, frozen=True):
    """One measure of a device beside what it should be."""

    doubt: Doubt
    measured: float
    usual: float
    bound: float


def of_health(held: Equipment, ref: EntryRef, said: Health) -> Iterator[Fact]:
    """Conclude doubts and their end from one line about a device's health."""
    device = _device(held, said)
    if device is None:
        return
    for doubt, value in (("gamma_background", said.gamma_background), ("neutron_background", said.neutron_background)):
        if value is not None and doubt not in held.usual.get(device.id, {}):
            yield UsualFound(at=said.received, because=(ref,), device=device.id, doubt=doubt, usual=value)  # type: ignore[arg-type]
    doubted = held.doubts.get(device.id, {})
    for one in _measures(held, device, said):
        off = abs(one.measured - one.usual)
        if one.doubt not in doubted and off > one.bound:
            yield DeviceDoubted(
                at=said.received, because=(ref,), device=device.id, doubt=one.doubt, measured=one.measured,
                usual=one.usual, bound=one.bound,
            )  # fmt: skip
        elif one.doubt in doubted and off <= one.bound * EASE:
            yield DoubtWithdrawn(at=said.received, because=(ref,), device=device.id, doubt=one.doubt)


def _device(held: Equipment, said: Health) -> Device | None:
    if held.post is None:
        return None
    return next((one for one in held.post.devices if one.id == said.device_id), None)


def _measures(held: Equipment, device: Device, said: Health) -> Iterator[Measure]:
    if said.zero_kg is not None:
        yield Measure("zero_drift", said.zero_kg, 0.0, device.scale_error_kg or ZERO_KG)
    usual = held.usual.get(device.id, {})
    gamma, neutron = usual.get("gamma_background"), usual.get("neutron_background")
    if said.gamma_background is not None and gamma is not None:
        yield Measure("gamma_background", said.gamma_background, gamma, GAMMA_SHARE * gamma)
    if said.neutron_background is not None and neutron is not None:
        bound = max(NEUTRON_LEAST, NEUTRON_SHARE * neutron)
        yield Measure("neutron_background", said.neutron_background, neutron, bound)
    if said.plates >= PLATES_MIN:
        yield Measure("unread_plates", said.unread / said.plates, 0.0, UNREAD_SHARE)
    frames = said.messages + said.refused
    if frames >= FRAMES_MIN:
        yield Measure("bad_frames", said.refused / frames, 0.0, BAD_SHARE)
