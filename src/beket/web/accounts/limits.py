"""How long a session lasts: a desk rests after 30 minutes, a wall may stand a shift, nothing outlives 12 hours."""

from __future__ import annotations

import time
from typing import Final

from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

IDLE_S: Final = 30 * 60
"""An unattended desk asks for the password again (reference 08 §C5)."""

SHIFT_S: Final = 12 * 3600
"""No session is older than a shift."""

UNATTENDED: Final = ("/wall", "/stream")
"""What a screen asks for by itself; only a person's own request counts as use."""

LOGIN_LENGTH_MAX: Final = 64
"""Longer than any login; attempts are counted under at most as many signs."""

TOUCH_S: Final = 60
"""How often use is written down: more often would be a database write for each click."""


class SessionLimits(MiddlewareMixin):
    """Ends sessions that are too old, and marks one that rests: its eyes see the wall only (`web/access.py`)."""

    def process_request(self, request: HttpRequest) -> None:
        """Judge the session before any page sees it."""
        if "_auth_user_id" not in request.session:
            return
        now = int(time.time())
        if now - int(request.session.setdefault("began", now)) > SHIFT_S:
            logout(request)
            return
        idle_s = now - int(request.session.setdefault("used", now))
        request.session_rests = idle_s > IDLE_S  # type: ignore[attr-defined]
        if TOUCH_S < idle_s <= IDLE_S and not request.path.startswith(UNATTENDED):
            request.session["used"] = now


def typed_login(request: HttpRequest, credentials: dict[str, str] | None) -> str:
    """The login as attempts are counted: one account however its letters are typed."""
    typed = credentials.get("username") if credentials else request.POST.get("username")
    return (typed or "").strip().lower()[:LOGIN_LENGTH_MAX]


def stands(session: str | None) -> bool:
    """Tell whether a session is still there and not older than a shift: a stream outlives the request that began it."""
    found = Session.objects.filter(session_key=session, expire_date__gt=timezone.now()).first()
    return found is not None and time.time() - int(found.get_decoded().get("began", 0)) <= SHIFT_S
