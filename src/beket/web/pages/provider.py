"""The way to the provider of identities and back: it says who somebody is, and an account here must know them."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from beket.web.access import OPEN, asks_person
from beket.web.accounts import provider
from beket.web.accounts.models import Account, Bond
from beket.web.accounts.pace import TooFast
from beket.web.accounts.passkeys import PACE
from beket.web.accounts.presence import demanded
from beket.web.accounts.provider import Identity, ProviderRefusal, Purpose
from beket.web.phrases import word

WHY: Final = {
    "away": _("The identity provider cannot be reached. Sign in with your password or passkey."),
    "answer": _("The identity provider answered something that is not accepted. Tell an administrator."),
    "token": _("What the identity provider said of you could not be believed. Tell an administrator."),
    "attempt": _("That took too long, or was sent twice. Try again."),
    "declined": _("The identity provider let nobody in."),
    "off": _("No identity provider is set up here."),
    "pace": _("Too many attempts. Wait a moment."),
    "others": _("This identity belongs to another account here."),
    "unknown": _("No account here knows this identity. Sign in another way and bind it at your account."),
}


@require_GET
def leave(request: HttpRequest) -> HttpResponse:
    """Lead somebody to the provider to sign in there."""
    return _led(request, "sign_in", request.GET.get("next", "/"))


@asks_person
@require_http_methods(["GET", "POST"])
def bind(request: HttpRequest) -> HttpResponse:
    """Lead whoever has signed in, and was seen just now, to the provider, to have their account know them there.

    After a form no browser goes to another site (form-action of our policy), so the proof leads back to the account.
    """
    demanded(request, first_passkey=True)
    return redirect("/account") if request.method == "POST" else _led(request, "bind", "/account")


@require_GET
def returned(request: HttpRequest) -> HttpResponse:
    """Take who comes back in, or say why not."""
    try:
        attempt, identity = provider.returned(request)
        if attempt.purpose == "bind":
            _bind(request, identity)
        else:
            _let_in(request, identity)
    except ProviderRefusal as refusal:
        return _refused(request, refusal)
    ours = url_has_allowed_host_and_scheme(attempt.next, allowed_hosts={request.get_host()})
    return redirect(attempt.next if ours else "/")


def _led(request: HttpRequest, purpose: Purpose, next_page: str) -> HttpResponse:
    if not provider.configured():
        return _refused(request, ProviderRefusal("off"))
    try:
        PACE.step(request.META.get("REMOTE_ADDR", ""))
        return redirect(provider.way_out(request, purpose, next_page))
    except TooFast:
        return _refused(request, ProviderRefusal("pace"))
    except ProviderRefusal as refusal:
        return _refused(request, refusal)


def _let_in(request: HttpRequest, identity: Identity) -> None:
    bond = Bond.objects.select_related("account").filter(issuer=identity.issuer, subject=identity.subject).first()
    if bond is None or not bond.account.is_active:
        raise ProviderRefusal("unknown")
    request.proved_by = "provider"  # type: ignore[attr-defined]
    login(request, bond.account, backend="django.contrib.auth.backends.ModelBackend")


def _bind(request: HttpRequest, identity: Identity) -> None:
    """Have the account know this identity from now on; the session that began the attempt is the one that ends it."""
    account = request.user
    if not isinstance(account, Account):
        raise ProviderRefusal("attempt")
    named = {"issuer": identity.issuer, "subject": identity.subject}
    bond, _made = Bond.objects.get_or_create(**named, defaults={"account": account})
    if bond.account_id != account.pk:
        raise ProviderRefusal("others")


def _refused(request: HttpRequest, refusal: ProviderRefusal) -> HttpResponse:
    said = {"heading": _("Not signed in"), "words": word(WHY, str(refusal))}
    return render(request, "pages/refused.html", said, status=403)


for _view in (leave, returned):
    cast(Any, _view).verb = OPEN
