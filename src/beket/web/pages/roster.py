"""Accounts at the desk: who there is and what they may; a power counts when two administrators agree on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from beket.web import access
from beket.web.access import Names, asks
from beket.web.accounts import deeds
from beket.web.accounts.deeds import Hand
from beket.web.accounts.keys import read_key
from beket.web.accounts.models import AGENCY_NAMES, ROLES, Account, Deed, Duty, Token
from beket.web.accounts.presence import demanded
from beket.web.accounts.roster import Asked, RosterRefusal
from beket.web.accounts.tokens import SYSTEM_TERM_MAX, Given
from beket.web.moments import HOME_ZONE
from beket.words.roles import SCOPED, SYSTEMS

ACCOUNTS_MAX: Final = 500
"""Most accounts on one page: a country's posts have some hundreds of officers."""

WHAT: Final = {
    "make": _("Account made"),
    "propose": _("Proposed"),
    "confirm": _("Confirmed"),
    "refuse": _("Refused"),
    "take": _("Duty taken away"),
    "lock": _("Locked"),
    "forget_passkeys": _("Passkeys forgotten"),
    "grant": _("Duty given at the command line"),
    "withdraw": _("Token withdrawn"),
}
ROLE_NAMES: Final = dict(ROLES)
AGENCIES: Final = dict(AGENCY_NAMES)


@asks("manage_accounts")
@require_http_methods(["GET", "POST"])
def accounts(request: HttpRequest) -> HttpResponseBase:
    """Everybody with what they may, what waits for a second administrator, and the form for a new account."""
    said, password, token = "", "", None
    given = request.POST
    if request.method == "POST":
        try:
            if given.get("do") == "make":
                password = _make(request)
            else:
                token = _answer(request)
                if token is None:
                    return redirect("/accounts")
        except RosterRefusal as refusal:
            said = str(refusal)
    names = access.names()
    rows = Account.objects.prefetch_related("duties").order_by("login")
    counted = rows.annotate(keys=Count("passkeys", distinct=True), seen=Max("sittings__began_at"))
    context: dict[str, Any] = {
        "here": "accounts",
        "rows": [(row, [_duty(duty, names) for duty in row.duties.all()]) for row in counted[:ACCOUNTS_MAX]],
        "waiting": [(deed, _proposed(deed, names), _may_confirm(request, deed)) for deed in deeds.waiting()],
        "token": token,
        "said": said,
        "made": given.get("login", "").strip() if password else "",
        "password": password,
        "days": deeds.PROPOSAL_DAYS,
        "why_max": deeds.WHY_MAX,
    }
    return render(request, "pages/accounts.html", context)


@asks("manage_accounts")
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, number: int) -> HttpResponseBase:
    """One account: its duties, what administrators did to it, and the forms to do more."""
    account = Account.objects.filter(pk=number).first()
    if account is None:
        raise Http404
    said = ""
    if request.method == "POST":
        try:
            _act(request, account)
        except RosterRefusal as refusal:
            said = str(refusal)
        else:
            return redirect(f"/accounts/{number}")
    names = access.names()
    history = account.deeds.select_related("answers").order_by("-pk")[: deeds.DEEDS_MAX]
    context: dict[str, Any] = {
        "here": "accounts",
        "account": account,
        "duties": [(duty, _duty(duty, names), _stands(duty)) for duty in account.duties.order_by("role")],
        "deeds": [(deed, WHAT[deed.what], _proposed(deed.answers or deed, names)) for deed in history],
        "tokens": [(token, _token_stands(token)) for token in account.tokens.exclude(key="").order_by("-pk")],
        "is_system": account.duties.filter(role__in=SYSTEMS).exists(),
        "term_days": SYSTEM_TERM_MAX.days,
        "keys": account.passkeys.count(),
        "waiting": deeds.waiting().filter(account=account).exists(),
        "roles": [(role, name, role in SCOPED) for role, name in ROLES],
        "agencies": AGENCY_NAMES,
        "places": sorted(((place, said[0]) for place, said in names.items()), key=lambda item: item[1]),
        "asked": request.POST,
        "said": said,
        "why_max": deeds.WHY_MAX,
    }
    return render(request, "pages/account_of.html", context)


def _hand(request: HttpRequest) -> Hand:
    """Whose hand this is; a fresh proof of presence is asked for. Raises PresenceWanted."""
    return Hand(request.user.get_username(), demanded(request))


def _given(request: HttpRequest, name: str) -> str:
    """A field as it was filled in, without the one sign that no table takes."""
    return request.POST.get(name, "").replace("\x00", "")


def _make(request: HttpRequest) -> str:
    login = request.POST.get("login", "")
    return deeds.make(_hand(request), login, _given(request, "name"), _given(request, "why"))


def _answer(request: HttpRequest) -> str | None:
    given = request.POST
    do, number = given.get("do", ""), given.get("number", "")
    if do not in {"confirm", "refuse"} or not number.isascii() or not number.isdigit() or len(number) > 9:
        raise PermissionDenied(do)
    return deeds.answer(_hand(request), int(number), confirm=do == "confirm", why=_given(request, "why"))


def _act(request: HttpRequest, account: Account) -> None:
    """Do to this account the one thing that the form asks for."""
    given, hand = request.POST, _hand(request)
    why = _given(request, "why")
    match given.get("do"):
        case "propose":
            deeds.propose(hand, account, _asked(request), why)
        case "unlock":
            deeds.propose(hand, account, None, why)
        case "propose_token":
            deeds.propose(hand, account, _token_asked(request), why)
        case "withdraw":
            deeds.withdraw(hand, account, _given(request, "token"), why)
        case "take":
            deeds.take(hand, account, _given(request, "role"), _given(request, "place"), why)
        case "lock":
            deeds.lock(hand, account, why)
        case "forget_passkeys":
            deeds.forget_passkeys(hand, account, why)
        case other:
            raise PermissionDenied(other)


def _asked(request: HttpRequest) -> Asked:
    role = _given(request, "role")
    place = _given(request, "place") if role in SCOPED else ""
    if place and place not in access.names():
        raise RosterRefusal(str(_("There is no such checkpoint.")))
    return Asked(
        role=role, place=place, agency=_given(request, "agency"), from_at=_moment(_given(request, "from")),
        until_at=_moment(_given(request, "until")),
    )  # fmt: skip


def _token_asked(request: HttpRequest) -> Given:
    return Given(
        name=_given(request, "token"), until_at=_moment(_given(request, "until")), steps=_given(request, "steps"),
        key=_given(request, "key"),
    )  # fmt: skip


def _moment(text: str) -> datetime | None:
    """A time as a browser writes it, in the country's own zone; none where the field is empty."""
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise RosterRefusal(str(_("This is no time."))) from error
    return read if read.tzinfo is not None else read.replace(tzinfo=ZoneInfo(HOME_ZONE))


def _duty(of: Any, names: Names) -> dict[str, Any]:  # noqa: ANN401  a duty, or a deed about one
    return {
        "role": ROLE_NAMES.get(of.role, of.role),
        "place": names[of.place][0] if of.place else "",
        "agency": AGENCIES.get(of.agency, ""),
        "from_at": of.from_at,
        "until_at": of.until_at,
    }


def _proposed(deed: Deed, names: Names) -> dict[str, Any]:
    """What a deed is about: a duty, or a system's token with its key."""
    key = read_key(deed.key).sha256 if deed.key else ""
    return {**_duty(deed, names), "token": deed.token, "steps": deed.steps, "key": key}


def _token_stands(token: Token) -> str:
    if token.revoked_at is not None:
        return "withdrawn"
    return "over" if token.expires_at is not None and token.expires_at <= timezone.now() else "now"


def _stands(duty: Duty) -> str:
    now = timezone.now()
    if duty.until_at is not None and duty.until_at <= now:
        return "over"
    return "coming" if duty.from_at is not None and duty.from_at > now else "now"


def _may_confirm(request: HttpRequest, deed: Deed) -> bool:
    return request.user.get_username() not in (deed.by, deed.account.login)
