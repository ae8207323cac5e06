"""One's own account: the passkeys that let in and prove presence, and the screens where one has signed in."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from beket.web.access import asks_person, eyes_of
from beket.web.accounts import passkeys
from beket.web.accounts.models import Account
from beket.web.accounts.presence import demanded, may_register_first
from beket.web.accounts.provider import configured
from beket.web.accounts.roster import RosterRefusal, set_password
from beket.web.accounts.sittings import end
from beket.web.phrases import word
from beket.words.roles import DECIDES, MAY

WHY: Final = {
    "answer": _("The browser's answer was not accepted. Try again."),
    "challenge": _("That took too long, or was sent twice. Try again."),
    "too_many": _("This account has as many passkeys as it may have. Remove one first."),
    "known": _("This passkey is registered already."),
    "last": _("This is your only passkey. Register another one first, or ask an administrator."),
    "old": _("The old password is not right."),
    "unknown": _("There is no such passkey."),
}


@asks_person
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponseBase:
    """Show somebody's own account, and change what is theirs to change."""
    own = request.user
    assert isinstance(own, Account)
    said = ""
    if request.method == "POST":
        try:
            _change(request, own)
        except passkeys.PasskeyRefusal as refusal:
            said = word(WHY, str(refusal))
        except RosterRefusal as refusal:
            said = str(refusal)
        else:
            return redirect("/account")
    decides = any(DECIDES & MAY[role] for role in eyes_of(request).roles)
    keys = list(own.passkeys.order_by("added_at"))
    context: dict[str, Any] = {
        "here": "account",
        "keys": keys,
        "said": said,
        "works": passkeys.relying(request) is not None,
        "way": passkeys.way_to(request),
        "wanting": decides and not keys,
        "required": settings.REQUIRE_PASSKEYS,
        "sittings": list(own.sittings.order_by("-began_at")),
        "this": request.session.session_key,
        "provider": (settings.OIDC_NAME or settings.OIDC_ISSUER) if configured() else "",
        "bonds": list(own.bonds.filter(issuer=settings.OIDC_ISSUER)),
        "name_max": passkeys.NAME_LENGTH_MAX,
    }
    return render(request, "pages/account.html", context)


def _change(request: HttpRequest, own: Account) -> None:
    """Do the one thing that the form asks for."""
    given = request.POST
    if given.get("do") == "end":
        end(own.sittings.filter(pk=_number(given.get("number", ""))).exclude(session_key=request.session.session_key))
        return
    if given.get("do") == "password":
        _set_password(request, own)
        return
    if not may_register_first(request, own):
        demanded(request, first_passkey=True)
    match given.get("do"):
        case "register":
            passkeys.register(request, given.get("passkey", ""), given.get("name", ""))
        case "remove":
            passkeys.remove(own, _number(given.get("number", "")))
        case _:
            raise passkeys.PasskeyRefusal("unknown")


def _set_password(request: HttpRequest, own: Account) -> None:
    """Change the password for who knows the old one; it is then asked for at every screen."""
    if authenticate(request, username=own.login, password=request.POST.get("old", "")) is None:
        raise passkeys.PasskeyRefusal("old")
    set_password(own.login, request.POST.get("new", ""))


def _number(text: str) -> int:
    """The number of a row as a form names it; nought, which none has, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
