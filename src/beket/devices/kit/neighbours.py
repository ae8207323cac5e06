"""Devices that may post from one address: which of them is meant is found without asking each, for they may be many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from beket.devices.kit.doors import form, plain
from beket.devices.kit.line import Line

UNKNOWN: Final = "unknown id at this address and path"
SEVERAL: Final = "several devices could have said this: give each a declared id or a path"


class Candidates:
    """Devices whose one driver reads what is posted to one path, by the names that the register has for them."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.first = lines[0]
        self.drivers = {line.driver.manifest.name for line in lines}
        self._named: dict[str, list[Line]] = defaultdict(list)
        self._of_form: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            wanted = line.device.declared_id
            if wanted is not None:
                self._named[plain(wanted)].append(line)
            self._of_form["" if wanted is None else form(plain(wanted))].append(line)

    def speaker(self, identities: Sequence[str]) -> Line | str:
        """Tell which of them speaks, by the ids it gives; or why nobody is believed.

        Whose id was said comes first; else who has none, or one of another form than was said, may have spoken.
        """
        said = {plain(name) for name in identities}
        found = [line for name in said for line in self._named.get(name, ())]
        if not found:
            contradicted = set(map(form, said))
            forms = (lines for kind, lines in self._of_form.items() if kind not in contradicted)
            found = [line for lines in forms for line in lines[:2]]
        if not found:
            return UNKNOWN
        return found[0] if len(found) == 1 else SEVERAL


class Neighbours:
    """The devices that may post from one address, by the paths they post to."""

    def __init__(self, lines: Iterable[Line]) -> None:
        own: dict[str, list[Line]] = defaultdict(list)
        claimed: dict[tuple[str, ...], list[Line]] = defaultdict(list)
        for line in lines:
            path = line.device.options.get("path")
            if path is not None:
                own[str(path)].append(line)
            else:
                claimed[line.driver.links["http-push"].paths].append(line)
        self._rest = claimed.pop((), [])
        self._own = {path: Candidates(some) for path, some in own.items()}
        self._claimed = [(paths, Candidates(some)) for paths, some in claimed.items()]
        self._others = Candidates(self._rest) if self._rest else None

    def at(self, path: str) -> Candidates | str:
        """Those whose one driver reads what is posted to this path; or why none is asked.

        A device whose own path this is comes first, then drivers that claim such paths, then those that claim none.
        """
        exact = self._own.get(path)
        claiming = [] if exact else [some for paths, some in self._claimed if path.startswith(paths)]
        last = [self._others] if self._others is not None else []
        chosen = [exact] if exact else claiming or last
        if not chosen:
            return "no device at this address posts to this path"
        if len({name for some in chosen for name in some.drivers}) > 1:
            return "devices of several makes could have said this: give each its own path"
        return chosen[0]
