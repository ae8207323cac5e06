"""When something happened, by the device's clock where it can be believed and by ours where it cannot."""

from __future__ import annotations

from beket.core.crossings.limits import BUFFER_MS_MAX, CLOCK_ABSURD_MS, DRIFT_BEHIND_BELIEVED_MS, DRIFT_BELIEVED_MS
from beket.words.ids import Instant
from beket.words.readings import PlateRead, Reading, RpmOccupancy, Weighing


def happened(said: Reading) -> Instant:
    """Date a reading: everything is matched by this instant, never by the order of arrival.

    A weighing or an occupancy lasted; it is dated by its beginning, when the conveyance came.
    """
    shift = _shift(said)
    if isinstance(said, (Weighing, RpmOccupancy)):
        begun = said.started
    elif said.time is not None:
        begun = said.time
    else:
        return said.received
    if shift is None or begun - shift < said.received - BUFFER_MS_MAX:
        return said.received
    return Instant(min(begun - shift, said.received))


def _shift(said: Reading) -> int | None:
    """Say how much to take off the device's clock; None when it cannot be believed at all."""
    if said.time is None:
        return 0
    if said.drift_ms is not None:
        # no message comes before it was sent, so a clock that is ahead is ahead; one behind may be a slow line
        behind = DRIFT_BELIEVED_MS if said.drift_sure else DRIFT_BEHIND_BELIEVED_MS
        return said.drift_ms if said.drift_ms > DRIFT_BELIEVED_MS or said.drift_ms < -behind else 0
    absurd = abs(said.time - said.received) > CLOCK_ABSURD_MS
    late = said.buffered or (isinstance(said, PlateRead) and said.retransmitted)
    return None if absurd and not late else 0
