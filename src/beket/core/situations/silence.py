"""When a whole post is silent: its devices fell silent together, and that is one thing that happened, not so many."""

from __future__ import annotations

from typing import Final

from beket.core.situations.limits import MINUTE
from beket.core.situations.state import Situations
from beket.words.facts import DeviceFailed, DeviceRecovered, Fact, PostDescribed
from beket.words.ids import DeviceId, Instant
from beket.words.site import PERIODS_MISSED_MAX

GONE: Final = ("silent", "unreachable")
"""Failures that mean that nothing is heard of a device; one that says what is wrong with it speaks."""

PERIOD_S_MAX: Final = 300
"""Devices that are to be heard at least so often are counted: of one that speaks once an hour, or only when somebody
comes, nobody knows for hours whether it is there."""

TOGETHER_MS: Final = 5 * MINUTE
"""Silences that began within this time began together: when the power goes, the last word of a device that speaks every
five minutes may be five minutes older than that of one that speaks every second."""

SHARE: Final = (3, 4)
"""Three of four are enough: one device has a battery or a line of its own, and another was just being repaired. A lane
of several has fewer of a post's devices than that."""

SHARE_LEAST: Final = 3
"""Where fewer are silent, nothing but all of them is the post: two devices of three may well fail for themselves."""

ALL_LEAST: Final = 2
"""One device alone is that device, though it be all that a post has."""


def follow(held: Situations, fact: Fact) -> None:
    """Fold in what tells which devices are counted, and since when one was not heard."""
    match fact:
        case PostDescribed():
            held.counted = {
                device.id: PERIODS_MISSED_MAX * device.expected_period_s * 1000
                for device in fact.post.devices
                if device.lane and device.expected_period_s <= PERIOD_S_MAX
            }
            held.silent = {device: since for device, since in held.silent.items() if device in held.counted}
        case DeviceFailed() if fact.reason in GONE:
            if fact.device in held.counted:
                held.silent.setdefault(fact.device, Instant(fact.at - held.counted[fact.device]))
        case DeviceFailed() | DeviceRecovered():
            held.silent.pop(fact.device, None)
        case _:
            pass


def fell_together(held: Situations, device: DeviceId, at: Instant) -> tuple[DeviceId, ...]:
    """Give the devices that fell silent together with one, if that is the post; those silent before are not asked."""
    since = held.silent.get(device)
    counted = _counted(held, at)
    if since is None or device not in counted:
        return ()
    spoke = [one for one in counted if held.silent.get(one, since) >= since - TOGETHER_MS]
    together = [one for one in spoke if one in held.silent and held.silent[one] <= since + TOGETHER_MS]
    return tuple(together) if _is_the_post(len(together), len(spoke)) else ()


def is_silent(held: Situations, at: Instant) -> bool:
    """Tell whether so many are silent now, since whenever, that another device that falls silent is one of them."""
    counted = _counted(held, at)
    return _is_the_post(sum(one in held.silent for one in counted), len(counted))


def _counted(held: Situations, at: Instant) -> list[DeviceId]:
    """The devices that are to be heard now: one that is worked on is not."""
    return [device for device in held.counted if not held.is_agreed(device, at)]


def _is_the_post(silent: int, of: int) -> bool:
    share, whole = SHARE
    return (silent == of and of >= ALL_LEAST) or (silent >= SHARE_LEAST and silent * whole >= of * share)
