"""What the panel of weights is given, all of it through the access door."""

from __future__ import annotations

from collections.abc import Sequence

from beket.board.panels.dossier import Dossier
from beket.board.panels.papers import Finding, Held
from beket.web import access
from beket.web.eyes import Eyes
from beket.web.shown.weights import Known, ShownWeights, show_weights
from beket.words.limits import Limits, read_limits
from beket.words.shipped_limits import shipped_limits


def limits_at(eyes: Eyes, place: str) -> Limits:
    """The limits that weighings at a checkpoint are held to."""
    seen = next(iter(access.limits(eyes, place)), None)
    found = None if seen is None else read_limits(seen.text)
    return found if isinstance(found, Limits) else shipped_limits()


def of_crossing(
    eyes: Eyes, dossier: Dossier, papers: Sequence[Held], findings: Sequence[Finding]
) -> ShownWeights | None:
    """What a conveyance weighed, beside the limits and what is known of it; None where nothing weighed it."""
    weighings, others = access.weights(eyes, dossier)
    if not weighings:
        return None
    known = Known(weighings=weighings, others=others, papers=tuple(papers), findings=tuple(findings))
    return show_weights(dossier, known, limits_at(eyes, dossier.crossing.place), access.names())
