"""What goes wrong between a happening and the house: each mishap is drawn from a seed and written into the truth."""

from __future__ import annotations

from random import Random
from typing import Final, Literal, get_args

from msgspec import Struct

from beket.sim.happenings import Met, Sight
from beket.words.ids import DeviceId

FaultKind = Literal["drop", "resend", "reorder", "clock", "buffered", "cut"]
ALL: Final[frozenset[FaultKind]] = frozenset(get_args(FaultKind))

PaperFault = Literal[
    "underdeclared", "other_plate", "box_digit", "sums", "other_consignee", "used_twice", "damaged", "other_seals"
]  # fmt: skip
"""What may be wrong with a lorry's papers: the goods declared at a tenth, another lorry's plate, a container's check
digit, totals that are not the sum, two consignees, one note for two lorries, a file that broke off, two lots of seals.
"""
ALL_OF_PAPERS: Final[frozenset[PaperFault]] = frozenset(get_args(PaperFault))

EXPLAINING: Final[frozenset[FaultKind]] = frozenset({"drop", "reorder", "clock", "buffered", "cut"})
"""A resend explains nothing: the house promises that the same message twice is the same reading."""

DROP_SHARE: Final = 0.01
RESEND_SHARE: Final = 0.03
REORDER_SHARE: Final = 0.02
CUT_SHARE: Final = 0.02
CLOCK_SHARE: Final = 0.03
"""Share of cameras whose clock is hours off for the whole rehearsal."""
BUFFERED_SHARE: Final = 0.04
"""Share of cameras that are cut off once and then hand over what they kept."""

RESENDS: Final = 3
LATE_MS_MAX: Final = 600_000
"""A reordered message comes at most ten minutes late."""
OFFLINE_MS_MAX: Final = 7_200_000
"""A camera is cut off for at most two hours."""
CLOCKS_MS: Final = (-5 * 3_600_000, 3 * 3_600_000, -26 * 3_600_000, 5 * 3_600_000)


class Telling(Struct, frozen=True, kw_only=True):
    """How and when a device will speak about a happening."""

    met: Met
    send_ms: int
    times: int = 1
    clock_ms: int = 0
    history: bool = False
    silent: bool = False
    cut: bool = False
    faults: tuple[FaultKind, ...] = ()


class Mishaps:
    """Decides for each happening what goes wrong; the same seed and the same world give the same mishaps."""

    def __init__(self, kinds: frozenset[FaultKind], seed: int, seconds: float | None) -> None:
        run_ms = 1000 * seconds if seconds else 4 * OFFLINE_MS_MAX
        self._kinds = kinds
        self._seed = seed
        self._late_ms = min(LATE_MS_MAX, run_ms / 4)
        self._offline_ms = min(OFFLINE_MS_MAX, run_ms / 3)
        self._start_ms_max = run_ms / 2
        self._clocks: dict[DeviceId, int] = {}
        self._offline: dict[DeviceId, tuple[float, float]] = {}

    def telling(self, met: Met) -> Telling:
        """Say how this happening is told."""
        rng = Random(f"{self._seed}:{met.device}:{met.key}:{met.at_ms}")
        return self._camera(met, rng) if isinstance(met, Sight) else self._stream(met, rng)

    def _stream(self, met: Met, rng: Random) -> Telling:
        chance = rng.random()
        if "drop" in self._kinds and chance < DROP_SHARE:
            return Telling(met=met, send_ms=met.at_ms, silent=True, faults=("drop",))
        if "cut" in self._kinds and chance > 1 - CUT_SHARE:
            return Telling(met=met, send_ms=met.at_ms, cut=True, faults=("cut",))
        return Telling(met=met, send_ms=met.at_ms)

    def _camera(self, met: Sight, rng: Random) -> Telling:
        """A camera's clock and its link belong to the camera; drop, resend and reorder to the message."""
        clock_ms = self.clock_ms(met.device)
        ends = self._offline_until(met)
        faults: list[FaultKind] = ["clock"] if clock_ms else []
        if ends is not None:
            faults.append("buffered")
            return Telling(met=met, send_ms=ends, clock_ms=clock_ms, history=True, faults=tuple(faults))
        chance = rng.random()
        send_ms, times, silent = met.at_ms, 1, False
        if "drop" in self._kinds and chance < DROP_SHARE:
            silent = True
            faults.append("drop")
        elif "resend" in self._kinds and chance < DROP_SHARE + RESEND_SHARE:
            times = RESENDS
            faults.append("resend")
        elif "reorder" in self._kinds and chance > 1 - REORDER_SHARE:
            send_ms += round(rng.uniform(500, max(self._late_ms, 1000)))
            faults.append("reorder")
        return Telling(met=met, send_ms=send_ms, times=times, clock_ms=clock_ms, silent=silent, faults=tuple(faults))

    def clock_ms(self, device: DeviceId) -> int:
        """Say how far a camera's clock is ahead."""
        if "clock" not in self._kinds:
            return 0
        if device not in self._clocks:
            rng = Random(f"{self._seed}:clock:{device}")
            self._clocks[device] = rng.choice(CLOCKS_MS) if rng.random() < CLOCK_SHARE else 0
        return self._clocks[device]

    def _offline_until(self, met: Sight) -> int | None:
        if "buffered" not in self._kinds:
            return None
        if met.device not in self._offline:
            rng = Random(f"{self._seed}:offline:{met.device}")
            from_ms = rng.uniform(0, self._start_ms_max)
            lasts = rng.uniform(0.3, 1.0) * self._offline_ms if rng.random() < BUFFERED_SHARE else 0
            self._offline[met.device] = (from_ms, from_ms + lasts)
        from_ms, until_ms = self._offline[met.device]
        return round(until_ms) if from_ms <= met.at_ms < until_ms else None


def faults_named(names: str) -> frozenset[FaultKind]:
    """Read from a list of faults those of devices; ValueError names a word that is no fault at all."""
    chosen = _chosen(names)
    return frozenset(kind for kind in ALL if kind in chosen)


def paper_faults_named(names: str) -> frozenset[PaperFault]:
    """Read from the same list those of papers."""
    chosen = _chosen(names)
    return frozenset(kind for kind in ALL_OF_PAPERS if kind in chosen)


def _chosen(names: str) -> set[str]:
    """Read names with commas between, `all` or `none`."""
    known: frozenset[str] = ALL | ALL_OF_PAPERS
    chosen: set[str] = set()
    for name in filter(None, (part.strip() for part in names.split(","))):
        if name == "all":
            chosen |= known
        elif name in known:
            chosen.add(name)
        elif name != "none":
            message = f"{name!r} is not a fault; known are {', '.join(sorted(known))}, all, none"
            raise ValueError(message)
    return chosen
