"""Roads between checkpoints and where somebody who drives them up and down is at an instant: pure, and never ends."""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import cache
from itertools import pairwise
from typing import Final

from msgspec import Struct

from beket.sim.country import checkpoints

EARTH_KM: Final = 6371.0

REST_S: Final = 900.0
"""How long a stop in a town lasts, and how long a lorry stands at the post at each end of its road."""

_TOWNS: Final[dict[str, tuple[float, float]]] = {
    "Bishkek": (42.87, 74.59), "Kara-Balta": (42.81, 73.85), "Balykchy": (42.46, 76.18), "Kochkor": (42.21, 75.75),
    "Naryn": (41.43, 75.99), "Toktogul": (41.87, 72.94), "Jalal-Abad": (40.93, 73.00), "Osh": (40.53, 72.80),
    "Gulcha": (40.32, 73.44), "Batken": (40.06, 70.82), "Talas": (42.52, 72.24), "Karakol": (42.49, 78.39),
}  # fmt: skip
"""Towns on the way, to a hundredth of a degree."""

_ROADS: Final = (
    ("KG-TOR-A", "Naryn", "Kochkor", "Balykchy", "Bishkek", "KG-AKJ-A"),
    ("KG-IRK-A", "Gulcha", "Osh", "KG-DOS-A"),
    ("KG-AKT-A", "Bishkek", "Kara-Balta", "Toktogul", "Jalal-Abad", "Osh", "KG-DOS-A"),
    ("KG-IRK-A", "Gulcha", "Osh", "Jalal-Abad", "Toktogul", "Kara-Balta", "KG-CHA-A"),
    ("KG-KRK-A", "Karakol", "Balykchy", "Bishkek", "KG-CHA-A"),
    ("KG-KAY-A", "Batken", "KG-KKY-A", "Osh", "KG-DOS-A"),
    ("KG-CKA-A", "Talas", "Kara-Balta", "Bishkek", "KG-AKJ-A"),
)
"""Simple roads, straight between their places: an officer sees who is under way, not which side of the street."""


class Standing(Struct, frozen=True, kw_only=True):
    """Where somebody is and how it moves; `leg` numbers the ways from end to end since the road began."""

    latitude: float
    longitude: float
    course_deg: float
    speed_kmh: float
    odometer_m: float
    at_end: bool
    leg: int

    @property
    def moving(self) -> bool:
        """Tell whether it drives."""
        return self.speed_kmh > 0


class _Stretch(Struct, frozen=True):
    """One straight part of a road, when it begins, and how long one stands before it."""

    begins_s: float
    rest_s: float
    drive_s: float
    from_km: float
    start: tuple[float, float]
    end: tuple[float, float]


class Route:
    """One road as a traveller of one speed knows it: there, a rest, and back, for ever."""

    def __init__(self, places: tuple[tuple[float, float], ...], speed_kmh: float) -> None:
        self._speed_kmh = speed_kmh
        self._stretches: list[_Stretch] = []
        at_s = at_km = 0.0
        for start, end in pairwise(places):
            length = distance_km(start, end)
            self._stretches.append(_Stretch(at_s, REST_S, length / speed_kmh * 3600, at_km, start, end))
            at_s += REST_S + length / speed_kmh * 3600
            at_km += length
        self.lasts_s = at_s
        self._length_km = at_km
        self._begins = [stretch.begins_s for stretch in self._stretches]

    def at(self, seconds: float) -> Standing:
        """Say where it is so long after its road began; every other leg goes the other way."""
        leg, within = divmod(seconds, self.lasts_s)
        back = int(leg) % 2 == 1
        if back:
            # the way back is the way there seen from its end: rests come before the same stretches
            within = self.lasts_s - within
        stretch = self._stretches[max(bisect_right(self._begins, within) - 1, 0)]
        driven = (within - stretch.begins_s - stretch.rest_s) / stretch.drive_s
        share = min(max(driven, 0.0), 1.0)
        start, end = stretch.start, stretch.end
        done_km = stretch.from_km + share * stretch.drive_s / 3600 * self._speed_kmh
        return Standing(
            latitude=start[0] + (end[0] - start[0]) * share,
            longitude=start[1] + (end[1] - start[1]) * share,
            course_deg=course_deg(end, start) if back else course_deg(start, end),
            speed_kmh=self._speed_kmh if 0 < driven < 1 else 0.0,
            odometer_m=1000 * (leg * self._length_km + (self._length_km - done_km if back else done_km)),
            at_end=driven <= 0 and stretch.begins_s == 0,
            leg=int(leg),
        )


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Measure the way between two places over the ground."""
    north, east = math.radians(one[0]), math.radians(other[0])
    half = math.sin((east - north) / 2) ** 2
    half += math.cos(north) * math.cos(east) * math.sin(math.radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


def course_deg(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Say in which direction another place lies, in whole even degrees: every protocol can write those."""
    width = math.cos(math.radians((one[0] + other[0]) / 2))
    angle = math.degrees(math.atan2((other[1] - one[1]) * width, other[0] - one[0]))
    return float(round(angle / 2) * 2 % 360)


@cache
def roads() -> tuple[tuple[tuple[float, float], ...], ...]:
    """Give every road as places on the ground."""
    known = _TOWNS | {str(place.id): (place.latitude, place.longitude) for place in checkpoints()}
    return tuple(tuple(known[name] for name in road) for road in _ROADS)
