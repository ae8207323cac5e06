"""The stage of a scene: one lane with its devices, on which conveyances come, are met, and leave at given moments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from beket.sim.country import CAMERAS
from beket.sim.faults import Telling
from beket.sim.fleet import Sign, Vehicle
from beket.sim.happenings import Journey, Met, Outcome, Pass, Sight, Weigh
from beket.sim.voices import PORTALS, VOICES
from beket.words.ids import DeviceId
from beket.words.site import Device, Post, View, Zone

FIRST_NUMBER: Final = 400
"""Where a scene's portal begins to count."""

Change = Callable[[Telling], Telling]


class Scene(Struct, frozen=True, kw_only=True):
    """What happens, and how each happening is told; `dossiers` is how many the house should end with."""

    name: str
    journeys: tuple[Journey, ...]
    tellings: dict[tuple[DeviceId, str, int], Telling]
    clocks: dict[DeviceId, int]
    lasts_ms: int
    dossiers: int

    def telling(self, met: Met) -> Telling:
        """Say how a happening of this scene is told."""
        return self.tellings[met.device, met.key, met.at_ms]

    def clock_ms(self, device: DeviceId) -> int:
        """Say how far a device's clock is ahead in this scene."""
        return self.clocks.get(device, 0)


class Stage:
    """Collects what happens in one lane; every method takes the moment in seconds from the scene's beginning."""

    def __init__(self, post: Post, name: str) -> None:
        lane = next(lane for lane in post.lanes if any(_is_scale(d) for d in post.devices if d.lane == lane.id))
        self.lane = lane
        self._post = post
        self._name = name
        self._devices = [device for device in post.devices if device.lane == lane.id]
        self._vehicles: dict[str, Vehicle] = {}
        self._mets: dict[str, list[Met]] = {}
        self._changes: dict[str, Change] = {}
        self._clocks: dict[DeviceId, int] = {}
        self._number = FIRST_NUMBER

    def comes(self, who: str, vehicle: Vehicle, at_s: float, *, to_rear_s: float = 3.2) -> None:
        """It passes the gate: front cameras, portal, rear camera."""
        self.shows(who, vehicle, at_s)
        for portal in (device for device in self._devices if device.driver in PORTALS):
            self._number += 1
            self._mets[who].append(
                Pass(
                    at_ms=round(at_s * 1000) + 900,
                    crossing=who,
                    place=self._post.id,
                    device=portal.id,
                    zone="arrival",
                    number=self._number,
                    lasts_ms=2000,
                    gamma=vehicle.gamma,
                    neutron=vehicle.neutron,
                    speed_kmh=8.0,
                )
            )
        self.seen(who, "arrival", "rear", at_s + to_rear_s)

    def shows(self, who: str, vehicle: Vehicle, at_s: float) -> None:
        """It stands before the gate: only the front cameras see it."""
        self._vehicles[who] = vehicle
        self._mets[who] = []
        self.seen(who, "arrival", "front", at_s)

    def seen(self, who: str, zone: Zone, view: View, at_s: float, *, receding: bool = False) -> None:
        """All cameras of one gate and view see it."""
        vehicle = self._vehicles[who]
        sign = vehicle.front if view == "front" else vehicle.rear
        cameras = [d for d in self._devices if d.driver in CAMERAS and (d.zone, d.view) == (zone, view)]
        for n, camera in enumerate(cameras):
            at_ms = round(at_s * 1000) + 120 * n
            self._mets[who].append(
                Sight(
                    at_ms=at_ms,
                    crossing=who,
                    place=self._post.id,
                    device=camera.id,
                    zone=zone,
                    uuid=f"{self._name}-{who}-{at_ms}-{camera.id.rsplit('/', 1)[-1]}",
                    view=view,
                    vehicle=vehicle.kind,
                    paint=vehicle.paint,
                    sign=sign,
                    shown=sign.value if sign else None,
                    country=sign.country if sign else None,
                    unread=None if sign else "no_plate",
                    confidence=0.96 if sign else 0.0,
                    receding=receding,
                )
            )

    def weighs(self, who: str, at_s: float) -> None:
        """It stands on the scale for two seconds."""
        scale = next(device for device in self._devices if _is_scale(device))
        self._mets[who].append(
            Weigh(
                at_ms=round(at_s * 1000),
                crossing=who,
                place=self._post.id,
                device=scale.id,
                zone=scale.zone,
                gross_kg=self._vehicles[who].gross_kg,
                lasts_ms=2000,
            )
        )

    def leaves(self, who: str, at_s: float) -> None:
        """It passes the exit."""
        self.seen(who, "departure", "front", at_s)
        self.seen(who, "departure", "rear", at_s + 3.2)

    def tell(self, who: str, change: Change) -> None:
        """Have everything about one conveyance told otherwise than plainly."""
        self._changes[who] = change

    def clock(self, view: View, ahead_ms: int) -> None:
        """Set the clocks of the arrival gate's cameras with this view."""
        for device in self._devices:
            if device.zone == "arrival" and device.view == view:
                self._clocks[device.id] = ahead_ms

    def scene(self, dossiers: int) -> Scene:
        """Close the curtain: give all that was collected as a scene."""
        journeys = tuple(sorted(self._journeys(), key=lambda journey: journey.starts_ms))
        tellings = [self._told(met) for journey in journeys for met in journey.happenings]
        return Scene(
            name=self._name,
            journeys=journeys,
            tellings={(told.met.device, told.met.key, told.met.at_ms): told for told in tellings},
            clocks=self._clocks,
            lasts_ms=max(told.send_ms for told in tellings) + 6000,
            dossiers=dossiers,
        )

    def _told(self, met: Met) -> Telling:
        telling = Telling(met=met, send_ms=met.at_ms)
        ahead_ms = self._clocks.get(met.device, 0)
        if ahead_ms:
            telling = replace(telling, clock_ms=ahead_ms, faults=("clock",))
        change = self._changes.get(met.crossing)
        return change(telling) if change is not None else telling

    def _journeys(self) -> Iterator[Journey]:
        for who, mets in self._mets.items():
            backs = any(isinstance(met, Sight) and met.receding for met in mets)
            outcome: Outcome = "backed_out" if backs else "departed"
            yield Journey(
                crossing=who,
                place=self._post.id,
                lane=self.lane.id,
                direction=self.lane.direction,
                vehicle=self._vehicles[who],
                starts_ms=min(met.at_ms for met in mets),
                ends_ms=max(met.at_ms for met in mets),
                outcome=outcome,
                happenings=tuple(mets),
            )


def lorry(front: str | None, rear: str | None, gross_kg: int, paint: int = 0) -> Vehicle:
    """Make a lorry with these Kyrgyz plates."""
    return Vehicle(
        kind="lorry",
        country="KG",
        front=Sign(value=front, country="KG", style="KG") if front else None,
        rear=Sign(value=rear, country="KG", style="KG") if rear else None,
        container=None,
        gross_kg=gross_kg,
        gamma=False,
        neutron=False,
        paint=paint,
    )


def _is_scale(device: Device) -> bool:
    return device.driver in VOICES
