"""How long a session lasts: a desk that nobody uses rests, a wall may stand a shift, nothing outlives that."""

from __future__ import annotations

import re
import time
from typing import Final

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from beket.web.accounts.sittings import of_session

UNATTENDED: Final = re.compile(r"/wall|/stream|/passages/[\w.-]+\.json$")
"""What a screen asks for by itself; only a person's own request counts as use."""

LOGIN_LENGTH_MAX: Final = 64
"""Longer than any login; attempts are counted under at most as many signs."""

TOUCH_S: Final = 60
"""How often use is written down: more often would be a database write for each click."""


class SessionLimits(MiddlewareMixin):
    """Ends sessions that are too old, and marks one that rests: its eyes see the wall only (`web/access.py`).

    One rests when nobody used it for a while, or when its person took another desk.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Judge the session before any page sees it."""
        if "_auth_user_id" not in request.session:
            return
        now = int(time.time())
        sitting = of_session(request.session.session_key)
        too_old = now - int(request.session.setdefault("began", now)) > settings.SESSION_COOKIE_AGE
        if sitting is None or too_old:
            logout(request)
            return
        idle_s, idle_s_max = now - int(request.session.setdefault("used", now)), settings.DESK_IDLE_S
        request.set_aside_at = sitting.set_aside_at  # type: ignore[attr-defined]
        request.session_rests = idle_s > idle_s_max or sitting.set_aside_at is not None  # type: ignore[attr-defined]
        if TOUCH_S < idle_s <= idle_s_max and not UNATTENDED.match(request.path):
            request.session["used"] = now


def typed_login(request: HttpRequest, credentials: dict[str, str] | None) -> str:
    """The login as attempts are counted: one account however its letters are typed."""
    typed = credentials.get("username") if credentials else request.POST.get("username")
    return (typed or "").strip().lower()[:LOGIN_LENGTH_MAX]


def stands(session: str | None, *, resting: bool) -> bool:
    """Tell whether a session is still there, in force, and as it was: a stream outlives the request that began it."""
    found, sitting = (
        Session.objects.filter(session_key=session, expire_date__gt=timezone.now()).first(),
        of_session(session),
    )
    if found is None or sitting is None or (sitting.set_aside_at is not None and not resting):
        return False
    return time.time() - int(found.get_decoded().get("began", 0)) <= settings.SESSION_COOKIE_AGE
