"""In whose name somebody acts: the one duty of theirs that a decision is taken under."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from django.utils import timezone

from beket.web.accounts.models import Duty
from beket.words.roles import MAY, Role, Verb


def duty_for(account: int | None, verb: Verb, place: str, agencies: Collection[str] = ()) -> tuple[Role, str] | None:
    """The role, and the agency, in whose name an account may do this here; None where no duty in force lets it.

    Who serves several agencies acts for one of `agencies`, where that can be.
    """
    lets = [role for role in MAY if verb in MAY[role]]
    held = Duty.objects.filter(account=account, role__in=lets, place__in=("", place)).in_force(timezone.now())
    duties = list(held.order_by("role", "place"))
    duty = next((one for one in duties if one.agency in agencies), next(iter(duties), None))
    return None if duty is None else (cast(Role, duty.role), duty.agency)
