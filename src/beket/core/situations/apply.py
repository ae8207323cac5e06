"""Fold facts about situations and shifts into what is held."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from beket.core.situations.kinds import graver
from beket.core.situations.limits import PAPERS_MAX
from beket.core.situations.silence import follow
from beket.core.situations.state import Agreed, Proposed, Shift, Situation, Situations
from beket.words.facts import (
    CheckTicked,
    ClosingProposed,
    DeviceFailed,
    DeviceRecovered,
    DocumentAttached,
    DocumentDetached,
    Fact,
    MaintenanceAgreed,
    MaintenanceEnded,
    OfSituation,
    PostDescribed,
    ShiftEnded,
    ShiftStarted,
    Signal,
    SituationChanged,
    SituationClosed,
    SituationEscalated,
    SituationOpened,
    SituationRaisedAgain,
    SituationsMerged,
    SituationSnoozed,
    SituationTaken,
)
from beket.words.ids import SituationId

_OF_OTHERS: Final = frozenset({DocumentAttached, DocumentDetached, MaintenanceAgreed, MaintenanceEnded})
_OF_SILENCE: Final = frozenset({PostDescribed, DeviceFailed, DeviceRecovered})
_OF_SHIFTS: Final = frozenset({ShiftStarted, ShiftEnded, CheckTicked})


def apply(held: Situations, fact: Fact) -> Situations:
    """Fold one fact in; never refuses."""
    if isinstance(fact, OfSituation):
        _on_situation(held, fact)
    elif type(fact) in _OF_SHIFTS:
        _on_shift(held, fact)
    elif type(fact) in _OF_OTHERS:
        _on_others(held, fact)
    elif type(fact) in _OF_SILENCE:
        follow(held, fact)
    return held


def _on_situation(held: Situations, fact: OfSituation) -> None:
    if isinstance(fact, SituationOpened):
        _open(held, fact)
        return
    situation = held.situations.get(fact.situation)
    if situation is None:
        return
    situation.version = fact.version
    match fact:
        case SituationChanged():
            _change(held, situation, fact)
        case SituationsMerged():
            _merge(held, situation, fact)
        case SituationClosed():
            _close(held, situation)
        case ClosingProposed():
            situation.proposed = Proposed(fact.outcome, fact.by)
        case SituationRaisedAgain():
            situation.asks, situation.asked_at = True, fact.at
            situation.snoozed_until = situation.until_at = situation.proposed = None
        case _:
            _on_people(situation, fact)


def _on_people(situation: Situation, fact: OfSituation) -> None:
    match fact:
        case SituationTaken():
            situation.asks, situation.holder, situation.until_at = False, fact.by, fact.until_at
            situation.snoozed_until, situation.handing = None, False
        case SituationEscalated():
            situation.rung, situation.asks, situation.asked_at = fact.to, True, fact.at
            situation.holder = situation.until_at = situation.snoozed_until = situation.proposed = None
            situation.handing = False
        case SituationSnoozed():
            situation.asks, situation.holder, situation.until_at = False, fact.by, None
            situation.snoozed_until, situation.handing = fact.until_at, False
        case _:
            pass


def _on_shift(held: Situations, fact: Fact) -> None:
    match fact:
        case ShiftStarted():
            held.shifts[fact.account] = Shift(fact.role, fact.at)
        case ShiftEnded():
            held.shifts.pop(fact.account, None)
            for situation in _those(held, fact.handed):
                situation.handing = True
        case CheckTicked():
            for situation in _those(held, (fact.situation,)):
                situation.ticks[fact.check] = fact.done
        case _:
            pass


def _on_others(held: Situations, fact: Fact) -> None:
    match fact:
        case DocumentAttached():
            held.papers[fact.document] = fact.crossing
            if len(held.papers) > PAPERS_MAX:
                del held.papers[next(iter(held.papers))]
        case DocumentDetached():
            if held.papers.get(fact.document) == fact.crossing:
                del held.papers[fact.document]
        case MaintenanceAgreed():
            held.windows[fact.device] = Agreed(fact.from_at, fact.until_at)
        case MaintenanceEnded():
            held.windows.pop(fact.device, None)
        case _:
            pass


def _those(held: Situations, names: Iterable[SituationId]) -> list[Situation]:
    return [held.situations[name] for name in names if name in held.situations]


def _open(held: Situations, fact: SituationOpened) -> None:
    situation = held.situations[fact.situation] = Situation(
        id=fact.situation, about=fact.about, subject=fact.subject, sort=fact.sort, level=fact.level,
        gravest=fact.level, opened_at=fact.at, rung=fact.rung, asks=fact.level != "low", asked_at=fact.at,
        version=fact.version, abouts=[fact.about],
    )  # fmt: skip
    held.by_about[fact.about] = situation.id
    _stand(held, situation, fact.signals)


def _change(held: Situations, situation: Situation, fact: SituationChanged) -> None:
    for signal in fact.gone:
        situation.signals.pop(signal.key, None)
        held.standing.pop(signal.key, None)
    _stand(held, situation, fact.raised)
    situation.sort, situation.level = fact.sort, fact.level
    if fact.raised:
        situation.proposed = None
    if not situation.signals:
        situation.asks, situation.quiet_since = False, situation.quiet_since or fact.at
    if fact.about is not None and fact.subject is not None:
        situation.about, situation.subject = fact.about, fact.subject
        _be_about(held, situation, (fact.about,))


def _stand(held: Situations, situation: Situation, signals: Iterable[Signal]) -> None:
    for signal in signals:
        situation.signals[signal.key] = signal
        situation.known[signal.key] = graver(signal.level, situation.known.get(signal.key, "low"))
        situation.gravest = graver(situation.gravest, signal.level)
        situation.four_eyes = situation.four_eyes or signal.four_eyes
        situation.quiet_since = None
        held.standing[signal.key] = situation.id


def _be_about(held: Situations, situation: Situation, abouts: Iterable[str]) -> None:
    for about in abouts:
        held.by_about[about] = situation.id
        if about not in situation.abouts:
            situation.abouts.append(about)


def _merge(held: Situations, gone: Situation, fact: SituationsMerged) -> None:
    """All that one is about and rests on is the other's, and what people did stays where they did it.

    What else a device has that is silent with its post is about that device: only its silence is the post's.
    """
    kept = held.situations.get(fact.into)
    _close(held, gone)
    if kept is None:
        return
    if kept.subject != "post" or fact.by is not None:
        _be_about(held, kept, gone.abouts)
    for key, level in gone.known.items():
        kept.known[key] = graver(level, kept.known.get(key, "low"))
    _stand(held, kept, gone.signals.values())
    kept.gravest = graver(kept.gravest, gone.gravest)
    kept.four_eyes = kept.four_eyes or gone.four_eyes
    kept.version, kept.sort, kept.level, kept.proposed = fact.into_version, fact.sort, fact.level, None


def _close(held: Situations, situation: Situation) -> None:
    del held.situations[situation.id]
    for about in situation.abouts:
        held.by_about.pop(about, None)
    for key in situation.signals:
        held.standing.pop(key, None)
