"""Asks who decides to show that they are there, and goes on with the very decision afterwards."""

from __future__ import annotations

from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from django.views.decorators.http import require_POST

from beket.web.access import OPEN
from beket.web.accounts import passkeys, presence
from beket.web.accounts.models import Account
from beket.web.accounts.pace import TooFast
from beket.web.phrases import UNSEEN, word

NOT_KEPT: Final = {"csrfmiddlewaretoken", presence.PASSWORD_FIELD, presence.PASSKEY_FIELD}
"""What a form sent that belongs to its sending, not to the decision."""


class AskPresence(MiddlewareMixin):
    """Answers a decision that waits for a proof of presence with the page that asks for one."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Show the page; what was typed is in it, so that the proof and the decision come back together."""
        if not isinstance(exception, presence.PresenceWanted):
            return None
        account = request.user
        assert isinstance(account, Account), "only who has signed in is asked"
        context = {
            "kept": [
                (name, value) for name, values in request.POST.lists() if name not in NOT_KEPT for value in values
            ],
            "said": word(UNSEEN, exception.said),
            "password": exception.password,
            "has_passkey": account.passkeys.exists(),
            "works": passkeys.relying(request) is not None,
            "way": passkeys.way_to(request),
        }
        return render(request, "pages/presence.html", context, status=403)


@require_POST
def challenge(request: HttpRequest) -> HttpResponse:
    """Give a browser what it is to ask of a passkey; bound to the session, good for one answer."""
    purpose = request.POST.get("purpose", "sign_in")
    if purpose not in {"sign_in", "prove", "register"}:
        return JsonResponse({"why": "purpose"}, status=400)
    try:
        passkeys.PACE.step(request.user.pk or request.META.get("REMOTE_ADDR", ""))
        asked = passkeys.challenge(request, purpose, request.POST.get("username", "")[:64])  # type: ignore[arg-type]
    except TooFast as fast:
        return JsonResponse({"why": "pace"}, status=429, headers={"Retry-After": str(fast.retry_after_s)})
    except passkeys.PasskeyRefusal as refusal:
        return JsonResponse({"why": str(refusal)}, status=403)
    return JsonResponse(asked)


cast(Any, challenge).verb = OPEN
