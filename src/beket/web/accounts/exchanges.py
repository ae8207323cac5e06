"""What agencies' systems asked and were answered: written down once, counted by the hour where they only look."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import F, QuerySet
from django.utils import timezone
from msgspec import Struct

from beket.log.postgres import Writing
from beket.web.accounts.models import Exchange
from beket.web.accounts.tokens import Bearer

REFUSED_MAX: Final = 2_000
"""Most requests of one account that are kept beside the log, the newest: refused answers with their bytes, lists."""

ANSWERED_MAX: Final = 100_000
"""Most answers of one account whose ids are known: years of a busy post. What they said stands in the log for good."""

TRIM_EVERY: Final = 200
"""How often it is looked at whether there are more."""


class Came(Struct, frozen=True, kw_only=True):
    """An answer as far as it could be read: what it is about, and the hash of what came."""

    sha256: str = ""
    answer_id: str = ""
    place: str = ""
    crossing: str = ""
    step: str = ""
    outcome: str = ""


def known(bearer: Bearer, answer_id: str) -> Exchange | None:
    """The answer that this account gave under an id, if it did."""
    rows = Exchange.objects.filter(account=bearer.account, answer_id=answer_id)
    return rows.exclude(decision_id="").first()


def begun(writing: Writing, bearer: Bearer, came: Came, decision_id: str) -> int | None:
    """Take an id in the transaction in which its decision joins the log; None where it is taken."""
    row = writing.connection.execute(
        "INSERT INTO desk.accounts_exchange (asked, at, last_at, times, status, code, account_id, token, place,"
        " crossing, step, outcome, answer_id, sha256, decision_id) VALUES ('answer', now(), now(), 1, 202, 'awaited',"
        " %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
        (
            bearer.account, bearer.name, came.place, came.crossing, came.step, came.outcome, came.answer_id,
            came.sha256, decision_id,
        ),
    ).fetchone()  # fmt: skip
    return None if row is None else int(row[0])


def framed(writing: Writing, number: int, seq: int) -> None:
    """Write down in which frame of the log the decision stands."""
    writing.connection.execute("UPDATE desk.accounts_exchange SET seq = %s WHERE id = %s", (seq, number))


def settled(row: Exchange, status: int, code: str) -> None:
    """Write down what became of an answer, or that it was sent again."""
    Exchange.objects.filter(pk=row.pk).update(status=status, code=code, last_at=timezone.now())
    _trim(row.pk, row.account_id)


def refused(bearer: Bearer, came: Came, blob: bytes, told: tuple[int, str]) -> None:
    """Write down an answer that was not taken, with its bytes and why."""
    now = timezone.now()
    row = Exchange.objects.create(
        account_id=bearer.account, token=bearer.name, asked="answer", at=now, last_at=now, place=came.place,
        crossing=came.crossing, step=came.step, outcome=came.outcome, answer_id=came.answer_id, status=told[0],
        code=told[1], sha256=came.sha256, blob=blob or None,
    )  # fmt: skip
    _trim(row.pk, bearer.account)


def looked(bearer: Bearer, place: str) -> None:
    """Count that a system asked for the list."""
    now = timezone.now()
    own = {"account_id": bearer.account, "token": bearer.name, "asked": "list", "place": place, "at": _hour(now)}
    if not Exchange.objects.filter(**own).update(times=F("times") + 1, last_at=now):
        row = Exchange.objects.create(**own, last_at=now, status=200)
        _trim(row.pk, bearer.account)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _trim(number: int, account: int) -> None:
    """Let go of the oldest rows of an account, now and then."""
    if number % TRIM_EVERY:
        return
    rows = Exchange.objects.filter(account=account).order_by("-pk")
    for kept, most in ((rows.filter(decision_id=""), REFUSED_MAX), (rows.exclude(decision_id=""), ANSWERED_MAX)):
        oldest = kept.values_list("pk", flat=True)[most : most + 1].first()
        if oldest is not None:
            kept.filter(pk__lte=oldest).delete()


def listed(reach: frozenset[str] | None, system: int | None, before: int | None, limit: int) -> list[Exchange]:
    """The newest exchanges about places within reach; what is about no place is for who sees the whole country."""
    rows = _within(reach).select_related("account").order_by("-pk")
    if system is not None:
        rows = rows.filter(account=system)
    return list((rows if before is None else rows.filter(pk__lt=before))[:limit])


def found(reach: frozenset[str] | None, number: int) -> Exchange | None:
    """One exchange within reach."""
    return _within(reach).filter(pk=number).first()


def _within(reach: frozenset[str] | None) -> QuerySet[Exchange]:
    return Exchange.objects.all() if reach is None else Exchange.objects.filter(place__in=sorted(reach))
