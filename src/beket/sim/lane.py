"""One lane as physics allows: no overtaking from the gate to the scale, a least distance at each gate."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from random import Random
from typing import Final, TypedDict

from msgspec import Struct
from msgspec.structs import replace

from beket.sim.country import CAMERAS, SPECTRA, WIM, XRAY
from beket.sim.fleet import Sign, Vehicle, axles, misread
from beket.sim.happenings import Journey, Met, Pass, Roll, Scan, Show, Sight, Survey, Weigh
from beket.sim.pace import HEADWAY_S_MIN, Pace
from beket.sim.papers import TO_WINDOW_MS, Window
from beket.sim.voices import PORTALS, VOICES
from beket.words.ids import PlaceId
from beket.words.readings import UnreadReason
from beket.words.site import Device, Lane, Post, View, Zone

QUEUE_MS_MAX: Final = 120_000
"""A conveyance that would wait longer before the gate drives on to another checkpoint: no crossing comes of it."""

EXITS_MAX: Final = 4096
"""Conveyances inside a lane's control area at most; beyond it the gate lets nobody in."""

BACK_OUT_SHARE: Final = 0.004
NO_PLATE_SHARE: Final = 0.008
UNREADABLE_SHARE: Final = 0.015
MISREAD_SHARE: Final = 0.03
"""Share of conveyances of which one camera reads one sign wrongly."""
REPEAT_SHARE: Final = 0.04
"""Share of sightings that a camera captures twice, under the same UUID."""
COUNTRY_UNKNOWN_SHARE: Final = 0.03

SCALE_CLEAR_MS: Final = 900
"""The scale must come back to zero before the next conveyance: several frames at 10 Hz."""

PORTAL_CLEAR_MS: Final = 400

ROLLS_AFTER_MS: Final = (1500, 1900)
SURVEYED_AFTER_MS: Final = (2100, 2500)
"""How long after the gate it is on the scales in the road, and in the spectroscopic portal: nobody is overtaken."""

SURVEYED_CPS: Final = 1_800.0
"""Counts a second of a spectroscopic portal's large crystals with nothing before them."""

SCAN_SHARE: Final = 0.5
"""Share of lorries that are sent through the complex."""

MISTYPED_SHARE: Final = 0.05
"""Share of scans of which the operator mistypes the plate."""

_HEADWAY_MS: Final = int(HEADWAY_S_MIN * 1000)
_DOUBTS: Final = (0.52, 0.58, 0.61, 0.66, 0.71, 0.74)


class _Reading(TypedDict):
    """The part of a sighting that is the camera's own judgement."""

    shown: str | None
    country: str | None
    unread: UnreadReason | None
    confidence: float
    captures: int


def _cameras(devices: list[Device], zone: Zone, view: View) -> list[Device]:
    return [d for d in devices if d.driver in CAMERAS and d.zone == zone and d.view == view]


class Visitor(Struct, frozen=True):
    """A conveyance on one visit."""

    crossing: str
    vehicle: Vehicle


class Track:
    """A lane with its devices and what occupies them; every number drawn comes from the post's own seeded chance."""

    def __init__(self, post: Post, lane: Lane, pace: Pace, rng: Random, first_number: int) -> None:
        devices = [device for device in post.devices if device.lane == lane.id]
        self.lane = lane
        self._place: PlaceId = post.id
        self._pace = pace
        self._rng = rng
        self._fronts = _cameras(devices, "arrival", "front")
        self._rears = _cameras(devices, "arrival", "rear")
        self._out_fronts = _cameras(devices, "departure", "front")
        self._out_rears = _cameras(devices, "departure", "rear")
        self._scales = [device for device in devices if device.driver in VOICES]
        self._complexes = [device for device in devices if device.driver == XRAY]
        self._strips = [device for device in devices if device.driver == WIM]
        self._instruments = [device for device in devices if device.driver == SPECTRA]
        self._portals = [device for device in devices if device.driver in PORTALS]
        self._window = Window(post.id, devices)
        self._to_rear_ms = rng.uniform(*pace.to_rear) * 1000
        self._gate_free = 0
        self._portal_free = 0
        self._rear_last = 0
        self._scale_free = 0
        self._exits: list[int] = []
        self._number = first_number
        self._posted = first_number

    @property
    def weighs(self) -> bool:
        """Tell whether this lane has a scale: then lorries use it."""
        return bool(self._scales)

    @property
    def gate_free(self) -> int:
        """When the next conveyance can be at the gate."""
        return self._gate_free

    def enter(self, who: Visitor, wanted_ms: int) -> Journey | None:
        """Let a conveyance through the lane; None when the queue is so long that it turns away before the gate."""
        at = self._admitted(wanted_ms)
        if at - wanted_ms > QUEUE_MS_MAX or len(self._exits) >= EXITS_MAX:
            return None
        if self._rng.random() < BACK_OUT_SHARE:
            return self._journey(who, at, self._backing_out(who, at))
        return self._journey(who, at, self._whole_way(who, at))

    def _journey(self, who: Visitor, at: int, mets: tuple[Met, ...]) -> Journey:
        backed_out = any(isinstance(met, Sight) and met.receding for met in mets)
        return Journey(
            crossing=who.crossing,
            place=self._place,
            lane=self.lane.id,
            direction=self.lane.direction,
            vehicle=who.vehicle,
            starts_ms=at,
            ends_ms=max(met.at_ms for met in mets),
            outcome="backed_out" if backed_out else "departed",
            happenings=self._seen_badly(mets),
        )

    def _ms(self, span: tuple[float, float]) -> int:
        return round(self._rng.uniform(*span) * 1000)

    def _admitted(self, wanted_ms: int) -> int:
        """The barrier opens when the gate is free and the scale will be in time."""
        at = max(wanted_ms, self._gate_free)
        if self._scales:
            at = max(at, self._scale_free - round((self._pace.to_scale[0] + self._pace.scale_wait_max) * 1000))
        self._exits = self._exits[bisect_left(self._exits, at - _HEADWAY_MS) :]
        return at

    def _whole_way(self, who: Visitor, at: int) -> tuple[Met, ...]:
        self._gate_free = at + self._ms(self._pace.headway)
        mets: list[Met] = list(self._sights(who, self._fronts, "front", at))
        mets += self._through_portal(who, at)
        mets += self._rolling(who, at)
        mets += self._surveyed(who, at)
        rear_at = max(at + round(self._to_rear_ms * self._rng.uniform(0.95, 1.05)), self._rear_last + 2000)
        self._rear_last = rear_at
        mets += self._sights(who, self._rears, "rear", rear_at)
        weighed, free_from = self._weighed(who, at)
        mets += weighed
        mets += self._scanned(who, free_from)
        shown, free_from = self._at_window(who, free_from)
        mets += shown
        mets += self._leaving(who, max(free_from, rear_at + 2000))
        return tuple(mets)

    def _backing_out(self, who: Visitor, at: int) -> tuple[Met, ...]:
        """It stands at the gate, is sent back, and reverses past the same cameras; nobody passes meanwhile."""
        back_at = at + self._ms(self._pace.back_out)
        self._gate_free = back_at + 3000 + self._ms(self._pace.headway)
        came = self._sights(who, self._fronts, "front", at)
        went = self._sights(who, self._fronts, "front", back_at, receding=True)
        return (*came, *went)

    def _through_portal(self, who: Visitor, at: int) -> Iterator[Pass]:
        long = who.vehicle.kind != "car"
        for portal in self._portals:
            starts = max(at + self._rng.randint(700, 1100), self._portal_free + PORTAL_CLEAR_MS)
            lasts = self._rng.randint(10, 13) * 200 if long else self._rng.randint(6, 8) * 200
            self._portal_free = starts + lasts
            self._number += 1
            yield Pass(
                at_ms=starts,
                crossing=who.crossing,
                place=self._place,
                device=portal.id,
                zone=portal.zone,
                number=self._number,
                lasts_ms=lasts,
                gamma=who.vehicle.gamma,
                neutron=who.vehicle.neutron,
                speed_kmh=round(self._rng.uniform(6.0, 14.0), 3),
            )

    def _rolling(self, who: Visitor, at: int) -> Iterator[Roll]:
        """Whoever comes in rolls over the scales in the road; chance of their own, so that no other number changes."""
        for strip in self._strips:
            rng = Random(f"{strip.id}:{who.crossing}:{at}")
            self._posted += 1
            yield Roll(
                at_ms=at + rng.randint(*ROLLS_AFTER_MS),
                crossing=who.crossing,
                place=self._place,
                device=strip.id,
                zone=strip.zone,
                roll_id=f"W-{self._posted}",
                vehicle=who.vehicle.kind,
                axles=axles(rng, who.vehicle),
                speed_kmh=round(rng.uniform(6.0, 14.0), 1),
            )

    def _surveyed(self, who: Visitor, at: int) -> Iterator[Survey]:
        """Whoever comes in drives through the spectroscopic portal; steel shields it a little, a source raises it."""
        for instrument in self._instruments:
            rng = Random(f"{instrument.id}:{who.crossing}:{at}")
            lasts_ms = rng.randint(10, 13) * 100
            level = SURVEYED_CPS * lasts_ms / 1000 * (2.2 if who.vehicle.gamma else 0.94)
            self._posted += 1
            yield Survey(
                at_ms=at + rng.randint(*SURVEYED_AFTER_MS),
                crossing=who.crossing,
                place=self._place,
                device=instrument.id,
                zone=instrument.zone,
                survey_id=f"{instrument.id}-{self._posted}",
                lasts_ms=lasts_ms,
                gamma_counts=round(rng.gauss(level, 45)),
                background_cps=SURVEYED_CPS,
                gamma=who.vehicle.gamma,
                neutron=who.vehicle.neutron,
            )

    def _weighed(self, who: Visitor, at: int) -> tuple[list[Weigh], int]:
        free_from = at
        mets: list[Weigh] = []
        for scale in self._scales:
            starts = max(at + self._ms(self._pace.to_scale), self._scale_free)
            lasts = self._ms(self._pace.on_scale)
            free_from = starts + lasts
            self._scale_free = free_from + SCALE_CLEAR_MS
            mets.append(
                Weigh(
                    at_ms=starts,
                    crossing=who.crossing,
                    place=self._place,
                    device=scale.id,
                    zone=scale.zone,
                    gross_kg=who.vehicle.gross_kg,
                    lasts_ms=lasts,
                )
            )
        return mets, free_from

    def _scanned(self, who: Visitor, at: int) -> Iterator[Scan]:
        """Some lorries that leave the scale are sent through the complex behind it: it takes nobody's time."""
        sign, chance = who.vehicle.front, Random(f"scan:{who.crossing}:{at}")
        if who.vehicle.kind != "lorry" or sign is None or chance.random() >= SCAN_SHARE:
            return
        for scanner in self._complexes:
            self._posted += 1
            yield Scan(
                at_ms=at,
                crossing=who.crossing,
                place=self._place,
                device=scanner.id,
                zone=scanner.zone,
                scan_id=f"S-{self._posted}",
                vehicle=who.vehicle.kind,
                plate=misread(chance, sign.value) if chance.random() < MISTYPED_SHARE else sign.value,
                container=who.vehicle.container,
            )

    def _at_window(self, who: Visitor, at: int) -> tuple[list[Show], int]:
        """Whoever leaves the scale shows its papers; the gate lets nobody in who would find the window taken."""
        shown = self._window.passed(who.crossing, who.vehicle, at)
        if not shown:
            return [], at
        soonest_ms = round((self._pace.to_scale[0] + self._pace.on_scale[0]) * 1000) + TO_WINDOW_MS[0]
        self._gate_free = max(self._gate_free, self._window.free_ms - soonest_ms)
        return shown, shown[-1].at_ms

    def _leaving(self, who: Visitor, free_from: int) -> Iterator[Sight]:
        at = self._exit_slot(free_from + self._ms(self._pace.control))
        yield from self._sights(who, self._out_fronts, "front", at)
        rear_at = at + round(self._to_rear_ms) + self._rng.randint(0, 200)
        yield from self._sights(who, self._out_rears, "rear", rear_at)

    def _exit_slot(self, wanted_ms: int) -> int:
        """Find the first moment from `wanted_ms` on when nobody else is at the exit gate."""
        at = wanted_ms
        for taken in self._exits[bisect_left(self._exits, wanted_ms - _HEADWAY_MS) :]:
            if taken >= at + _HEADWAY_MS:
                break
            at = max(at, taken + _HEADWAY_MS)
        insort(self._exits, at)
        return at

    def _sights(
        self, who: Visitor, cameras: list[Device], view: View, at: int, *, receding: bool = False
    ) -> Iterator[Sight]:
        sign = who.vehicle.front if view == "front" else who.vehicle.rear
        for n, camera in enumerate(cameras):
            yield Sight(
                at_ms=at + n * self._rng.randint(60, 260),
                crossing=who.crossing,
                place=self._place,
                device=camera.id,
                zone=camera.zone,
                uuid=f"{self._rng.getrandbits(128):032x}",
                view=view,
                vehicle=who.vehicle.kind,
                paint=who.vehicle.paint,
                sign=sign,
                receding=receding,
                container=who.vehicle.container if view == "rear" else None,
                **self._read(sign),
            )

    def _read(self, sign: Sign | None) -> _Reading:
        """Say how a good camera reads this sign: mostly right, sometimes not at all."""
        chance = self._rng.random()
        captures = 2 if self._rng.random() < REPEAT_SHARE else 1
        if sign is None or chance < NO_PLATE_SHARE:
            return _Reading(shown=None, country=None, unread="no_plate", confidence=0.0, captures=1)
        if chance < NO_PLATE_SHARE + UNREADABLE_SHARE:
            return _Reading(shown=None, country=None, unread="unreadable", confidence=0.1, captures=1)
        country = None if self._rng.random() < COUNTRY_UNKNOWN_SHARE else sign.country
        confidence = round(self._rng.uniform(0.88, 0.99), 2)
        return _Reading(shown=sign.value, country=country, unread=None, confidence=confidence, captures=captures)

    def _seen_badly(self, mets: tuple[Met, ...]) -> tuple[Met, ...]:
        """Let one camera of one conveyance in thirty-three take a sign for another that looks like it."""
        read = [(at, met) for at, met in enumerate(mets) if isinstance(met, Sight) and met.shown]
        if not read or self._rng.random() >= MISREAD_SHARE:
            return mets
        at, met = self._rng.choice(read)
        wrong = replace(met, shown=misread(self._rng, met.shown or ""), confidence=self._rng.choice(_DOUBTS))
        return (*mets[:at], wrong, *mets[at + 1 :])
