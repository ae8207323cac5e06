"""An account is a person; a duty is what the person may do, and where."""

from __future__ import annotations

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


class Duty(models.Model):
    """A role held by an account at one place, or (no place) in the whole country."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="duties")
    role = models.CharField(max_length=32, choices=ROLES)
    place = models.CharField(max_length=64, blank=True, default="")
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "role", "place"], name="one_duty_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account.login}: {self.role} {self.place}".rstrip()


class Token(models.Model):
    """What a program shows instead of a password: only its digest is kept, and `used_at` is coarse."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

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
