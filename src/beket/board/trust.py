"""What facts change of the trust in devices: aspects, doubts, maintenance, radiation alarms, refused decisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct, field

from beket.words.facts import (
    AlarmAdjudicated,
    AlarmRaised,
    AspectFound,
    DecisionRefused,
    DeviceDoubted,
    DoubtWithdrawn,
    Fact,
    MaintenanceAgreed,
    MaintenanceEnded,
    UsualFound,
)
from beket.words.ids import EntryRef, PlaceId, entry_ref, split_ref

TRUST: Final = (
    AspectFound, DeviceDoubted, DoubtWithdrawn, UsualFound, MaintenanceAgreed, MaintenanceEnded, AlarmRaised,
    AlarmAdjudicated, DecisionRefused,
)  # fmt: skip
"""The facts that are gathered here."""

HEALTH_KEPT_MS: Final = 7 * 24 * 3_600_000
"""How long the lines of the health curve are kept on the board; the log keeps them for ever."""


class AspectRow(Struct):
    """One thing known of a device."""

    place: str
    device: str
    aspect: str
    holds: bool | None
    why: str | None
    since: int
    fact: str


class DoubtRow(Struct):
    """One doubt about a device, or its end (`active` is false)."""

    place: str
    device: str
    doubt: str
    active: bool
    measured: float | None
    usual: float | None
    bound: float | None
    since: int
    fact: str


class WindowRow(Struct):
    """The newest maintenance window of a device."""

    place: str
    device: str
    from_at: int
    until_at: int
    reason: str
    by_whom: str
    fact: str


class WindowEnd(Struct):
    """The end of a device's maintenance window."""

    place: str
    device: str
    ended_at: int


class AlarmRow(Struct):
    """A radiation alarm."""

    place: str
    of: str
    device: str
    lane: str
    gamma: bool
    neutron: bool
    by_nature: bool
    raised_at: int
    fact: str


class JudgementRow(Struct):
    """How an alarm was judged so far."""

    place: str
    of: str
    code: int
    by_whom: str
    second: str | None
    settled: bool
    judged_at: int
    judged_fact: str


class RefusalRow(Struct):
    """A decision that could not be taken so."""

    place: str
    decision: str
    by_whom: str
    why: str
    at: int
    fact: str


class HealthRow(Struct):
    """One line about a device's health, for its curve."""

    place: str
    device: str
    at: int
    alive: bool
    messages: int
    resent: int
    refused: int
    drift_ms: int | None
    plates: int
    unread: int
    zero_kg: float | None
    gamma_background: float | None
    neutron_background: float | None


class Trust(Struct):
    """The rows of one batch; of several facts about one thing the last stands."""

    aspects: dict[tuple[str, str, str], AspectRow] = field(default_factory=dict)
    doubts: dict[tuple[str, str, str], DoubtRow] = field(default_factory=dict)
    windows: dict[tuple[str, str], WindowRow] = field(default_factory=dict)
    ends: dict[tuple[str, str], WindowEnd] = field(default_factory=dict)
    alarms: list[AlarmRow] = field(default_factory=list)
    judgements: dict[tuple[str, str], JudgementRow] = field(default_factory=dict)
    refusals: list[RefusalRow] = field(default_factory=list)


def gather_trust(trust: Trust, place: PlaceId, ref: EntryRef, fact: Fact) -> None:
    """Add one fact to the batch."""
    match fact:
        case AspectFound():
            row = AspectRow(place, fact.device, fact.aspect, fact.holds, fact.why, fact.at, ref)
            trust.aspects[place, fact.device, fact.aspect] = row
        case DeviceDoubted():
            trust.doubts[place, fact.device, fact.doubt] = DoubtRow(
                place, fact.device, fact.doubt, True, fact.measured, fact.usual, fact.bound, fact.at, ref  # noqa: FBT003
            )  # fmt: skip
        case DoubtWithdrawn():
            trust.doubts[place, fact.device, fact.doubt] = DoubtRow(
                place, fact.device, fact.doubt, False, None, None, None, fact.at, ref  # noqa: FBT003
            )  # fmt: skip
        case MaintenanceAgreed():
            trust.windows[place, fact.device] = WindowRow(
                place, fact.device, fact.from_at, fact.until_at, fact.reason, fact.by, ref
            )
            trust.ends.pop((place, fact.device), None)
        case MaintenanceEnded():
            trust.ends[place, fact.device] = WindowEnd(place, fact.device, fact.at)
        case _:
            _gather_of_people(trust, place, ref, fact)


def _gather_of_people(trust: Trust, place: PlaceId, ref: EntryRef, fact: Fact) -> None:
    match fact:
        case AlarmRaised():
            trust.alarms.append(
                AlarmRow(place, fact.of, fact.device, fact.lane, fact.gamma, fact.neutron, fact.natural, fact.at, ref)
            )
        case AlarmAdjudicated():
            trust.judgements[place, fact.of] = JudgementRow(
                place, fact.of, fact.code, fact.by, fact.second, fact.settled, fact.at, ref
            )
        case DecisionRefused():
            trust.refusals.append(RefusalRow(place, fact.decision_id, fact.by, fact.why, fact.at, ref))
        case _:
            assert isinstance(fact, UsualFound), "every kind in TRUST is gathered"


def number_trust(trust: Trust, refs: Sequence[tuple[int, int]]) -> None:
    """Give the rows the references of their facts, by which so far they only had their order."""
    concluded: list[AspectRow | DoubtRow | WindowRow | AlarmRow | RefusalRow] = [*trust.aspects.values()]
    concluded += [*trust.doubts.values(), *trust.windows.values(), *trust.alarms, *trust.refusals]
    for row in concluded:
        row.fact = entry_ref(*refs[split_ref(row.fact)[1]])
    for judgement in trust.judgements.values():
        judgement.judged_fact = entry_ref(*refs[split_ref(judgement.judged_fact)[1]])


def written(trust: Trust) -> Iterator[tuple[str, Sequence[Struct]]]:
    """Give each statement with its rows, in the order in which they are written."""
    yield ASPECTS, list(trust.aspects.values())
    yield DOUBTS, list(trust.doubts.values())
    yield WINDOWS, list(trust.windows.values())
    yield ENDS, list(trust.ends.values())
    yield ALARMS, trust.alarms
    yield JUDGEMENTS, list(trust.judgements.values())
    yield REFUSALS, trust.refusals


ASPECTS: Final = """
INSERT INTO BOARD.device_aspect (place, device, aspect, holds, why, since, fact) SELECT * FROM SPREAD AS e
ON CONFLICT (place, device, aspect) DO UPDATE
SET holds = excluded.holds, why = excluded.why, since = excluded.since, fact = excluded.fact
"""

DOUBTS: Final = """
INSERT INTO BOARD.device_doubt (place, device, doubt, active, measured, usual, bound, since, fact)
SELECT * FROM SPREAD AS e
ON CONFLICT (place, device, doubt) DO UPDATE SET active = excluded.active, measured = excluded.measured,
  usual = excluded.usual, bound = excluded.bound, since = excluded.since, fact = excluded.fact
"""

WINDOWS: Final = """
INSERT INTO BOARD.maintenance (place, device, from_at, until_at, reason, by_whom, fact) SELECT * FROM SPREAD AS e
ON CONFLICT (place, device) DO UPDATE SET from_at = excluded.from_at, until_at = excluded.until_at,
  reason = excluded.reason, by_whom = excluded.by_whom, fact = excluded.fact, ended_at = NULL
"""

ENDS: Final = """
UPDATE BOARD.maintenance AS m SET ended_at = e.ended_at FROM SPREAD AS e WHERE m.place = e.place AND m.device = e.device
"""

ALARMS: Final = """
INSERT INTO BOARD.alarm (place, of, device, lane, gamma, neutron, by_nature, raised_at, fact) SELECT * FROM SPREAD AS e
ON CONFLICT (place, of) DO NOTHING
"""

JUDGEMENTS: Final = """
UPDATE BOARD.alarm AS a SET code = e.code, by_whom = e.by_whom, second = e.second, settled = e.settled,
  judged_at = e.judged_at, judged_fact = e.judged_fact
FROM SPREAD AS e WHERE a.place = e.place AND a.of = e.of
"""

REFUSALS: Final = """
INSERT INTO BOARD.refusal (place, decision, by_whom, why, at, fact) SELECT * FROM SPREAD AS e
ON CONFLICT (place, decision) DO NOTHING
"""

HEALTH: Final = """
WITH e AS MATERIALIZED (SELECT * FROM SPREAD AS s), old AS (
  DELETE FROM BOARD.health AS h USING e WHERE h.place = e.place AND h.device = e.device AND h.at < e.at - KEPT
)
INSERT INTO BOARD.health (place, device, at, alive, messages, resent, refused, drift_ms, plates, unread, zero_kg,
  gamma_background, neutron_background)
SELECT * FROM e ON CONFLICT (place, device, at) DO NOTHING
""".replace("KEPT", str(HEALTH_KEPT_MS))
