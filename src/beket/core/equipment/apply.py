"""Fold facts about equipment into what is held."""

from __future__ import annotations

from typing import Final

from beket.core.equipment.aspects import LATELY_MAX
from beket.core.equipment.posts import fold_posts, let_go
from beket.core.equipment.state import Equipment, Lately, Window
from beket.words.facts import (
    AspectFound,
    ClockFoundRight,
    ClockFoundWrong,
    CrossingDeparted,
    CrossingOpened,
    CrossingsJoined,
    DeviceDoubted,
    DeviceFailed,
    DeviceRecovered,
    DoubtWithdrawn,
    EvidenceAttached,
    Fact,
    MaintenanceAgreed,
    MaintenanceEnded,
    PostApproved,
    PostDescribed,
    PostProposed,
    PostRejected,
    UsualFound,
)
from beket.words.ids import CrossingId, DeviceId, LaneId

_OF_DEVICES: Final = frozenset(
    {
        PostDescribed, DeviceFailed, DeviceRecovered, ClockFoundWrong, ClockFoundRight, AspectFound, DeviceDoubted,
        DoubtWithdrawn, UsualFound, MaintenanceAgreed, MaintenanceEnded,
    }
)  # fmt: skip
"""Asked late: nearly all facts are about crossings."""


def apply(held: Equipment, fact: Fact) -> Equipment:
    """Fold one fact in; never refuses."""
    if type(fact) is EvidenceAttached:
        _serve(held, fact)
    elif isinstance(fact, CrossingOpened | CrossingDeparted | CrossingsJoined):
        _traffic(held, fact)
    elif type(fact) in _OF_DEVICES:
        _of_device(held, fact)
    elif isinstance(fact, PostProposed | PostApproved | PostRejected):
        fold_posts(held, fact)
    return held


def _of_device(held: Equipment, fact: Fact) -> None:  # noqa: C901 - one line per kind of fact
    match fact:
        case PostDescribed():
            held.post = fact.post
            let_go(held, fact.of)
            _keep_only(held, {device.id for device in fact.post.devices}, {lane.id for lane in fact.post.lanes})
            held.known_since = {device.id: fact.at for device in fact.post.devices} | held.known_since
        case DeviceFailed():
            held.failures[fact.device] = fact.reason
        case DeviceRecovered():
            held.failures.pop(fact.device, None)
        case ClockFoundWrong():
            held.wrong_clocks[fact.device] = fact.drift_ms
        case ClockFoundRight():
            held.wrong_clocks.pop(fact.device, None)
        case AspectFound():
            held.aspects.setdefault(fact.device, {})[fact.aspect] = (fact.holds, fact.why)
        case DeviceDoubted():
            held.doubts.setdefault(fact.device, {})[fact.doubt] = fact.measured
        case DoubtWithdrawn():
            held.doubts.get(fact.device, {}).pop(fact.doubt, None)
        case UsualFound():
            held.usual.setdefault(fact.device, {})[fact.doubt] = fact.usual
        case MaintenanceAgreed():
            held.windows[fact.device] = Window(fact.from_at, fact.until_at)
        case MaintenanceEnded():
            held.windows.pop(fact.device, None)
            held.usual.pop(fact.device, None)  # what was worked on is measured anew
        case _:
            pass


def _traffic(held: Equipment, fact: CrossingOpened | CrossingDeparted | CrossingsJoined) -> None:
    """Remember who passed a lane of late, so that a device that meets nobody is found out."""
    if isinstance(fact, CrossingOpened):
        lane = held.lately.setdefault(fact.lane, {})
        lane[fact.crossing] = Lately(opened_at=fact.at)
        if len(lane) > LATELY_MAX:
            del lane[next(iter(lane))]
    elif isinstance(fact, CrossingDeparted):
        known = _known(held, fact.lane, fact.crossing)
        if known is not None:
            known.departed = True
    else:
        for lane in held.lately.values():
            lane.pop(fact.crossing, None)


def _serve(held: Equipment, fact: EvidenceAttached) -> None:
    if fact.device in held.known_since:
        held.met[fact.device] = max(fact.at, held.met.get(fact.device, fact.at))
    known = _known(held, fact.lane, fact.crossing)
    if known is not None and fact.device not in known.served:
        known.served.append(fact.device)


def _known(held: Equipment, lane: LaneId, crossing: CrossingId) -> Lately | None:
    of_lane = held.lately.get(lane)
    return None if of_lane is None else of_lane.get(crossing)


def _keep_only(held: Equipment, devices: set[DeviceId], lanes: set[LaneId]) -> None:
    """Forget devices and lanes that are not part of the layout any more."""
    held.failures = {device: why for device, why in held.failures.items() if device in devices}
    held.wrong_clocks = {device: drift for device, drift in held.wrong_clocks.items() if device in devices}
    held.aspects = {device: known for device, known in held.aspects.items() if device in devices}
    held.doubts = {device: doubts for device, doubts in held.doubts.items() if device in devices}
    held.usual = {device: usual for device, usual in held.usual.items() if device in devices}
    held.windows = {device: window for device, window in held.windows.items() if device in devices}
    held.met = {device: at for device, at in held.met.items() if device in devices}
    held.known_since = {device: at for device, at in held.known_since.items() if device in devices}
    held.lately = {lane: crossings for lane, crossings in held.lately.items() if lane in lanes}
