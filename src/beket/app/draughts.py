"""Lends the desk what reads a checkpoint's layout, and finds out whether this node could serve it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from beket.settings import Settings

OPERATORS: Final = ("password_env", "folder", "orders")
"""Options that name a variable or a folder of this machine, or let a device be written to: the machine's operator gives
them, not who has a desk."""

if TYPE_CHECKING:
    from beket.words.site import Device, Post


def lend_draughts(settings: Settings) -> None:
    """Have pages read and write layouts; nothing is looked for before somebody does."""
    from beket.app.site_text import site_toml
    from beket.web.draughts import Draughts, install

    install(Draughts(read=lambda text, others: _read(settings, text, others), written=lambda post: site_toml([post])))


def _read(settings: Settings, text: str, others: Sequence[Post]) -> Post:
    """Read one post and see that this node could serve it beside the others; `others` may hold the post as it is now.

    Raises CannotBeServed.
    """
    from beket.app.field import tls_of
    from beket.app.site import SiteTrouble, check_names, read_site
    from beket.devices.kit import field
    from beket.log.postgres import wall_clock
    from beket.web.draughts import CannotBeServed

    try:
        posts = read_site(text)
        if len(posts) != 1:
            raise CannotBeServed(f"it describes {len(posts)} posts; one is described at a time")
        beside = [post for post in others if post.id != posts[0].id]
        check_names([*beside, *posts])
        field.check([*beside, *posts], wall_clock, tls_of(settings))
    except (SiteTrouble, field.SiteTrouble) as error:
        raise CannotBeServed(str(error)) from error
    _check_reach(posts[0], others)
    _check_ports(posts[0], others)
    return posts[0]


def _check_reach(post: Post, others: Sequence[Post]) -> None:
    """See that a layout reaches into this machine no further than the site file let it; raises CannotBeServed."""
    from beket.web.draughts import CannotBeServed

    let = {reach for other in others for device in other.devices for reach in _reaches(device)}
    for device in post.devices:
        for name, value, host in _reaches(device):
            if (name, value, host) not in let:
                why = f"{name} = {value!r} is a power over this machine or its devices: only the site file may give it"
                raise CannotBeServed(f"{device.id}: {why}")


def _reaches(device: Device) -> set[tuple[str, object, str | None]]:
    """What of this machine a device is given, and at which address it then stands."""
    return {(name, device.options[name], device.host) for name in OPERATORS if name in device.options}


def _check_ports(post: Post, others: Sequence[Post]) -> None:
    """See that a port which this layout is the first to listen on can be had; raises CannotBeServed."""
    from beket.app.doctor import port_trouble
    from beket.devices.kit.field import ANY_ADDRESS
    from beket.web.draughts import CannotBeServed

    ours = {(one.host, one.port) for other in others for one in other.devices}
    for device in post.devices:
        if _kind(device) is None or device.port is None or (device.host, device.port) in ours:
            continue
        trouble = port_trouble(device.host or ANY_ADDRESS, device.port, udp=_kind(device) == "udp")
        if trouble is not None:
            raise CannotBeServed(f"{device.id} cannot listen on {trouble}")


def _kind(device: Device) -> str | None:
    """Name how a device is listened for, None for one that is not, or that shares the listener of all."""
    from beket.devices.kit.registry import drivers

    transport = device.transport or drivers()[device.driver].manifest.transports[0]
    return transport if transport in ("udp", "tcp-server") else None
