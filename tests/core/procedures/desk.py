"""A checkpoint with a procedure in force, and people who decide."""

from __future__ import annotations

from typing import Final

from msgspec import convert

from beket.core.state import State
from beket.words.decisions import ApproveProcedure, DecideStep, Decision, ProposeProcedure
from beket.words.facts import DecisionRefused, Fact, StandingFound
from beket.words.ids import CrossingId, EntryRef, Instant, Sha256, entry_ref, sha256
from beket.words.readings import Reading
from tests.core.tape import BEGIN
from tests.core.test_documents import Scene, of

_NAME: Final = 'name = { en = "N", ru = "Н", ky = "Н" }'
_PASS: Final = (
    f'[{{ code = "pass", effect = "clears", {_NAME} }}, {{ code = "wait", effect = "holds", {_NAME} }}, '
    f'{{ code = "deny", effect = "refuses", {_NAME} }}, {{ code = "store", effect = "diverts", {_NAME} }}]'
)

SHORT: Final = f"""
code = "short"
{_NAME}
template = "external_road"
direction = "in"
source = "a trial"

[[steps]]
code = "identification"
{_NAME}
agency = "operator"
proof = ["plate"]
machine = true

[[steps]]
code = "weighing"
{_NAME}
agency = "transport"
after = ["identification"]
proof = ["weighing"]
outcomes = {_PASS}
norm_s = 600

[[steps]]
code = "phyto"
{_NAME}
agency = "phytosanitary"
after = ["identification"]
when = [{{ condition = "goods", codes = ["07"] }}]
proof = ["certificate"]
outcomes = {_PASS}
silence = {{ after_s = 10800, outcome = "pass" }}

[[steps]]
code = "alarm"
{_NAME}
agency = "customs"
when = [{{ condition = "alarm" }}]
outcomes = {_PASS}

[[steps]]
code = "release"
{_NAME}
agency = "customs"
after = ["identification"]
proof = ["declaration"]
outcomes = {_PASS}
releases = true

[[steps]]
code = "exit"
{_NAME}
agency = "operator"
after = ["release"]
proof = ["exit"]
machine = true
"""
"""Six steps, one of each sort."""


class Desk(Scene):
    """A checkpoint whose crossings go by a procedure."""

    def __init__(self, text: str = SHORT) -> None:
        super().__init__()
        self.propose(-20, text)
        self.facts = self.approve(-10, self.last, sha256(text.encode()))

    def _heard(self, body: Reading | Decision) -> tuple[Fact, ...]:
        facts = super()._heard(body)
        self.last = entry_ref(self.player.seq, 0)
        return facts

    @property
    def state(self) -> State:
        return self.player.state

    def takes(self, at_s: float, kind: type[Decision], **named: object) -> tuple[Fact, ...]:
        """Somebody decides something."""
        at = BEGIN + int(at_s * 1000)
        said = {"decision_id": f"d{self.player.seq}", "by": "b.bekov", "role": "duty_officer", "at": at, **named}
        return self._heard(convert(said, kind))

    def propose(self, at_s: float, text: str, **named: object) -> tuple[Fact, ...]:
        begins = {"by": "a.asanov", "text": text, "sha256": sha256(text.encode()), "from_at": BEGIN + int(at_s * 1000)}
        given = {**begins, **named}
        return self.takes(at_s, ProposeProcedure, **given)

    def approve(self, at_s: float, of_: EntryRef, digest: Sha256, **named: object) -> tuple[Fact, ...]:
        return self.takes(at_s, ApproveProcedure, **{"of": of_, "sha256": digest, **named})

    def decides(
        self, at_s: float, step: str, outcome: str = "pass", agency: str = "customs", **named: object
    ) -> tuple[Fact, ...]:
        """Somebody decides a step of the first crossing."""
        given = {"crossing": self.opened[0], "step": step, "outcome": outcome, "agency": agency, **named}
        return self.takes(at_s, DecideStep, **given)

    def stands(self, crossing: CrossingId | None = None) -> tuple[str, bool]:
        """The state of a crossing, and whether it is proven."""
        standing = self.state.procedures.courses[crossing or self.opened[0]].standing
        assert standing is not None
        return standing.state, standing.proven

    def step(self, code: str) -> str:
        """The state of a step of the first crossing."""
        standing = self.state.procedures.courses[self.opened[0]].standing
        assert standing is not None
        return standing.steps[code]


def why(facts: tuple[Fact, ...]) -> list[str]:
    """Why decisions were refused."""
    return [fact.why for fact in of(facts, DecisionRefused)]


def found(facts: tuple[Fact, ...]) -> StandingFound:
    """The standing that was found."""
    (standing,) = of(facts, StandingFound)
    assert isinstance(standing, StandingFound)
    return standing


def minutes(count: float) -> Instant:
    """So many minutes after the beginning."""
    return Instant(BEGIN + int(count * 60_000))
