"""What is believed of a scale: by how much it may err, and whether its verification had run out."""

from __future__ import annotations

from decimal import Decimal

from beket.core.documents.state import Scale, Weighed
from beket.words.loads import gross_error_kg
from beket.words.moments import day_of, day_said


def error_kg(weighed: Weighed, scale: Scale) -> Decimal:
    """Say by how much a scale may err at this load: as the register has it, else as its class or kind may."""
    told = None if scale.error_kg is None else Decimal(str(scale.error_kg))
    rolling = scale.wim or weighed.evidence == "wim_pass"
    return gross_error_kg(Decimal(str(weighed.gross_kg)), told, scale.accuracy_class, rolling=rolling)


def run_out(weighed: Weighed, scale: Scale) -> bool:
    """Whether the register says that the verification had ended; where it says nothing, nothing is held against it."""
    last = day_said(scale.verified_until)
    return last is not None and day_of(weighed.at) > last
