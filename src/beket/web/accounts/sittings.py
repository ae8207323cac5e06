"""Who sits where: one desk for a person at a time; the screens left behind show the wall and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from beket.web.accounts.models import Account, Sitting

SITTINGS_MAX: Final = 20
"""Most screens of one account: a desk, and the walls of a hall; of more, the oldest is signed out."""

AGENT_CHARS_MAX: Final = 160
"""How much a browser may say of itself here."""


def began(request: HttpRequest, account: Account, how: str) -> None:
    """Make this session its person's desk: whatever desk they had before is set aside."""
    if request.session.session_key is None:
        request.session.save()
    now, key = timezone.now(), request.session.session_key
    others = Sitting.objects.filter(account=account).exclude(session_key=key)
    end(others.filter(began_at__lt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE)))
    end(others.filter(pk__in=list(others.order_by("-began_at").values_list("pk", flat=True)[SITTINGS_MAX - 1 :])))
    others.filter(set_aside_at=None).update(set_aside_at=now)
    seat(account, str(key), how, request.headers.get("User-Agent", "")[:AGENT_CHARS_MAX])


def seat(account: Account, key: str, how: str, agent: str) -> None:
    """Write down that somebody sits at the screen with this session."""
    fresh = {"account": account, "began_at": timezone.now(), "how": how, "agent": agent, "set_aside_at": None}
    Sitting.objects.update_or_create(session_key=key, defaults=fresh)


def signed_out(sender: object, request: HttpRequest, **_: Any) -> None:  # noqa: ANN401, ARG001  Django's own call
    """Forget who sat here."""
    Sitting.objects.filter(session_key=request.session.session_key).delete()


def of_session(key: str | None) -> Sitting | None:
    """Who sits at the screen with this session; None where it was ended."""
    return Sitting.objects.filter(session_key=key).first() if key else None


def end(sittings: QuerySet[Sitting]) -> int:
    """Sign screens out; gives how many."""
    keys = list(sittings.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    Sitting.objects.filter(session_key__in=keys).delete()
    return len(keys)
