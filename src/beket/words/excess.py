"""A load above its limit as an act tells it: on which scale, how far above which limit, with what permit and fee."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from beket.words.concluded import Level
from beket.words.fees import Fee
from beket.words.ids import EntryRef
from beket.words.limits import What


class Excess(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One load above its limit.

    `above_kg` is what is left of `weighed_kg` less the limit and less what the scale may err by. `weighing` is the
    entry of the log; `run_out` says that the verification of the scale had ended on that day. `row` names the row of
    the table of limits, law since `law_from`; `permits` are the numbers of permits that cover it. `fee` is None where
    no row is for it.
    """

    limits: What
    weighed_kg: Decimal
    error_kg: Decimal
    limit_kg: Decimal
    above_kg: Decimal
    weighing: EntryRef
    weighed_on: str
    device: str
    row: str
    source: str
    confirmed: bool
    level: Level
    law_from: str | None = None
    axles: str = ""
    accuracy_class: str | None = None
    verified_on: str | None = None
    verified_until: str | None = None
    run_out: bool = False
    permits: str = ""
    because: tuple[EntryRef, ...] = ()
    fee: Fee | None = None

    @property
    def above_percent(self) -> Decimal:
        """By how much it is above, as a share of the limit."""
        return 100 * self.above_kg / self.limit_kg
