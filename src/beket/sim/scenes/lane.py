"""What every border knows: nose to tail, backing out, no plate, a message thrice, a wrong clock, late news."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from beket.sim.faults import RESENDS, Telling
from beket.sim.happenings import Sight
from beket.sim.scenes.stage import Scene, Stage, lorry
from beket.words.site import Post

CLOCK_OFF_MS: Final = -5 * 3_600_000
LATE_MS: Final = 2 * 3_600_000

_FIRST: Final = ("01774AFB", "08420AV", 24_400)
_SECOND: Final = ("02318XYZ", "03555KLM", 31_680)
_THIRD: Final = ("01902QRS", "08111BC", 15_220)


def _two_pass(stage: Stage, apart_s: float = 5) -> None:
    """Two lorries one behind the other, all the way through."""
    for n, (who, given) in enumerate((("first", _FIRST), ("second", _SECOND))):
        stage.comes(who, lorry(*given, paint=n), 1 + apart_s * n)
        stage.weighs(who, 12 + apart_s * n)
        stage.leaves(who, 30 + (apart_s + 1) * n)


def nose_to_tail(post: Post) -> Scene:
    """Three lorries pass four seconds apart; each has its own trailer, portal reading and weight."""
    stage = Stage(post, "nose-to-tail")
    for n, given in enumerate((_FIRST, _SECOND, _THIRD)):
        who = f"lorry {n + 1}"
        stage.comes(who, lorry(*given, paint=n), 1 + 4 * n)
        stage.weighs(who, 12 + 4 * n)
        stage.leaves(who, 32 + 4 * n)
    return stage.scene(3)


def backs_out(post: Post) -> Scene:
    """A lorry shows itself at the gate and reverses; another comes after it and passes."""
    stage = Stage(post, "backs-out")
    stage.shows("turned away", lorry(*_FIRST), 1)
    stage.seen("turned away", "arrival", "front", 20, receding=True)
    stage.comes("next", lorry(*_SECOND, paint=2), 32)
    stage.weighs("next", 43)
    stage.leaves("next", 60)
    return stage.scene(2)


def weighing_without_plate(post: Post) -> Scene:
    """A lorry that no camera could read is weighed: the house opens a dossier that nobody can explain yet."""
    stage = Stage(post, "weighing-without-plate")
    stage.shows("bare", lorry(None, None, 18_360), 1)
    stage.weighs("bare", 12)
    stage.tell("bare", _unseen)
    stage.comes("known", lorry(*_SECOND), 90)
    stage.weighs("known", 101)
    stage.leaves("known", 120)
    return stage.scene(2)


def resent(post: Post) -> Scene:
    """Every camera says everything three times."""
    stage = Stage(post, "resent")
    _two_pass(stage)
    for who in ("first", "second"):
        stage.tell(who, _thrice)
    return stage.scene(2)


def clock_off(post: Post) -> Scene:
    """The front cameras' clocks are five hours behind."""
    stage = Stage(post, "clock-off")
    stage.clock("front", CLOCK_OFF_MS)
    _two_pass(stage)
    return stage.scene(2)


def buffered(post: Post, late_ms: int = LATE_MS) -> Scene:
    """The cameras were cut off for one lorry, and hand over what they saw of it two hours late."""
    stage = Stage(post, "buffered")
    _two_pass(stage, apart_s=60)
    stage.tell("first", lambda telling: _later(telling, late_ms))
    return stage.scene(2)


def buffered_nose_to_tail(post: Post, late_ms: int = LATE_MS) -> Scene:
    """The same with another lorry close behind: meanwhile nobody can know whose the evidence in between is."""
    stage = Stage(post, "buffered-nose-to-tail")
    _two_pass(stage)
    stage.tell("first", lambda telling: _later(telling, late_ms))
    return stage.scene(2)


SCENES: Final[dict[str, Callable[[Post], Scene]]] = {
    "nose-to-tail": nose_to_tail,
    "backs-out": backs_out,
    "weighing-without-plate": weighing_without_plate,
    "resent": resent,
    "clock-off": clock_off,
    "buffered": buffered,
    "buffered-nose-to-tail": buffered_nose_to_tail,
}


def _unseen(telling: Telling) -> Telling:
    """The cameras' messages never come; what has no camera is told as ever."""
    if isinstance(telling.met, Sight):
        return replace(telling, silent=True, faults=("drop",))
    return telling


def _thrice(telling: Telling) -> Telling:
    if isinstance(telling.met, Sight):
        return replace(telling, times=RESENDS, faults=("resend",))
    return telling


def _later(telling: Telling, late_ms: int) -> Telling:
    """Cameras remember; scales and portals do not, so theirs is told at once."""
    if isinstance(telling.met, Sight):
        return replace(telling, send_ms=telling.send_ms + late_ms, history=True, faults=("buffered",))
    return telling
