"""Tells Django where the accounts live."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """Accounts and duties, kept in the schema `desk`."""

    name = "beket.web.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
