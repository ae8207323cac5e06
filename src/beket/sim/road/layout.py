"""Which devices are on the road, at whose register they stand, and where the house listens for them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, islice
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from beket.devices.kit.classes import class_of
from beket.devices.kit.registry import find
from beket.words.ids import DeviceId
from beket.words.site import Device, Post

TRACKERS: Final = 24
"""Lorries and seals on the road of a demonstration: each protocol at least once, some twice."""

ROAD_NETWORK: Final = 9
"""Listeners for the road have the addresses 127.9.0.n, below those of the posts' own devices."""

OPERATOR: Final = f"127.{ROAD_NETWORK}.1.1"
"""Where all on the road come from: a mobile network shows a country's devices as one address."""

REGISTERS: Final = 2
"""The first so many posts have the road's devices in their register."""

PERIOD_S: Final = 20
"""How often one on the road reports; real ones every half minute while they drive."""

SILENT_PERIODS: Final = 3
"""A device is expected so many times less often than it reports: a lorry may be out of reach for a moment."""

IMEI_DIGITS: Final = 15


class _Make(Struct, frozen=True):
    """One kind of device on the road."""

    name: str
    driver: str
    transport: str
    model: str
    digits: int = IMEI_DIGITS
    front: str = "86123004"


_MAKES: Final = (
    _Make("egts", "egts", "tcp-server", "EGTS terminal"),
    _Make("teltonika", "teltonika", "tcp-server", "FMB920"),
    _Make("lock", "jointech_jt701", "tcp-server", "JT701", 10, "75"),
    _Make("wialon", "wialon_ips", "tcp-server", "Wialon IPS 2.0"),
    _Make("seal", "eseal", "tcp-server", "eSeal", 7, "38"),
    _Make("gt06", "gt06", "tcp-server", "GT06N"),
    _Make("egts-object", "egts", "tcp-server", "EGTS gateway", 7, "29"),
    _Make("h02", "h02", "tcp-server", "ST-901"),
    _Make("navtelecom", "navtelecom", "tcp-server", "SMART S-2430"),
    _Make("egts-object", "egts", "tcp-server", "EGTS gateway", 7, "29"),
    _Make("galileosky", "galileosky", "tcp-server", "7.0"),
    _Make("arnavi", "arnavi", "tcp-server", "Arnavi 5"),
    _Make("jt808", "jt808", "tcp-server", "JT/T 808-2019", 12, "99"),
    _Make("phone", "osmand", "http-push", "Traccar Client"),
    _Make("lock", "jointech_jt701", "tcp-server", "JT709", 10, "75"),
    _Make("teltonika-udp", "teltonika", "udp", "FMB125"),
    _Make("h02-udp", "h02", "udp", "ST-906"),
    _Make("egts-object", "egts", "tcp-server", "EGTS gateway", 7, "29"),
    _Make("seal", "eseal", "tcp-server", "eSeal", 7, "38"),
)
"""In turn: one of each protocol before most come twice."""

DRIVERS: Final = tuple(sorted({make.driver for make in _MAKES}))


def with_road(posts: Sequence[Post], trackers: int, port: int) -> tuple[Post, ...]:
    """Give the posts with so many devices of the road in the register of the first ones."""
    homes = min(len(posts), REGISTERS)
    rows: list[list[Device]] = [[] for _ in range(homes)]
    if homes:
        for number, make in enumerate(islice(cycle(_MAKES), trackers), start=1):
            home = (number - 1) % homes
            rows[home].append(_device(posts[home], make, number, port))
    grown = [replace(post, devices=(*post.devices, *own)) for post, own in zip(posts, rows, strict=False)]
    return (*grown, *posts[homes:])


def _device(post: Post, make: _Make, number: int, port: int) -> Device:
    driver = find(make.driver)
    assert driver is not None, f"there is no driver {make.driver}"
    listened = make.transport != "http-push"
    return Device(
        id=DeviceId(f"{post.id}/road/{make.name}-{number}"),
        driver=make.driver,
        declared_id=f"{make.front}{number:0{make.digits - len(make.front)}d}",
        transport=make.transport,
        host=f"127.{ROAD_NETWORK}.0.{DRIVERS.index(make.driver) + 1}" if listened else None,
        port=port if listened else None,
        allow=(OPERATOR,),
        expected_period_s=SILENT_PERIODS * PERIOD_S,
        klass=class_of(driver.manifest),
        model=make.model,
        serial=f"R{number:06d}",
    )


def on_the_road(device: Device) -> bool:
    """Tell whether a device is one of the rehearsal's on the road."""
    return device.driver in DRIVERS and device.allow == (OPERATOR,)


def passed_on(device: Device) -> bool:
    """Tell whether a gateway speaks for a device: it has an object's number where terminals have their IMEI."""
    return device.driver == "egts" and len(device.declared_id or "") < IMEI_DIGITS
