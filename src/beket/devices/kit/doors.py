"""Who may speak at a listener: the device register by address, path and declared id; everyone else is refused."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Final

from beket.devices.kit.line import Line
from beket.words.ids import PlaceId

CACHE_MAX: Final = 4096
"""Most addresses whose allow-list answer is remembered; more than the devices of a country."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Doors:
    """The devices of one listener. A device with an empty allow list is let in from nowhere."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = [(line, _networks(line.device.allow)) for line in lines]
        self._known: dict[str, tuple[Line, ...]] = {}

    def at(self, address: str) -> tuple[Line, ...]:
        """The devices that may speak from this address."""
        held = self._known.get(address)
        if held is None:
            held = self._find(address)
            while len(self._known) >= CACHE_MAX:
                self._known.pop(next(iter(self._known)))
            self._known[address] = held
        return held

    def _find(self, address: str) -> tuple[Line, ...]:
        try:
            parsed = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return ()
        mapped = getattr(parsed, "ipv4_mapped", None)
        asked = mapped if mapped is not None else parsed
        return tuple(line for line, networks in self._lines if any(asked in network for network in networks))


def _networks(allow: Sequence[str]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(one, strict=False) for one in allow)


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
        if plain(wanted_id) not in said:
            return -1
        score += 1
    return score


def only_place(lines: Iterable[Line]) -> PlaceId | None:
    """The place of all these devices, where they have one place: a stranger's message is then shown there."""
    places = {line.place for line in lines}
    return places.pop() if len(places) == 1 else None


def plain(name: str) -> str:
    """Write an id the one way ids are compared: lower case, colons between bytes."""
    return name.strip().lower().replace("-", ":")
