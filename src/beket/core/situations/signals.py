"""Reads what others concluded as signals: one is raised about something, holds no longer, or is another's after all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from beket.core.situations.ahead import Ahead
from beket.core.situations.kinds import of_alarm, of_doubt, of_failure, of_unexplained, of_unused, out_of_time
from beket.core.situations.silence import fell_together, is_silent
from beket.words.facts import (
    AlarmAdjudicated,
    AlarmRaised,
    AspectFound,
    CrossingDeparted,
    CrossingExplained,
    CrossingsJoined,
    CrossingUnexplained,
    DeviceDoubted,
    DeviceFailed,
    DeviceRecovered,
    DocumentAttached,
    DoubtWithdrawn,
    EvidenceAttached,
    EvidenceMoved,
    Fact,
    FindingRaised,
    FindingWithdrawn,
    MaintenanceAgreed,
    MaintenanceEnded,
    Signal,
)
from beket.words.ids import CrossingId, EntryRef, Instant
from beket.words.situations import Subject

CONCERNS: Final = frozenset(
    {
        FindingRaised, FindingWithdrawn, AlarmRaised, AlarmAdjudicated, CrossingUnexplained, CrossingExplained,
        CrossingsJoined, DeviceFailed, DeviceRecovered, DeviceDoubted, DoubtWithdrawn, MaintenanceAgreed,
        MaintenanceEnded, DocumentAttached, AspectFound, CrossingDeparted,
    }
)  # fmt: skip
"""What may raise a signal or take one back; all else that is concluded changes no situation."""

EVIDENCE: Final = (EvidenceAttached, EvidenceMoved)
"""Whose an alarm is: of all evidence only that of a signal that stands matters."""


class Raised(Struct, frozen=True):
    """A signal stands, and what its situation is about."""

    about: str
    subject: Subject
    signal: Signal


class Gone(Struct, frozen=True):
    """A signal holds no longer."""

    key: str


class Moved(Struct, frozen=True):
    """What a situation was about turned out to be a part of a visit."""

    about: str
    visit: CrossingId


class Together(Struct, frozen=True):
    """Signals of several situations are one's from now on; the last of them was just heard."""

    about: str
    subject: Subject
    signals: tuple[Signal, ...]


Heard = Raised | Gone | Moved | Together


def heard(ahead: Ahead, facts: Iterable[Fact]) -> Iterator[tuple[Instant, Heard]]:
    """Read facts in order; what each means may rest on what those before it changed."""
    facts = tuple(facts)
    visits = {fact.of: fact.crossing for fact in facts if isinstance(fact, EVIDENCE)}
    for fact in facts:
        ahead.hear(fact)
        for one in _of(ahead, fact, visits):
            yield fact.at, one


def _of(ahead: Ahead, fact: Fact, visits: dict[EntryRef, CrossingId]) -> Iterator[Heard]:
    match fact:
        case FindingRaised() | FindingWithdrawn():
            yield from _of_finding(ahead, fact)
        case AlarmRaised():
            visit = visits.get(fact.of)
            subject: Subject = "alarm" if visit is None else "crossing"
            yield Raised(fact.of if visit is None else visit, subject, of_alarm(fact))
        case AlarmAdjudicated() if fact.settled:
            yield Gone(f"radiation {fact.of}")
        case EvidenceAttached() | EvidenceMoved():
            yield from _alarm_moves(ahead, fact)
        case CrossingUnexplained():
            yield Raised(fact.crossing, "crossing", of_unexplained(fact))
        case CrossingExplained():
            yield Gone(f"unexplained {fact.crossing}")
        case CrossingsJoined():
            yield from _joined(ahead, fact)
        case CrossingDeparted():
            yield from _left(ahead, fact)
        case DocumentAttached():
            yield Moved(fact.document, fact.crossing)
        case _:
            yield from _of_device(ahead, fact)


def _of_finding(ahead: Ahead, fact: FindingRaised | FindingWithdrawn) -> Iterator[Heard]:
    about = fact.crossing or fact.document
    assert about is not None, "a finding is about a crossing or a document"
    level = fact.level if isinstance(fact, FindingRaised) else "low"
    harm = fact.harm if isinstance(fact, FindingRaised) else None
    signal = Signal(kind="finding", about=about, name=fact.rule, subject=fact.subject, level=level, harm=harm)
    if isinstance(fact, FindingWithdrawn):
        yield Gone(signal.key)
        return
    before = ahead.signal(signal.key)
    signal = out_of_time(signal) if before is not None and before.left else signal
    visit = fact.crossing if fact.document is None else ahead.visit_of(fact.document)
    yield Raised(about, "document", signal) if visit is None else Raised(visit, "crossing", signal)


def _alarm_moves(ahead: Ahead, fact: EvidenceAttached | EvidenceMoved) -> Iterator[Heard]:
    """An alarm is of the visit whose evidence it is; what was about it alone becomes a part of that one."""
    key = f"radiation {fact.of}"
    situation = ahead.behind(key)
    if situation is None or fact.crossing in situation.abouts:
        return
    if situation.known.keys() == {key}:
        yield Moved(situation.about, fact.crossing)
        return
    signal = situation.signals[key]
    yield Gone(key)
    yield Raised(fact.crossing, "crossing", signal)


def _joined(ahead: Ahead, fact: CrossingsJoined) -> Iterator[Heard]:
    """What was found about a visit that is another is found anew about that one."""
    situation = ahead.of(fact.crossing)
    for key, signal in () if situation is None else tuple(situation.signals.items()):
        if signal.about == fact.crossing:
            yield Gone(key)
    yield Moved(fact.crossing, fact.into)


def _left(ahead: Ahead, fact: CrossingDeparted) -> Iterator[Heard]:
    """The conveyance went; what nobody had seen to has no more time, and whoever has it let it go or goes after it."""
    situation = ahead.of(fact.crossing)
    if situation is None or (situation.holder is not None and situation.snoozed_until is None):
        return
    for signal in tuple(situation.signals.values()):
        now = out_of_time(signal)
        if now != signal:
            yield Raised(situation.about, situation.subject, now)


def _of_device(ahead: Ahead, fact: Fact) -> Iterator[Heard]:
    match fact:
        case DeviceFailed():
            yield from _failed(ahead, fact)
        case DeviceRecovered():
            yield Gone(f"failed {fact.device}")
        case AspectFound() if fact.aspect == "used":
            signal = of_unused(fact.device, fact.why or "")
            unused = fact.holds is False and fact.why == "none"
            yield Raised(fact.device, "device", signal) if unused else Gone(signal.key)
        case DeviceDoubted() | DoubtWithdrawn():
            signal = of_doubt(fact.device, fact.doubt)
            yield Raised(fact.device, "device", signal) if isinstance(fact, DeviceDoubted) else Gone(signal.key)
        case MaintenanceAgreed() | MaintenanceEnded():
            yield from _maintained(ahead, fact)
        case _:
            pass


def _failed(ahead: Ahead, fact: DeviceFailed) -> Iterator[Heard]:
    """A device fails for itself, or is silent with its whole post; one that says what is wrong with it is heard."""
    near, post = ahead.near, ahead.of(ahead.near.place)
    agreed = near.is_agreed(fact.device, fact.at)
    signal = of_failure(fact.device, fact.reason, agreed=agreed)
    fell = fell_together(near, fact.device, fact.at)
    joins = post is not None and not agreed and fact.device in near.silent and is_silent(near, fact.at)
    if fell or joins:
        keys = [f"failed {device}" for device in fell if device != fact.device]
        others = [one for key in keys if (one := ahead.signal(key)) is not None]
        yield Together(near.place, "post", (*others, signal))
        return
    if post is not None and ahead.behind(signal.key) is post:
        yield Gone(signal.key)
    yield Raised(fact.device, "device", signal)


def _maintained(ahead: Ahead, fact: MaintenanceAgreed | MaintenanceEnded) -> Iterator[Heard]:
    """The silence of a device that is worked on is a message; when the work is over, it is not."""
    situation = ahead.behind(f"failed {fact.device}")
    if situation is None:
        return
    agreed = isinstance(fact, MaintenanceAgreed) and fact.from_at <= fact.at < fact.until_at
    signal = situation.signals[f"failed {fact.device}"]
    yield Raised(situation.about, situation.subject, of_failure(fact.device, signal.name, agreed=agreed))
