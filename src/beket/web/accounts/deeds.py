"""What administrators did to accounts: written once and never changed; a power takes two of them.

It stands in a table of the desk that refuses to be rewritten, beside the accounts it speaks of: a role of the whole
country belongs to no post's chain of the log.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final, Literal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from msgspec import Struct

from beket.web.accounts import roster, tokens
from beket.web.accounts.models import Account, Deed, Duties, Duty
from beket.web.accounts.roster import Asked, RosterRefusal
from beket.web.accounts.sittings import end
from beket.web.accounts.tokens import Given
from beket.words.decisions import Proof

What = Literal["make", "propose", "confirm", "refuse", "take", "lock", "forget_passkeys", "grant", "withdraw"]

PROPOSAL_DAYS: Final = 7
"""How long a proposal waits for its second person; who proposed it then says anew that it is meant."""

PROPOSALS_MAX: Final = 200
"""Most proposals that wait: more would hide each other."""

DEEDS_MAX: Final = 100
"""Most lines of an account's history on its page."""

WHY_MAX: Final = 200
BY_HAND: Final = "(command line)"
"""Who acts at the machine itself, where no account is asked for; no login has brackets and a space."""

FIRST_PASSWORD_BYTES: Final = 9


class Hand(Struct, frozen=True):
    """Whose hand a deed is, and how they showed presence."""

    login: str
    proof: Proof | None = None


def make(hand: Hand, login: str, name: str, why: str) -> str:
    """Make an account without duties; gives its first password, this once."""
    password = secrets.token_urlsafe(FIRST_PASSWORD_BYTES) + "-" + secrets.token_urlsafe(FIRST_PASSWORD_BYTES)
    with transaction.atomic():
        roster.add(login, password, name=name.strip()[:120])
        _write(hand, "make", roster.find(login.strip()), why)
    return password


def propose(hand: Hand, account: Account, asked: Asked | Given | None, why: str) -> None:
    """Ask a second administrator for a duty, for a system's token, or (None) to let a locked account in again."""
    if isinstance(asked, Given):
        asked = tokens.look_at(account.login, asked)
    elif asked is not None:
        roster.look_at(asked)
    elif account.is_active:
        raise RosterRefusal("this account is not locked")
    _reasoned(why)
    if waiting().count() >= PROPOSALS_MAX:
        raise RosterRefusal(f"{PROPOSALS_MAX} proposals wait; answer some first")
    _write(hand, "propose", account, why, asked)


def answer(hand: Hand, number: int, *, confirm: bool, why: str = "") -> str | None:
    """Confirm a proposal, which does what it asks for, or refuse it with the reason; gives a token, this once."""
    proposal = waiting().filter(pk=number).first()
    if proposal is None:
        raise RosterRefusal("this proposal does not wait any more")
    if confirm and hand.login in (proposal.by, proposal.account.login):
        raise RosterRefusal("the second person is neither who proposed it nor who receives it")
    if confirm and not _administrators().filter(account__login=proposal.by).exists():
        raise RosterRefusal("who proposed it is no administrator any more; propose it anew")
    if not confirm:
        _reasoned(why)
    try:
        with transaction.atomic():
            _write(hand, "confirm" if confirm else "refuse", proposal.account, why, proposal)
            return _do(proposal) if confirm else None
    except IntegrityError as error:
        raise RosterRefusal("this proposal does not wait any more") from error


def take(hand: Hand, account: Account, role: str, place: str, why: str) -> None:
    """Take a duty away, at once and alone: it can be given back by two."""
    _reasoned(why)
    with transaction.atomic():
        _one_after_the_other()
        roster.revoke(account.login, role, place)
        _somebody_remains()
        _write(hand, "take", account, why, Asked(role=role, place=place))


def withdraw(hand: Hand, account: Account, name: str, why: str) -> None:
    """Put a token out of force, at once and alone."""
    _reasoned(why)
    with transaction.atomic():
        tokens.revoke(account.login, name)
        _write(hand, "withdraw", account, why, Given(name=name, until_at=None, steps="", key=""))


def lock(hand: Hand, account: Account, why: str) -> None:
    """Shut an account and end its sessions, at once and alone."""
    _reasoned(why)
    with transaction.atomic():
        _one_after_the_other()
        roster.disable(account.login)
        _somebody_remains()
        _write(hand, "lock", account, why)


def forget_passkeys(hand: Hand, account: Account, why: str) -> None:
    """Forget the passkeys of who lost them, and sign them out; their password registers a new one."""
    _reasoned(why)
    with transaction.atomic():
        account.passkeys.all().delete()
        end(account.sittings.all())
        _write(hand, "forget_passkeys", account, why)


def by_hand(what: What, login: str, asked: Asked | None = None) -> None:
    """Write down what was done at the machine itself."""
    _write(Hand(BY_HAND), what, roster.find(login.strip()), "", asked)


def waiting() -> QuerySet[Deed]:
    """Proposals that nobody answered yet and that are not too old."""
    since = timezone.now() - timedelta(days=PROPOSAL_DAYS)
    rows = Deed.objects.filter(what="propose", answer=None, at__gt=since)
    return rows.select_related("account").order_by("at")


def _do(proposal: Deed) -> str | None:
    account = proposal.account
    if proposal.token:
        given = Given(name=proposal.token, until_at=proposal.until_at, steps=proposal.steps, key=proposal.key)
        return tokens.issue_to_system(account.login, given)
    if not proposal.role:
        Account.objects.filter(pk=account.pk).update(is_active=True)
        return None
    asked = Asked(
        role=proposal.role, place=proposal.place, agency=proposal.agency, from_at=proposal.from_at,
        until_at=proposal.until_at,
    )  # fmt: skip
    roster.give(account.login, asked)
    return None


def _administrators() -> Duties:
    return Duty.objects.filter(role="administrator").in_force(timezone.now())


def _one_after_the_other() -> None:
    """Let two who shut each other out do so in turn: the second one finds that nobody would remain."""
    list(Duty.objects.select_for_update().filter(role="administrator").order_by("pk"))


def _somebody_remains() -> None:
    """Leave an administrator in the house; without one only the command line lets anybody in."""
    if not _administrators().exists():
        raise RosterRefusal("this is the last administrator; name another one first")


def _reasoned(why: str) -> None:
    if not why.strip():
        raise RosterRefusal("say why")


def _write(hand: Hand, what: What, account: Account, why: str, about: Asked | Given | Deed | None = None) -> None:
    """Write one line: about a duty, about a token, or about the proposal it answers."""
    duty = about if isinstance(about, Asked) else Asked(role="", agency="")
    token = about if isinstance(about, Given) else Given(name="", until_at=duty.until_at, steps="", key="")
    Deed.objects.create(
        by=hand.login, proof=hand.proof or "", what=what, account=account, why=why.strip()[:WHY_MAX],
        answers=about if isinstance(about, Deed) else None, role=duty.role, place=duty.place, agency=duty.agency,
        from_at=duty.from_at, until_at=token.until_at, token=token.name, steps=token.steps, key=token.key,
    )  # fmt: skip
