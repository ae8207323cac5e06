"""How far two amounts may be apart that were meant alike: what rounding to the places written explains, no more."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

FINEST_PLACE: Final = -6
"""The last place that anybody writes on purpose: the Union's masses have six decimals at most, money two.

What is written finer is arithmetic of binary numbers: declarations at hand have totals such as 18961.969999999998 over
lines that come to 18961.97 (album 5.10.0, cases 012, 013 and 037)."""

WHOLE: Final = 0
"""The coarsest place that counts: 1E+3 is a way of writing, and does not say that 499 do not matter."""


def half_unit(written: Decimal) -> Decimal:
    """Give half a unit of the last place that an amount is written to: what rounding it once may have changed.

    Once, and not once for each line: every total of the declarations at hand is the sum of its lines as written, of 4
    lines or of 170. With half a unit a line, 170 lines in whole kilograms could hide 85 kg.
    """
    exponent = written.as_tuple().exponent
    place = min(max(exponent, FINEST_PLACE), WHOLE) if isinstance(exponent, int) else WHOLE
    return Decimal(5).scaleb(place - 1)


def beyond(one: Decimal, other: Decimal, allowed: Decimal) -> Decimal | None:
    """Give by how much the second is off the first where that is more than is allowed."""
    off = other - one
    return off if abs(off) > allowed else None
