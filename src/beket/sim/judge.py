"""The judge: what happened against what the house believes; it can fail, and says what it failed on.

A conveyance's evidence should lie in one dossier and nothing else with it. Every dossier is held to be its main
conveyance's: whoever has most evidence in it. A difference is *explained* only by a fault that was injected

- into the evidence of the conveyances it is about, at the same gate or before it, or
- into that of whoever was directly before or behind one of them in the lane, and there only at the very device the
  difference is about, or at a front camera: from these two it follows whose turn it was.

Nothing else explains: a lost message that mixes up a whole queue is a mistake of the house, and is counted as one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

from msgspec import Struct, field, to_builtins

from beket.sim.belief import Belief, Said, device_of
from beket.sim.documents.reckoning import Ground, PaperReckoning, reckon_papers, rules_in_force
from beket.sim.faults import EXPLAINING
from beket.sim.happenings import Sight
from beket.sim.matching import Matching
from beket.sim.road.reckoning import Reckoning, reckon
from beket.sim.seen import seen_of
from beket.sim.truth import Told, Truth, Witnessed
from beket.words.ids import CrossingId, DeviceId, Instant
from beket.words.site import Zone

EXAMPLES_MAX: Final = 50
"""Differences that are listed in full; all are counted."""

UNREAD: Final = "no plate read both coming and leaving"
"""The one explanation that is no fault: nobody could know that the two were one conveyance."""

DifferenceKind = Literal["missed", "doubled", "misjoined", "unattached", "phantom", "lost", "outcome"]

_STAGE: Final[dict[Zone, int]] = {"arrival": 0, "control": 1, "departure": 2}


class Difference(Struct, kw_only=True):
    """One thing in which belief and truth differ, and the fault that explains it, if one does."""

    kind: DifferenceKind
    crossings: tuple[str, ...]
    dossiers: tuple[str, ...] = ()
    device: DeviceId | None = None
    zone: Zone = "arrival"
    what: str = ""
    explained: str | None = None


class Verdict(Struct, kw_only=True):
    """The judge's verdict, as printed: counts are of unexplained differences; `explained` counts the others."""

    readings: int
    crossings: int
    dossiers: int
    missed: int = 0
    doubled: int = 0
    misjoined: int = 0
    unattached: int = 0
    phantom: int = 0
    lost: int = 0
    outcome: int = 0
    trackers: Reckoning = field(default_factory=Reckoning)
    documents: PaperReckoning = field(default_factory=PaperReckoning)
    explained: int = 0
    explained_by: dict[str, int] = field(default_factory=dict)
    unexplained_differences: list[Difference] = field(default_factory=list)
    explained_differences: list[Difference] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Tell whether nothing was left without an explanation."""
        return not self.unexplained_differences and self.trackers.right and self.documents.right

    def as_dict(self) -> dict[str, Any]:
        """Give the verdict as plain JSON values."""
        plain: dict[str, Any] = to_builtins(self)
        return plain


def judge(truth: Truth, belief: Belief) -> Verdict:
    """Compare what physically happened, and was told, with what the house holds."""
    journeys = truth.journeys()
    case = _Case(journeys, belief)
    differences = list(case.differences())
    _explain(differences, case)
    told = [held for held in journeys if any(one.reached for one in held.told)]
    verdict = Verdict(readings=belief.readings, crossings=len(told), dossiers=len(case.owners))
    for difference in differences:
        _count(verdict, difference)
    verdict.trackers = reckon(truth.road, belief.road)
    ground = case.ground(differences, truth.unverified, truth.began)
    verdict.documents = reckon_papers(truth.papers, belief.papers, ground, rules_in_force())
    return verdict


def _count(verdict: Verdict, difference: Difference) -> None:
    if difference.explained is not None:
        verdict.explained += 1
        verdict.explained_by[difference.explained] = verdict.explained_by.get(difference.explained, 0) + 1
        if len(verdict.explained_differences) < EXAMPLES_MAX:
            verdict.explained_differences.append(difference)
        return
    setattr(verdict, difference.kind, getattr(verdict, difference.kind) + 1)
    if len(verdict.unexplained_differences) < EXAMPLES_MAX:
        verdict.unexplained_differences.append(difference)


class _Case:
    """The evidence of one trial: whose each reading is, and where the house put it."""

    def __init__(self, journeys: tuple[Witnessed, ...], belief: Belief) -> None:
        self.journeys = {held.journey.crossing: held for held in journeys}
        self._belief = belief
        self._matching = Matching(journeys)
        self._lines, self._places = _lines(journeys)
        self._homes: dict[int, list[CrossingId | None]] = defaultdict(list)
        self._strangers: list[Said] = []
        shares: dict[CrossingId, Counter[str]] = defaultdict(Counter)
        for said in belief.said:
            told = self._matching.told(said)
            home = belief.home(said.where)
            if told is None:
                self._strangers.append(said)
                continue
            self._homes[id(told)].append(home)
            if home is not None:
                # who opened a dossier has the better claim where two have equal parts in it
                opened = home == f"{said.where[0]}:{said.where[1]}"
                shares[home][told.telling.met.crossing] += 3 if opened else 2
        self.owners = {home: _owner(share) for home, share in shares.items()}
        self._owned: dict[str, list[CrossingId]] = defaultdict(list)
        for home, owner in self.owners.items():
            self._owned[owner].append(home)

    def ground(self, differences: Iterable[Difference], unverified: frozenset[DeviceId], began: Instant) -> Ground:
        """Give what is known about whoever papers may be of; whom a difference is about is no measure for them."""
        named = [name for one in differences for name in (*one.crossings, *one.dossiers)]
        return Ground(
            seen={crossing: seen_of(held, began) for crossing, held in self.journeys.items()},
            owners=self.owners,
            root=self._belief.root,
            astray=frozenset(map(str, named)),
            unverified=frozenset(map(str, unverified)),
        )

    def differences(self) -> Iterator[Difference]:
        """Give every difference between truth and belief."""
        for held in self.journeys.values():
            yield from self._of_journey(held)
        yield from self._phantoms()

    def _of_journey(self, held: Witnessed) -> Iterator[Difference]:
        crossing = held.journey.crossing
        mine = self._owned.get(crossing, [])
        for told in held.told:
            yield from self._of_told(crossing, told, mine)
        reached = [told for told in held.told if told.reached]
        if reached and not mine:
            zone = min((told.telling.met.zone for told in reached), key=_STAGE.__getitem__)
            yield Difference(kind="missed", crossings=(crossing,), zone=zone, what="no dossier is this conveyance's")
        elif len(mine) > 1:
            yield self._doubled(held, mine)
        elif mine:
            yield from self._outcome(held, mine[0])

    def _of_told(self, crossing: str, told: Told, mine: list[CrossingId]) -> Iterator[Difference]:
        met = told.telling.met
        homes = self._homes.get(id(told), [])
        if told.reached and not homes:
            yield Difference(
                kind="lost",
                crossings=(crossing,),
                device=met.device,
                zone=met.zone,
                what=f"{met.key} is not in the log",
            )
        for home in homes:
            if home is None:
                yield Difference(
                    kind="unattached",
                    crossings=(crossing,),
                    device=met.device,
                    zone=met.zone,
                    what=f"{met.key} is in no dossier",
                )
            elif home not in mine:
                yield Difference(
                    kind="misjoined",
                    crossings=(crossing, self.owners[home]),
                    dossiers=(home,),
                    device=met.device,
                    zone=met.zone,
                    what=f"{met.key} lies in another conveyance's dossier",
                )

    def _doubled(self, held: Witnessed, mine: list[CrossingId]) -> Difference:
        """One conveyance has several dossiers; nobody could know better if no sign was read at both gates."""
        held_at = {
            left: {home for told in held.told if _leaving(told) is left for home in self._homes[id(told)]} & set(mine)
            for left in (False, True)
        }
        strangers = not _known_both_ways(held.told)
        two = len(mine) == 2 and len(held_at[False]) == 1 and len(held_at[True]) == 1
        return Difference(
            kind="doubled",
            crossings=(held.journey.crossing,),
            dossiers=tuple(mine),
            zone="departure" if two else "arrival",
            what=f"{len(mine)} dossiers of one conveyance",
            explained=UNREAD if two and strangers else None,
        )

    def _outcome(self, held: Witnessed, home: CrossingId) -> Iterator[Difference]:
        dossier = self._belief.dossiers.get(home)
        if dossier is None:
            return
        heard = [told for told in held.told if told.reached or self._homes.get(id(told))]  # not every device learns it
        left = any(told.telling.met.zone == "departure" for told in heard)
        turned = held.journey.outcome == "backed_out" and any(map(_leaving, heard))
        wrong = None
        if left and not dossier.departed:
            wrong = "was seen leaving, but is not departed"
        elif turned and dossier.close_reason != "backed_out":
            wrong = "backed out, but is not closed so"
        elif dossier.departed and not left:
            wrong = "is departed, but was not seen leaving"
        elif dossier.direction != held.journey.direction:
            wrong = "goes the other way"
        if wrong is not None:
            zone: Zone = "departure" if left else "arrival"
            explained = None if not turned or _known_both_ways(held.told) else UNREAD
            yield Difference(
                kind="outcome",
                crossings=(held.journey.crossing,),
                dossiers=(home,),
                zone=zone,
                what=wrong,
                explained=explained,
            )

    def beside(self, crossing: str, zone: Zone) -> Iterator[Told]:
        """Give what was told, up to a zone, of the conveyances directly before and behind one in its lane there."""
        stage = _STAGE[zone]
        for device, place in self._places.get(crossing, ()):
            line = self._lines[device]
            if _STAGE[line[place].telling.met.zone] <= stage:
                yield from line[max(place - 1, 0) : place]
                yield from line[place + 1 : place + 2]

    def _phantoms(self) -> Iterator[Difference]:
        """Find dossiers that nobody made, and readings that nobody caused."""
        belief = self._belief
        for dossier in belief.dossiers.values():
            if dossier.joined_into is None and dossier.id not in self.owners:
                yield Difference(
                    kind="phantom", crossings=(), dossiers=(dossier.id,), what="a dossier that nobody made"
                )
        for said in self._strangers:
            yield Difference(
                kind="phantom",
                crossings=(),
                device=device_of(said),
                what=f"nobody caused {said.where[0]}:{said.where[1]}",
            )


def _lines(
    journeys: Iterable[Witnessed],
) -> tuple[dict[DeviceId, list[Told]], dict[str, list[tuple[DeviceId, int]]]]:
    """Line up what each device met, in order, with the places of each conveyance in those lines."""
    lines: dict[DeviceId, list[Told]] = defaultdict(list)
    for held in journeys:
        for told in held.told:
            lines[told.telling.met.device].append(told)
    places: dict[str, list[tuple[DeviceId, int]]] = defaultdict(list)
    for device, line in lines.items():
        line.sort(key=lambda told: told.telling.met.at_ms)
        for place, told in enumerate(line):
            places[told.telling.met.crossing].append((device, place))
    return lines, places


def _owner(share: Counter[str]) -> str:
    """Say whose a dossier is: who has most in it; of equals the one that sorts first, so that verdicts repeat."""
    most = max(share.values())
    return min(crossing for crossing, count in share.items() if count == most)


def _leaving(told: Told) -> bool:
    """Tell whether a conveyance was met on its way out of the lane: at the departure gate, or backing out of it."""
    met = told.telling.met
    return met.zone == "departure" or (isinstance(met, Sight) and met.receding)


def _known_both_ways(told: Iterable[Told]) -> bool:
    """Tell whether some sign of the conveyance was read coming and leaving: without one nobody can join the two."""
    seen: dict[bool, set[str]] = {False: set(), True: set()}
    for one in told:
        met = one.telling.met
        if one.reached and isinstance(met, Sight):
            signs = (met.sign.value if met.sign and met.shown else None, met.container)
            seen[_leaving(one)].update(filter(None, signs))
    return bool(seen[False] & seen[True])


def _explain(differences: list[Difference], case: _Case) -> None:
    """Give each difference the fault that explains it: one of its own conveyances', else of who was next to them."""
    for difference in differences:
        if difference.explained is None and difference.kind != "lost":  # what was taken must be in the log
            difference.explained = _own_fault(difference, case) or _fault_beside(difference, case)


def _own_fault(difference: Difference, case: _Case) -> str | None:
    """Give a fault in the evidence of those a difference is about, at the same gate or before it."""
    for crossing in difference.crossings:
        for told in case.journeys[crossing].told:
            if _STAGE[told.telling.met.zone] <= _STAGE[difference.zone] and (fault := _fault(told)) is not None:
                return fault
    return None


def _fault_beside(difference: Difference, case: _Case) -> str | None:
    """Give a fault of who was directly before or behind, where it matters: at this device, or where the gate counts.

    Whose turn it is at a device follows from who passed the gate's front cameras and from who was at the device last.
    Whoever was further away explains nothing: one lost message must not mix up a whole queue.
    """
    for crossing in difference.crossings:
        for told in case.beside(crossing, difference.zone):
            met = told.telling.met
            counts = isinstance(met, Sight) and met.view == "front"
            if counts or difference.device in (None, met.device):
                fault = _fault(told)
                if fault is not None:
                    return fault
    return None


def _fault(told: Told) -> str | None:
    """Give the injected fault in a telling, or how it was lost; a resend is no excuse."""
    for fault in told.telling.faults:
        if fault in EXPLAINING:
            return fault
    return told.lost if not told.reached else None
