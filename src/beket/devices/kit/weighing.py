"""Weighing: from what a scale shows, many times a second, to one weighing for each conveyance that stood on it.

Every scale driver reads its own frames and leaves the rest to this module: units to kilograms, net to gross, what is
at rest, what is overloaded, and where one occupancy ends and the next begins (reference 03 §2.1).
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Final, NamedTuple

from msgspec import Struct, field

from beket.devices.kit.driver import (
    NOBODY,
    UNNAMED,
    Frame,
    Mark,
    Message,
    Options,
    Out,
    Problem,
    Told,
)
from beket.words.ids import Instant
from beket.words.readings import Axle, Weighing, Weight, WimPass

FRAMES_HELD_MAX: Final = 64
"""Most frames that one weighing rests on: a plateau is found within seconds at 10 frames/s."""

AXLES_MAX: Final = 24
"""Most axles of one conveyance: twice those of the longest road train."""

EMPTY_REPEATS_MIN: Final = 2
"""So many equal readings of an empty scale that has no stability flag are its resting zero."""

TARE_AGE_MS_MAX: Final = 60_000
"""Longest that a tare told by itself is believed to be the one in force."""

KG_OF: Final[Mapping[str, float]] = {
    "kg": 1.0, "g": 0.001, "t": 1000.0, "lb": 0.45359237, "oz": 0.028349523125, "tn": 907.18474,
}  # fmt: skip
"""Kilograms in each unit; `t` is the metric ton, `tn` the short ton."""

_NUMBER: Final = re.compile(rb" *(?P<sign>[+-]?) *(?P<digits>\d{1,12}(?:\.\d{0,9})?|\.\d{1,9}) *")


class Rules(Struct, frozen=True, kw_only=True):
    """What makes a weighing on this scale; each can be set in the device's row of the site file."""

    threshold_kg: float = 200.0
    repeats_min: int = 5
    window_ms: int = 3000
    tolerance_kg: float = 0.0
    stable_tolerance_kg: float = 40.0
    overload_kg: float = 999_999.0
    axlewise: bool = False
    axle_gap_ms: int = 20_000
    net_is_gross: bool = False


def rules_of(options: Options, usual: Rules | None = None) -> Rules:
    """Read a scale's rules from its options; what is not said there stays as its driver has it."""
    usual = usual or Rules()
    return Rules(
        threshold_kg=float(options.get("threshold_kg", usual.threshold_kg)),
        repeats_min=min(max(int(options.get("repeats_min", usual.repeats_min)), 2), FRAMES_HELD_MAX),
        window_ms=int(options.get("window_ms", usual.window_ms)),
        tolerance_kg=float(options.get("tolerance_kg", usual.tolerance_kg)),
        stable_tolerance_kg=float(options.get("stable_tolerance_kg", usual.stable_tolerance_kg)),
        overload_kg=float(options.get("overload_kg", usual.overload_kg)),
        axlewise=bool(options.get("axlewise", usual.axlewise)),
        axle_gap_ms=int(options.get("axle_gap_ms", usual.axle_gap_ms)),
        net_is_gross=bool(options.get("net_is_gross", usual.net_is_gross)),
    )


def kilograms(value: float, unit: str) -> float | None:
    """Give a weight in kilograms; None where its unit is none that we know."""
    per = KG_OF.get(unit)
    return None if per is None else value if per == 1.0 else round(value * per, 6)


def number(field_of_frame: bytes) -> float | None:
    """Read a right- or left-aligned number with its sign; None where the field holds none."""
    shape = _NUMBER.fullmatch(field_of_frame)
    if shape is None:
        return None
    size = float(shape["digits"])
    return -size if shape["sign"] == b"-" and size else size


class Shown(NamedTuple):
    """One reading of a run: when it came, what it says, and its bytes."""

    at: Instant
    kg: float
    blob: bytes


class Load(NamedTuple):
    """What a reading says is on the scale; `known` is False where a net weight's tare is not known."""

    kg: float
    stable: bool | None
    tare_kg: float | None = None
    known: bool = True
    assumed: bool = False


class Standing(Struct):
    """One occupancy of the scale as far as it has gone: from over the threshold to under it again."""

    zero_kg: float | None = None
    readings: int = 0
    why_not: str = ""
    plateau: tuple[Shown, ...] = ()
    load: Load | None = None
    run: list[Shown] = field(default_factory=list)

    def add(self, shown: Shown, load: Load, rules: Rules) -> None:
        """Take one reading: it lengthens the run of those at rest, or begins a new one; motion ends it."""
        if load.stable is False or not load.known:
            self.run.clear()
            return
        near = rules.tolerance_kg if load.stable is None else max(rules.tolerance_kg, rules.stable_tolerance_kg)
        if self.run and abs(shown.kg - self.run[0].kg) > near:
            self.run.clear()
        self.run.append(shown)
        self.load = load
        # Where the frame itself says that it is stable, slow ones are as good as fast ones.
        while len(self.run) > FRAMES_HELD_MAX or self._stale(shown.at, rules):
            self.run.pop(0)

    def _stale(self, at: Instant, rules: Rules) -> bool:
        return self.load is not None and self.load.stable is None and at - self.run[0].at > rules.window_ms

    def settled(self, rules: Rules) -> bool:
        """Tell whether the weight has just come to rest for the first time in this occupancy."""
        return not self.plateau and not self.why_not and len(self.run) >= rules.repeats_min


class Passing(Struct):
    """A conveyance that is weighed axle by axle, as far as it has come."""

    last: Instant
    axles: list[tuple[Shown, ...]] = field(default_factory=list)
    whole: bool = True


Found = tuple[tuple[Told, ...], tuple[Problem, ...]]


class Weigher:
    """Follows one scale and finds one weighing, or one axle-by-axle pass, for each conveyance."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._standing: Standing | None = None
        self._passing: Passing | None = None
        self._tare: tuple[Instant, float] | None = None
        self._empty: tuple[float, int] = (0.0, 0)
        self._zero_kg: float | None = None

    def take(self, weight: Weight, blob: bytes, at: Instant) -> Found:
        """Take what the scale shows now; gives the weighing that it completes, if any."""
        over = self.waited(at)
        if weight.mode == "tare":
            self._hold_tare(weight, at)
            return over
        if weight.held or not weight.valid:
            self._unsettle()
            return over
        if weight.overload:
            self._overload()
            return over
        load = self._load(weight, at)
        if load is None:
            self._unsettle()
            return over
        told, problems = self._loaded(load, blob, at)
        return over[0] + told, over[1] + problems

    def waited(self, at: Instant) -> Found:
        """Time has passed: a conveyance whose next axle does not come has gone."""
        passing = self._passing
        if passing is None or self._standing is not None or at - passing.last <= self._rules.axle_gap_ms:
            return (), ()
        return self._passed(whole=passing.whole)

    def lost(self) -> Found:
        """The link ended: what stood on the scale may drive off unseen, and axles may follow unseen."""
        self._standing = None
        self._tare = None
        self._zero_kg = None
        self._empty = (0.0, 0)
        return self._passed(whole=False)

    def _hold_tare(self, weight: Weight, at: Instant) -> None:
        if weight.value is not None and (kg := kilograms(weight.value, weight.unit)) is not None:
            self._tare = (at, kg)

    def _unsettle(self) -> None:
        if self._standing is not None:
            self._standing.run.clear()

    def _overload(self) -> None:
        standing = self._standing = self._standing or Standing(zero_kg=self._zero_kg)
        standing.readings += 1
        standing.why_not = "overloaded"
        standing.run.clear()

    def _load(self, weight: Weight, at: Instant) -> Load | None:
        kg = None if weight.value is None else kilograms(weight.value, weight.unit)
        if kg is None or weight.mode != "net":
            return None if kg is None else Load(kg, weight.stable)
        tare_kg = None if weight.tare is None else kilograms(weight.tare, weight.unit)
        if tare_kg is None and self._tare is not None and at - self._tare[0] <= TARE_AGE_MS_MAX:
            tare_kg = self._tare[1]
        if tare_kg is not None:
            return Load(round(kg + tare_kg, 6), weight.stable, tare_kg)
        return Load(kg, weight.stable, known=self._rules.net_is_gross, assumed=True)

    def _loaded(self, load: Load, blob: bytes, at: Instant) -> Found:
        if load.kg < self._rules.threshold_kg:
            self._note_zero(load)
            return self._left(at)
        if self._standing is None:
            self._standing = Standing(zero_kg=self._zero_kg)
            self._empty = (0.0, 0)
        standing = self._standing
        standing.readings += 1
        if load.kg > self._rules.overload_kg:
            standing.why_not = "overloaded"
        elif not load.known:
            standing.why_not = standing.why_not or "only net weights were shown and their tare is not known"
        standing.add(Shown(at, load.kg, blob), load, self._rules)
        if not standing.settled(self._rules):
            return (), ()
        standing.plateau = tuple(standing.run)
        return ((), ()) if self._rules.axlewise else ((_weighing(standing, at),), ())

    def _note_zero(self, load: Load) -> None:
        """Remember what the empty scale shows at rest."""
        kg, times = self._empty
        self._empty = (load.kg, 0 if load.stable is False else times + 1 if times and kg == load.kg else 1)
        if load.known and (load.stable or self._empty[1] >= EMPTY_REPEATS_MIN):
            self._zero_kg = load.kg

    def _left(self, at: Instant) -> Found:
        standing, self._standing = self._standing, None
        if standing is None:
            return (), ()
        problems = _unsettled(standing)
        if not self._rules.axlewise:
            return (), problems
        passing = self._passing = self._passing or Passing(last=at)
        passing.last = at
        passing.whole = passing.whole and bool(standing.plateau)
        if standing.plateau:
            passing.axles.append(standing.plateau)
        told = self._passed(whole=False)[0] if len(passing.axles) >= AXLES_MAX else ()
        return told, problems

    def _passed(self, *, whole: bool) -> Found:
        passing, self._passing = self._passing, None
        if passing is None or not passing.axles:
            return (), ()
        return (_wim_pass(passing.axles, whole=whole),), ()


def _weighing(standing: Standing, at: Instant) -> Told:
    values = [shown.kg for shown in standing.plateau]
    started = standing.plateau[0].at
    load = standing.load
    said = Weighing(
        device_id=NOBODY,
        received=at,
        reading_id=UNNAMED,
        gross_kg=values[-1],
        min_kg=min(values),
        max_kg=max(values),
        n=standing.readings,
        started=started,
        ended=at,
        repeats=len(values),
        zero_kg=standing.zero_kg,
        tare_kg=load.tare_kg if load is not None else None,
        tare_assumed=load is not None and load.assumed,
    )
    blob = b"".join(shown.blob for shown in standing.plateau)
    return Told(reading=said, key=b"%d:%s" % (started, blob), message=Message(blob=blob))


def _wim_pass(axles: list[tuple[Shown, ...]], *, whole: bool) -> Told:
    """Sum up axles that were weighed one by one; a sum that lacks an axle is no gross weight."""
    whole = whole and len(axles) > 1
    loads = [run[-1].kg for run in axles]
    said = WimPass(
        device_id=NOBODY,
        received=axles[-1][-1].at,
        reading_id=UNNAMED,
        axles=tuple(Axle(load_kg=kg) for kg in loads),
        gross_kg=round(sum(loads), 6) if whole else None,
        validity="complete" if whole else "incomplete",
    )
    blob = b"".join(shown.blob for run in axles for shown in run)
    return Told(reading=said, key=b"%d:%s" % (axles[0][0].at, blob), message=Message(blob=blob))


def _unsettled(standing: Standing) -> tuple[Problem, ...]:
    if standing.plateau:
        return ()
    why = standing.why_not or "left before the weight came to rest"
    return (Problem(kind="unsettled", detail=f"{why} after {standing.readings} readings", fatal=False),)


class Indicator(ABC):
    """The decoder of every scale: a weight from each frame, as its driver reads it, and one weighing per occupancy."""

    shape = "not a frame of this indicator"
    """What is said of bytes that are no frame."""

    def __init__(self, rules: Rules) -> None:
        self._weigher = Weigher(rules)

    @abstractmethod
    def parse(self, blob: bytes, received: Instant) -> Weight | Problem | None:
        """Read one frame: a weight, a problem, or None for a good frame that says no weight."""

    def asked(self, _weight: Weight, _blob: bytes) -> bytes:
        """The question that a frame answers: none, where the scale talks unasked."""
        return b""

    def fault(self, _blob: bytes) -> str | None:
        """What a good frame says is wrong with the scale itself."""
        return None

    def ask(self, _now: Instant) -> bytes:
        """It talks unasked."""
        return b""

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what one frame says, and the weighing that it completes."""
        if frame.broken is not None:
            return Out(problems=(Problem(kind=frame.broken, detail=self.shape, raw=frame.blob),))
        parsed = self.parse(frame.blob, received)
        if isinstance(parsed, Problem):
            return Out(problems=(parsed,), alive=not parsed.fatal)
        if parsed is None:
            return Out(alive=True)
        key = b"%d:%s" % (received, frame.blob)
        shown = Told(reading=parsed, key=key, message=Message(blob=frame.blob))
        told, problems = self._weigher.take(parsed, frame.blob, received)
        asked, fault = self.asked(parsed, frame.blob), self.fault(frame.blob)
        return Out(told=(shown, *told), problems=problems, alive=True, asked=asked, fault=fault)

    def waited(self, received: Instant) -> Out:
        """A silent scale says nothing; a conveyance weighed by axles may be through."""
        told, problems = self._weigher.waited(received)
        return Out(told=told, problems=problems)

    def lost(self, _received: Instant) -> Out:
        """Begin afresh: what stands on the scale may be another when the link is back."""
        told, problems = self._weigher.lost()
        return Out(told=told, problems=problems)


def marks(shape: re.Match[bytes], meant: Mapping[str, str] | None = None) -> tuple[Mark, ...]:
    """Explain a frame by the named groups of the pattern it matched; `meant` says what a group's bytes mean."""
    named = sorted((shape.span(name), name) for name, part in shape.groupdict().items() if part)
    return tuple(
        Mark(start=start, end=end, name=name, value=(meant or {}).get(name) or _written(shape[name]))
        for (start, end), name in named
    )


def _written(part: bytes) -> str:
    text = part.decode("latin-1").strip()
    return text if text.isprintable() and text.isascii() else part.hex()
