"""The front of the desk: signing in and out, language, theme, help, and the way to one's own first page."""

from __future__ import annotations

from typing import Any, Final, cast

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from beket.web.access import OPEN, asks, eyes_of
from beket.web.accounts.pace import TooFast
from beket.web.accounts.passkeys import PACE, PasskeyRefusal, relying, shown
from beket.web.accounts.provider import configured
from beket.web.frame import THEMES
from beket.words.roles import Role

COOKIE_AGE_S: Final = 365 * 24 * 3600

FIRST: Final[dict[Role, str]] = {
    "duty_officer": "/wall",
    "inspector": "/crossings",
    "device_engineer": "/devices",
    "administrator": "/log",
    "auditor": "/log",
    "risk_analyst": "/findings",
    "call_operator": "/crossings",
    "partner_officer": "/steps",
    "leadership": "/wall",
    "compliance_monitor": "/equipment",
}
"""The page each role begins its work on."""


class SignIn(LoginView):
    """Asks for login and password, or a passkey; wrong passwords are counted and throttled by axes."""

    template_name = "pages/sign_in.html"
    redirect_authenticated_user = False

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401  Django's own
        """Let somebody in by the passkey that answered, or by what they typed."""
        if "passkey" not in request.POST:
            return super().post(request, *args, **kwargs)
        try:
            PACE.step(request.META.get("REMOTE_ADDR", ""))
            account = shown(request, "sign_in", request.POST["passkey"])
        except (PasskeyRefusal, TooFast):
            said = _("The passkey was not accepted. Try again, or sign in with the password.")
            return self.render_to_response(self.get_context_data(form=self.get_form(AuthenticationForm), said=said))
        request.proved_by = "passkey"  # type: ignore[attr-defined]
        login(request, account, backend="django.contrib.auth.backends.ModelBackend")
        return HttpResponseRedirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401  Django's own
        """Say whether a passkey can be shown at this address, and why a screen that was a desk asks again."""
        return super().get_context_data(
            passkeys=relying(self.request) is not None,
            provider=(settings.OIDC_NAME or settings.OIDC_ISSUER) if configured() else "",
            set_aside_at=getattr(self.request, "set_aside_at", None),
            **kwargs,
        )


sign_in = SignIn.as_view()
sign_out = LogoutView.as_view(next_page="/sign-in")


@asks("see_wall")
@require_GET
def home(request: HttpRequest) -> HttpResponseBase:
    """Lead a person to the first page of their role."""
    eyes = eyes_of(request)
    role = eyes.roles[0]
    if role == "inspector" and (reach := eyes.reach("see_crossings")) and len(reach) == 1:
        return redirect(f"/places/{next(iter(reach))}")
    return redirect(FIRST[role])


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """Go back to the page a choice was made on, if it is ours."""
    path = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(path, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(path if ours else "/")


def _remember(response: HttpResponse, name: str, value: str) -> HttpResponse:
    response.set_cookie(
        name, value, max_age=COOKIE_AGE_S, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language a person chose."""
    chosen = request.POST.get("language", "")
    known = chosen in dict(settings.LANGUAGES) and check_for_language(chosen)
    back = _back(request)
    return _remember(back, settings.LANGUAGE_COOKIE_NAME, chosen) if known else back


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme a person chose."""
    chosen = request.POST.get("theme", "")
    back = _back(request)
    return _remember(back, "theme", chosen) if chosen in THEMES else back


@require_POST
def choose_keys(request: HttpRequest) -> HttpResponse:
    """Turn single-key shortcuts on or off (WCAG 2.1.4)."""
    chosen = request.POST.get("keys", "")
    back = _back(request)
    return _remember(back, "keys", chosen) if chosen in {"on", "off"} else back


@asks("see_wall")
@require_GET
def help_page(request: HttpRequest) -> HttpResponseBase:
    """Explain the keys, the signs and the words of the screens."""
    return render(request, "pages/help.html", {"here": "help", "inspects": eyes_of(request).can("record_passages")})


for _view in (sign_in, sign_out, choose_language, choose_theme, choose_keys):
    cast(Any, _view).verb = OPEN
