"""Tells Django where the accounts live."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """Accounts and duties, kept in the schema `desk`."""

    name = "beket.web.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have signing in be noticed."""
        from django.contrib.auth.signals import user_logged_in, user_logged_out  # noqa: PLC0415

        from beket.web.accounts import presence, sittings  # noqa: PLC0415  models are named only now

        user_logged_in.connect(presence.signed_in, dispatch_uid="signed in")
        user_logged_out.connect(sittings.signed_out, dispatch_uid="signed out")
