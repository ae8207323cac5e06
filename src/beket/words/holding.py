"""Whose hands a conveyance is in when no agency works on it: what people of a post say of the neighbour and the trade.

Evidence tells most of it (board/panels/release). What it cannot tell a person says, by name, and only for a time.
"""

from __future__ import annotations

from typing import Final, Literal

Awaited = Literal["driver", "papers"]
"""What of the trade an agency waits for: whoever drives the conveyance, or papers that have not come."""

Ended = Literal["said", "ran_out", "decided", "papers_came", "left"]
"""Why what was said holds no longer: a person said so, nobody said it again in time, the agency decided a step, papers
came, or the conveyance has gone."""

HOUR_MS: Final = 3_600_000

NEIGHBOUR_MS: Final = 4 * HOUR_MS
"""How long it holds that the neighbour takes nobody: two or three times in a shift somebody has to look again."""

AWAITED_MS: Final = 2 * HOUR_MS
"""How long it holds that an agency waits for the trade; one that forgot to say the end must not be rid of its time."""

SINCE_BACK_MS: Final = HOUR_MS
"""How far back one may say that the neighbour stopped: as long as it may take to be sure of it."""
