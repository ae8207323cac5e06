"""An account is a person; a duty is what the person may do, and where."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

ROLES: Final = [
    ("duty_officer", _("Duty officer")),
    ("inspector", _("Inspector")),
    ("device_engineer", _("Device engineer")),
    ("administrator", _("Administrator")),
    ("auditor", _("Auditor")),
    ("document_sender", _("Document sender")),
    ("risk_analyst", _("Risk analyst")),
    ("call_operator", _("Call centre operator")),
    ("partner_officer", _("Officer of a partner agency")),
    ("leadership", _("Leadership")),
    ("compliance_monitor", _("Compliance monitor")),
    ("agency_system", _("System of another agency")),
]
AGENCY_NAMES: Final = [
    ("customs", _("Customs")),
    ("border", _("Border Service")),
    ("tax", _("Tax Service")),
    ("transport", _("Transport control")),
    ("veterinary", _("Veterinary service")),
    ("phytosanitary", _("Plant quarantine")),
    ("health", _("Sanitary service")),
    ("operator", _("Operator of the checkpoint")),
]


class Accounts(BaseUserManager["Account"]):
    """Finds accounts by their login."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """Find an account whatever the case it was typed in."""
        return self.get(login__iexact=username)


class Account(AbstractBaseUser):
    """One person who signs in; never deleted, only disabled, because the log names it."""

    login = models.CharField(_("Login"), max_length=64, unique=True)
    name = models.CharField(_("Name"), max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = Accounts()

    def __str__(self) -> str:
        return self.login


class Duties(models.QuerySet["Duty"]):
    """Duties, and which of them are in force."""

    def in_force(self, at: datetime) -> Duties:
        """Those that have begun and not ended, of accounts that may sign in."""
        begun = models.Q(from_at=None) | models.Q(from_at__lte=at)
        going_on = models.Q(until_at=None) | models.Q(until_at__gt=at)
        return self.filter(begun, going_on, account__is_active=True)


class Duty(models.Model):
    """A role held for an agency, at one place or (no place) in the whole country, always or for a time."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="duties")
    role = models.CharField(max_length=32, choices=ROLES)
    place = models.CharField(max_length=64, blank=True, default="")
    agency = models.CharField(max_length=32, choices=AGENCY_NAMES, default="customs")
    from_at = models.DateTimeField(null=True)
    until_at = models.DateTimeField(null=True)
    granted_at = models.DateTimeField(auto_now_add=True)

    objects = Duties.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "role", "place"], name="one_duty_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account.login}: {self.role} {self.place}".rstrip()


class Token(models.Model):
    """What a program shows instead of a password: only its digest is kept, and `used_at` is coarse.

    The token of an agency's system ends, may be for some `steps` only (their codes, with spaces between; none: all),
    and goes with the public key (PEM) by which the system signs.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    steps = models.TextField(blank=True, default="")
    key = models.TextField(blank=True, default="")
    key_sha256 = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name"], name="one_token_of_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.account.login}: {self.name}"


class Passkey(models.Model):
    """A key that an account's owner holds: its public half, and the domain it was made for."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=64)
    domain = models.CharField(max_length=253)
    credential = models.BinaryField(max_length=1023, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.account.login}: {self.name}"


class Sitting(models.Model):
    """One screen where an account signed in; set aside once its person took another desk: it shows the wall then."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sittings")
    session_key = models.CharField(max_length=40, unique=True)
    began_at = models.DateTimeField()
    how = models.CharField(max_length=16)
    agent = models.CharField(max_length=160, blank=True)
    set_aside_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.account.login}: since {self.began_at:%Y-%m-%d %H:%M}"


class Deed(models.Model):
    """One thing done to an account by an administrator; the table takes new rows and no other change.

    A proposal names a duty, or a token with its key for a system, or none of them where it asks to let a locked account
    in again; its answer is a deed of its own.
    """

    at = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=64)
    proof = models.CharField(max_length=16, blank=True)
    what = models.CharField(max_length=16)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="deeds")
    answers = models.OneToOneField("self", on_delete=models.PROTECT, related_name="answer", null=True)
    role = models.CharField(max_length=32, blank=True)
    place = models.CharField(max_length=64, blank=True)
    agency = models.CharField(max_length=32, blank=True)
    from_at = models.DateTimeField(null=True)
    until_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)
    token = models.CharField(max_length=64, blank=True, default="")
    steps = models.TextField(blank=True, default="")
    key = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"{self.by}: {self.what} {self.account.login} {self.role} {self.place}".rstrip()


class Bond(models.Model):
    """Who an account's owner is to a provider of identities; of one identity there is one account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="bonds")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    bound_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_account_of_an_identity"),
        ]

    def __str__(self) -> str:
        return f"{self.account.login}: {self.subject} at {self.issuer}"


class Exchange(models.Model):
    """One thing that an agency's system asked, and what it was answered.

    An answer that was not taken is kept as it came (`blob`). One that is in the log has the decision's name and frame,
    and its id is taken. Asking for the list is counted by the hour.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="exchanges")
    token = models.CharField(max_length=64)
    asked = models.CharField(max_length=8)
    at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.IntegerField(default=1)
    place = models.CharField(max_length=64, blank=True, default="")
    crossing = models.CharField(max_length=100, blank=True, default="")
    step = models.CharField(max_length=64, blank=True, default="")
    outcome = models.CharField(max_length=64, blank=True, default="")
    answer_id = models.CharField(max_length=200, blank=True, default="")
    status = models.IntegerField()
    code = models.CharField(max_length=40, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    blob = models.BinaryField(null=True)
    decision_id = models.CharField(max_length=64, blank=True, default="")
    seq = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "answer_id"], condition=~models.Q(decision_id=""), name="one_answer_of_an_id"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="exchange_of_account")]

    def __str__(self) -> str:
        return f"{self.account.login}: {self.asked} {self.answer_id} {self.status}".rstrip()
