"""Who may speak at a listener: the device register by address, path and declared id; everyone else is refused."""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from beket.devices.kit.line import Line
from beket.words.ids import PlaceId

CACHE_MAX: Final = 4096
"""Most addresses whose allow-list answer is remembered; more than the devices of a country."""

GROUPS_MAX: Final = 64
"""Most different sets of devices that are remembered; each may be thousands, and devices behind one gateway are one."""

NAMES_MAX: Final = 8192
"""Most ids whose plain form is remembered; more than the devices of a country."""

_MAC: Final = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}")
_IP: Final = re.compile(r"\d{1,3}(\.\d{1,3}){3}")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Doors:
    """The devices of one listener. A device with an empty allow list is let in from nowhere."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = [(line, frozenset(_networks(line.device.allow))) for line in lines]
        self._named = {plain(line.device.declared_id): line for line, _ in self._lines if line.device.declared_id}
        self._proved: dict[str, list[Line]] = defaultdict(list)
        for line, _ in self._lines:
            self._proved[(line.device.tls_name or "").lower()].append(line)
        self._networks = {line.device.id: networks for line, networks in self._lines}
        every = {network for _, networks in self._lines for network in networks}
        self._hosts = {network.network_address: network for network in every if network.num_addresses == 1}
        self._wide = [network for network in every if network.num_addresses > 1]
        self._matched: dict[str, frozenset[Network]] = {}
        self._groups: dict[frozenset[Network], tuple[Line, ...]] = {}

    def at(self, address: str, names: frozenset[str] | None = None) -> tuple[Line, ...]:
        """The devices that may speak from this address; where there are certificates, those of one of these names."""
        if names is None:
            return self._at(address)
        matched = self._matching(address)
        proved = [line for name in sorted(names) for line in self._proved.get(name, ())]
        return tuple(line for line in proved if not matched.isdisjoint(self._networks[line.device.id]))

    def _at(self, address: str) -> tuple[Line, ...]:
        matched = self._matching(address)
        group = self._groups.get(matched)
        if group is None:
            group = tuple(line for line, networks in self._lines if not matched.isdisjoint(networks))
            while len(self._groups) >= GROUPS_MAX:
                self._groups.pop(next(iter(self._groups)))
            self._groups[matched] = group
        return group

    def named(self, identity: str, address: str, names: frozenset[str] | None = None) -> Line | None:
        """The device that calls itself so, if it may speak from this address, and with a certificate of this name."""
        line = self._named.get(plain(identity))
        if line is None or self._matching(address).isdisjoint(self._networks[line.device.id]):
            return None
        return line if names is None or _proved(line, names) else None

    def anybody(self, address: str) -> bool:
        """Whether any device at all may speak from this address."""
        return bool(self._matching(address))

    def _matching(self, address: str) -> frozenset[Network]:
        """Which entries of the allow lists hold this address: found once, however many devices have them."""
        matched = self._matched.get(address)
        if matched is None:
            matched = self._find(address)
            while len(self._matched) >= CACHE_MAX:
                self._matched.pop(next(iter(self._matched)))
            self._matched[address] = matched
        return matched

    def _find(self, address: str) -> frozenset[Network]:
        asked = _parsed(address)
        if asked is None:
            return frozenset()
        host = self._hosts.get(asked)
        return frozenset([network for network in self._wide if asked in network] + ([host] if host else []))


def _proved(line: Line, names: frozenset[str]) -> bool:
    """Whether one of the names in a certificate is the one this device must have."""
    wanted = line.device.tls_name
    return wanted is not None and wanted.lower() in names


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(parsed, "ipv4_mapped", None)
    return mapped if mapped is not None else parsed


def _networks(allow: Sequence[str]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(one, strict=False) for one in allow)


def nobody_at(names: frozenset[str] | None) -> str:
    """Say that no device may speak from an address, with the names in its certificate."""
    said = "no device is registered for this address"
    return said if names is None else f"{said} with a certificate of {' or '.join(sorted(names)) or 'no name'}"


def speaker(lines: Sequence[Line], path: str, identities: Sequence[str]) -> Line | str:
    """Tell which of the devices at an address speaks, by the path and the ids it gives; or why nobody is believed."""
    said = {plain(name) for name in identities}
    best: list[Line] = []
    best_score = -1
    for line in lines:
        score = _score(line, path, said)
        if score > best_score:
            best, best_score = [line], score
        elif score == best_score and score >= 0:
            best.append(line)
    if not best:
        return "unknown id at this address and path"
    return best[0] if len(best) == 1 else "several devices could have said this: give each a declared id or a path"


def _score(line: Line, path: str, said: set[str]) -> int:
    score = 0
    wanted_path, wanted_id = line.device.options.get("path"), line.device.declared_id
    if wanted_path is not None:
        if path != wanted_path:
            return -1
        score += 1
    if wanted_id is not None:
        if plain(wanted_id) in said:
            score += 1
        elif form(plain(wanted_id)) in map(form, said):
            return -1  # it says an id of that kind, and another one
    return score


def form(name: str) -> str:
    """What kind of id this is: a heartbeat often gives the address and not the MAC, and contradicts nothing."""
    base, channel, _ = name.partition("#")
    kind = "mac" if _MAC.fullmatch(base) else "ip" if _IP.fullmatch(base) else "name"
    return kind + channel


def only_place(lines: Iterable[Line]) -> PlaceId | None:
    """The place of all these devices, where they have one place: a stranger's message is then shown there."""
    places = {line.place for line in lines}
    return places.pop() if len(places) == 1 else None


@lru_cache(maxsize=NAMES_MAX)
def plain(name: str) -> str:
    """Write an id the one way ids are compared: lower case, colons between bytes."""
    return name.strip().lower().replace("-", ":")
