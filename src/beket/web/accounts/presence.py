"""Presence: before a decision, whoever takes it has shown within some minutes that it is really them at the desk."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import unquote

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest

from beket.web.accounts import passkeys
from beket.web.accounts.models import Account
from beket.web.accounts.pace import TooFast
from beket.web.accounts.sittings import began
from beket.words.decisions import Proof

FRESH_S: Final = 10 * 60
"""How long a proof serves: a few decisions of one case, not a desk that was left open (reference 08 §C5)."""

How = Proof | Literal["provider"]
"""How somebody signed in or was seen last; that a provider let them in proves no presence at this desk."""

PASSWORD_FIELD: Final = "proof_password"  # noqa: S105  a field of a form
PASSKEY_FIELD: Final = "proof_passkey"

HEADERS: Final = {"X-Proof-Password": PASSWORD_FIELD, "X-Proof-Passkey": PASSKEY_FIELD}
"""In which headers a script shows what a form has in these fields; percent-encoded, for a header is plain ASCII."""


class PresenceWanted(Exception):
    """A decision waits for who takes it to show that they are there.

    `password` says whether a password would do, `said` why the last attempt did not.
    """

    def __init__(self, *, password: bool, said: str = "") -> None:
        super().__init__(said or "a fresh proof of presence is wanted")
        self.password, self.said = password, said


def note(request: HttpRequest, how: How) -> None:
    """Remember that this person was just seen."""
    request.session["proved"] = {"how": how, "at": int(time.time())}


def signed_in(sender: object, request: HttpRequest, user: Account, **_: Any) -> None:  # noqa: ANN401, ARG001  Django's
    """Count signing in as being seen, and make this screen the person's desk."""
    how: How = getattr(request, "proved_by", "password")
    note(request, how)
    began(request, user, how)


def password_will_do(account: Account, *, first_passkey: bool = False) -> bool:
    """Tell whether this account may show a password instead of a passkey; to register its first one it always may."""
    if account.passkeys.exists() or not account.has_usable_password():
        return False
    return first_passkey or not settings.REQUIRE_PASSKEYS


def demanded(request: HttpRequest, *, first_passkey: bool = False) -> Proof:
    """How this person showed that they are there, now or some minutes ago; raises PresenceWanted."""
    account = request.user
    assert isinstance(account, Account), "only who has signed in decides"
    password = password_will_do(account, first_passkey=first_passkey)
    shown = shown_by(request)
    if PASSKEY_FIELD in shown:
        if not _shows_passkey(request, account):
            raise PresenceWanted(password=password, said="passkey")
        note(request, "passkey")
    elif PASSWORD_FIELD in shown:
        if not password or not _shows_password(request, account):
            raise PresenceWanted(password=password, said="password")
        note(request, "password")
    how = last_seen(request)
    if how == "passkey" or (how == "password" and password):
        return how
    raise PresenceWanted(password=password)


def shown_by(request: HttpRequest) -> Mapping[str, str]:
    """What was sent to show presence: in the fields of a form, or by a script in headers."""
    headers = {HEADERS[name]: unquote(value) for name, value in request.headers.items() if name in HEADERS}
    return headers or request.POST


def last_seen(request: HttpRequest) -> How | None:
    """How this person was seen within the last minutes; None where they were not."""
    kept = request.session.get("proved")
    if kept is None or time.time() - kept["at"] > FRESH_S:
        return None
    how: How = kept["how"]
    return how


def may_register_first(request: HttpRequest, account: Account) -> bool:
    """Tell whether somebody who just came from the provider may register the passkey that they have none of yet."""
    return last_seen(request) == "provider" and not account.passkeys.exists()


def _shows_passkey(request: HttpRequest, account: Account) -> bool:
    try:
        passkeys.PACE.step(account.pk)
        return passkeys.shown(request, "prove", shown_by(request)[PASSKEY_FIELD]).pk == account.pk
    except (passkeys.PasskeyRefusal, TooFast):
        return False


def _shows_password(request: HttpRequest, account: Account) -> bool:
    """Attempts are counted like those of signing in, by the same gate."""
    return authenticate(request, username=account.login, password=shown_by(request)[PASSWORD_FIELD]) is not None
