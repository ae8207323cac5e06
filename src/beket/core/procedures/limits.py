"""How much is held of procedures at one place: each with its reason."""

from __future__ import annotations

from typing import Final

COURSES_MAX: Final = 5_000
"""Most crossings whose steps are held: some days of a busy checkpoint; the oldest is let go and stays in the log."""

DONE_MS: Final = 24 * 3_600_000
"""How long a crossing that is over is held: what comes late, such as a paper or a judgement, still finds it."""

LOOKED_AT_MAX: Final = 20
"""Most of the oldest courses that are looked at for one that came: each is looked at often enough."""

PAPERS_MAX: Final = 10_000
"""Most documents that a need may ask about; as many as are on file (core/documents)."""

PROOFS_MAX: Final = 16
"""Most entries held of one kind of proof of one crossing; one is enough, and one may turn out another's."""

CODES_MAX: Final = 400
"""Most codes of goods held of one document, as of its gist."""

RECORDS_MAX: Final = 50
"""Most records held of one crossing: one a step, and as many again that mend them. More are refused."""

PROPOSED_MAX: Final = 20
"""Most procedures that wait for a second person at one place: more are forgotten, and are to be rejected first."""

IN_FORCE_MAX: Final = 200
"""Most procedures that were ever in force at one place and are held: a crossing goes by the one that it began with."""

AHEAD_MS_MAX: Final = 400 * 24 * 3_600_000
"""How far ahead a procedure may be put in force: laws are made for the next year."""

BACK_MS_MAX: Final = 3_600_000
"""How far back: an hour, so that a desk's clock that is behind does no harm. Nothing is put in force for the past."""

TICK_COURSES_MAX: Final = 1_000
"""Most crossings whose clocks one tick looks at, those that came first: more are never inside one checkpoint."""
