"""How long to wait before trying again: longer each time, never all at once."""

from __future__ import annotations

import secrets
from typing import Final

FIRST_S: Final = 0.5
LONGEST_S: Final = 10.0
"""A device that comes back is spoken to again within ten seconds; 300 that are away cost 30 attempts a second."""


class BackOff:
    """The waits of one link or one retried write."""

    def __init__(self) -> None:
        self._next_s = FIRST_S

    def wait_s(self) -> float:
        """The next wait: between half and all of a time that doubles, so that many do not come back together."""
        bound, self._next_s = self._next_s, min(self._next_s * 2, LONGEST_S)
        return bound * (0.5 + secrets.randbelow(501) / 1000)

    def worked(self) -> None:
        """It worked: begin with the short wait again."""
        self._next_s = FIRST_S
