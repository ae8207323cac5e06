"""Tells Django where the accounts live."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """Accounts and duties, kept in the schema `desk`."""

    name = "beket.web.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have signing in be noticed."""
        from django.contrib.auth.signals import user_logged_in  # noqa: PLC0415  models are named only now

        from beket.web.accounts import presence  # noqa: PLC0415

        user_logged_in.connect(presence.signed_in, dispatch_uid="presence")
