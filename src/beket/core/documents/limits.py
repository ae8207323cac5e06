"""How long papers wait, and how many are held: each with its reason."""

from __future__ import annotations

from typing import Final

PAPERS_MAX: Final = 10_000
"""Most documents held of one place; the oldest is let go from memory and stays in the log and on the board."""

VISITS_MAX: Final = 10_000
"""Most crossings held for documents: a week of a busy checkpoint."""

DONE_MS: Final = 3 * 24 * 3_600_000
"""How long a crossing that is over is held, and a document whose crossings all are: nothing is put to it any more, and
a snapshot of all that ever came would be long to write."""

LOOKED_AT_MAX: Final = 20
"""Most of the oldest that are looked at for one that came: each is looked at often enough."""

WAITS_MS: Final = 30 * 24 * 3_600_000
"""How long before a crossing a document may have come in. No source says how long; a month covers a journey."""

LATE_MS: Final = 24 * 3_600_000
"""How long after a conveyance has gone a document may still be put to it by a sign: papers are entered late."""

SIGNS_MAX: Final = 50
"""Most papers of one sign that are looked at: a plate with more has a list, not a document."""

LINKING_SIGNS_MIN: Final = 6
"""Shortest number by which one paper finds another: "12" is the number of thousands of invoices."""

EXPECTED_MS: Final = 24 * 3_600_000
"""How far from the announced moment an arrival may be, where that decides between several crossings of one plate."""

USES_MAX: Final = 20
"""Most crossings of one document that are looked at anew when it comes to another: more are no oversight any more."""

LIMITS_PROPOSED_MAX: Final = 5
"""Most tables of limits that wait for a second person at one place: more are to be rejected first."""

VEHICLES_MAX: Final = 10_000
"""Most vehicles of which it is held what they weighed before; who was here longest ago is let go."""

PASTS_MAX: Final = 6
"""Most earlier weighings of one vehicle: a lorry that comes weekly is known for some weeks, full and empty."""

MAPS_MAX: Final = 200
"""Most names of maps that are held of one place, in force or not; a version of one that is there is always taken."""
