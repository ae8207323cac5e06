"""Through whose eyes a page is drawn: duties and nothing personal, so that equals may share one picture."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from beket.words.roles import MAY, Role, Verb

CUSTOMS: Final = "customs"
"""The agency of a duty that names none."""

EVERYWHERE: Final = None
"""A reach without limits: the whole country."""

Reach = frozenset[str] | None
"""Places an answer may speak of; EVERYWHERE for all, an empty set for none."""


class Eyes(Struct, frozen=True):
    """Through whose eyes a page is drawn: duties (role, place or "" for the country) and nothing personal.

    Two people with the same duties have equal eyes, so that one picture serves both. `agencies` are those for which the
    duties are held, in the same order; customs where none is named.
    """

    duties: tuple[tuple[Role, str], ...]
    resting: bool = False
    agencies: tuple[str, ...] = ()

    def reach(self, verb: Verb) -> Reach:
        """Where this verb may be used."""
        if self.resting and verb != "see_wall":
            return frozenset()
        places = {place for role, place in self.duties if verb in MAY[role]}
        return EVERYWHERE if "" in places else frozenset(places)

    def can(self, verb: Verb) -> bool:
        """Tell whether the verb may be used anywhere at all."""
        return self.reach(verb) != frozenset()

    def sees(self, verb: Verb, place: str) -> bool:
        """Tell whether the verb may be used at this place."""
        reach = self.reach(verb)
        return reach is EVERYWHERE or place in reach

    @property
    def roles(self) -> tuple[Role, ...]:
        """Roles held anywhere, each once."""
        return tuple(dict.fromkeys(role for role, _ in self.duties))

    def serves(self, verb: Verb, place: str) -> frozenset[str]:
        """For which agencies the verb may be used at a place."""
        return frozenset(agency for agency, there in self.served(verb) if there in ("", place))

    def served(self, verb: Verb) -> frozenset[tuple[str, str]]:
        """For which agencies the verb may be used, each with the place, or "" for the country."""
        held = zip(self.duties, self.agencies or (CUSTOMS,) * len(self.duties), strict=True)
        may = {(agency, place) for (role, place), agency in held if verb in MAY[role]}
        return frozenset() if self.resting else frozenset(may)


NOBODY: Final = Eyes(())
"""Who has not signed in, or has no duty."""
