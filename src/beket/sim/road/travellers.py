"""What drives, and what it would say of itself at an instant: a lorry its place, a seal also its rope and battery."""

from __future__ import annotations

from random import Random
from typing import Final

from beket.devices.kit.driver import NOBODY, UNNAMED
from beket.sim.road.routes import Route, Standing, roads
from beket.words.ids import Instant
from beket.words.readings import Position, SealSignal, SealStatus
from beket.words.site import Device

Word = Position | SealStatus | SealSignal
"""What somebody on the road may say."""

TEXT_SEALS: Final = "eseal"
BINARY_SEALS: Final = "jointech_jt701"
SEALS: Final = (BINARY_SEALS, TEXT_SEALS)
"""Drivers of seals; all others on the road are trackers of lorries."""

BOUGHT_S: Final = 1_767_225_600
"""All lorries here were new on 1 January 2026: their mileages count from then."""

HOUR_MS: Final = 3_600_000
CUT_SHARE: Final = 0.15
"""Share of hours in which a seal's rope is cut: with a handful of seals, one scene in an hour or two."""

CUT_MS: Final = 120_000
"""How long a seal complains of it, until somebody comes."""

BATTERY_STEP_MS: Final = 240_000
"""A seal loses a percent in so long: hurried, so that a demonstration sees it fall."""

BATTERY_LOW: Final = 20
_BATTERY_SPAN: Final = 91

CARD: Final = "0012345678"
"""The card that an officer opens a seal with."""

_OPENED_BY_CARD: Final = 1
_KMH: Final = (52.0, 58.0, 64.0, 70.0)


class Traveller:
    """One device on the road; the same seed, device and instant give the same words, so it lives on between runs."""

    def __init__(self, device: Device, seed: int) -> None:
        rng = Random(f"{seed}:road:{device.id}")
        every = roads()
        self.device = device
        self._seed = seed
        self._number = sum(map(ord, device.id))
        self._route = Route(every[self._number % len(every)], rng.choice(_KMH))
        self._ahead_s = rng.uniform(0, 2 * self._route.lasts_s)
        self._was_shut: bool | None = None

    @property
    def seals(self) -> bool:
        """Tell whether it is a seal."""
        return self.device.driver in SEALS

    def words(self, at: Instant) -> tuple[Word, ...]:
        """Say what it has to say now, in the order in which it says it."""
        where = self._route.at(at / 1000 - BOUGHT_S + self._ahead_s)
        if not self.seals:
            return (_place(where, at),)
        shut = not where.at_end
        changed = self._was_shut is not None and self._was_shut != shut
        self._was_shut = shut
        if self.device.driver == TEXT_SEALS:
            return (self._text_seal(where, at, shut if changed else None),)
        status = self._binary_seal(where, at, shut=shut)
        return (_signal(where, at), status) if changed else (status,)

    def _binary_seal(self, where: Standing, at: Instant, *, shut: bool) -> SealStatus:
        left = self._battery(at)
        cut = shut and self._is_cut(at)
        alarms = (("rope_cut",) if cut else ()) + (("low_battery",) if left <= BATTERY_LOW else ())
        return SealStatus(
            device_id=NOBODY, reading_id=UNNAMED, received=at, time=at, latitude=where.latitude,
            longitude=where.longitude, course_deg=where.course_deg, speed_raw=round(where.speed_kmh), satellites=9,
            odometer_km=round(where.odometer_m / 1000) % 1_000_000, locked=shut, rope_inserted=shut and not cut,
            battery_percent=left, alarms=alarms, ack_required=True,
        )  # fmt: skip

    def _text_seal(self, where: Standing, at: Instant, change: bool | None) -> SealStatus:  # noqa: FBT001
        """A text seal says that it was locked or opened only when it was; a door that is forced is an alarm."""
        opened = where.at_end
        alarms = ("door",) if not opened and change is None and self._is_cut(at) else ()
        return SealStatus(
            device_id=NOBODY, reading_id=UNNAMED, received=at, time=at, latitude=where.latitude,
            longitude=where.longitude, course_deg=where.course_deg, speed_kmh=where.speed_kmh, locked=change,
            door_open=opened or bool(alarms), battery_v=round(3.0 + self._battery(at) / 100, 2), rssi=20, alarms=alarms,
        )  # fmt: skip

    def _battery(self, at: Instant) -> int:
        return 100 - (at // BATTERY_STEP_MS + self._number * 7) % _BATTERY_SPAN

    def _is_cut(self, at: Instant) -> bool:
        """Tell whether this is the moment of one of its bad hours; the scene lies somewhere in the hour."""
        rng = Random(f"{self._seed}:rope:{self.device.id}:{at // HOUR_MS}")
        if rng.random() >= CUT_SHARE:
            return False
        begins = rng.randrange(HOUR_MS - CUT_MS)
        return begins <= at % HOUR_MS < begins + CUT_MS


def _place(where: Standing, at: Instant) -> Position:
    return Position(
        device_id=NOBODY, reading_id=UNNAMED, received=at, time=at, latitude=where.latitude, longitude=where.longitude,
        altitude_m=900.0, speed_kmh=where.speed_kmh, course_deg=where.course_deg, satellites=11, hdop=0.9,
        odometer_m=float(round(where.odometer_m) // 100 * 100), ignition=where.moving, moving=where.moving,
        external_voltage_v=27.5, battery_v=4.1, battery_percent=96,
    )  # fmt: skip


def _signal(where: Standing, at: Instant) -> SealSignal:
    return SealSignal(
        device_id=NOBODY, reading_id=UNNAMED, received=at, time=at, latitude=where.latitude, longitude=where.longitude,
        course_deg=where.course_deg, speed_raw=round(where.speed_kmh), event_source=_OPENED_BY_CARD, rfid=CARD,
        unlock_verified=1, wrong_passwords=0,
    )  # fmt: skip
