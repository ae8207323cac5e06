"""Folds signals into situations: one for each visit, document, device or post, and one where two turn out to be one."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from beket.core.situations.ahead import Ahead
from beket.core.situations.kinds import gravest_of, sort_of
from beket.core.situations.limits import RANK, SITUATIONS_MAX
from beket.core.situations.roster import first_rung
from beket.core.situations.signals import Gone, Heard, Moved, Raised, Together
from beket.core.situations.state import Situation
from beket.words.facts import (
    Level,
    Signal,
    SituationChanged,
    SituationClosed,
    SituationOpened,
    SituationRaisedAgain,
    SituationsMerged,
)
from beket.words.ids import CrossingId, Instant
from beket.words.situations import Again, Sort, Subject


class Group(Struct):
    """What one entry says of one situation: signals that stand, by their keys, or None where one holds no longer."""

    subject: Subject
    signals: dict[str, Signal | None] = field(default_factory=dict)


def fold(ahead: Ahead, signals: Iterable[tuple[Instant, Heard]]) -> None:
    """Conclude what becomes of situations; all that one entry says of one of them is one fact."""
    groups: dict[str, Group] = {}
    at: Instant | None = None
    for at, one in signals:
        match one:
            case Raised():
                if _leaves(ahead, groups, one):
                    _told(ahead, groups, at)
                    groups = {}
                situation = ahead.behind(one.signal.key)
                about = one.about if situation is None else situation.about
                _group(ahead, groups, about, one.subject).signals[one.signal.key] = one.signal
            case Gone():
                _take_back(ahead, groups, one.key)
            case Moved():
                _told(ahead, groups, at)
                groups = {}
                _move(ahead, one, at)
            case Together():
                _told(ahead, groups, at)
                groups = {}
                _gather(ahead, one, at)
    if at is not None:
        _told(ahead, groups, at)


def _leaves(ahead: Ahead, groups: dict[str, Group], one: Raised) -> bool:
    """Whether a signal was just taken back from one situation, to be raised in another."""
    situation, key = ahead.behind(one.signal.key), one.signal.key
    taken = any(key in group.signals and group.signals[key] is None for group in groups.values())
    return taken and situation is not None and ahead.of(one.about) is not situation


def _group(ahead: Ahead, groups: dict[str, Group], about: str, subject: Subject) -> Group:
    situation = ahead.of(about)
    return groups.setdefault(about if situation is None else situation.about, Group(subject))


def _take_back(ahead: Ahead, groups: dict[str, Group], key: str) -> None:
    for group in groups.values():
        if key in group.signals:
            group.signals[key] = None
    situation = ahead.behind(key)
    if situation is not None:
        _group(ahead, groups, situation.about, situation.subject).signals[key] = None


def _told(ahead: Ahead, groups: dict[str, Group], at: Instant) -> None:
    for about, group in groups.items():
        situation = ahead.of(about)
        if situation is None:
            _open(ahead, about, group, at)
        else:
            _change(ahead, situation, group, at)


def _open(ahead: Ahead, about: str, group: Group, at: Instant) -> None:
    signals = tuple(signal for signal in group.signals.values() if signal is not None)
    worst = gravest_of(signals)
    if worst is None:
        return
    if len(ahead.near.situations) >= SITUATIONS_MAX:
        oldest = next(iter(ahead.near.situations.values()))
        ahead.say(
            SituationClosed(
                at=at, because=(ahead.ref,), situation=oldest.id, version=oldest.version + 1, outcome="let_go"
            )
        )  # fmt: skip
    ahead.say(
        SituationOpened(
            at=at, because=(ahead.ref,), situation=ahead.next_name(), version=1, about=about, subject=group.subject,
            sort=_sort(group.subject, worst), level=worst.level, rung=first_rung(ahead.near), signals=signals,
        )
    )  # fmt: skip


def _change(ahead: Ahead, situation: Situation, group: Group, at: Instant) -> None:
    before = situation.signals
    raised = tuple(
        signal for key, signal in group.signals.items()
        if signal is not None and (key not in before or before[key].level != signal.level)
    )  # fmt: skip
    gone = tuple(before[key] for key, signal in group.signals.items() if signal is None and key in before)
    if not raised and not gone:
        return
    asks_again = why_again(situation, raised)
    gone_keys = {signal.key for signal in gone}
    after = {key: signal for key, signal in before.items() if key not in gone_keys}
    sort, level = _of(situation, (*(after | {signal.key: signal for signal in raised}).values(),))
    changed = SituationChanged(
        at=at, because=(ahead.ref,), situation=situation.id, version=situation.version + 1, sort=sort, level=level,
        raised=raised, gone=gone,
    )  # fmt: skip
    ahead.say(changed)
    if asks_again is not None:
        _ask_again(ahead, changed, asks_again)


def why_again(situation: Situation, raised: Iterable[Signal]) -> Again | None:
    """Say why what came asks for somebody who was quiet about it; what comes and goes does not, and no message.

    Whoever sees to a post that is silent is not asked again for each device of it.
    """
    news = [signal for signal in raised if signal.level != "low"]
    if situation.asks or not news:
        return None
    if any(RANK[signal.level] < RANK[situation.gravest] for signal in news):
        return "worse"
    known = situation.known
    new = situation.subject != "post" and any(
        RANK[signal.level] < RANK[known.get(signal.key, "low")] for signal in news
    )
    return "new_signal" if new or situation.holder is None else None


def _of(situation: Situation, signals: Iterable[Signal]) -> tuple[Sort, Level]:
    """Sort and level of what stands; where nothing does, it stays what it was of, and is only to be known."""
    worst = gravest_of(signals)
    return (situation.sort, "low") if worst is None else (_sort(situation.subject, worst), worst.level)


def _sort(subject: Subject, worst: Signal) -> Sort:
    return "silence" if subject == "post" else sort_of(worst)


def _gather(ahead: Ahead, together: Together, at: Instant) -> None:
    """Have signals be one situation's: one that had nothing else is a part of it, others keep the rest."""
    keys = {signal.key for signal in together.signals}
    *others, last = together.signals
    group, whole = Group(together.subject), []
    for signal in (last, *others):
        kept, situation = ahead.of(together.about), ahead.behind(signal.key)
        if situation is not None and situation is kept:
            continue
        if situation is not None and signal is not last and situation.known.keys() <= keys:
            whole.append(situation.id)
            continue
        if situation is not None:
            _change(ahead, situation, Group(situation.subject, {signal.key: None}), at)
        group.signals[signal.key] = signal
    _told(ahead, {together.about: group}, at)
    for name in whole:
        gone, kept = ahead.near.situations.get(name), ahead.of(together.about)
        if gone is not None and kept is not None:  # with very many open, the oldest is let go for a new one
            merge(ahead, gone, kept, at)


def _ask_again(ahead: Ahead, after: SituationChanged | SituationsMerged, why: Again) -> None:
    name, version = after.situation, after.version
    if isinstance(after, SituationsMerged):
        name, version = after.into, after.into_version
    ahead.say(
        SituationRaisedAgain(at=after.at, because=after.because, situation=name, version=version + 1, why=why)
    )  # fmt: skip


def _move(ahead: Ahead, moved: Moved, at: Instant) -> None:
    """A situation is a part of a visit: of that one's situation, or it is that one from now on."""
    gone, kept = ahead.of(moved.about), ahead.of(moved.visit)
    if gone is None or gone is kept:
        return
    if kept is None:
        _turn(ahead, gone, moved.visit, at)
        return
    merge(ahead, gone, kept, at)


def _turn(ahead: Ahead, situation: Situation, visit: CrossingId, at: Instant) -> None:
    ahead.say(
        SituationChanged(
            at=at, because=(ahead.ref,), situation=situation.id, version=situation.version + 1, sort=situation.sort,
            level=situation.level, about=visit, subject="crossing",
        )
    )  # fmt: skip


def merge(ahead: Ahead, gone: Situation, kept: Situation, at: Instant, by: str | None = None) -> None:
    """Have one situation be a part of another, which asks for somebody where the one did and it is news there.

    Who merges two sees to the one that is kept, if somebody has it or it is put off; else it asks.
    """
    raised = tuple(gone.signals.values())
    again = why_again(kept, raised)
    sort, level = _of(kept, (*kept.signals.values(), *raised))
    merged = SituationsMerged(
        at=at, because=(ahead.ref,), situation=gone.id, version=gone.version + 1, into=kept.id,
        into_version=kept.version + 1, sort=sort, level=level, by=by,
    )  # fmt: skip
    ahead.say(merged)
    seen_to = by is not None and (kept.holder is not None or kept.snoozed_until is not None)
    if again is not None and not seen_to:
        _ask_again(ahead, merged, again)
