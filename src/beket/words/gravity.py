"""How grave something is: what is lost if nobody does anything, and how soon somebody must (ISA-18.2, EEMUA 191).

Nobody gives a rule or a signal a level: it says what it threatens and how much time there is, and the level follows
from the one table here. `docs/alarms.md` shows what that makes of each.
"""

from __future__ import annotations

from typing import Final, Literal

from beket.words.concluded import Level

Harm = Literal["people", "loss", "goods", "papers", "record"]
"""What nobody's doing anything about it would cost.

- `people`: somebody may come to harm.
- `loss`: what is lost does not come back, and no mistake explains it: a proof was falsified, goods or a vehicle are
  not what they are passed off as.
- `goods`: the load or the vehicle may be another than its papers say; mostly a mistake, and whoever looks can tell.
- `papers`: papers say different things, and a corrected one settles it, later too.
- `record`: what is known of it is poorer; nothing is lost.
"""

Until = Literal["minutes", "release", "shift"]
"""How long there is to do something: nothing holds it where it is; it stands here until it is released; it has gone or
stands still, and the shift has time."""

Weight = tuple[Harm, Until]

LEVELS: Final[dict[Harm, dict[Until, Level]]] = {
    "people": {"minutes": "critical", "release": "high", "shift": "medium"},
    "loss": {"minutes": "critical", "release": "high", "shift": "medium"},
    "goods": {"minutes": "high", "release": "medium", "shift": "medium"},
    "papers": {"minutes": "medium", "release": "medium", "shift": "low"},
    "record": {"minutes": "low", "release": "low", "shift": "low"},
}
"""What is grave is what cannot be made good, or what cannot wait: high asks somebody within minutes, critical now."""

EXAMINED: Final[frozenset[Harm]] = frozenset({"people", "loss", "goods"})
"""What a look at the load or the vehicle settles, however much time there is for it: a release waits for that look."""


def level_of(harm: Harm, until: Until) -> Level:
    """Say how grave it is."""
    return LEVELS[harm][until]
