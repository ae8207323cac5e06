"""A desk for the tests of situations: devices, papers and people speak, and what is open is asked for by name."""

from __future__ import annotations

from itertools import count
from typing import Any

from beket.core.situations.state import Situation
from beket.words.decisions import Ordered
from beket.words.facts import DecisionRefused, Fact
from beket.words.ids import CLOCK, Instant, ReadingId
from beket.words.readings import Tick
from beket.words.situations import CARDS
from tests.core.tape import BEGIN
from tests.core.test_documents import Scene

MINUTE = 60


class Duty(Scene):
    """One checkpoint, and people who see to what goes wrong there."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = count(1)

    @property
    def open(self) -> list[Situation]:
        """The situations that are open, oldest first."""
        return list(self.player.state.situations.situations.values())

    @property
    def only(self) -> Situation:
        """The one that is open."""
        (one,) = self.open
        return one

    def tick(self, at_s: float) -> tuple[Fact, ...]:
        """Let the clock speak."""
        at = Instant(BEGIN + round(at_s * 1000))
        return self._heard(Tick(device_id=CLOCK, received=at, reading_id=ReadingId(f"t{at}{next(self.numbers)}")))

    def does(self, at_s: float, who: str, kind: type[Ordered], **named: Any) -> str:  # noqa: ANN401
        """Have somebody decide who sees what is there, unless it is said; gives why it was refused, or "done"."""
        at = Instant(BEGIN + round(at_s * 1000))
        role = named.pop("role", "duty_officer")
        if "situation" in kind.__struct_fields__ and "situation" not in named:
            named["situation"] = self.open[0].id
        if "seen" in kind.__struct_fields__ and "seen" not in named:
            held = self.player.state.situations.situations.get(named["situation"])
            named["seen"] = held.version if held is not None else 0
        decision = kind(decision_id=f"n{next(self.numbers)}", by=who, role=role, at=at, **named)
        facts = self._heard(decision)  # type: ignore[arg-type]
        refused = [fact for fact in facts if isinstance(fact, DecisionRefused)]
        return refused[0].why if refused else "done"

    def does_the_card(self, at_s: float, who: str, tick: type[Ordered]) -> None:
        """Have somebody tick all that must be done."""
        for check in CARDS[self.only.sort]:
            assert self.does(at_s, who, tick, check=check.code) == "done"


def standing(situation: Situation) -> dict[str, str]:
    """What stands in a situation: names of signals with their levels."""
    return {signal.name: signal.level for signal in situation.signals.values()}
