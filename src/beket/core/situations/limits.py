"""How long people have, and how much is held: each with its reason."""

from __future__ import annotations

from typing import Final

from beket.words.facts import Level

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE

RANK: Final[dict[Level, int]] = {"critical": 1, "high": 2, "medium": 3, "low": 4}
"""The order of levels: the worst first."""

GRAVE: Final = RANK["high"]
"""From this level on two people close a situation whatever it is of (DESIGN §7: four eyes)."""

ACKNOWLEDGED_MS: Final[dict[Level, int]] = {"critical": 10 * MINUTE, "high": 15 * MINUTE, "medium": HOUR}
"""How long a situation that somebody took is quiet: a quarter of an hour for a high one (reference 08 §A2.1); a graver
one asks sooner, and what has no sound may take the hour that a repair or a corrected paper takes. A message never
asks."""

RENEWED_MS: Final = MINUTE
"""Who has a situation can say that they are still at it, and it is quiet anew; sooner than this after the last time it
is a key that was pressed twice."""

NORM_MS: Final[dict[Level, int]] = {"critical": 2 * MINUTE, "high": 5 * MINUTE, "medium": 30 * MINUTE}
"""How long nobody may take a situation before it goes up: a critical one does not wait for who went for tea. No source
says how long; the whole chain of a critical one is four minutes, less than a lorry takes from gate to scale."""

SNOOZE_MS_MAX: Final[dict[Level, int]] = {"high": 30 * MINUTE, "medium": 4 * HOUR, "low": 12 * HOUR}
"""Longest that a situation is put off: a lorry is unloaded in half an hour, papers come from the office in half a day,
a message waits until the next shift. A critical one is never put off."""

SETTLES_MS: Final = 5 * MINUTE
"""How long nothing must stand before a situation ends by itself: a device that comes and goes is one situation."""

MESSAGE_MS: Final = 24 * HOUR
"""How long a message is shown that nobody took: a day later it is in the history."""

SHIFT_MS_MAX: Final = 14 * HOUR
"""A shift is twelve hours; one that nobody ended two hours later was forgotten."""

SITUATIONS_MAX: Final = 1_000
"""Most situations held of one place; the oldest is let go: so many are no picture of anything any more."""

PAPERS_MAX: Final = 10_000
"""Most documents whose crossing is known here: as many as are on file."""

SHIFTS_MAX: Final = 200
"""Most people on shift at one place: far more than the largest checkpoint has."""
