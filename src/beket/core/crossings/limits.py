"""Every time and size the lane model relies on, each with its reason."""

from __future__ import annotations

from typing import Final

SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE

DRIFT_BELIEVED_MS: Final = 2 * SECOND
"""A clock further ahead than this is corrected; nearer, the estimate is no better than the clock (reference 03 §9)."""

DRIFT_BEHIND_BELIEVED_MS: Final = MINUTE
"""A clock seems behind too where a busy line makes every message late, by tens of seconds; beyond that it is, even
where the kit is not sure."""

CLOCK_ABSURD_MS: Final = HOUR
"""A live message whose clock is further off than this, with no estimate of the drift, is dated by its receipt."""

BUFFER_MS_MAX: Final = 72 * HOUR
"""Older than this no device buffers: a post works alone for 72 hours (DESIGN §4)."""

LEEWAY_MS: Final = SECOND
"""Clocks of one lane may differ by this much; a window reaches this far beyond what the installer measured."""

HEADWAY_MS: Final = 3 * SECOND
"""Nearer than this two sightings at one gate are one conveyance: bumper to bumper at 20 km/h is four seconds."""

PARTS_APART_MS: Final = 200
"""Furthest that the parts of one measured passage are from each other: counting begins anew at once."""

READ_TOGETHER_MS: Final = 20 * SECOND
"""Nobody drives on from a window, and nobody else pulls up there and hands his papers over, in less."""

READ_TOGETHER_MAX: Final = 128
"""Papers kept as read together: two of everybody in a full coach; what comes after them begins anew."""

REPEAT_MS: Final = 10 * MINUTE
"""A plate seen again at its gate within this time is still there: it waits, or is captured twice."""

CORRECT_MS: Final = 30 * SECOND
"""Within this time another capture may still correct a misread plate at the same gate."""

BACK_OUT_MS: Final = 10 * MINUTE
"""Later than this a conveyance that leaves by its arrival gate has been inside; it did not just back out."""

BACK_OUTS_MAX: Final = 64
"""Crossings looked at, newest first, for one that just turned back: more do not come within seconds."""

DEPARTED_SETTLES_MS: Final = 10 * MINUTE
"""Messages may come reordered within this time, so a departed crossing closes only after it."""

UNEXPLAINED_MS_MAX: Final = 30 * MINUTE
"""The longest control window is 15 minutes; after twice that nobody else will say what passed."""

OPEN_MS_MAX: Final = 72 * HOUR
"""A conveyance that was not seen leaving in three days left unseen."""

CLOSED_KEPT_MS: Final = 24 * HOUR
"""Closed crossings stay at hand this long for messages that a device buffered."""

CLOSED_KEPT_MAX: Final = 5_000
"""Closed crossings kept at a place: two and a half days of the whole country's vehicles."""

OPEN_MAX: Final = 20_000
"""Crossings kept at a place in all; beyond it the oldest is let go, so a mad device cannot eat the memory."""

PASSAGES_MAX: Final = 1_024
"""Passages kept of one gate: over an hour bumper to bumper, a day at one in 80 seconds."""

SIGHTS_MAX: Final = 1_024
"""Sightings kept of one device, as many as passages."""

KEY_CROSSINGS_MAX: Final = 64
"""Crossings of one plate kept at hand: far more than visits in a day."""

LIKE_MAX: Final = 1.0
"""Two readings further apart are two plates (reference 06 §4 rule 4)."""

LIKE_MARGIN: Final = 0.5
"""The runner-up must be this much further off (reference 06 §4 rule 4)."""

LIKE_SAME_EYE_MAX: Final = 0.7
"""One camera that reads another plate a headway later sees another conveyance, unless only confusable signs differ."""

LIGHT_GROSS_KG_MAX: Final = 7_500.0
"""A passenger car with a trailer never weighs more; a weighing above it is a lorry's or a bus's."""

TICK_CLOSES_MAX: Final = 1_000
"""Crossings one tick may close: as many as a frame holds; the next tick takes the rest."""

RESOLVE_MAX: Final = 32
"""Sightings of one station looked at again when something late comes between them; a shift shows itself far sooner."""

USUAL_SEEN_MIN: Final = 3
"""From so many passages on a station is known well enough to notice that a sighting is missing."""

USUAL_SEEN_MAX: Final = 32
"""Older passages fade: what is usual changes with the hour and the weather."""

USUAL_REACH: Final = 4.0
"""Mean deviations that still teach: for evenly spread times all of them, with as much again to spare."""

USUAL_FEW: Final = 8
"""The deviation seen in this many passages may be half of the true one, so it counts double."""

USUAL_OFF_MS_MIN: Final = 500
"""Nothing is more regular than this: scales and portals are dated by their receipt, and lines are busy at times."""

USUAL_SLACK_MS: Final = 2 * SECOND
"""Always allowed on top, so that very regular traffic does not make the house pedantic."""

QUEUE_STEP_MS: Final = 30 * SECOND
"""A conveyance that waited behind another is served within this time after it: driving up and being weighed."""

QUEUE_STEP_LEAST_MS: Final = 3 * SECOND
"""Until a station showed it, who waits is thought to be served so long after the one before."""

QUEUE_STEP_SPREAD_MS: Final = 5 * SECOND
"""And usually so much later, until a station showed it."""

GAP_TEACHES: Final = 0.1
"""A long time between two weighings is mostly a gap in the traffic: it says so much less of how long one takes."""

GAP_REACH: Final = 3.0
"""And no more than one so many mean deviations above the usual."""

ODD_MAX: Final = 8.0
"""However long somebody dawdled, this many mean deviations at most: people stop for all kinds of reasons."""

PASSED_OVER_COST: Final = 4.6
"""That a station says nothing of a conveyance is as odd as one chance in a hundred, -ln 0.01: a message gets lost."""

STRANGER_COST: Final = 9.2
"""That a station meets somebody whom no gate saw is as odd as two lost messages."""

UNSEEN_COST: Final = 1.0
"""Of two passages that fit as well, one that a front camera saw is likelier than one that was only inferred."""

UNSETTLED_COST: Final = 0.1
"""Of two that are as likely, what was concluded before stands."""

NEVER_QUITE: Final = 1e-5
"""The least chance of any meeting inside a window: odder than a stranger, yet possible."""

UNFIT_COST: Final = 5.0
"""A lorry or a bus that weighs less than an empty one is another vehicle, or of a class the camera mistook."""

HEAVY_GROSS_KG_MIN: Final = 3_000.0
"""No lorry and no bus that a camera calls so weighs less, even empty; the class begins at 3.5 t."""

HINDSIGHT_MAX: Final = 12
"""Sightings looked back on when another comes: so many in a row tell a shift from chance, and a screen stays calm."""

UNHURRIED_SHARE: Final = 4
"""Who has not to wait is met in the first quarter of a control window; the rest of it is for queues."""

FITTING_MAX: Final = 64
"""Conveyances weighed up for one sighting; so many on their way to one scale would be a queue of a kilometre."""
