"""Conclude what a camera that sees conveyances from behind says: by the plate it read, else by turn."""

from __future__ import annotations

from beket.core.crossings.arrivals import learn, left_already, still_here, superseded
from beket.core.crossings.likeness import likeness
from beket.core.crossings.limits import CORRECT_MS, HEADWAY_MS, LIKE_MAX, LIKE_SAME_EYE_MAX, REPEAT_MS
from beket.core.crossings.lookup import like
from beket.core.crossings.moves import likes_front, rear_role, whose_turn
from beket.core.crossings.say import Seen, attached, identified, opened, unexplained
from beket.core.crossings.state import Crossing, Track, after
from beket.core.crossings.tracks import track_of
from beket.words.facts import Fact
from beket.words.plates import plate_key

CANDIDATES_MAX = 8
"""Conveyances between a front and a rear camera at once: a lorry is 16 m, no gate is longer than 130 m."""


def passes(seen: Seen) -> tuple[Fact, ...]:
    """Conclude what a sighting from behind at an arrival gate says."""
    track = track_of(seen.held, seen.station.gate)
    named = captured_again(seen, track) or by_plate(seen, track)
    if named is not None:
        attach = attached(seen, named.id, "plate", named.opened_by)
        return (attach, *learn_rear(seen, named), *left_already(seen, named))
    due = whose_turn(seen, track, seen.station.device)
    if due.crossing is None:
        return _begin(seen)
    crossing = seen.held.crossings[due.crossing]
    attach = attached(seen, crossing.id, due.by, crossing.opened_by)
    return (*due.moves, attach, *learn_rear(seen, crossing), *left_already(seen, crossing))


def captured_again(seen: Seen, track: Track) -> Crossing | None:
    """Give the crossing this camera attached a moment ago, if this is the same vehicle once more."""
    sights = track.sights.get(seen.station.device, [])
    here = after(sights, seen.at)
    for index in (here - 1, here):
        if not 0 <= index < len(sights) or abs(sights[index].at - seen.at) > CORRECT_MS:
            continue
        sight = sights[index]
        event_id = getattr(seen.said, "event_id", None)
        if event_id and sight.event_id == event_id:
            return seen.held.crossings.get(sight.crossing)
        limit = LIKE_MAX if abs(sight.at - seen.at) <= HEADWAY_MS else LIKE_SAME_EYE_MAX
        if seen.key and sight.sign and likeness(plate_key(sight.sign), seen.key) <= limit:
            return seen.held.crossings.get(sight.crossing)
    return None


def by_plate(seen: Seen, track: Track) -> Crossing | None:
    """Give the crossing at this gate whose front, rear or trailer plate this is."""
    if seen.key is None:
        return None
    crossing = still_here(seen, seen.at)
    passage = None if crossing is None else track.passages.get(crossing.id)
    if passage is not None and passage.earliest <= seen.at <= passage.at + REPEAT_MS:
        return crossing
    for found in in_window(seen, track):
        if likes_front(found, seen.key) or like(found, seen.key, ("rear", "trailer", "exit_rear")) <= LIKE_MAX:
            return found
    return None


def in_window(seen: Seen, track: Track) -> list[Crossing]:
    """Give the crossings this camera may be looking at and has not seen yet, in their order."""
    found: list[Crossing] = []
    latest = seen.at - seen.station.least_ms
    for index in range(track.position(seen.at - seen.station.most_ms), len(track.order)):
        passage = track.passages[track.order[index]]
        if passage.earliest > latest or len(found) == CANDIDATES_MAX:
            break
        if not passage.served.get(seen.station.device):
            found.append(seen.held.crossings[passage.crossing])
    return found


def learn_rear(seen: Seen, crossing: Crossing) -> tuple[Fact, ...]:
    """Say what a plate from behind adds: the conveyance's own once more, or its trailer's."""
    if seen.key is None:
        return ()
    front = crossing.signs.get("front")
    role = rear_role(seen, None if front is None else front.key, seen.key)
    sign = crossing.signs.get(role)
    if sign is not None and likeness(sign.key, seen.key) > LIKE_MAX:
        return (identified(seen, crossing.id, role, sign.ref, corrects=sign.value),)
    return learn(seen, crossing, role)


def _begin(seen: Seen) -> tuple[Fact, ...]:
    """Nobody saw its front: the dossier begins from behind."""
    facts = (opened(seen), attached(seen, seen.new_id, "opening"))
    if seen.key is None:
        return (*facts, unexplained(seen, "no_plate"))
    ended = tuple(f for f in superseded(seen, seen.new_id) if getattr(f, "crossing", None) != seen.new_id)
    return (*ended, *facts, identified(seen, seen.new_id, "rear"))
