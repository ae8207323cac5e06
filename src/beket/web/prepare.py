"""Makes the desk ready: its schema, its tables, and Django itself in this process."""

from __future__ import annotations

import os

import django
import psycopg
from django.apps import apps
from django.core.management import call_command


def open_desk(dsn: str) -> None:
    """Set Django up in this process for one database; a second call for the same one does nothing."""
    known = os.environ.setdefault("BEKET_DSN", dsn)
    assert known == dsn, "one process serves one database"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "beket.web.settings")
    if not apps.ready:
        django.setup()


def prepare(dsn: str) -> None:
    """Create the schema `desk` and bring its tables to this version; safe to repeat."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('beket desk'))")
        connection.execute("CREATE SCHEMA IF NOT EXISTS desk")
        open_desk(dsn)
        call_command("migrate", verbosity=0, interactive=False)
