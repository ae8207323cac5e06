"""What systems of agencies asked and were answered, as far as who looks may see it."""

from __future__ import annotations

from django.http import Http404

from beket.web.accounts import exchanges
from beket.web.accounts.models import Exchange
from beket.web.eyes import Eyes


def journal(eyes: Eyes, system: int | None, before: int | None, limit: int) -> list[Exchange]:
    """The newest exchanges; what is about no checkpoint is for who sees the whole country."""
    return exchanges.listed(eyes.reach("see_log"), system, before, limit)


def signed(eyes: Eyes, number: int) -> bytes:
    """The bytes of an answer that was not taken; those of one that was stand in the log."""
    row = exchanges.found(eyes.reach("see_raw"), number)
    if row is None or row.blob is None:
        raise Http404
    return bytes(row.blob)
